using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Deskhand;

/// <summary>Collects what is wrong with the members of one input, so that a caller hears all of it at once.</summary>
public sealed partial class FieldErrors
{
    /// <summary>Beyond so many members nobody reads on, and the answer shall not outgrow the input.</summary>
    private const int MostFields = 100;

    private readonly SortedDictionary<string, List<string>> errors = new(StringComparer.Ordinal);

    /// <summary>Notes one message for one member.</summary>
    public void Add(string field, string message)
    {
        if (!errors.TryGetValue(field, out var messages))
        {
            if (errors.Count == MostFields) return;
            errors[field] = messages = [];
        }

        messages.Add(message);
    }

    /// <summary>Notes a message unless the rule holds.</summary>
    public void Unless(bool rule, string field, string message)
    {
        if (!rule) Add(field, message);
    }

    /// <summary>Text that must be there: not blank, at most <paramref name="max"/> characters, no line breaks or control characters.</summary>
    public void Required(string field, string? text, int max)
    {
        if (string.IsNullOrWhiteSpace(text)) Add(field, "This is required.");
        else Optional(field, text, max);
    }

    /// <summary>Text of one line that may be missing; null is fine, too long, line breaks (U+2028 and U+2029 included) or control characters (C0, DEL, C1) are not.</summary>
    public void Optional(string field, string? text, int max)
    {
        if (text is null) return;
        if (text.Length > max) Add(field, $"This may have at most {max} characters; it has {text.Length}.");
        if (BreaksLine(text))
            Add(field, "Line breaks and control characters are not allowed here.");
        Storable(field, text);
    }

    /// <summary>Text of many lines that may be missing.</summary>
    public void Text(string field, string? text, int max)
    {
        if (text is null) return;
        if (text.Length > max) Add(field, $"This may have at most {max} characters; it has {text.Length}.");
        if (text.Contains('\0', StringComparison.Ordinal)) Add(field, "The character U+0000 is not allowed.");
        Storable(field, text);
    }

    /// <summary>An e-mail address that may be missing: one address in ASCII or UTF-8 local part form, at most 254 characters (RFC 5321 §4.5.3.1).</summary>
    public void Email(string field, string? address)
    {
        if (address is null) return;
        if (address.Length > 254 || !EmailShape().IsMatch(address)) Add(field, "This is not an e-mail address.");
        else Storable(field, address);
    }

    /// <summary>A telephone number that may be missing: digits and the usual separators, 3 to 40 characters.</summary>
    public void Phone(string field, string? number)
    {
        if (number is null) return;
        if (number.Length is < 3 or > 40 || !PhoneShape().IsMatch(number)) Add(field, "This is not a telephone number: digits, spaces and + - ( ) . / x are allowed.");
    }

    /// <summary>An absolute http or https address that may be missing, at most 2,000 characters.</summary>
    public void WebAddress(string field, string? address)
    {
        if (address is null) return;
        // Uri.TryCreate forgives white space around an address and escapes it within; the text is kept as it came
        if (address.Length > 2000 || BreaksLine(address) || address.Any(char.IsWhiteSpace) || !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            Add(field, "This is not a web address; it starts with https:// or http://.");
        else Storable(field, address);
    }

    /// <summary>The collected messages as one problem, or null when nothing is wrong.</summary>
    public Problem? ToProblem() => errors.Count == 0 ? null : new Problem(ProblemKind.Invalid, "invalid", "Some values are not acceptable.")
    {
        Errors = errors.ToImmutableSortedDictionary(e => e.Key, e => e.Value.ToImmutableArray(), StringComparer.Ordinal),
    };

    private static bool BreaksLine(string text) => text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029');

    /// <summary>Lone surrogates cannot be written as UTF-8, so the database could not keep them.</summary>
    private void Storable(string field, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else
            {
                Add(field, "This is not valid Unicode text.");
                return;
            }
        }
    }

    [GeneratedRegex(@"^[^\s@<>(),;:\\""\[\]\p{Cc}]+@[^\s@<>(),;:\\""\[\]\p{Cc}.-][^\s@<>(),;:\\""\[\]\p{Cc}]*\.[^\s@<>(),;:\\""\[\]\p{Cc}.]{2,}\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex EmailShape();

    [GeneratedRegex(@"^\+?[0-9][0-9 ()./x+-]*\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PhoneShape();
}
