using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>How a ticket stands with what was promised.</summary>
/// <param name="TicketId">The ticket.</param>
/// <param name="State">The worst of its clocks; null where no policy applies.</param>
/// <param name="NextDueAt">The earliest instant at which something is due; null while nothing runs.</param>
/// <param name="Policy">The policy that applies, or null.</param>
/// <param name="Monitored">Whether passing time is acted on in this tenant.</param>
/// <param name="Clocks">Each promise.</param>
/// <param name="IfStatus">With <c>ifStatus</c>: how it would stand if the ticket went to that status now.</param>
internal sealed record SlaStatus(
    Guid TicketId, SlaState? State, DateTimeOffset? NextDueAt, SlaPolicyName? Policy, bool Monitored, IReadOnlyList<ClockStatus> Clocks, IReadOnlyList<ClockProspect>? IfStatus);

/// <summary>A policy by its name.</summary>
internal sealed record SlaPolicyName(Guid Id, string Name);

/// <summary>How one promise stands.</summary>
/// <param name="Metric">What is promised.</param>
/// <param name="Round">Which one of its kind, from 0: each message of the customer after the first answer asks for another next response.</param>
/// <param name="State">How it stands.</param>
/// <param name="TargetMinutes">What is promised; null = nothing at present.</param>
/// <param name="UsedSeconds">How much of it is used.</param>
/// <param name="LeftSeconds">How much is left; negative when it is overspent.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="DueAt">When it is or was due; null while that cannot be said because it stands.</param>
/// <param name="Paused">Why it stands, if it does.</param>
/// <param name="Passed">The thresholds that have passed, in percent.</param>
/// <param name="MetAt">When it was kept.</param>
/// <param name="BreachedAt">When it was missed.</param>
/// <param name="Ledger">With <c>explain=true</c>: where the time went, without gaps; what ran adds up to what is used.</param>
internal sealed record ClockStatus(
    SlaMetric Metric, int Round, SlaClockState State, int? TargetMinutes, double UsedSeconds, double? LeftSeconds, DateTimeOffset StartedAt, DateTimeOffset? DueAt, ClockPause? Paused,
    IReadOnlyList<int> Passed, DateTimeOffset? MetAt, DateTimeOffset? BreachedAt, IReadOnlyList<LedgerLine>? Ledger);

/// <summary>Since when a clock stands, in which status, and who made it so.</summary>
internal sealed record ClockPause(DateTimeOffset Since, string Status, ActorKind ByKind, Guid? ById, Via Via);

/// <summary>A stretch of time: what it was to the clock, in which status of the ticket, and who made it so.</summary>
internal sealed record LedgerLine(DateTimeOffset From, DateTimeOffset Until, double Seconds, SlaTime Time, string Status, ActorKind ByKind, Guid? ById, Via Via, string? Holiday);

/// <summary>How a clock would stand: whether it would run, what is left, and when it would be due.</summary>
internal sealed record ClockProspect(SlaMetric Metric, SlaRun Run, double LeftSeconds, DateTimeOffset? DueAt);

/// <summary>GET /tickets/{id}/sla-status: each clock; <c>explain=true</c> says where the time went, <c>ifStatus=</c> when it would be due otherwise.</summary>
internal static class GetSlaStatus
{
    public static async Task<Answer<SlaStatus>> Handle(
        string id, string? explain, string? ifStatus, Caller caller, TenantSession session, Rulebooks rulebooks, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (explain is not (null or "true" or "false")) return Answer.Ok<SlaStatus>(Problem.Malformed("explain", "This is true or false."));
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var allowed = rulebook.Workflow.Statuses.Select(s => s.Key).ToList();
        if (ifStatus is not null && !allowed.Contains(ifStatus, StringComparer.Ordinal))
            return Answer.Ok<SlaStatus>(Problem.Malformed("ifStatus", $"There is no such status; there are: {string.Join(", ", allowed)}.") with { Allowed = [.. allowed] });
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Answer.Ok<SlaStatus>(Problem.NotFound("ticket"));

        var clocks = (await ClockRow.Load(session, [ticket], cancellationToken))[0].Clocks;
        var rules = rulebook.Sla;
        if (clocks is null) return Answer.Ok<SlaStatus>(new SlaStatus(ticket.Id, null, null, null, rules.Monitored, [], ifStatus is null ? null : []));
        var now = Instants.Now(clock);
        var policy = rules.Policies.FirstOrDefault(p => p.Id == clocks.PolicyId);
        IEnumerable<SlaProspect>? would = ifStatus is null ? null : policy is null ? [] : clocks.WhatIf(ticket, rulebook.Workflow.Find(ifStatus)!, now, policy, rules);
        return Answer.Ok<SlaStatus>(new SlaStatus(ticket.Id, clocks.Summary?.State, clocks.NextDueAt, policy is null ? null : new(policy.Id, policy.Fields.Name), rules.Monitored,
            [.. clocks.Clocks.OrderBy(c => c.Metric).Select(c => Of(c, clocks, now, explain == "true", rules))],
            would?.Select(p => new ClockProspect(p.Metric, p.Run, p.Left.TotalSeconds, p.DueAt)).ToList()));
    }

    private static ClockStatus Of(SlaClock clock, SlaClocks all, DateTimeOffset now, bool explain, SlaRules rules)
    {
        var used = all.Used(clock, now, rules);
        var state = all.StateOf(clock);
        return new(clock.Metric, clock.Round, state, clock.TargetMinutes, used.TotalSeconds, clock.TargetMinutes is { } minutes ? (TimeSpan.FromMinutes(minutes) - used).TotalSeconds : null,
            clock.StartedAt, all.When(clock with { MetAt = null }, 100, rules), state == SlaClockState.Paused ? new(all.Now.At, all.Now.Status, all.Now.ByKind, all.Now.ById, all.Now.Via) : null,
            clock.Fired, clock.MetAt, clock.BreachedAt,
            explain ? [.. all.Explain(clock, now, rules).Select(l => new LedgerLine(l.From, l.Until, l.Length.TotalSeconds, l.Time, l.Turn.Status, l.Turn.ByKind, l.Turn.ById, l.Turn.Via, l.Holiday))] : null);
    }
}
