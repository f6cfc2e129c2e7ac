using System.Collections.Immutable;

namespace Deskhand.Sla;

/// <summary>How a ticket stands with what was promised, by the worst of its clocks.</summary>
public enum SlaState
{
    /// <summary>In time, or kept.</summary>
    Ok,

    /// <summary>A threshold before the breach has passed.</summary>
    AtRisk,

    /// <summary>A target was missed; this stays.</summary>
    Breached,

    /// <summary>The clocks stand.</summary>
    Paused,
}

/// <summary>Whether the clocks of a ticket run, and if not why.</summary>
public enum SlaRun
{
    Running,

    /// <summary>The status waits for somebody else.</summary>
    Paused,

    /// <summary>The ticket is solved or closed.</summary>
    Solved,

    /// <summary>The ticket is deleted or merged.</summary>
    Stopped,
}

/// <summary>From an instant on the clocks of a ticket run or stand like this. Together these are the ledger: nothing else says how much time is used.</summary>
/// <param name="At">Since when.</param>
/// <param name="Run">Whether they run.</param>
/// <param name="Status">The ticket's status.</param>
/// <param name="CalendarId">By which calendar they run; null = plain time.</param>
/// <param name="ByKind">Who made it so.</param>
/// <param name="ById">The user or contact.</param>
/// <param name="Via">Through what.</param>
public sealed record SlaTurn(DateTimeOffset At, SlaRun Run, string Status, Guid? CalendarId, ActorKind ByKind, Guid? ById, Via Via);

/// <summary>One promise and what became of it.</summary>
public sealed record SlaClock
{
    public required SlaMetric Metric { get; init; }

    /// <summary>Which one of its kind, from 0: each message of the customer starts another next response.</summary>
    public int Round { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The present target in minutes; null = nothing is promised at present, but the time is kept.</summary>
    public int? TargetMinutes { get; init; }

    /// <summary>The thresholds in percent that have passed and were told, in order. None is ever told again, whatever the target becomes.</summary>
    public ImmutableArray<int> Fired { get; init; } = [];

    /// <summary>When it was kept, in time or late; null = it was not yet.</summary>
    public DateTimeOffset? MetAt { get; init; }

    /// <summary>When it was due and not kept; null = it was not missed.</summary>
    public DateTimeOffset? BreachedAt { get; init; }
}

/// <summary>A threshold that has passed.</summary>
/// <param name="Metric">Of which promise.</param>
/// <param name="Percent">Of its target.</param>
/// <param name="At">When it passed.</param>
/// <param name="DueAt">When the promise was or will be due, as things stand.</param>
public sealed record SlaPassed(SlaMetric Metric, int Percent, DateTimeOffset At, DateTimeOffset? DueAt);

/// <summary>What a list shows of the clocks.</summary>
/// <param name="State">The worst.</param>
/// <param name="NextDueAt">The earliest due instant that is still to be met, also a past one; null while nothing runs.</param>
/// <param name="PolicyId">The policy.</param>
public sealed record SlaSummary(SlaState State, DateTimeOffset? NextDueAt, Guid PolicyId);
