using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>GET /views/{id}/tickets: what fits its conditions, of what the caller may read, in the view's order or another.</summary>
internal static class ListTicketsOfView
{
    public static async Task<Answer<Page<TicketResponse>>> Handle(
        string id, string? sort, string? page, string? limit, string? skip, string? take, string? cursor,
        Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        if (await ViewRow.Find(id, caller, session, locked: false, cancellationToken) is not { } view) return Answer.Ok<Page<TicketResponse>>(Problem.NotFound("view"));
        var query = new TicketQuery { Q = view.Fields.Conditions, Sort = sort ?? view.Fields.Sort, Page = page, Limit = limit, Skip = skip, Take = take, Cursor = cursor };
        var listed = await ListTickets.Read(query, caller, session, rulebooks, search, memory, cancellationToken);
        // what was right when it was saved may not be any more: a status is gone, a person has left
        return Answer.Ok<Page<TicketResponse>>(listed.Problem is { Code: SearchQuery.SyntaxCode } broken ? Broken(broken) : listed);
    }

    /// <summary>A view that does not fit the desk any more.</summary>
    public static Problem Broken(Problem problem) => Problem.Conflict("view_broken", $"This view does not fit any more: {problem.Message}") with { Position = problem.Position, Allowed = problem.Allowed };
}

/// <summary>How many tickets a view shows to the caller.</summary>
/// <param name="Id">The view.</param>
/// <param name="Count">How many; at most 1,000 are counted. Absent when the view does not fit any more.</param>
/// <param name="IsMore">Whether there are more than that.</param>
/// <param name="Problem">Why there is no count.</param>
internal sealed record ViewCount(
    Guid Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Count,
    bool IsMore,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Problem);

/// <summary>The counts of some views.</summary>
internal sealed record ViewCounts(IReadOnlyList<ViewCount> Data);

/// <summary>GET /views/counts?ids=: how many tickets each view shows to the caller, all in one question to the database; the first 30 without ids.</summary>
internal static class CountViews
{
    private const int Most = 50;
    private const int Usual = 30;
    private const int CountedUpTo = 1000;

    public static async Task<Answer<ViewCounts>> Handle(
        string[]? ids, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ViewCountMemory memory, CancellationToken cancellationToken)
    {
        var wanted = new List<Guid>();
        foreach (var text in (ids ?? []).SelectMany(i => i.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!Guid.TryParseExact(text, "D", out var id)) return Answer.Ok<ViewCounts>(Problem.Malformed("ids", "These are ids, by commas."));
            wanted.Add(id);
        }

        if (wanted.Count > Most) return Answer.Ok<ViewCounts>(Problem.Malformed("ids", $"At most {Most} views can be counted at once."));
        var all = await ViewRow.All(caller, session, cancellationToken);
        var views = wanted.Count > 0 ? all.Where(v => wanted.Contains(v.Id)).ToList() : [.. all.Take(Usual)];
        var who = ListMemory.Seen(caller, new TicketFilters { Q = "" });
        var counts = views.ToDictionary(v => v.Id, v => memory.Find(v, who));
        if (counts.ContainsValue(null))
        {
            // the windows of one person ask at the same moments: one of them counts, the others make do with what was so a moment ago
            var past = views.ToDictionary(v => v.Id, v => memory.Past(v, who));
            using var turn = past.ContainsValue(null) ? await memory.Turn(who, cancellationToken) : memory.TryTurn(who);
            foreach (var view in views) counts[view.Id] = turn is null ? past[view.Id] : memory.Find(view, who);
            var rulebook = await rulebooks.Of(session, cancellationToken);
            await Count([.. views.Where(v => counts[v.Id] is null)], who, counts, rulebook, caller, session, search, memory, cancellationToken);
        }

        return Answer.Ok<ViewCounts>(new ViewCounts([.. views.Select(v => counts[v.Id]!)]));
    }

    private static async Task Count(
        List<ViewRow> views, string who, Dictionary<Guid, ViewCount?> counts, Rulebook rulebook, Caller caller, TenantSession session, TicketSearch search, ViewCountMemory memory, CancellationToken cancellationToken)
    {
        var (parts, parameters) = (new List<string>(), new List<NpgsqlParameter> { Rows.P(session.TenantId) });
        var counted = new List<ViewRow>();
        foreach (var view in views)
        {
            var asked = await search.Read(view.Fields.Conditions, caller, cancellationToken);
            if (asked.Problem is { } broken)
            {
                counts[view.Id] = new ViewCount(view.Id, null, false, ListTicketsOfView.Broken(broken).Message);
                continue;
            }

            var filter = TicketFilter.Read(new TicketFilters(), asked.Value, caller, rulebook, parameters).Value;
            if (filter is { IsTooCommonToCount: true, IsWordsAlone: true })
            {
                memory.Keep(view, who, counts[view.Id] = new ViewCount(view.Id, CountedUpTo, true, null));
                continue;
            }

            parts.Add($"(SELECT {counted.Count}, count(*)::int FROM ({filter.Matches(CountedUpTo + 1)}) n)");
            counted.Add(view);
        }

        if (parts.Count == 0) return;
        foreach (var (index, count) in await session.Query(string.Join(" UNION ALL ", parts), r => (r.GetInt32(0), r.GetInt32(1)), cancellationToken, [.. parameters]))
        {
            var view = counted[index];
            counts[view.Id] = new ViewCount(view.Id, Math.Min(count, CountedUpTo), count > CountedUpTo, null);
            memory.Keep(view, who, counts[view.Id]!);
        }
    }
}

/// <summary>Counts of a moment ago: every window of a person asks for the same ones, again and again.</summary>
internal sealed class ViewCountMemory(Memory memory, TimeProvider clock)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(2);

    /// <summary>More than can be counted stays so for a while.</summary>
    private static readonly TimeSpan KeptWhenMany = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PastFor = TimeSpan.FromSeconds(10);
    private readonly Turns turns = new();

    public Task<IDisposable> Turn(string who, CancellationToken cancellationToken) => turns.Take(who.GetHashCode(StringComparison.Ordinal), cancellationToken);

    /// <summary>The turn, if nobody has it; otherwise null.</summary>
    public IDisposable? TryTurn(string who) => turns.TryTake(who.GetHashCode(StringComparison.Ordinal));

    public ViewCount? Find(ViewRow view, string who) =>
        memory.TryFind(new Counted(view.Id, view.Version, who), out Entry? entry) && entry.Until > clock.GetUtcNow() ? entry.Count : null;

    /// <summary>What was so a moment ago.</summary>
    public ViewCount? Past(ViewRow view, string who) => memory.TryFind(new Counted(view.Id, view.Version, who), out Entry? entry) ? entry.Count : null;

    public void Keep(ViewRow view, string who, ViewCount count)
    {
        var time = count.IsMore ? KeptWhenMany : KeptFor;
        memory.Keep(new Counted(view.Id, view.Version, who), new Entry(count, clock.GetUtcNow() + time), time + PastFor, most: 20_000);
    }

    private sealed record Counted(Guid View, long Version, string Who);

    private sealed record Entry(ViewCount Count, DateTimeOffset Until);
}
