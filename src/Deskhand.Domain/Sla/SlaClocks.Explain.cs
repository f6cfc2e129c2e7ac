using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>What a stretch of a ticket's life was to a clock.</summary>
public enum SlaTime
{
    /// <summary>It counted.</summary>
    Running,

    /// <summary>The calendar was closed.</summary>
    Closed,

    /// <summary>The calendar was closed for a holiday.</summary>
    Holiday,

    /// <summary>The status waited for somebody else.</summary>
    Paused,

    /// <summary>The ticket was solved.</summary>
    Solved,

    /// <summary>The ticket was deleted or merged.</summary>
    Stopped,
}

/// <summary>A line of the ledger.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="Until">Exclusive; where the next line begins.</param>
/// <param name="Time">What it was.</param>
/// <param name="Turn">The turn it is part of: the status, and who made it so.</param>
/// <param name="Holiday">The holiday's name, where it is one.</param>
public sealed record SlaLine(DateTimeOffset From, DateTimeOffset Until, SlaTime Time, SlaTurn Turn, string? Holiday)
{
    /// <summary>How long.</summary>
    public TimeSpan Length => Until - From;
}

/// <summary>How a clock would stand in another status.</summary>
/// <param name="Metric">Which clock.</param>
/// <param name="Run">Whether it would run.</param>
/// <param name="Left">What is left of the target; negative when it is overspent.</param>
/// <param name="DueAt">When it would be due; null when it would stand.</param>
public sealed record SlaProspect(SlaMetric Metric, SlaRun Run, TimeSpan Left, DateTimeOffset? DueAt);

/// <content>Explanations.</content>
public sealed partial record SlaClocks
{
    /// <summary>
    /// Where a clock's time went, from its start until now or until it was kept: without gaps, and the lines that ran add up to what is used.
    /// </summary>
    public ImmutableArray<SlaLine> Explain(SlaClock clock, DateTimeOffset now, SlaRules rules)
    {
        var lines = ImmutableArray.CreateBuilder<SlaLine>();
        foreach (var (turn, from, until) in Stretches(clock, now))
        {
            if (turn.Run == SlaRun.Running)
                lines.AddRange(rules.Calendar(turn.CalendarId).Pieces(from, until).Select(p => new SlaLine(p.From, p.Until, Time(p.Time), turn, p.Holiday)));
            else
                lines.Add(new(from, until, Time(turn.Run), turn, null));
        }

        return lines.ToImmutable();
    }

    /// <summary>When what is still to be kept would be due if the ticket went to a status now.</summary>
    public ImmutableArray<SlaProspect> WhatIf(Ticket ticket, WorkflowStatus status, DateTimeOffset now, SlaPolicy policy, SlaRules rules)
    {
        var run = RunOf(ticket with { Status = status.Key, StatusCategory = status.Category }, policy);
        var calendar = rules.Calendar(policy.Fields.CalendarId);
        return
        [
            .. Clocks.Where(clock => clock is { MetAt: null, TargetMinutes: not null }).Select(clock =>
            {
                var left = TimeSpan.FromMinutes(clock.TargetMinutes!.Value) - Used(clock, now, rules);
                return new SlaProspect(clock.Metric, run, left, run != SlaRun.Running ? null : left > TimeSpan.Zero ? calendar.Add(now, left) : When(clock, 100, rules) ?? now);
            }),
        ];
    }

    private static SlaTime Time(CalendarTime time) => time switch
    {
        CalendarTime.Open => SlaTime.Running,
        CalendarTime.Closed => SlaTime.Closed,
        CalendarTime.Holiday => SlaTime.Holiday,
    };

    private static SlaTime Time(SlaRun run) => run switch
    {
        SlaRun.Running => SlaTime.Running,
        SlaRun.Paused => SlaTime.Paused,
        SlaRun.Solved => SlaTime.Solved,
        SlaRun.Stopped => SlaTime.Stopped,
    };
}
