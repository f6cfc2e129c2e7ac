using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Sla;

/// <summary>How well promises were kept.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="Until">Exclusive.</param>
/// <param name="By">What the rows are by.</param>
/// <param name="Data">One row for each of those and metric.</param>
internal sealed record SlaReport(DateTimeOffset From, DateTimeOffset Until, string By, IReadOnlyList<SlaReportRow> Data);

/// <summary>A row of the report.</summary>
/// <param name="Key">An id, a priority, or the first day of a time in the tenant's zone; null = none.</param>
/// <param name="Name">Its name, where it has one that the caller may read.</param>
/// <param name="Metric">What was promised.</param>
/// <param name="Total">Promises that were kept or missed in this time.</param>
/// <param name="Kept">Those that were kept in time.</param>
/// <param name="Missed">The others, also those that are still to be kept.</param>
/// <param name="Compliance">Kept of total, in percent.</param>
/// <param name="AverageMinutes">The mean of what was used, in minutes of the calendar.</param>
internal sealed record SlaReportRow(string? Key, string? Name, SlaMetric Metric, long Total, long Kept, long Missed, double Compliance, double AverageMinutes);

/// <summary>GET /sla/report: what was kept and missed of the tickets that the caller sees, at most 366 days at once; the last 30 unless said otherwise.</summary>
internal static class GetSlaReport
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>What a report can be by: the key, and the name that belongs to it.</summary>
    private static readonly Dictionary<string, (string Key, string? Names)> By = new(StringComparer.Ordinal)
    {
        ["policy"] = ("r.policy_id::text", "SELECT fields ->> 'name' FROM sla_policies n WHERE n.tenant_id = $1 AND n.id = g.key::uuid"),
        ["group"] = ("r.group_id::text", "SELECT name FROM groups n WHERE n.tenant_id = $1 AND n.id = g.key::uuid"),
        ["agent"] = ("r.assignee_id::text", "SELECT name FROM users n WHERE n.tenant_id = $1 AND n.id = g.key::uuid"),
        ["customer"] = ("r.customer_id::text", "SELECT name FROM customers n WHERE n.tenant_id = $1 AND n.id = g.key::uuid"),
        ["priority"] = ("(CASE r.priority WHEN 1 THEN 'low' WHEN 2 THEN 'normal' WHEN 3 THEN 'high' ELSE 'urgent' END)", null),
        ["day"] = ("to_char(date_trunc('day', r.at AT TIME ZONE $4), 'YYYY-MM-DD')", null),
        ["week"] = ("to_char(date_trunc('week', r.at AT TIME ZONE $4), 'YYYY-MM-DD')", null),
        ["month"] = ("to_char(date_trunc('month', r.at AT TIME ZONE $4), 'YYYY-MM-DD')", null),
    };

    public static async Task<Answer<SlaReport>> Handle(
        string? by, string? from, string? until, Caller caller, TenantSession session, Rulebooks rulebooks, TimeProvider clock, CancellationToken cancellationToken)
    {
        by ??= "policy";
        if (!By.TryGetValue(by, out var what)) return Answer.Ok<SlaReport>(Problem.Malformed("by", $"A report is by one of: {string.Join(", ", By.Keys)}.") with { Allowed = [.. By.Keys] });
        if (until is not null && Instants.Parse(until) is null) return Answer.Ok<SlaReport>(Problem.Malformed("until", "This is an instant such as 2026-11-20T09:30:00Z."));
        if (from is not null && Instants.Parse(from) is null) return Answer.Ok<SlaReport>(Problem.Malformed("from", "This is an instant such as 2026-11-20T09:30:00Z."));
        var end = until is null ? Instants.Now(clock) : Instants.Parse(until)!.Value;
        var start = from is null ? end.AddDays(-30) : Instants.Parse(from)!.Value;
        if (start >= end || end - start > Longest) return Answer.Ok<SlaReport>(Problem.Malformed("from", $"This is before until, by at most {Longest.TotalDays:0} days."));

        var zone = (await rulebooks.Of(session, cancellationToken)).TimeZone;
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(start), Rows.P(end), Rows.P(zone) };
        var scope = TicketScopes.Where(caller, parameters) is { } rule ? " AND " + rule : "";
        var names = what.Names is { } query && caller.May(by is "customer" ? Permission.CustomersRead : by is "policy" ? Permission.SettingsRead : Permission.UsersRead) ? $"({query})" : "NULL";
        var rows = await session.Query($"""
            SELECT g.key, {names}, g.metric, g.total, g.kept, g.used FROM (
                SELECT {what.Key} AS key, r.metric, count(*) AS total, count(*) FILTER (WHERE r.breached_at IS NULL) AS kept, avg(r.used_seconds)::double precision AS used
                FROM sla_results r JOIN tickets t ON t.tenant_id = r.tenant_id AND t.id = r.ticket_id
                WHERE r.tenant_id = $1 AND r.at >= $2 AND r.at < $3 AND t.deleted_at IS NULL AND t.merged_into_id IS NULL AND $4 <> ''{scope}
                GROUP BY 1, 2) g
            ORDER BY g.total DESC, g.key, g.metric LIMIT 3000
            """, r => new SlaReportRow(r.Text(0), r.Text(1), Wire.Find<SlaMetric>(r.GetString(2))!.Value, r.GetInt64(3), r.GetInt64(4), r.GetInt64(3) - r.GetInt64(4),
                Math.Round(100.0 * r.GetInt64(4) / r.GetInt64(3), 2), Math.Round(r.GetDouble(5) / 60, 2)), cancellationToken, [.. parameters]);
        return Answer.Ok<SlaReport>(new SlaReport(start, end, by, [.. by is "day" or "week" or "month" ? rows.OrderBy(r => r.Key, StringComparer.Ordinal).ThenBy(r => r.Metric) : rows.AsEnumerable()]));
    }
}
