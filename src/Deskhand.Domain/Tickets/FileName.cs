using System.Globalization;
using System.Text;

namespace Deskhand.Tickets;

/// <summary>Names of files that come from outside. They are shown and sent back, and never used as a path of ours.</summary>
public static class FileName
{
    /// <summary>What a file is called whose own name has nothing left.</summary>
    public const string Nameless = "file";

    /// <summary>
    /// The name as it was given, without what makes it dangerous to show or to save: folders before it (of either kind of slash),
    /// control characters and line separators, marks that turn the direction of writing (<c>gnp.exe</c> shown as <c>exe.png</c>), halves of
    /// surrogate pairs. At most <see cref="TicketRules.FileNameLength"/> characters; a long name keeps its extension.
    /// </summary>
    public static string From(string? given)
    {
        var text = given ?? "";
        text = text[(text.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) clean.Append(text[i]).Append(text[++i]);
            else if (IsHarmless(text[i])) clean.Append(text[i]);
        }

        var name = clean.ToString().Trim();
        return name.Trim('.', ' ').Length == 0 ? Nameless : Shorten(name);
    }

    /// <summary>The name in a <c>Content-Disposition</c> header: RFC 6266 with the ASCII-only form of RFC 8187, so that no name can end a header or open another.</summary>
    public static string Disposition(string name) => "attachment; filename*=UTF-8''" + Uri.EscapeDataString(name);

    /// <summary>Not a control (Cc), a direction mark or another invisible format (Cf: U+202E, U+200F, U+2066, U+200B, ...), a line separator or half a pair. The two joiners (U+200C, U+200D) are part of how words and emoji are written.</summary>
    private static bool IsHarmless(char c) => c is '\u200c' or '\u200d' || char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);

    private static string Shorten(string name)
    {
        if (name.Length <= TicketRules.FileNameLength) return name;
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 20 ? name[dot..] : "";
        var kept = TicketRules.FileNameLength - extension.Length;
        if (char.IsHighSurrogate(name[kept - 1])) kept--;
        return name[..kept].TrimEnd() + extension;
    }
}
