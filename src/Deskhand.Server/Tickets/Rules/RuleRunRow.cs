using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Automation;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>What a rule did to a ticket, as the API shows it.</summary>
/// <param name="Id">Of this run.</param>
/// <param name="At">When.</param>
/// <param name="Rule">Which rule, as it was then.</param>
/// <param name="Via"><c>rule</c> for a trigger or a group's routing, <c>timer</c> for an automation.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Fields">The fields that it changed; the history has their values.</param>
/// <param name="Notified">Whom it told something in its own words: requester, assignee, followers, group, managers, or the id of an agent.</param>
/// <param name="WebhookIds">The webhooks that it called; what became of that is in their deliveries.</param>
/// <param name="Problem">Why it failed.</param>
internal sealed record RuleRunResponse(
    Guid Id, DateTimeOffset At, HistoryRule Rule, Via Via, RuleOutcome Outcome, IReadOnlyList<string> Fields, IReadOnlyList<string> Notified, IReadOnlyList<Guid> WebhookIds, RuleFailure? Problem);

/// <summary>Why a rule could not do what it shall.</summary>
internal sealed record RuleFailure(string Code, string Detail);

/// <summary>What rules did, in its table.</summary>
internal static class RuleRunRow
{
    /// <summary>The parts of a decision: the change itself, and the steps of the rules after it, each with who did it.</summary>
    public static IEnumerable<(TicketDecision Part, Actor By, HistoryRule? Rule)> Parts(TicketDecision decision, Actor by)
    {
        yield return (decision, by, null);
        foreach (var run in decision.Rules)
            foreach (var step in run.Steps) yield return (step, Actor.System(run.Via), new HistoryRule(run.Rule, run.Name, run.Version));
    }

    /// <param name="tenantId">The tenant.</param>
    /// <param name="ticketId">The ticket.</param>
    /// <param name="at">When they ran.</param>
    /// <param name="runs">What they did.</param>
    public static IEnumerable<NpgsqlBatchCommand> Save(Guid tenantId, Guid ticketId, DateTimeOffset at, ImmutableArray<RuleRun> runs) => runs.Select(run => TenantSession.Batched("""
        INSERT INTO rule_runs (tenant_id, id, ticket_id, rule_id, name, version, via, at, outcome, fields, problem, entered_at, notified, webhook_ids)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT DO NOTHING
        """,
        Rows.P(tenantId), Rows.P((Guid?)Ids.New(at)), Rows.P((Guid?)ticketId), Rows.P(run.Rule), Rows.P(run.Name), Rows.P(run.Version), Rows.P(Wire.Name(run.Via)), Rows.P((DateTimeOffset?)at),
        Rows.P(Wire.Name(run.Outcome)),
        Rows.P(run.Steps.SelectMany(s => s.History).Select(h => h.Field).Distinct(StringComparer.Ordinal).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
        Rows.Json(run.Problem is { } problem ? JsonSerializer.Serialize(new RuleFailure(problem.Code, problem.Message), JsonFormat.Options) : null),
        Rows.P(run.EnteredAt), Rows.P(Notified(run).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text), Rows.P(run.Webhooks.ToArray())));

    /// <summary>Whom a run tells something, in the words of the rule.</summary>
    public static IEnumerable<string> Notified(RuleRun run) => run.Notices.Select(n => n.UserId?.ToString() ?? Wire.Name(n.To)).Distinct(StringComparer.Ordinal);
}

/// <summary>GET /tickets/{id}/rules: which rule did what to the ticket, newest first. Those that did not apply have left nothing.</summary>
internal static class ListRuleRuns
{
    public static async Task<Answer<Page<RuleRunResponse>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var request = page.ReadPage(caller.PageLimit);
        if (request.Problem is { } malformed) return Answer.Ok<Page<RuleRunResponse>>(malformed);
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Answer.Ok<Page<RuleRunResponse>>(Problem.NotFound("ticket"));
        Guid? last = null;
        if (request.Value.Cursor is { } place)
        {
            var values = Cursors.Read(place, "-at", 1);
            if (values.Problem is { } stale) return Answer.Ok<Page<RuleRunResponse>>(stale);
            if (!Guid.TryParse(values.Value[0], out var seen)) return Answer.Ok<Page<RuleRunResponse>>(Problem.Malformed("cursor", "This is not a cursor."));
            last = seen;
        }

        var total = (await session.Query("SELECT count(*) FROM rule_runs WHERE tenant_id = $1 AND ticket_id = $2", r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(ticket.Id)))[0];
        var rows = await session.Query($"""
            SELECT id, at, rule_id, name, version, via, outcome, fields, notified, webhook_ids, problem::text FROM rule_runs
            WHERE tenant_id = $1 AND ticket_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC OFFSET {request.Value.Skip} LIMIT {request.Value.Limit + 1}
            """, r => new RuleRunResponse(r.GetGuid(0), r.GetFieldValue<DateTimeOffset>(1), new HistoryRule(r.Id(2), r.GetString(3), r.GetInt64(4)), Wire.Find<Via>(r.GetString(5))!.Value,
                Wire.Find<RuleOutcome>(r.GetString(6))!.Value, r.GetFieldValue<string[]>(7), r.GetFieldValue<string[]>(8), r.GetFieldValue<Guid[]>(9), r.Text(10) is { } json ? JsonSerializer.Deserialize<RuleFailure>(json, JsonFormat.Options) : null),
            cancellationToken, Rows.P(session.TenantId), Rows.P(ticket.Id), Rows.P(last));
        var more = rows.Count > request.Value.Limit;
        if (more) rows.RemoveAt(request.Value.Limit);
        return Answer.Ok<Page<RuleRunResponse>>(new Page<RuleRunResponse>(rows, new(
            request.Value.Cursor is null ? request.Value.Page : null, request.Value.Limit, total, false, more ? Cursors.Write("-at", rows[^1].Id.ToString()) : null, more)));
    }
}
