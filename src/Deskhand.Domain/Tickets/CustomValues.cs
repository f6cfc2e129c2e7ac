using System.Collections.Immutable;
using System.Text.Json;

namespace Deskhand.Tickets;

/// <summary>Values of a tenant's own fields: JSON by field key, compared by content.</summary>
public sealed class CustomValues : IEquatable<CustomValues>
{
    private readonly ImmutableSortedDictionary<string, JsonElement> values;

    private CustomValues(ImmutableSortedDictionary<string, JsonElement> values) => this.values = values;

    public static CustomValues Empty { get; } = new(ImmutableSortedDictionary<string, JsonElement>.Empty.WithComparers(StringComparer.Ordinal));

    public int Count => values.Count;

    public IEnumerable<KeyValuePair<string, JsonElement>> Each => values;

    /// <summary>The given values; a JSON null counts as absent.</summary>
    /// <exception cref="JsonException">A name or string in it is not valid Unicode: it could be neither compared nor stored.</exception>
    public static CustomValues From(IEnumerable<KeyValuePair<string, JsonElement>> pairs)
    {
        var builder = Empty.values.ToBuilder();
        try
        {
            foreach (var (key, value) in pairs)
            {
                if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) continue;
                ReadText(value);
                builder[key] = value.Clone();
            }
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("Custom fields hold text that is not valid Unicode.", e);
        }

        return builder.Count == 0 ? Empty : new(builder.ToImmutable());
    }

    /// <summary>Reads a JSON object.</summary>
    /// <exception cref="JsonException">The text is not a JSON object, or holds text that is not valid Unicode.</exception>
    public static CustomValues Parse(string json)
    {
        if (json is "{}") return Empty;
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("Custom fields are a JSON object.");
        return From(document.RootElement.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value)));
    }

    public JsonElement? Find(string key) => values.TryGetValue(key, out var value) ? value : null;

    /// <summary>How many arrays and objects may lie in each other in a value: a list of what holds it is read and written within sixteen.</summary>
    public const int MostDepth = 6;

    /// <summary>Notes what could not be kept or shown, by <c>customFields.{key}</c>: for values that no definition checks.</summary>
    public void CheckStorable(FieldErrors errors)
    {
        foreach (var (key, value) in values)
            errors.Unless(!key.Contains('\0', StringComparison.Ordinal) && IsStorable(value), $"customFields.{key}", $"This cannot be stored: a number has at most 28 digits, text has no U+0000, and at most {MostDepth} arrays and objects lie in each other.");
    }

    /// <summary>Whether the database can keep a value as JSON, and lists can show it.</summary>
    /// <param name="value">Any JSON.</param>
    /// <param name="depth">How many arrays and objects may lie in each other.</param>
    public static bool IsStorable(JsonElement value, int depth = MostDepth)
    {
        try
        {
            return Fits(value, depth);
        }
        catch (InvalidOperationException)
        {
            // half a character
            return false;
        }
    }

    /// <summary>A decimal holds it exactly. TryGetDecimal alone rounds 1e-20000 to 0, while the database refuses to store such a scale.</summary>
    internal static bool IsDecimal(JsonElement number)
    {
        var text = number.GetRawText();
        return text.Length <= 60 && number.TryGetDecimal(out var value)
            && (value == 0 ? !text.ContainsAny('e', 'E') && !text.ContainsAnyInRange('1', '9') : JsonElement.DeepEquals(number, JsonSerializer.SerializeToElement(value)));
    }

    private static bool Fits(JsonElement value, int depth) => value.ValueKind switch
    {
        JsonValueKind.String => !value.GetString()!.Contains('\0', StringComparison.Ordinal),
        JsonValueKind.Number => IsDecimal(value),
        JsonValueKind.Array => depth > 0 && value.EnumerateArray().All(v => Fits(v, depth - 1)),
        JsonValueKind.Object => depth > 0 && value.EnumerateObject().All(m => !m.Name.Contains('\0', StringComparison.Ordinal) && Fits(m.Value, depth - 1)),
        _ => true,
    };

    public string ToJson() => values.Count == 0 ? "{}" : JsonSerializer.Serialize(values);

    public bool Equals(CustomValues? other) =>
        other is not null && (ReferenceEquals(this, other) ||
            (values.Count == other.values.Count && values.All(p => other.Find(p.Key) is { } value && JsonElement.DeepEquals(p.Value, value))));

    public override bool Equals(object? obj) => Equals(obj as CustomValues);

    public override int GetHashCode() => values.Count == 0 ? 0 : HashCode.Combine(values.Count, string.GetHashCode(values.Keys.First(), StringComparison.Ordinal));

    public override string ToString() => ToJson();

    /// <summary>Lone surrogates pass the parser, and throw only when the text is read: better here than later.</summary>
    /// <exception cref="InvalidOperationException">A text in it is not valid Unicode.</exception>
    public static void ReadText(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) value.GetString();
        else if (value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray()) ReadText(item);
        else if (value.ValueKind == JsonValueKind.Object)
            foreach (var member in value.EnumerateObject()) ReadMember(member);
    }

    private static void ReadMember(JsonProperty member)
    {
        _ = member.Name;
        ReadText(member.Value);
    }
}
