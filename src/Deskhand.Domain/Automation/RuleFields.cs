using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Directory;

namespace Deskhand.Automation;

/// <summary>On what a rule runs.</summary>
public enum RuleKind
{
    /// <summary>On a change of a ticket.</summary>
    Trigger,

    /// <summary>On passing time.</summary>
    Automation,
}

/// <summary>How a condition compares.</summary>
public enum RuleOperator
{
    Is,
    IsNot,
    In,
    NotIn,

    /// <summary>Of tags: one of them. Of text: one of the words or phrases, whatever the case and the accents.</summary>
    Contains,
    NotContains,

    /// <summary>Of tags: all of them.</summary>
    ContainsAll,
    Less,
    AtMost,
    AtLeast,
    Greater,

    /// <summary>Has a value.</summary>
    Present,

    /// <summary>Has none.</summary>
    Absent,

    /// <summary>Is another than before the change; of a new ticket: has a value.</summary>
    Changed,
    ChangedTo,
    ChangedFrom,
}

/// <summary>What a rule does.</summary>
public enum RuleActionType
{
    SetPriority,
    SetType,
    SetCategory,
    SetSubcategory,
    SetStatus,
    SetCustomField,
    AddTags,
    RemoveTags,
    AssignAgent,
    AssignGroup,

    /// <summary>Gives the ticket to a member of its group: <c>round_robin</c>, <c>least_busy</c> or <c>skill</c>.</summary>
    Route,

    /// <summary>Level 1 to 3; never lowers one.</summary>
    Escalate,
    Deescalate,

    /// <summary>An internal note.</summary>
    AddNote,

    /// <summary>A public reply.</summary>
    Reply,

    /// <summary>Tells somebody, in the desk or by mail as they like it.</summary>
    Notify,

    /// <summary>Sends <c>ticket.rule_fired</c> to a webhook, whatever events that asks for otherwise.</summary>
    Webhook,
}

/// <summary>One condition.</summary>
/// <param name="Field">What is looked at, for example <c>priority</c>, <c>customFields.region</c>, <c>sla.state</c> or <c>businessHours.{calendarId}</c>; see docs/guide/rules.md.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Value">With what; none for present, absent and changed.</param>
public sealed record RuleCondition(string Field, RuleOperator Operator, JsonElement? Value = null);

/// <summary>When a rule applies: all of the ones, and one of the others when there are any.</summary>
public sealed record RuleConditions
{
    public ImmutableArray<RuleCondition> All { get; init; } = [];

    public ImmutableArray<RuleCondition> Any { get; init; } = [];
}

/// <summary>One action.</summary>
/// <param name="Type">What is done.</param>
/// <param name="Value">With what.</param>
/// <param name="Key">The custom field of <c>set_custom_field</c>.</param>
/// <param name="Reason">Why, in the words of an escalation; the rule's name unless given.</param>
/// <param name="To">Of <c>notify</c>: requester, assignee, followers, group, managers, or the id of an agent.</param>
public sealed record RuleAction(RuleActionType Type, JsonElement? Value = null, string? Key = null, string? Reason = null, string? To = null);

/// <summary>What a client may write of a trigger or an automation: the body of POST, PUT and PATCH.</summary>
public sealed record RuleFields : IFields<RuleFields>
{
    private static readonly JsonSerializerOptions Plain = new(JsonSerializerDefaults.Web);

    /// <summary>What people read.</summary>
    public required string Name { get; init; }

    public string? Description { get; init; }

    public bool Active { get; init; } = true;

    public RuleConditions Conditions { get; init; } = new();

    /// <summary>What is done, in this order, except that the fields are set together and first.</summary>
    public ImmutableArray<RuleAction> Actions { get; init; } = [];

    /// <summary>Of an automation: once in the life of a ticket. Otherwise once each time the ticket gets where the rule waits for it.</summary>
    public bool OncePerTicket { get; init; }

    public RuleFields Normalised() => this with { Name = Name.Trim(), Description = string.IsNullOrWhiteSpace(Description) ? null : Description.Trim() };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("name", Json.Of(Name)), ("description", Json.Of(Description)), ("active", Json.Of(Active)), ("conditions", Text(Conditions)), ("actions", Text(Actions)),
        ("oncePerTicket", Json.Of(OncePerTicket)),
    ];

    /// <summary>Checks what needs no rulebook; the vocabulary is checked by <see cref="Rule.Compile"/>.</summary>
    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 200);
        errors.Text("description", Description, 2000);
        return errors.ToProblem();
    }

    private static string Text(RuleConditions conditions) => JsonSerializer.Serialize(new
    {
        all = conditions.All.Select(c => new { field = c.Field, @operator = Wire.Name(c.Operator), value = c.Value }),
        any = conditions.Any.Select(c => new { field = c.Field, @operator = Wire.Name(c.Operator), value = c.Value }),
    }, Plain);

    internal static string Text(ImmutableArray<RuleAction> actions) =>
        JsonSerializer.Serialize(actions.Select(a => new { type = Wire.Name(a.Type), value = a.Value, key = a.Key, reason = a.Reason, to = a.To }), Plain);
}
