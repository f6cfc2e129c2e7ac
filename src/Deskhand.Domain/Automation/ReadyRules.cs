using System.Collections.Immutable;
using System.Text.Json;

namespace Deskhand.Automation;

/// <summary>A rule that comes with the desk.</summary>
/// <param name="Key">Its name in the code; snake_case.</param>
/// <param name="Kind">Trigger or automation.</param>
/// <param name="Fields">What it says.</param>
public sealed record ReadyRule(string Key, RuleKind Kind, RuleFields Fields);

/// <summary>The rules that a tenant starts with: the built-in escalations (SPEC §5) and the closing of solved tickets. Each can be changed and switched off.</summary>
public static class ReadyRules
{
    /// <summary>After how many days a solved ticket closes, unless the tenant says otherwise.</summary>
    public const int CloseAfterDays = 7;

    private static readonly string[] Pressing =
    [
        "urgent", "urgently", "emergency", "asap", "broken", "can't access", "cannot access", "can not access", "not working at all",
        "urgente", "urgentemente", "emergencia", "roto", "rota", "no puedo acceder", "no puedo entrar", "no tengo acceso", "no funciona nada",
    ];

    /// <param name="locale">en or es.</param>
    /// <param name="closed">The key of the workflow's closed status, or null when it has none that solved tickets can reach.</param>
    public static ImmutableArray<ReadyRule> In(string locale, string? closed)
    {
        var es = string.Equals(locale, "es", StringComparison.Ordinal);
        var rules = ImmutableArray.CreateBuilder<ReadyRule>();
        // off: the clocks themselves escalate at the threshold of their policy; this one does so as soon as they warn
        var atRisk = Trigger("sla_at_risk", es ? "SLA en riesgo" : "SLA at risk", [Is("event", "sla_warning")], [Escalate(1, es ? "El SLA está en riesgo" : "The SLA is at risk")]);
        rules.Add(atRisk with { Fields = atRisk.Fields with { Active = false } });
        rules.Add(Trigger("platinum_customer", es ? "Cliente platino" : "Platinum customer",
            [Is("event", "created"), Is("customer.tier", "platinum"), Is("escalationLevel", 0)], [Escalate(1, es ? "Cliente platino" : "Platinum customer")]));
        rules.Add(Trigger("pressing_words", es ? "Palabras urgentes" : "Pressing words",
            [new("event", RuleOperator.In, Value("created", "commented_public")), new("actor.kind", RuleOperator.IsNot, Value("system")), new("said", RuleOperator.Contains, Value(Pressing)), Is("escalationLevel", 0)],
            [Escalate(1, es ? "El texto suena urgente" : "The words sound urgent")]));
        rules.Add(Trigger("common_cause", es ? "Causa común" : "Common cause", [Is("event", "created"), new("similarWithinHour", RuleOperator.AtLeast, Value(2))],
        [
            Escalate(1, es ? "Varios avisos parecidos en una hora" : "Several similar reports within an hour"),
            new(RuleActionType.AddNote, Value(es
                ? "Otros avisos parecidos en la última hora: {{similar.references}}. Puede ser una causa común: abra un ticket de tipo problema y enlácelos con él."
                : "Similar reports within the last hour: {{similar.references}}. They may have a common cause: open a ticket of type problem and link them to it.")),
        ]));
        rules.Add(Trigger("strong_mood", es ? "Muy descontento" : "Strongly negative mood",
            [new("event", RuleOperator.In, Value("created", "commented_public")), new("actor.kind", RuleOperator.IsNot, Value("system")), Is("mood", "strongly_negative"), new("escalationLevel", RuleOperator.Less, Value(2))],
            [Escalate(2, es ? "El tono es muy negativo" : "The tone is strongly negative")]));
        if (closed is not null)
        {
            rules.Add(new("close_solved", RuleKind.Automation, new RuleFields
            {
                Name = es ? "Cerrar los resueltos" : "Close solved tickets",
                Conditions = new() { All = [Is("statusCategory", "solved"), new("hoursSinceSolved", RuleOperator.AtLeast, Value(CloseAfterDays * 24))] },
                Actions = [new(RuleActionType.SetStatus, Value(closed))],
            }));
        }

        return rules.ToImmutable();
    }

    private static ReadyRule Trigger(string key, string name, ImmutableArray<RuleCondition> all, ImmutableArray<RuleAction> actions) =>
        new(key, RuleKind.Trigger, new RuleFields { Name = name, Conditions = new() { All = all }, Actions = actions });

    private static RuleCondition Is(string field, object value) => new(field, RuleOperator.Is, JsonSerializer.SerializeToElement(value));

    private static RuleAction Escalate(int level, string reason) => new(RuleActionType.Escalate, Value(level), Reason: reason);

    private static JsonElement Value(object value) => JsonSerializer.SerializeToElement(value);

    private static JsonElement Value(params string[] values) => values.Length == 1 ? JsonSerializer.SerializeToElement(values[0]) : JsonSerializer.SerializeToElement(values);
}
