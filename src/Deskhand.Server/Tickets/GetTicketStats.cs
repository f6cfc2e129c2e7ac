using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using NodaTime;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>How many of something.</summary>
/// <param name="Id">The agent or group; null = none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Count">How many tickets.</param>
internal sealed record CountOf(Guid? Id, string? Name, long Count);

/// <summary>How long something took, over the tickets where it happened in the last 30 days.</summary>
/// <param name="Count">How many tickets that is.</param>
/// <param name="MedianHours">Half of them took at most so long; null when there are none.</param>
/// <param name="AverageHours">The mean; null when there are none.</param>
internal sealed record Took(long Count, double? MedianHours, double? AverageHours);

/// <summary>What one day did to the backlog.</summary>
/// <param name="Date">The day, in the tenant's time zone.</param>
/// <param name="Created">Tickets that were created on it.</param>
/// <param name="Solved">Tickets that were solved on it, and have stayed so.</param>
/// <param name="Unsolved">Tickets that waited to be solved at its end; today: now.</param>
internal sealed record BacklogDay(DateOnly Date, long Created, long Solved, long Unsolved);

/// <summary>Statistics of the tickets that a caller sees.</summary>
internal sealed record TicketStats
{
    /// <summary>When they were counted; they may be some seconds old.</summary>
    public required DateTimeOffset AsOf { get; init; }

    public required long Total { get; init; }

    /// <summary>Without an assignee.</summary>
    public required long Unassigned { get; init; }

    public required IReadOnlyDictionary<string, long> ByStatus { get; init; }

    public required IReadOnlyDictionary<string, long> ByStatusCategory { get; init; }

    public required IReadOnlyDictionary<string, long> ByPriority { get; init; }

    public required IReadOnlyDictionary<string, long> ByCategory { get; init; }

    public required IReadOnlyDictionary<string, long> ByChannel { get; init; }

    /// <summary>The 50 with most tickets.</summary>
    public required IReadOnlyList<CountOf> ByAssignee { get; init; }

    public required IReadOnlyList<CountOf> ByGroup { get; init; }

    public required long CreatedLast7Days { get; init; }

    public required long CreatedLast30Days { get; init; }

    public required long SolvedLast7Days { get; init; }

    public required long SolvedLast30Days { get; init; }

    /// <summary>
    /// The last 30 days, the oldest first, as the tickets tell it that there are now: one that was opened again has never been solved, one that was deleted never was.
    /// </summary>
    public required IReadOnlyList<BacklogDay> Backlog { get; init; }

    /// <summary>From creation to the first public answer of an agent.</summary>
    public required Took FirstResponse { get; init; }

    /// <summary>From creation to solution.</summary>
    public required Took Resolution { get; init; }
}

/// <summary>GET /tickets/stats: counts and times over what the caller sees, with the filters of the list.</summary>
internal static class GetTicketStats
{
    private const int MostAssignees = 50;
    private const int BacklogDays = 30;

    public static async Task<Answer<TicketStats>> Handle(
        [AsParameters] TicketFilters query, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, StatsMemory memory, TimeProvider clock, CancellationToken cancellationToken)
    {
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var filter = await TicketFilter.Read(query, caller, rulebook, search, cancellationToken);
        return Answer.Ok<TicketStats>(filter.Problem is { } problem ? problem : await memory.Of(
            ListMemory.Seen(caller, query),
            async () => (await session.Transact<TicketStats>(async () => await Count(filter.Value, rulebook, session, clock.GetUtcNow(), cancellationToken), cancellationToken)).Value,
            cancellationToken));
    }

    private static async Task<TicketStats> Count(TicketFilter filter, Rulebook rulebook, TenantSession session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // enough for the table of all combinations; without it the planner sorts a million rows on disk
        await session.Execute("SELECT set_config('work_mem', '64MB', true)", cancellationToken);
        // Counted first by all fields together, in one pass that can run in parallel, and then the few sums by each: grouping sets
        // over the rows themselves keep a table for each of the fields, run on one processor, and take almost twice as long.
        var sums = await session.Query($"""
            WITH c AS MATERIALIZED (
                SELECT t.status, t.status_category, t.priority, t.category, t.channel, t.assignee_id, t.group_id, count(*) AS n
                FROM tickets t WHERE {filter.Where} GROUP BY 1, 2, 3, 4, 5, 6, 7)
            SELECT grouping(status, status_category, priority, category, channel, assignee_id, group_id),
                   coalesce(status, status_category, priority::text, category, channel), coalesce(assignee_id, group_id), sum(n)::bigint
            FROM c GROUP BY GROUPING SETS ((status), (status_category), (priority), (category), (channel), (assignee_id), (group_id), ())
            """, r => (Set: r.GetInt32(0), Key: r.Text(1), Id: r.Id(2), N: r.IsDBNull(3) ? 0 : r.GetInt64(3)), cancellationToken, Copy(filter));
        // a ticket created, answered or solved since then has been updated since then, which the index knows
        var since = filter.With(Rows.P(now.AddDays(-30)), Rows.P(now.AddDays(-7)), out var month, out var week);
        var recent = (await session.Query($"""
            SELECT count(*) FILTER (WHERE t.created_at >= {week}), count(*) FILTER (WHERE t.created_at >= {month}),
                   count(*) FILTER (WHERE t.solved_at >= {week}), count(*) FILTER (WHERE t.solved_at >= {month}),
                   {Hours("t.first_responded_at", month)}, {Hours("t.solved_at", month)}
            FROM tickets t WHERE {filter.Where} AND t.updated_at >= {month}
            """, r => (Created7: r.GetInt64(0), Created30: r.GetInt64(1), Solved7: r.GetInt64(2), Solved30: r.GetInt64(3), First: ReadTook(r, 4), Resolved: ReadTook(r, 7)),
            cancellationToken, since))[0];

        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(rulebook.TimeZone) ?? DateTimeZone.Utc;
        var today = NodaTime.Instant.FromDateTimeOffset(now).InZone(zone).Date;
        var days = Enumerable.Range(1 - BacklogDays, BacklogDays).Select(today.PlusDays).ToList();
        var begins = days.Select(d => zone.AtStartOfDay(d).ToDateTimeOffset().ToUniversalTime()).ToArray();
        var moved = (await session.Query($"""
            SELECT width_bucket(x.at, {filter.Next}) - 1, count(*) FILTER (WHERE x.is_created), count(*) FILTER (WHERE NOT x.is_created)
            FROM tickets t CROSS JOIN LATERAL (VALUES (t.created_at, true), (CASE WHEN t.status_category IN ('solved', 'closed') THEN coalesce(t.solved_at, t.closed_at) END, false)) x (at, is_created)
            WHERE {filter.Where} AND t.updated_at >= ({filter.Next})[1] AND x.at >= ({filter.Next})[1] GROUP BY 1
            """, r => (Day: r.GetInt32(0), Created: r.GetInt64(1), Solved: r.GetInt64(2)), cancellationToken, [.. Copy(filter), Rows.P(begins)])).ToDictionary(m => m.Day);

        // bit = 0: the set is by that field; status is the highest of the seven
        long Total() => sums.Single(s => s.Set == 0b1111111).N;
        IReadOnlyDictionary<string, long> By(int bit, IEnumerable<string> known)
        {
            var counted = sums.Where(s => s.Set == (0b1111111 & ~(1 << bit))).ToDictionary(s => s.Key!, s => s.N, StringComparer.Ordinal);
            return known.Union(counted.Keys, StringComparer.Ordinal).ToDictionary(k => k, k => counted.GetValueOrDefault(k), StringComparer.Ordinal);
        }

        var names = await Names(session, sums.Select(s => s.Id).OfType<Guid>().ToArray(), cancellationToken);
        List<CountOf> Of(int bit) =>
            [.. sums.Where(s => s.Set == (0b1111111 & ~(1 << bit)) && s.N > 0).OrderByDescending(s => s.N).ThenBy(s => s.Id).Select(s => new CountOf(s.Id, s.Id is { } id ? names.GetValueOrDefault(id) : null, s.N))];

        var assignees = Of(1);
        var categories = By(5, Wire.All<StatusCategory>());
        var unsolved = Total() - categories["solved"] - categories["closed"];
        var backlog = new BacklogDay[BacklogDays];
        for (var i = BacklogDays - 1; i >= 0; i--)
        {
            var (_, created, solved) = moved.GetValueOrDefault(i);
            backlog[i] = new(days[i].ToDateOnly(), created, solved, unsolved);
            unsolved = Math.Max(0, unsolved - created + solved);
        }

        var priorities = By(4, Enum.GetValues<Priority>().Select(p => ((int)p).ToString()));
        return new TicketStats
        {
            AsOf = now,
            Total = Total(),
            Unassigned = assignees.Find(a => a.Id is null)?.Count ?? 0,
            ByStatus = By(6, rulebook.Workflow.Statuses.Select(s => s.Key)),
            ByStatusCategory = categories,
            ByPriority = Enum.GetValues<Priority>().ToDictionary(Wire.Name, p => priorities[((int)p).ToString()], StringComparer.Ordinal),
            ByCategory = By(3, []),
            ByChannel = By(2, []),
            ByAssignee = [.. assignees.Where(a => a.Id is not null).Take(MostAssignees)],
            ByGroup = Of(0),
            CreatedLast7Days = recent.Created7,
            CreatedLast30Days = recent.Created30,
            SolvedLast7Days = recent.Solved7,
            SolvedLast30Days = recent.Solved30,
            Backlog = backlog,
            FirstResponse = recent.First,
            Resolution = recent.Resolved,
        };
    }

    private static string Hours(string until, string month)
    {
        var hours = $"extract(epoch FROM {until} - t.created_at)::float8 / 3600";
        return $"count(*) FILTER (WHERE {until} >= {month}), percentile_cont(0.5) WITHIN GROUP (ORDER BY {hours}) FILTER (WHERE {until} >= {month}), avg({hours}) FILTER (WHERE {until} >= {month})";
    }

    private static Took ReadTook(NpgsqlDataReader r, int column) =>
        new(r.GetInt64(column), r.IsDBNull(column + 1) ? null : Math.Round(r.GetDouble(column + 1), 3), r.IsDBNull(column + 2) ? null : Math.Round(r.GetDouble(column + 2), 3));

    private static async Task<Dictionary<Guid, string>> Names(TenantSession session, Guid[] ids, CancellationToken cancellationToken) =>
        (await session.Query("""
            SELECT id, name FROM users WHERE tenant_id = $1 AND id = ANY ($2) UNION ALL SELECT id, name FROM groups WHERE tenant_id = $1 AND id = ANY ($2)
            """, r => (Id: r.GetGuid(0), Name: r.GetString(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(ids))).ToDictionary(n => n.Id, n => n.Name);

    private static NpgsqlParameter[] Copy(TicketFilter filter) => [.. filter.Parameters.Select(p => p.Clone())];
}
