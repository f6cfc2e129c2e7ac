using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Finds automations that would go round in circles. Triggers cannot: there is one pass, and what rules do starts none.</summary>
public static class RuleLoops
{
    /// <summary>Why an automation may not be saved: nothing it does ends what it waits for, and it is not once per ticket.</summary>
    public static Problem? Refuse(Rule rule)
    {
        if (rule.Kind != RuleKind.Automation || rule.Fields.OncePerTicket || rule.Fields.Actions.Any(a => rule.Fields.Conditions.All.Any(c => Ends(a, c)))) return null;
        const string message = "Nothing this automation does ends its own conditions, so it would run again and again: make it once per ticket, or add a condition that an action ends, such as tags not_contains the tag that it adds.";
        return Problem.Conflict("rule_loops", message) with { Errors = Problem.Invalid("actions", message).Errors };
    }

    /// <summary>Why an automation may not be active next to another: each sets what the other waits for.</summary>
    public static Problem? Refuse(Rule rule, IEnumerable<Rule> others)
    {
        if (rule.Kind != RuleKind.Automation || rule.Fields.OncePerTicket || !rule.Fields.Active) return null;
        var other = others.FirstOrDefault(o => o.Id != rule.Id && o.Kind == RuleKind.Automation && !o.Fields.OncePerTicket && Sets(rule, o) && Sets(o, rule));
        if (other is null) return null;
        var message = $"This automation and {other.Fields.Name} would take turns for ever: each sets what the other waits for. Make one of them once per ticket.";
        return Problem.Conflict("rule_loops", message) with { Errors = Problem.Invalid("actions", message).Errors };
    }

    /// <summary>Whether an action of one makes a condition of the other true that the other ends again.</summary>
    private static bool Sets(Rule one, Rule other) => other.Fields.Conditions.All.Any(c =>
        other.Fields.Actions.Any(a => Ends(a, c)) && one.Fields.Actions.Any(a => Makes(a, c)));

    private static bool Makes(RuleAction action, RuleCondition condition) => (action.Type, condition.Field, condition.Operator) switch
    {
        (RuleActionType.AddTags, "tags", RuleOperator.Contains or RuleOperator.ContainsAll) => Overlap(action.Value, condition.Value),
        (RuleActionType.RemoveTags, "tags", RuleOperator.NotContains) => Overlap(action.Value, condition.Value),
        (RuleActionType.SetPriority, "priority", RuleOperator.Is or RuleOperator.In) or (RuleActionType.SetStatus, "status", RuleOperator.Is or RuleOperator.In)
            or (RuleActionType.SetType, "type", RuleOperator.Is or RuleOperator.In) or (RuleActionType.SetCategory, "category", RuleOperator.Is or RuleOperator.In) => Overlap(action.Value, condition.Value),
        (RuleActionType.Deescalate, "escalationLevel", _) => true,
        _ => false,
    };

    /// <summary>Whether a condition can no longer hold once the action was done.</summary>
    private static bool Ends(RuleAction action, RuleCondition condition) => (action.Type, condition.Field, condition.Operator) switch
    {
        (RuleActionType.SetStatus, "status", RuleOperator.Is or RuleOperator.In) => !Overlap(action.Value, condition.Value),
        (RuleActionType.SetStatus, "status", RuleOperator.IsNot or RuleOperator.NotIn) => Overlap(action.Value, condition.Value),
        // to which category a status belongs is seen when it is tried; a status set for nothing else changes where the ticket stands
        (RuleActionType.SetStatus, "statusCategory" or "hoursSinceStatus", _) => true,
        (RuleActionType.SetPriority, "priority", RuleOperator.Is or RuleOperator.In) => !Overlap(action.Value, condition.Value),
        (RuleActionType.SetPriority, "priority", RuleOperator.IsNot or RuleOperator.NotIn) => Overlap(action.Value, condition.Value),
        (RuleActionType.SetPriority, "priority", RuleOperator.Less) => Rank(action.Value) >= Rank(condition.Value),
        (RuleActionType.SetPriority, "priority", RuleOperator.Greater) => Rank(action.Value) <= Rank(condition.Value),
        (RuleActionType.SetType, "type", RuleOperator.Is or RuleOperator.In) => !Overlap(action.Value, condition.Value),
        (RuleActionType.SetType, "type", RuleOperator.IsNot or RuleOperator.NotIn) => Overlap(action.Value, condition.Value),
        (RuleActionType.SetCategory, "category", RuleOperator.Is or RuleOperator.In) => !Overlap(action.Value, condition.Value),
        (RuleActionType.SetCategory, "category", RuleOperator.IsNot or RuleOperator.NotIn) => Overlap(action.Value, condition.Value),
        (RuleActionType.AddTags, "tags", RuleOperator.NotContains) => Overlap(action.Value, condition.Value),
        (RuleActionType.AddTags, "tags", RuleOperator.Absent) => true,
        (RuleActionType.RemoveTags, "tags", RuleOperator.Contains or RuleOperator.ContainsAll) => Words(condition.Value).All(w => Words(action.Value).Contains(w, StringComparer.Ordinal)),
        (RuleActionType.AssignAgent or RuleActionType.Route, "assigneeId", RuleOperator.Absent) => action.Value is not null,
        (RuleActionType.AssignAgent, "assigneeId", RuleOperator.Present) => action.Value is null,
        (RuleActionType.AssignAgent, "hoursSinceAssigned", _) => true,
        (RuleActionType.AssignGroup, "groupId", RuleOperator.Is or RuleOperator.In) => !Overlap(action.Value, condition.Value),
        (RuleActionType.AssignGroup, "groupId", RuleOperator.IsNot or RuleOperator.NotIn) => Overlap(action.Value, condition.Value),
        (RuleActionType.AssignGroup, "groupId", RuleOperator.Absent) => action.Value is not null,
        (RuleActionType.Escalate, "escalationLevel", RuleOperator.Is) => Number(action.Value) != Number(condition.Value),
        (RuleActionType.Escalate, "escalationLevel", RuleOperator.Less) => Number(action.Value) >= Number(condition.Value),
        (RuleActionType.Escalate, "escalationLevel", RuleOperator.AtMost) => Number(action.Value) > Number(condition.Value),
        (RuleActionType.Deescalate, "escalationLevel", RuleOperator.AtLeast or RuleOperator.Greater) => true,
        _ => false,
    };

    private static bool Overlap(JsonElement? one, JsonElement? other) => Words(one).Intersect(Words(other), StringComparer.Ordinal).Any();

    private static ImmutableArray<string> Words(JsonElement? value) => value switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(v => v.ToString().Trim().ToLowerInvariant())],
        { } one => [one.ToString().Trim().ToLowerInvariant()],
    };

    private static int Rank(JsonElement? value) => value is { ValueKind: JsonValueKind.String } word && Wire.Find<Priority>(word.GetString()!) is { } priority ? (int)priority : 0;

    private static decimal Number(JsonElement? value) => value is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var n) ? n : -1;
}
