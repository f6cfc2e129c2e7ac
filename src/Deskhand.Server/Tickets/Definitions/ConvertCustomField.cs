using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;

namespace Deskhand.Tickets;

/// <summary>A custom field as it shall be, and what becomes of values that do not fit it. What is absent stays.</summary>
internal sealed record FieldConversion
{
    public string? Key { get; init; }

    public CustomFieldType? Type { get; init; }

    public ImmutableArray<string>? Options { get; init; }

    /// <summary>What becomes of a value, by its text; null = none.</summary>
    public ImmutableSortedDictionary<string, string?> Values { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;
}

/// <summary>A value and how many tickets have it.</summary>
internal sealed record ValueCount(string Value, long Tickets);

/// <summary>What a conversion would do.</summary>
/// <param name="Tickets">How many tickets have a value.</param>
/// <param name="Change">How many of them get another one.</param>
/// <param name="Lose">How many of them lose theirs.</param>
/// <param name="Ambiguous">Values that do not fit and of which nothing is said: the 100 that most tickets have.</param>
internal sealed record ConversionPreview(long Tickets, long Change, long Lose, IReadOnlyList<ValueCount> Ambiguous);

/// <summary>POST /custom-fields/{id}/convert/preview: what the conversion would do. Nothing is changed.</summary>
internal static class PreviewConversion
{
    public static async Task<Answer<ConversionPreview>> Handle(string id, FieldConversion body, TenantSession session, CancellationToken cancellationToken)
    {
        var plan = await ConvertCustomField.Plan(id, body, session, cancellationToken);
        return Answer.Ok<ConversionPreview>(plan.Problem is { } problem ? problem : plan.Value.Preview);
    }
}

/// <summary>POST /custom-fields/{id}/convert: another key, type or options, also where tickets have values; they follow, as a job.</summary>
internal static class ConvertCustomField
{
    private const int MostShown = 100;

    public static async Task<Accepted<JobResponse>> Handle(
        string id, FieldConversion body, Caller caller, TenantSession session, DefinitionDesk desk, JobDesk jobs, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Accepted(await session.Transact<JobResponse>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            var plan = await Plan(id, body, session, cancellationToken);
            if (plan.Problem is { } problem) return problem;
            var open = plan.Value.Preview.Ambiguous;
            if (open.Count > 0)
                return Problem.Conflict("ambiguous", $"Say in \"values\" what becomes of: {string.Join(", ", open.Take(20).Select(v => $"{v.Value} ({v.Tickets})"))}.")
                    with
                { Errors = Problem.Invalid("values", "Values do not fit; the preview lists them.").Errors };
            var changed = await desk.Change(CustomFieldKind.Converted, caller.Actor, id, null, _ => plan.Value.After, origin, cancellationToken);
            return changed.Problem is { } refused ? refused : await jobs.Start(RedefineTickets.Name, new Redefining { Field = plan.Value.Change }, caller, cancellationToken);
        }, cancellationToken));

    public static async Task<Outcome<(CustomFieldFields After, Redefinition.Field Change, ConversionPreview Preview)>> Plan(
        string id, FieldConversion body, TenantSession session, CancellationToken cancellationToken)
    {
        if (await Definitions.Find(CustomFieldKind.One, id, session, cancellationToken) is not { } row) return Problem.NotFound("custom_field");
        if (body.Values.Keys.Any(k => k.Contains('\0', StringComparison.Ordinal))) return Problem.Invalid("values", "No value has U+0000.");
        var before = row.Fields;
        var type = body.Type ?? before.Type;
        var options = body.Options ?? (type is CustomFieldType.Select or CustomFieldType.MultiSelect ? before.Options : []);
        var after = (before with { Key = body.Key ?? before.Key, Type = type, Options = options }).Normalised();
        if (after.Check() is { } invalid) return invalid;
        var to = new CustomFieldDefinition(after.Key, after.Label, after.Type, after.Options, after.Required, after.Active);
        var change = new Redefinition.Field(before.Key, to, body.Values);
        if (body.Values.FirstOrDefault(v => v.Value is { } text && !change.TryTake(JsonSerializer.SerializeToElement(v.Key), out _)) is { Key: { } wrong })
            return Problem.Invalid("values", $"What {wrong} shall become does not fit the field: {body.Values[wrong]}.");

        // deleted ones too, which follow: what becomes of a value that only they have must be said
        var counts = await session.Query("""
            SELECT (t.custom_fields -> $2)::text, count(*) FROM tickets t
            WHERE t.tenant_id = $1 AND jsonb_exists(t.custom_fields, $2) GROUP BY 1 ORDER BY 2 DESC, 1
            """, r => (Value: JsonElement.Parse(r.GetString(0)), Count: r.GetInt64(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(before.Key));
        long changes = 0, lost = 0;
        var ambiguous = new List<ValueCount>();
        foreach (var (value, count) in counts)
        {
            if (!change.TryTake(value, out var taken)) ambiguous.Add(new(Redefinition.Field.TextOf(value), count));
            else if (taken.ValueKind == JsonValueKind.Undefined) lost += count;
            else if (!JsonElement.DeepEquals(value, taken)) changes += count;
        }

        return (after, change, new ConversionPreview(counts.Sum(c => c.Count), changes, lost, [.. ambiguous.Take(MostShown)]));
    }
}
