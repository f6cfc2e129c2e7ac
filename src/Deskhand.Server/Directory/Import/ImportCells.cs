using System.Globalization;
using System.Text.Json;
using Deskhand.Tickets;

namespace Deskhand.Directory;

/// <summary>Reads the values that spreadsheets write.</summary>
internal static class ImportCells
{
    /// <summary>yes and no in the forms that are met; empty leaves the default.</summary>
    public static Outcome<T> Flag<T>(string? text, bool ifEmpty, Func<bool, T> set) => text?.ToLowerInvariant() switch
    {
        null => set(ifEmpty),
        "true" or "yes" or "y" or "1" or "x" or "si" or "sí" or "ja" or "active" or "wahr" or "verdadero" => set(true),
        "false" or "no" or "n" or "0" or "-" or "nee" or "nein" or "inactive" or "falsch" or "falso" => set(false),
        _ => Wrong("This is true or false."),
    };

    /// <summary>One of the names of an enum, in upper or lower case; empty leaves the default.</summary>
    public static Outcome<T> OneOf<T, TEnum>(string? text, TEnum ifEmpty, Func<TEnum, T> set) where TEnum : struct, Enum =>
        text is null ? set(ifEmpty)
        : Wire.Find<TEnum>(text.ToLowerInvariant().Replace(' ', '_')) is { } value ? set(value)
        : Wrong($"There is no such value; there are: {string.Join(", ", Wire.All<TEnum>())}.");

    /// <summary>A day: 2026-02-28, or as Excel writes it where the day comes first: 28/02/2026, 28.02.2026, 28-02-2026.</summary>
    public static Outcome<T> Day<T>(string? text, Func<DateOnly?, T> set) =>
        text is null ? set(null)
        : DateOnly.TryParseExact(text, ["yyyy-MM-dd", "yyyy/MM/dd", "d/M/yyyy", "d.M.yyyy", "d-M-yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? set(day)
        : Wrong("This is no day; write it as 2026-02-28 (28/02/2026 is read too, day first).");

    /// <summary>A value of a tenant's own field: true, false, a number, or text. A number that begins with a zero is text.</summary>
    public static JsonElement Custom(string text, bool hasDecimalComma)
    {
        if (text is "true" or "TRUE") return JsonElement.Parse("true");
        if (text is "false" or "FALSE") return JsonElement.Parse("false");
        var number = hasDecimalComma && text.Count(c => c == ',') == 1 && !text.Contains('.', StringComparison.Ordinal) ? text.Replace(',', '.') : text;
        var isCode = number.Length > 1 && number[0] == '0' && number[1] != '.';
        return !isCode && number.Length <= 20 && decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && number[0] != '+'
            ? JsonSerializer.SerializeToElement(value)
            : JsonSerializer.SerializeToElement(text);
    }

    /// <summary>The fields with one of the tenant's own set to a value, or without it.</summary>
    public static CustomValues With(CustomValues values, string key, string? text, bool hasDecimalComma)
    {
        var others = values.Each.Where(v => v.Key != key);
        return text is null ? CustomValues.From(others) : CustomValues.From([.. others, KeyValuePair.Create(key, Custom(text, hasDecimalComma))]);
    }

    /// <summary>All of a tenant's own fields as a JSON object, as an export has them.</summary>
    public static Outcome<T> AllCustom<T>(string? text, Func<CustomValues, T> set)
    {
        try
        {
            return set(text is null ? CustomValues.Empty : CustomValues.Parse(text));
        }
        catch (JsonException)
        {
            return Wrong("This is a JSON object; single fields have columns of their own, custom.{key}.");
        }
    }

    /// <summary>Several values in one cell, between blanks, commas or semicolons.</summary>
    public static IEnumerable<string> Several(string? text) => text?.Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    public static Problem Wrong(string message) => Problem.Invalid("", message);
}
