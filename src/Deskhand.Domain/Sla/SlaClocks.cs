using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>
/// The clocks of one ticket. Times are never added up and stored: they follow from the turns and the calendars each time, so that used time,
/// due instants and the explanation cannot disagree.
/// </summary>
public sealed partial record SlaClocks
{
    /// <summary>The policy that applies; null = none does now.</summary>
    public Guid? PolicyId { get; init; }

    /// <summary>Since the clocks began, in order.</summary>
    public ImmutableArray<SlaTurn> Turns { get; init; } = [];

    /// <summary>One for each metric at most.</summary>
    public ImmutableArray<SlaClock> Clocks { get; init; } = [];

    /// <summary>When a threshold passes next; null = none will while things stay as they are, or nobody asked to be told.</summary>
    public DateTimeOffset? NextCheckAt { get; init; }

    /// <summary>See <see cref="SlaSummary.NextDueAt"/>.</summary>
    public DateTimeOffset? NextDueAt { get; init; }

    /// <summary>The worst of the clocks.</summary>
    public SlaState State { get; init; }

    /// <summary>What a list shows; null when no policy applies.</summary>
    public SlaSummary? Summary => PolicyId is { } id ? new(State, NextDueAt, id) : null;

    /// <summary>How the clocks run now.</summary>
    public SlaTurn Now => Turns[^1];

    /// <summary>The clock of a metric, or null.</summary>
    public SlaClock? Of(SlaMetric metric) => Clocks.FirstOrDefault(c => c.Metric == metric);

    /// <summary>The clocks of a ticket that a policy applies to for the first time: its time counts from now.</summary>
    public static SlaClocks Begin(Ticket ticket, SlaPolicy policy, Circumstances c)
    {
        var clocks = ImmutableArray.Create(new SlaClock { Metric = SlaMetric.Resolution, StartedAt = c.Now });
        if (ticket.FirstRespondedAt is null) clocks = clocks.Insert(0, new() { Metric = SlaMetric.FirstResponse, StartedAt = c.Now });
        return new()
        {
            Turns = [new(c.Now, RunOf(ticket, policy), ticket.Status, policy.Fields.CalendarId, c.By.Kind, c.By.Id, c.By.Via)],
            Clocks = clocks,
        };
    }

    /// <summary>Whether clocks run for a ticket.</summary>
    public static SlaRun RunOf(Ticket ticket, SlaPolicy? policy) => ticket switch
    {
        { DeletedAt: not null } or { MergedIntoId: not null } => SlaRun.Stopped,
        { StatusCategory: StatusCategory.Solved or StatusCategory.Closed } => SlaRun.Solved,
        _ when policy?.Pauses(ticket.Status, ticket.StatusCategory) ?? ticket.StatusCategory is StatusCategory.Pending or StatusCategory.OnHold => SlaRun.Paused,
        _ => SlaRun.Running,
    };

    /// <summary>
    /// The clocks after a change of the ticket. What was used stays used whatever changes, because it is in the turns; what was told stays told.
    /// The same reference back means that nothing changed.
    /// </summary>
    /// <param name="ticket">The ticket after the change.</param>
    /// <param name="said">The public comment that is new with it, if any.</param>
    /// <param name="policy">The policy that applies now, or null.</param>
    /// <param name="rules">The tenant's.</param>
    /// <param name="c">Who and when.</param>
    public SlaClocks After(Ticket ticket, Comment? said, SlaPolicy? policy, SlaRules rules, Circumstances c)
    {
        // a clock that was set back must not put a turn before the one it follows
        var now = c.Now > Now.At ? c.Now : Now.At;
        var run = RunOf(ticket, policy);
        var calendar = policy?.Fields.CalendarId ?? (policy is null ? Now.CalendarId : null);
        var turns = run == Now.Run && calendar == Now.CalendarId && (run == SlaRun.Running || string.Equals(Now.Status, ticket.Status, StringComparison.Ordinal))
            ? Turns
            : Turns.Add(new(now, run, ticket.Status, calendar, c.By.Kind, c.By.Id, c.By.Via));
        var turned = this with { PolicyId = policy?.Id, Turns = turns };
        var clocks = turned.Answered(said, run, now).Select(clock => clock.MetAt is null ? clock with { TargetMinutes = policy?.Fields.Minutes(clock.Metric, ticket.Fields.Priority) } : clock);
        return (turned with { Clocks = [.. clocks.Select(clock => turned.Late(clock, rules))] }).Derive(policy, rules) is var after && after.Same(this) ? this : after;
    }

    /// <summary>The clocks when some time has passed: which thresholds have passed that were not told, in order, each once.</summary>
    public (SlaClocks After, ImmutableArray<SlaPassed> Passed) Tick(DateTimeOffset now, SlaPolicy? policy, SlaRules rules)
    {
        if (policy is null || !rules.Monitored) return (this, []);
        ImmutableArray<SlaPassed> passed =
        [
            .. Clocks.Where(clock => clock is { MetAt: null, TargetMinutes: not null })
                .SelectMany(clock => policy.Fields.Thresholds.Except(clock.Fired).Select(percent => (clock, percent, At: When(clock, percent, rules))))
                .Where(t => t.At <= now)
                .OrderBy(t => t.At).ThenBy(t => t.clock.Metric).ThenBy(t => t.percent)
                .Select(t => new SlaPassed(t.clock.Metric, t.percent, t.At!.Value, When(t.clock, 100, rules))),
        ];
        if (passed.IsEmpty) return (this, []);
        var clocks = Clocks.Select(clock => passed.Where(p => p.Metric == clock.Metric).Aggregate(clock, (so, p) => so with
        {
            Fired = [.. so.Fired, p.Percent],
            BreachedAt = p.Percent == 100 ? so.BreachedAt ?? p.At : so.BreachedAt,
        }));
        return ((this with { Clocks = [.. clocks] }).Derive(policy, rules), passed);
    }

    /// <summary>How much of a clock's time is used at an instant.</summary>
    public TimeSpan Used(SlaClock clock, DateTimeOffset at, SlaRules rules)
    {
        var sum = TimeSpan.Zero;
        foreach (var (turn, from, until) in Stretches(clock, at))
            if (turn.Run == SlaRun.Running) sum += rules.Calendar(turn.CalendarId).Between(from, until);
        return sum;
    }

    /// <summary>When so much of a clock's target is used, as things stand; null = not while it stands, or never.</summary>
    public DateTimeOffset? When(SlaClock clock, int percent, SlaRules rules)
    {
        if (clock.TargetMinutes is not { } minutes) return null;
        var left = TimeSpan.FromTicks(minutes * TimeSpan.TicksPerMinute * percent / 100);
        foreach (var (turn, from, until) in Stretches(clock, DateTimeOffset.MaxValue))
        {
            if (turn.Run != SlaRun.Running) continue;
            var calendar = rules.Calendar(turn.CalendarId);
            if (until == DateTimeOffset.MaxValue) return calendar.Add(from, left);
            var used = calendar.Between(from, until);
            if (used >= left) return calendar.Add(from, left);
            left -= used;
        }

        return null;
    }

    /// <summary>The turns of a clock's life, each from when until when.</summary>
    internal IEnumerable<(SlaTurn Turn, DateTimeOffset From, DateTimeOffset Until)> Stretches(SlaClock clock, DateTimeOffset at)
    {
        var end = clock.MetAt is { } met && met < at ? met : at;
        for (var i = 0; i < Turns.Length; i++)
        {
            var from = Turns[i].At > clock.StartedAt ? Turns[i].At : clock.StartedAt;
            var until = i + 1 < Turns.Length && Turns[i + 1].At < end ? Turns[i + 1].At : end;
            if (until > from) yield return (Turns[i], from, until);
        }
    }

    /// <summary>What a comment and the status make of the promises themselves.</summary>
    private IEnumerable<SlaClock> Answered(Comment? said, SlaRun run, DateTimeOffset now)
    {
        var isReply = said is { Visibility: Visibility.Public, AuthorKind: ActorKind.Agent };
        var isAsked = said is { Visibility: Visibility.Public, AuthorKind: ActorKind.Contact };
        foreach (var clock in Clocks)
        {
            yield return clock.Metric switch
            {
                SlaMetric.FirstResponse => isReply ? clock with { MetAt = clock.MetAt ?? now } : clock,
                SlaMetric.NextResponse => isReply ? clock with { MetAt = clock.MetAt ?? now }
                    : isAsked && clock.MetAt is not null ? new() { Metric = SlaMetric.NextResponse, Round = clock.Round + 1, StartedAt = now } : clock,
                // solved again means kept at the later instant; the time between was used
                SlaMetric.Resolution => run == SlaRun.Solved ? clock with { MetAt = clock.MetAt ?? now } : run == SlaRun.Stopped ? clock : clock with { MetAt = null },
            };
        }

        if (isAsked && Of(SlaMetric.FirstResponse) is null or { MetAt: not null } && Of(SlaMetric.NextResponse) is null)
            yield return new() { Metric = SlaMetric.NextResponse, StartedAt = now };
    }

    /// <summary>Kept after it was due: missed, also where nobody watched.</summary>
    private SlaClock Late(SlaClock clock, SlaRules rules) =>
        clock is { MetAt: { } met, BreachedAt: null } && When(clock with { MetAt = null }, 100, rules) is { } due && due <= met ? clock with { BreachedAt = due } : clock;

    private SlaClocks Derive(SlaPolicy? policy, SlaRules rules)
    {
        var open = policy is null ? [] : Clocks.Where(clock => clock is { MetAt: null, TargetMinutes: not null }).ToList();
        var due = open.Select(clock => When(clock, 100, rules)).Min();
        return this with
        {
            NextDueAt = Now.Run == SlaRun.Running ? due : null,
            NextCheckAt = rules.Monitored && policy is not null
                ? open.Select(clock => policy.Fields.Thresholds.Except(clock.Fired).Select(percent => When(clock, percent, rules)).FirstOrDefault()).Min()
                : null,
            State = Clocks.Any(clock => clock.BreachedAt is not null) ? SlaState.Breached
                : Now.Run == SlaRun.Paused ? SlaState.Paused
                : Now.Run == SlaRun.Running && open.Any(clock => !clock.Fired.IsEmpty) ? SlaState.AtRisk
                : SlaState.Ok,
        };
    }

    private bool Same(SlaClocks other) =>
        PolicyId == other.PolicyId && Turns == other.Turns && Clocks.SequenceEqual(other.Clocks)
        && (NextCheckAt, NextDueAt, State) == (other.NextCheckAt, other.NextDueAt, other.State);
}
