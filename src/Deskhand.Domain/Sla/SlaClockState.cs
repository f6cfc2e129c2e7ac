namespace Deskhand.Sla;

/// <summary>How one promise stands.</summary>
public enum SlaClockState
{
    /// <summary>Time counts against it.</summary>
    Running,

    /// <summary>It waits for somebody else.</summary>
    Paused,

    /// <summary>Kept in time.</summary>
    Met,

    /// <summary>Kept too late.</summary>
    MetLate,

    /// <summary>Missed, and still to be kept.</summary>
    Breached,

    /// <summary>The ticket is solved, deleted or merged before it was kept, or nothing is promised.</summary>
    Stopped,
}

/// <content>How each promise stands.</content>
public sealed partial record SlaClocks
{
    /// <summary>How one promise stands, in the words for all of them together (<see cref="State"/>); null where nothing of the kind is promised.</summary>
    public SlaState? StateOf(SlaMetric metric) => PolicyId is null ? null : Of(metric) switch
    {
        null or { TargetMinutes: null } => null,
        { BreachedAt: not null } => SlaState.Breached,
        { MetAt: not null } => SlaState.Ok,
        _ when Now.Run == SlaRun.Paused => SlaState.Paused,
        { Fired.IsEmpty: false } when Now.Run == SlaRun.Running => SlaState.AtRisk,
        _ => SlaState.Ok,
    };

    /// <summary>How a clock stands now.</summary>
    public SlaClockState StateOf(SlaClock clock) => clock switch
    {
        { MetAt: not null, BreachedAt: null } => SlaClockState.Met,
        { MetAt: not null } => SlaClockState.MetLate,
        { TargetMinutes: null } => SlaClockState.Stopped,
        _ => Now.Run switch
        {
            SlaRun.Solved or SlaRun.Stopped => SlaClockState.Stopped,
            SlaRun.Running or SlaRun.Paused when clock.BreachedAt is not null => SlaClockState.Breached,
            SlaRun.Paused => SlaClockState.Paused,
            SlaRun.Running => SlaClockState.Running,
        },
    };
}
