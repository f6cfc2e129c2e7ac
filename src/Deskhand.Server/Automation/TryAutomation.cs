using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Automation;

/// <summary>What an automation would do if it ran now.</summary>
/// <param name="Tickets">How many tickets were looked at, of those whose wait is over and that it has not met.</param>
/// <param name="Complete">Whether these were all; false when there may be more that it would take up.</param>
/// <param name="Matches">The tickets for which it would do something, newest first by the instant that it waits from.</param>
internal sealed record AutomationTrialResponse(int Tickets, bool Complete, IReadOnlyList<AutomationMatch> Matches);

/// <summary>A ticket that an automation would take up.</summary>
/// <param name="TicketId">The ticket.</param>
/// <param name="Reference">Its reference.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="At">The instant that the wait counts from, or to: when it was created, solved, came to its status, or is due.</param>
/// <param name="Changes">What the automation would change; empty when nothing.</param>
/// <param name="Notified">Whom it would tell something: requester, assignee, followers, group, managers, or the id of an agent.</param>
/// <param name="WebhookIds">Which webhooks it would call.</param>
/// <param name="Problem">Why it could not do it.</param>
internal sealed record AutomationMatch(
    Guid TicketId, string Reference, string Subject, DateTimeOffset At, IReadOnlyList<TrialChange> Changes, IReadOnlyList<string> Notified, IReadOnlyList<Guid> WebhookIds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RuleFailure? Problem);

/// <summary>POST /automations/try: one that is not saved, which has met no ticket yet.</summary>
internal static class TryAutomation
{
    internal sealed record TryAutomationBody
    {
        public required RuleFields Automation { get; init; }

        /// <summary>How many tickets to tell of, 1 to 100.</summary>
        public int Limit { get; init; } = 20;
    }

    public static async Task<Answer<AutomationTrialResponse>> Handle(TryAutomationBody body, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(body.Automation.Check() is { } invalid ? invalid : await AutomationTrial.Run(Guid.Empty, body.Automation, 1, body.Limit, caller, session, clock, cancellationToken));
}

/// <summary>POST /automations/{id}/try: one that is saved, switched on or not. What it has met in the state it is in stays out.</summary>
internal static class TrySavedAutomation
{
    internal sealed record TrySavedAutomationBody
    {
        /// <summary>What it might become; without it, it is tried as it is saved.</summary>
        public RuleFields? Automation { get; init; }

        /// <summary>How many tickets to tell of, 1 to 100.</summary>
        public int Limit { get; init; } = 20;
    }

    public static async Task<Answer<AutomationTrialResponse>> Handle(string id, TrySavedAutomationBody body, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(await RuleRow.Find(session, RuleKind.Automation, id, locked: false, cancellationToken) is not { } row ? Problem.NotFound("automation")
            : body.Automation?.Check() is { } invalid ? invalid
            : await AutomationTrial.Run(row.Id, body.Automation ?? row.Fields, row.Version, body.Limit, caller, session, clock, cancellationToken));
}

/// <summary>Finds what an automation would take up now, as <see cref="AutomationSweep"/> does for one that is new, and what it would do. Nothing is written.</summary>
internal static class AutomationTrial
{
    /// <summary>How many tickets are read, at most: the newest by the instant that the index has.</summary>
    private const int Most = 5000;
    private const int AtOnce = 100;

    public static async Task<Outcome<AutomationTrialResponse>> Run(
        Guid id, RuleFields fields, long version, int limit, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 100) return Problem.Invalid("limit", "This is a number from 1 to 100.");
        return await session.Transact<AutomationTrialResponse>(async () =>
        {
            var rulebook = await Rulebooks.Load(session, cancellationToken);
            var compiled = Rule.Compile(id, RuleKind.Automation, fields, version, rulebook);
            if (compiled.Problem is { } meaningless) return meaningless;
            var (rule, now) = (compiled.Value, Instants.Now(clock));
            var (waiting, isAll) = await Waiting(session, rule, caller, now, cancellationToken);
            var (matches, looked, answers) = (new List<AutomationMatch>(), 0, RuleTrial.NoAnswers);
            foreach (var some in waiting.Chunk(AtOnce).TakeWhile(_ => matches.Count < limit))
            {
                var tickets = (await Load(session, some, cancellationToken)).ToDictionary(t => t.Id);
                foreach (var ticketId in some.TakeWhile(_ => matches.Count < limit))
                {
                    looked++;
                    if (!tickets.TryGetValue(ticketId, out var ticket)) continue;
                    RuleScene Scene(Known known) => new(ticket, ticket, [], null, rulebook, new Circumstances(Actor.System(Via.Timer), now, known));
                    // what was asked for one ticket, such as the tier of a customer, is not asked for the next again
                    (var run, answers) = await RuleTrial.Decide(rule, Scene, answers, session, clock, cancellationToken);
                    if (run is null) continue;
                    matches.Add(new AutomationMatch(ticket.Id, ticket.Reference, ticket.Fields.Subject, rule.Waits.First(w => w.AtLeast).InstantOf(ticket)!.Value,
                        RuleTrial.Changes(run), [.. RuleRunRow.Notified(run)], [.. run.Webhooks], RuleTrial.Failure(run)));
                }
            }

            return new AutomationTrialResponse(looked, isAll && looked == waiting.Count, matches);
        }, cancellationToken);
    }

    /// <summary>
    /// The tickets whose wait is over and that the rule has not met in the state they are in, newest first. Whatever few of them that are, no more than
    /// <see cref="Most"/> rows are read: what is decided of a row stands beside it and not in the WHERE, which would go on until it has found so many.
    /// </summary>
    private static async Task<(List<Guid> Ids, bool IsAll)> Waiting(TenantSession session, Rule rule, Caller caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var window = Window.Whole(rule, now);
        List<NpgsqlParameter> parameters = [Rows.P(session.TenantId), Rows.P(window.Until), Rows.P(window.Over?.Until ?? window.Until), Rows.P(rule.Id)];
        var scope = TicketScopes.Where(caller, parameters) is { } mayRead ? " AND " + mayRead : "";
        var read = await session.Query($"""
            SELECT t.id, {window.Over?.Column ?? window.Column} <= $3 AND NOT {Window.Met(rule, "$4")}{scope} FROM {window.From}
            WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND {window.Only} AND {window.Column} <= $2
            ORDER BY {window.Column} DESC, {window.Id} DESC LIMIT {Most + 1}
            """, r => (Id: r.GetGuid(0), Waits: !r.IsDBNull(1) && r.GetBoolean(1)), cancellationToken, [.. parameters]);
        return ([.. read.Take(Most).Where(r => r.Waits).Select(r => r.Id)], read.Count <= Most);
    }

    private static async Task<List<Ticket>> Load(TenantSession session, Guid[] ids, CancellationToken cancellationToken) =>
        await ClockRow.Load(session, await session.Query($"SELECT {TicketRow.Columns} FROM tickets t WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND t.deleted_at IS NULL",
            TicketRow.Read, cancellationToken, Rows.P(session.TenantId), Rows.P(ids)), cancellationToken);
}
