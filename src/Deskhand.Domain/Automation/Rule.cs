using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Notifications;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Whether a condition holds.</summary>
internal delegate bool RuleTest(RuleScene scene);

/// <summary>What an action asks of the ticket as it is now; null = nothing, or an answer is missing.</summary>
/// <param name="scene">The ticket and what surrounds it.</param>
/// <param name="name">The name of the rule or macro, which stands for a reason that is not given.</param>
internal delegate TicketChange? RuleStep(RuleScene scene, string name);

/// <summary>Whom an action tells something; null = an answer is missing.</summary>
internal delegate Notice? RuleNotice(RuleScene scene);

/// <summary>A trigger or automation, checked and ready to run. Compiled once when the rulebook is loaded.</summary>
public sealed class Rule
{
    private readonly ImmutableArray<RuleTest> all;
    private readonly ImmutableArray<RuleTest> any;
    private readonly ImmutableArray<Func<DateTimeOffset, string>> hours;

    private Rule(Guid id, RuleKind kind, RuleFields fields, long version, ImmutableArray<RuleTest> all, ImmutableArray<RuleTest> any, ConditionCompiler words, ImmutableArray<RuleStep> steps, ImmutableArray<RuleNotice> notices)
    {
        (Id, Kind, Fields, Version, Steps, Notices) = (id, kind, fields, version, steps, notices);
        (this.all, this.any, hours) = (all, any, [.. words.Calendars]);
        (Waits, LooksAtPromises) = ([.. words.Waits], words.LooksAtPromises);
    }

    public Guid Id { get; }

    public RuleKind Kind { get; }

    public RuleFields Fields { get; }

    public long Version { get; }

    /// <summary>What an automation waits for.</summary>
    public ImmutableArray<Waiting> Waits { get; }

    /// <summary>Whether it looks at the clocks of a ticket, which are kept beside it.</summary>
    public bool LooksAtPromises { get; }

    internal ImmutableArray<RuleStep> Steps { get; }

    internal ImmutableArray<RuleNotice> Notices { get; }

    /// <summary>Checks the words of a rule and makes it ready to run.</summary>
    /// <param name="id">The rule's id.</param>
    /// <param name="kind">Trigger or automation.</param>
    /// <param name="fields">What was written.</param>
    /// <param name="version">Its version.</param>
    /// <param name="rulebook">The tenant's statuses, categories and fields.</param>
    /// <returns>The rule, or <c>invalid</c> with every member that means nothing, such as <c>conditions.all.0.value</c>.</returns>
    public static Outcome<Rule> Compile(Guid id, RuleKind kind, RuleFields fields, long version, Rulebook rulebook)
    {
        var errors = new FieldErrors();
        var words = new ConditionCompiler(kind, rulebook, errors);
        var all = words.Compile(fields.Conditions.All, "conditions.all");
        var any = words.Compile(fields.Conditions.Any, "conditions.any");
        var actions = new ActionCompiler(rulebook, errors);
        var steps = actions.Compile(fields.Actions, "actions");
        errors.Unless(kind == RuleKind.Automation || !fields.OncePerTicket, "oncePerTicket", "Only an automation is once per ticket.");
        if (kind == RuleKind.Trigger) errors.Unless(all.Length + any.Length > 0, "conditions", "A trigger needs a condition.");
        else errors.Unless(words.Waits.Any(w => w.AtLeast), "conditions.all", "An automation waits for time to pass: it needs a condition such as hoursSinceCreated at_least 24, among all.");
        if (errors.ToProblem() is { } invalid) return invalid;
        var rule = new Rule(id, kind, fields, version, all, any, words, steps, [.. actions.Notices]);
        return RuleLoops.Refuse(rule) is { } loops ? loops : rule;
    }

    /// <summary>The calendar whose hours a condition looks at; null = it looks at something else.</summary>
    public static Guid? CalendarOf(RuleCondition condition) => RuleFieldTable.CalendarOf(condition.Field);

    /// <summary>Why a rule that was sound when it was saved cannot do what it shall: it calls a webhook that is not there. Null when it can.</summary>
    public static Problem? Missing(RuleFields fields, Rulebook rulebook)
    {
        for (var i = 0; i < fields.Actions.Length; i++)
            if (fields.Actions[i] is { Type: RuleActionType.Webhook, Value: { ValueKind: JsonValueKind.String } value } && !(value.TryGetGuid(out var id) && rulebook.Webhooks.Contains(id)))
                return Problem.UnknownReference($"actions.{i}.value", "webhook");
        return null;
    }

    /// <summary>What the calendars that its conditions look at say at an instant, such as <c>open holiday</c>; empty when they look at none. As long as it stays the same, no ticket comes to apply by it.</summary>
    public string HoursAt(DateTimeOffset instant) => string.Join(' ', hours.Select(h => h(instant)));

    /// <summary>The state of a ticket that an automation meets, and meets once: when the ticket got where the rule waits for it; the same instant always for one that is once per ticket.</summary>
    public DateTimeOffset EntryOf(Ticket ticket) =>
        Fields.OncePerTicket ? DateTimeOffset.UnixEpoch : Waits.First(w => w.AtLeast).InstantOf(ticket) ?? DateTimeOffset.UnixEpoch;

    /// <summary>Whether the rule applies; false too when an answer is missing (<see cref="RuleScene.Asks"/>).</summary>
    public bool Matches(RuleScene scene)
    {
        foreach (var test in all)
            if (!test(scene)) return false;
        if (any.IsEmpty) return true;
        foreach (var test in any)
            if (test(scene)) return true;
        return false;
    }
}

/// <summary>The rules of a tenant, ready to run.</summary>
/// <param name="Triggers">The active ones, in order.</param>
/// <param name="Automations">The active ones, in order.</param>
/// <param name="Routing">How groups give tickets to their members; those that do not are absent.</param>
public sealed record RuleSet(ImmutableArray<Rule> Triggers, ImmutableArray<Rule> Automations, ImmutableDictionary<Guid, RoutingMode> Routing)
{
    public static RuleSet None { get; } = new([], [], ImmutableDictionary<Guid, RoutingMode>.Empty);
}

/// <summary>What one rule did to a ticket.</summary>
/// <param name="Rule">Which; null = the routing of the ticket's group.</param>
/// <param name="Name">Its name at that time.</param>
/// <param name="Version">Its version at that time.</param>
/// <param name="Via">Rule, or timer for an automation.</param>
/// <param name="Steps">The changes, each as it was decided; empty when it failed.</param>
/// <param name="Problem">Why it could not be done; null = it was.</param>
/// <param name="EnteredAt">Of an automation: the state it met (<see cref="Automation.Rule.EntryOf"/>).</param>
public sealed record RuleRun(Guid? Rule, string Name, long Version, Via Via, ImmutableArray<TicketDecision> Steps, Problem? Problem, DateTimeOffset? EnteredAt = null)
{
    /// <summary>Whom it tells something in its own words.</summary>
    public ImmutableArray<Notice> Notices { get; init; } = [];

    /// <summary>The webhooks that it calls.</summary>
    public IEnumerable<Guid> Webhooks => Steps.SelectMany(s => s.Events).Select(e => e.WebhookId).OfType<Guid>();

    /// <summary>What became of it.</summary>
    public RuleOutcome Outcome => Problem is not null ? RuleOutcome.Failed : Steps.Any(s => !s.History.IsEmpty) ? RuleOutcome.Changed : RuleOutcome.Notified;
}

/// <summary>What became of a rule that applied.</summary>
public enum RuleOutcome
{
    /// <summary>It changed the ticket; it may have told somebody too.</summary>
    Changed,

    /// <summary>It left the ticket as it is, and told somebody or called a webhook.</summary>
    Notified,

    /// <summary>It could not do what it shall, and did nothing.</summary>
    Failed,
}
