using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Sla;

namespace Deskhand.Tickets;

/// <content>What a change and the passing of time do to a ticket's clocks (SPEC §4).</content>
public sealed partial record TicketDecision
{
    /// <summary>The clocks go on from the change that was decided: they start, stand, run, are met.</summary>
    private static TicketDecision WithClocks(TicketDecision decision, Rulebook rulebook, Circumstances c)
    {
        var ticket = decision.After;
        var policy = rulebook.Sla.Match(ticket.Fields, c.Known.Tier);
        var before = ticket.Clocks;
        if (before is null)
        {
            if (policy is null || SlaClocks.RunOf(ticket, policy) is SlaRun.Solved or SlaRun.Stopped) return decision;
            before = SlaClocks.Begin(ticket, policy, c);
        }

        var said = decision.Comment is { DeletedAt: null, EditedAt: null } comment && comment.CreatedAt == c.Now ? comment : null;
        var after = before.After(ticket, said, policy, rulebook.Sla, c);
        if (ReferenceEquals(after, ticket.Clocks)) return decision;
        var kept = after.Clocks.Where(clock => clock is { MetAt: not null, BreachedAt: null, TargetMinutes: not null } && before.Clocks.All(b => (b.Metric, b.Round, b.MetAt) != (clock.Metric, clock.Round, clock.MetAt)));
        return Told(decision with { After = ticket with { Clocks = after, Sla = after.Summary } },
            [.. kept.Select(clock => new SlaNews("ticket.sla_achieved", "achieved", clock.Metric, null, after.When(clock with { MetAt = null }, 100, rulebook.Sla)))]);
    }

    /// <summary>
    /// Time has passed: what is due by now is told, and at the threshold for it the ticket is escalated. Nobody worked on the ticket, so its
    /// <see cref="Ticket.UpdatedAt"/> stays.
    /// </summary>
    private static Outcome<TicketDecision> Ticked(Ticket before, Rulebook rulebook, Circumstances c)
    {
        if (before.Clocks is not { } clocks) return Unchanged(before);
        var policy = rulebook.Sla.Match(before.Fields, c.Known.Tier);
        // by the rules as they are now, which may not be those that the clocks were set by
        var (after, passed) = clocks.After(before, null, policy, rulebook.Sla, c).Tick(c.Now, policy, rulebook.Sla);
        if (ReferenceEquals(after, clocks)) return Unchanged(before);
        var ticket = before with { Clocks = after, Sla = after.Summary };
        if (passed.IsEmpty || policy is null) return new TicketDecision { After = ticket, At = c.Now };

        var decision = Told(new() { After = ticket with { Version = before.Version + 1 }, At = c.Now },
            [.. passed.Where(p => p.Percent == 100 || policy.Fields.WarnAt.Contains(p.Percent)).Select(p => p.Percent == 100
                ? new SlaNews("ticket.sla_breached", "breached", p.Metric, p.Percent, p.DueAt)
                : new SlaNews("ticket.sla_warning", "warning", p.Metric, p.Percent, p.DueAt))]);
        return passed.FirstOrDefault(p => p.Percent == policy.Fields.EscalateAt) is { } escalating && before.EscalationLevel == 0
            ? EscalatedBy(escalating, decision, c)
            : decision;
    }

    private static TicketDecision EscalatedBy(SlaPassed passed, TicketDecision decision, Circumstances c)
    {
        var before = decision.After;
        var after = before with { EscalationLevel = 1, EscalationReason = $"SLA: {passed.Percent} % of the time for the {Spoken(passed.Metric)} is used", EscalatedAt = c.Now };
        var changes = TicketDiff.Escalation(before, after);
        return decision with
        {
            After = after with { Sequence = after.Sequence + 1 },
            History = decision.History.AddRange(changes),
            Events = decision.Events.Add(new("ticket.escalated", changes)),
        };
    }

    private static TicketDecision Told(TicketDecision decision, ImmutableArray<SlaNews> news) => news.IsEmpty ? decision : decision with
    {
        After = decision.After with { Sequence = decision.After.Sequence + news.Length },
        History = decision.History.AddRange(news.Select(n => new FieldChange("sla", null, n.ToJson()))),
        Events = decision.Events.AddRange(news.Select(n => new TicketEvent(n.Type, []) { Sla = n })),
    };

    private static string Spoken(SlaMetric metric) => metric switch
    {
        SlaMetric.FirstResponse => "first response",
        SlaMetric.NextResponse => "next response",
        SlaMetric.Resolution => "resolution",
    };
}

/// <summary>What an event about a clock tells.</summary>
/// <param name="Type">The event's type.</param>
/// <param name="What">In one word, as history has it: warning, breached or achieved.</param>
/// <param name="Metric">Which promise.</param>
/// <param name="Percent">Of its target; null when it was kept.</param>
/// <param name="DueAt">When it was or will be due; null when that cannot be said while the clock stands.</param>
public sealed record SlaNews(string Type, string What, SlaMetric Metric, int? Percent, DateTimeOffset? DueAt)
{
    internal string ToJson()
    {
        var told = new SortedDictionary<string, object>(StringComparer.Ordinal) { ["metric"] = Wire.Name(Metric), ["what"] = What };
        if (Percent is { } percent) told["percent"] = percent;
        if (DueAt is { } due) told["dueAt"] = Json.Text(due);
        return JsonSerializer.Serialize(told);
    }
}
