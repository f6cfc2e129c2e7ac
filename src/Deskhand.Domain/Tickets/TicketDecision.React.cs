using System.Collections.Immutable;
using Deskhand.Automation;
using Deskhand.Notifications;

namespace Deskhand.Tickets;

/// <content>What the tenant's rules make of a change.</content>
public sealed partial record TicketDecision
{
    /// <summary>What the rules did, in order; each run holds its changes as they were decided.</summary>
    public ImmutableArray<RuleRun> Rules { get; init; } = [];

    /// <summary>What must be looked up before the decision is complete: decide again with the answers in <see cref="Known.Answers"/>. Empty = it is complete.</summary>
    public ImmutableArray<Question> Asks { get; init; } = [];

    /// <summary>The events of the change and of what the rules made of it.</summary>
    public IEnumerable<TicketEvent> WholeEvents => Events.Concat(Rules.SelectMany(r => r.Steps).SelectMany(s => s.Events));

    /// <summary>
    /// The active triggers in order, once each, and then the routing of the ticket's group. Each sees the ticket as those before it left it. What a
    /// rule does starts no trigger. A rule that cannot do what it shall does nothing, says so, and leaves the change that was asked for as it is.
    /// </summary>
    private static TicketDecision React(Ticket? before, TicketChange change, TicketDecision asked, Rulebook rulebook, Circumstances c)
    {
        var rules = rulebook.Rules;
        if (c.By.Via == Via.Rule || (rules.Triggers.IsEmpty && rules.Routing.IsEmpty) || !MayStartRules(change)) return asked;
        var scene = new RuleScene(before, asked.After, asked.Events, asked.Comment, rulebook, c);
        var runs = ImmutableArray.CreateBuilder<RuleRun>();
        if (change is not TicketChange.Automate)
        {
            foreach (var trigger in rules.Triggers)
                if (trigger.Matches(scene) && Run(trigger, scene, Via.Rule) is { } run) runs.Add(run);
        }

        if (Route(before, scene) is { } routed) runs.Add(routed);
        if (scene.Asks.Count > 0) return asked with { Asks = [.. scene.Asks] };
        return runs.Count == 0 ? asked : asked with { After = scene.After, Rules = asked.Rules.AddRange(runs) };
    }

    /// <summary>One rule on a ticket as time passes; nothing when it does not apply to it.</summary>
    private static TicketDecision Automated(Ticket before, Rule rule, Rulebook rulebook, Circumstances c)
    {
        var scene = new RuleScene(before, before, [], null, rulebook, c);
        var run = rule.Matches(scene) ? Run(rule, scene, Via.Timer) : null;
        if (scene.Asks.Count > 0) return new TicketDecision { After = before, Asks = [.. scene.Asks] };
        // one that only tells somebody leaves the ticket as it is; another reference says that there is something to write
        if (run is { Problem: null } && ReferenceEquals(scene.After, before)) scene.After = before with { };
        return new TicketDecision
        {
            After = scene.After,
            At = scene.After.UpdatedAt == before.UpdatedAt ? c.Now : null,
            Rules = run is null ? [] : [run with { EnteredAt = rule.EntryOf(before) }],
        };
    }

    /// <summary>
    /// A rule calls a webhook: an event that names it. The ticket stays as it is, and so do its version and <see cref="Ticket.UpdatedAt"/>. A webhook that
    /// was deleted after the rule was saved is none.
    /// </summary>
    private static Outcome<TicketDecision> Called(Ticket before, Guid webhook, Rulebook rulebook, Circumstances c) => rulebook.Webhooks.Contains(webhook)
        ? new TicketDecision { After = before with { Sequence = before.Sequence + 1 }, At = c.Now, Events = [new("ticket.rule_fired", []) { WebhookId = webhook }] }
        : Problem.UnknownReference("value", "webhook");

    /// <summary>What a rule would do, without doing it; null = it does not apply or changes nothing. <see cref="RuleScene.Asks"/> tells what must be looked up first.</summary>
    public static RuleRun? Try(Rule rule, RuleScene scene) => rule.Matches(scene) ? Run(rule, scene, rule.Kind == RuleKind.Trigger ? Via.Rule : Via.Timer) : null;

    /// <summary>The actions of a rule, all or none; null when they change nothing.</summary>
    private static RuleRun? Run(Rule rule, RuleScene scene, Via via)
    {
        var start = scene.After;
        var steps = ImmutableArray.CreateBuilder<TicketDecision>();
        foreach (var step in rule.Steps)
        {
            var change = step(scene, rule.Fields.Name);
            // with an answer missing the whole decision is made again
            if (scene.Asks.Count > 0) break;
            if (change is null) continue;
            var stepped = ByRule(change, scene, via);
            if (scene.Asks.Count > 0) break;
            if (stepped.Problem is { } problem)
            {
                scene.After = start;
                return new RuleRun(rule.Id, rule.Fields.Name, rule.Version, via, [], problem);
            }

            if (ReferenceEquals(stepped.Value.After, scene.After)) continue;
            steps.Add(stepped.Value);
            scene.After = stepped.Value.After;
        }

        ImmutableArray<Notice> notices = scene.Asks.Count > 0 ? [] : [.. rule.Notices.Select(n => n(scene)).OfType<Notice>()];
        return steps.Count == 0 && notices.IsEmpty ? null : new RuleRun(rule.Id, rule.Fields.Name, rule.Version, via, steps.ToImmutable(), null) { Notices = notices };
    }

    /// <summary>A ticket that came to a group and has no agent finds one, when the group is set so.</summary>
    private static RuleRun? Route(Ticket? before, RuleScene scene)
    {
        if (scene.After.Fields is not { GroupId: { } group, AssigneeId: null } || before?.Fields.GroupId == group) return null;
        if (!scene.Rulebook.Rules.Routing.TryGetValue(group, out var mode) || mode == RoutingMode.None) return null;
        if (Routing.Assign(scene, mode) is not { } change) return null;
        var stepped = ByRule(change, scene, Via.Rule);
        if (scene.Asks.Count > 0) return null;
        var name = "routing:" + Wire.Name(mode);
        if (stepped.Problem is { } problem) return new RuleRun(null, name, 1, Via.Rule, [], problem);
        scene.After = stepped.Value.After;
        return new RuleRun(null, name, 1, Via.Rule, [stepped.Value], null);
    }

    private static Outcome<TicketDecision> ByRule(TicketChange change, RuleScene scene, Via via)
    {
        var known = Known.Nothing;
        if (change is TicketChange.Assign assign && (assign.AssigneeId ?? assign.GroupId) is not null
            && !scene.Knows(new Question.Place(assign.AssigneeId, assign.GroupId), out known)) return Unchanged(scene.After);
        return Step(scene.After, change, scene.Rulebook, new Circumstances(Actor.System(via), scene.Now, known));
    }

    /// <summary>Rules look at what people and channels do to a ticket; what moves several of them, takes something back or only reads starts none.</summary>
    private static bool MayStartRules(TicketChange change) => change is not (TicketChange.Delete or TicketChange.Restore or TicketChange.Revert or TicketChange.Redefine or TicketChange.TakeIn
        or TicketChange.MergeInto or TicketChange.GiveBack or TicketChange.ComeBack or TicketChange.SplitOff or TicketChange.Link or TicketChange.Unlink or TicketChange.Follow or TicketChange.Unfollow
        or TicketChange.EditComment or TicketChange.DeleteComment or TicketChange.Attach or TicketChange.Detach);
}
