using System.Text.Json;
using Deskhand.Automation;
using Deskhand.Data;
using Deskhand.Search;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Operations.Demo;

/// <summary>The rules and macros of the demonstration's company, behind those that every tenant starts with.</summary>
internal static class HouseRules
{
    private static readonly (RuleKind Kind, RuleFields Fields)[] Rules =
    [
        (RuleKind.Trigger, new()
        {
            Name = "Outages of important customers",
            Description = "A line that is down at a gold or platinum customer does not wait behind questions.",
            Conditions = new()
            {
                All = [Is("event", RuleOperator.Is, "created"), Is("category", RuleOperator.Is, "technical_support"), Is("customer.tier", RuleOperator.AtLeast, "gold"), Is("priority", RuleOperator.Less, "high")],
                Any = [Is("said", RuleOperator.Contains, "no internet", "no connection", "offline", "red light", "sin internet", "sin conexión", "luz roja")],
            },
            Actions = [new(RuleActionType.SetPriority, JsonSerializer.SerializeToElement("high")), new(RuleActionType.AddTags, Value("outage"))],
        }),
        (RuleKind.Trigger, new()
        {
            Name = "Refunds need a second look",
            Conditions = new() { All = [Is("event", RuleOperator.Is, "created"), Is("said", RuleOperator.Contains, "refund", "reembolso", "devolución")] },
            Actions = [new(RuleActionType.AddTags, Value("refund")), new(RuleActionType.AddNote, JsonSerializer.SerializeToElement("Before money goes back: check the last three invoices of {{customer.name}}."))],
        }),
        (RuleKind.Automation, new()
        {
            Name = "Remind of waiting tickets",
            Conditions = new() { All = [Is("statusCategory", RuleOperator.Is, "pending"), new("hoursSinceStatus", RuleOperator.AtLeast, JsonSerializer.SerializeToElement(72)), Is("tags", RuleOperator.NotContains, "reminded")] },
            Actions = [new(RuleActionType.AddTags, Value("reminded")), new(RuleActionType.AddNote, JsonSerializer.SerializeToElement("{{contact.firstName}} has not answered for three days: call, or close it with a word."))],
        }),
    ];

    private static readonly MacroFields[] Macros =
    [
        new()
        {
            Name = "Restart the router",
            Actions = [new(RuleActionType.SetStatus, JsonSerializer.SerializeToElement("pending_customer"))],
            Reply = "Dear {{contact.firstName}},\n\nplease unplug the router for a minute and plug it in again; the light marked PON turns green within five minutes. Does it?\n\n{{agent.name}}",
        },
        new()
        {
            Name = "Pedir el número de serie",
            Actions = [new(RuleActionType.SetStatus, JsonSerializer.SerializeToElement("pending_customer")), new(RuleActionType.AddTags, Value("es"))],
            Reply = "Hola {{contact.firstName}}:\n\n¿Nos puede enviar el número de serie que está debajo del router? Es para el caso {{ticket.reference}}.\n\n{{agent.name}}",
        },
        new()
        {
            Name = "Mine, and I am on it",
            Actions = [new(RuleActionType.AssignAgent, JsonSerializer.SerializeToElement("current_user")), new(RuleActionType.SetStatus, JsonSerializer.SerializeToElement("in_progress"))],
            Reply = "{{agent.name}} works on it now.",
            Internal = true,
        },
    ];

    public static IEnumerable<NpgsqlBatchCommand> All(Guid tenantId, DateTimeOffset now) =>
    [
        .. Rules.Select((r, i) => new RuleRow(Ids.New(now), r.Kind, null, r.Fields, 100 + i, 1, now, now).Save(tenantId)),
        .. Macros.Select(m => new MacroRow(Ids.New(now), m with { Visibility = ViewVisibility.Shared }, null, 1, now, now).Save(tenantId, null)),
    ];

    private static RuleCondition Is(string field, RuleOperator op, params string[] values) =>
        new(field, op, values.Length == 1 && op != RuleOperator.Contains ? JsonSerializer.SerializeToElement(values[0]) : JsonSerializer.SerializeToElement(values));

    private static JsonElement Value(params string[] tags) => JsonSerializer.SerializeToElement(tags);
}
