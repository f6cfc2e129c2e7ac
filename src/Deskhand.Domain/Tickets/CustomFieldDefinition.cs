using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Deskhand.Tickets;

/// <summary>The type of a tenant's own field.</summary>
public enum CustomFieldType
{
    /// <summary>JSON string of one line, at most 500 characters.</summary>
    Text,

    /// <summary>JSON number.</summary>
    Number,

    /// <summary>JSON true or false.</summary>
    Boolean,

    /// <summary>JSON string, a calendar date as yyyy-MM-dd.</summary>
    Date,

    /// <summary>JSON string out of the options.</summary>
    Select,

    /// <summary>JSON array of distinct strings out of the options.</summary>
    MultiSelect,
}

/// <summary>A tenant's own field on tickets: what its values must look like.</summary>
/// <param name="Key">snake_case member name in <c>customFields</c>.</param>
/// <param name="Label">What people read.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Options">What may be chosen; only for select types.</param>
/// <param name="Required">Whether a ticket must carry a value when it is created or this field is edited.</param>
/// <param name="Active">An inactive field keeps old values and takes no new ones.</param>
public sealed record CustomFieldDefinition(
    string Key, string Label, CustomFieldType Type, ImmutableArray<string> Options, bool Required = false, bool Active = true)
{
    /// <summary>Checks the values of one ticket against the definitions. Unchanged values are never refused: a definition may have changed since.</summary>
    /// <param name="values">The values as they shall be.</param>
    /// <param name="before">The values as they are, or null for a new ticket.</param>
    /// <param name="definitions">The tenant's definitions.</param>
    /// <param name="errors">Takes what is wrong, by <c>customFields.{key}</c>.</param>
    public static void Check(CustomValues values, CustomValues? before, IReadOnlyList<CustomFieldDefinition> definitions, FieldErrors errors)
    {
        foreach (var (key, value) in values.Each)
        {
            if (before?.Find(key) is { } old && JsonElement.DeepEquals(old, value)) continue;
            var definition = definitions.FirstOrDefault(d => d.Active && string.Equals(d.Key, key, StringComparison.Ordinal));
            var message = definition is null
                ? definitions.Count == 0
                    ? "There is no such custom field; none are defined."
                    : $"There is no such custom field; there are: {string.Join(", ", definitions.Where(d => d.Active).Select(d => d.Key))}."
                : definition.Refuse(value);
            if (message is not null) errors.Add($"customFields.{key}", message);
        }

        foreach (var definition in definitions)
        {
            if (definition is not { Active: true, Required: true } || HasValue(values, definition.Key)) continue;
            // a ticket from before the field was required may go on without it, but a value once given stays
            if (before is null || HasValue(before, definition.Key)) errors.Add($"customFields.{definition.Key}", "This is required.");
        }
    }

    /// <summary>Why a value does not fit, or null when it does.</summary>
    public string? Refuse(JsonElement value) => Type switch
    {
        CustomFieldType.Text => value.ValueKind != JsonValueKind.String ? "This must be a string." : RefuseLine(value.GetString()!),
        CustomFieldType.Number => value.ValueKind == JsonValueKind.Number && CustomValues.IsDecimal(value) ? null : "This must be a number of at most 28 digits.",
        CustomFieldType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "This must be true or false.",
        CustomFieldType.Date => value.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                ? null : "This must be a date such as 2026-11-30.",
        CustomFieldType.Select => IsOption(value) ? null : $"This must be one of: {string.Join(", ", Options)}.",
        CustomFieldType.MultiSelect => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsOption)
            && value.EnumerateArray().Select(v => v.GetString()).Distinct(StringComparer.Ordinal).Count() == value.GetArrayLength()
                ? null : $"This must be a list of different values out of: {string.Join(", ", Options)}.",
    };

    /// <summary>Blank text and an empty list are no value.</summary>
    private static bool HasValue(CustomValues values, string key) => values.Find(key) is { } value && value.ValueKind switch
    {
        JsonValueKind.String => !string.IsNullOrWhiteSpace(value.GetString()),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => true,
    };

    private static string? RefuseLine(string text)
    {
        var errors = new FieldErrors();
        errors.Optional("value", text, 500);
        return errors.ToProblem()?.Errors["value"][0];
    }

    private bool IsOption(JsonElement value) => value.ValueKind == JsonValueKind.String && Options.Contains(value.GetString()!, StringComparer.Ordinal);
}
