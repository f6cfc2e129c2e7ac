using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Automation;

/// <summary>What a trigger would have done to past changes.</summary>
/// <param name="Tickets">How many tickets were looked at: those changed last.</param>
/// <param name="Changes">How many changes of theirs.</param>
/// <param name="Matches">Those that it would have answered, newest first.</param>
internal sealed record TrialResponse(int Tickets, int Changes, IReadOnlyList<TrialMatch> Matches);

/// <summary>A past change that a trigger would have answered.</summary>
/// <param name="TicketId">The ticket.</param>
/// <param name="Reference">Its reference.</param>
/// <param name="At">When the change was made.</param>
/// <param name="ActorKind">By whom.</param>
/// <param name="Events">What the change was told as.</param>
/// <param name="Changes">What the trigger would have changed; empty when nothing.</param>
/// <param name="Notified">Whom it would have told something: requester, assignee, followers, group, managers, or the id of an agent.</param>
/// <param name="WebhookIds">Which webhooks it would have called.</param>
/// <param name="Problem">Why it could not have done it.</param>
internal sealed record TrialMatch(
    Guid TicketId, string Reference, DateTimeOffset At, ActorKind ActorKind, IReadOnlyList<string> Events, IReadOnlyList<TrialChange> Changes, IReadOnlyList<string> Notified, IReadOnlyList<Guid> WebhookIds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RuleFailure? Problem);

/// <summary>POST /triggers/try: one that is not saved.</summary>
internal static class TryTrigger
{
    internal sealed record TryBody
    {
        public required RuleFields Trigger { get; init; }

        /// <summary>How many tickets to look at, 1 to 100: those changed last.</summary>
        public int Tickets { get; init; } = 20;
    }

    public static async Task<Answer<TrialResponse>> Handle(TryBody body, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(body.Trigger.Check() is { } invalid ? invalid : await Trial.Run(Guid.Empty, body.Trigger, 1, body.Tickets, caller, session, clock, cancellationToken));
}

/// <summary>POST /triggers/{id}/try: one that is saved, switched on or not.</summary>
internal static class TrySavedTrigger
{
    internal sealed record TrySavedBody
    {
        /// <summary>How many tickets to look at, 1 to 100: those changed last.</summary>
        public int Tickets { get; init; } = 20;
    }

    public static async Task<Answer<TrialResponse>> Handle(string id, TrySavedBody body, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(await RuleRow.Find(session, RuleKind.Trigger, id, locked: false, cancellationToken) is { } row
            ? await Trial.Run(row.Id, row.Fields, row.Version, body.Tickets, caller, session, clock, cancellationToken) : Problem.NotFound("trigger"));
}

/// <summary>Tries a trigger on what has happened. Nothing is written.</summary>
internal static class Trial
{
    private const int MostChanges = 1000;

    public static async Task<Outcome<TrialResponse>> Run(Guid id, RuleFields fields, long version, int tickets, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (tickets is < 1 or > 100) return Problem.Invalid("tickets", "This is a number from 1 to 100.");
        return await session.Transact<TrialResponse>(async () =>
        {
            var rulebook = await Rulebooks.Load(session, cancellationToken);
            var compiled = Rule.Compile(id, RuleKind.Trigger, fields, version, rulebook);
            if (compiled.Problem is { } meaningless) return meaningless;
            var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId) };
            var scope = TicketScopes.Where(caller, parameters) is { } rule ? " AND " + rule : "";
            var newest = await session.Query($"SELECT {TicketRow.Columns} FROM tickets t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL{scope} ORDER BY t.updated_at DESC, t.id DESC LIMIT {tickets}",
                TicketRow.Read, cancellationToken, [.. parameters]);
            var (matches, changes) = (new List<TrialMatch>(), 0);
            foreach (var ticket in await ClockRow.Load(session, newest, cancellationToken))
            {
                foreach (var past in PastChange.Of(ticket, await History(session, ticket.Id, cancellationToken), rulebook.Workflow))
                {
                    if (++changes > MostChanges) break;
                    if (await Try(compiled.Value, past, rulebook, session, clock, cancellationToken) is not { } run) continue;
                    matches.Add(new TrialMatch(ticket.Id, ticket.Reference, past.At, past.By.Kind, [.. past.Events.Select(e => e.Type)],
                        RuleTrial.Changes(run), [.. RuleRunRow.Notified(run)], [.. run.Webhooks], RuleTrial.Failure(run)));
                }
            }

            return new TrialResponse(newest.Count, Math.Min(changes, MostChanges), [.. matches.OrderByDescending(m => m.At)]);
        }, cancellationToken);
    }

    private static async Task<RuleRun?> Try(Rule rule, PastChange past, Rulebook rulebook, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        var comment = past.CommentId is { } said ? await Comment(session, said, cancellationToken) : null;
        var events = comment is null ? past.Events : [.. past.Events.Select(e => e.Type == "ticket.commented" ? e with { Comment = comment } : e)];
        RuleScene Scene(Known known) => new(past.Before, past.After, events, comment, rulebook, new Circumstances(past.By, past.At, known));
        return (await RuleTrial.Decide(rule, Scene, RuleTrial.NoAnswers, session, clock, cancellationToken)).Run;
    }

    private static Task<List<HistoryEntry>> History(TenantSession session, Guid ticket, CancellationToken cancellationToken) => session.Query("""
        SELECT at, actor_kind, actor_id, via, field, from_value::text, to_value::text, rule IS NOT NULL,
               (SELECT u.role FROM users u WHERE u.tenant_id = $1 AND u.id = actor_id AND actor_kind = 'agent') FROM history
        WHERE tenant_id = $1 AND entity_id = $2 ORDER BY id DESC LIMIT 500
        """, r => new HistoryEntry(r.GetFieldValue<DateTimeOffset>(0), By(r),
            new FieldChange(r.GetString(4), r.Text(5), r.Text(6)), r.GetBoolean(7)), cancellationToken, Rows.P(session.TenantId), Rows.P(ticket));

    private static Actor By(NpgsqlDataReader r) => new(Wire.Find<ActorKind>(r.GetString(1))!.Value, r.Id(2), PermissionSet.None, Wire.Find<Via>(r.GetString(3))!.Value)
    {
        Role = r.Text(8) is { } role ? Wire.Find<Role>(role) : null,
    };

    private static async Task<Comment?> Comment(TenantSession session, Guid id, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT {CommentRow.Columns} FROM ticket_comments c WHERE c.tenant_id = $1 AND c.id = $2", CommentRow.Read, cancellationToken, Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault();
}
