using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Texts with places for names, such as <c>Dear {{contact.firstName}}</c>. There is no logic in them: a name that is missing is empty, one that does not exist is refused when the text is saved.</summary>
public static partial class Placeholders
{
    private static readonly SearchValues<char> Marks = SearchValues.Create("\\`*_[]<>&~|");
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly ImmutableDictionary<string, Func<RuleScene, Names, string?, string?>> Known = new Dictionary<string, Func<RuleScene, Names, string?, string?>>(StringComparer.Ordinal)
    {
        ["ticket.reference"] = (s, _, _) => s.Drawn?.Reference ?? s.After.Reference,
        ["ticket.number"] = (s, _, _) => (s.Drawn?.Number ?? s.After.Number).ToString(CultureInfo.InvariantCulture),
        ["ticket.subject"] = (s, _, _) => s.After.Fields.Subject,
        ["ticket.status"] = (s, _, _) => s.Rulebook.Workflow.Find(s.After.Status)?.Name ?? s.After.Status,
        ["ticket.priority"] = (s, _, _) => Wire.Name(s.After.Fields.Priority),
        ["ticket.category"] = (s, _, _) => s.Rulebook.Categories.FirstOrDefault(k => string.Equals(k.Key, s.After.Fields.Category, StringComparison.Ordinal))?.Name ?? s.After.Fields.Category,
        ["ticket.dueAt"] = (s, _, _) => s.After.Fields.DueAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        ["contact.firstName"] = (_, n, _) => n.ContactFirst,
        ["contact.lastName"] = (_, n, _) => n.ContactLast,
        ["contact.name"] = (_, n, _) => $"{n.ContactFirst} {n.ContactLast}".Trim(),
        ["customer.name"] = (_, n, _) => n.Customer,
        ["assignee.name"] = (_, n, _) => n.Assignee,
        // who applies a macro; of a rule, which is nobody: who has the ticket
        ["agent.name"] = (_, n, by) => by ?? n.Assignee,
        ["similar.references"] = (s, _, _) => string.Join(", ", Similarity.Of(s).Select(r => r.Reference)),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The names that exist.</summary>
    public static ImmutableArray<string> All { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Why a text cannot be saved, or null.</summary>
    public static string? Refuse(string text)
    {
        foreach (var match in Shape().EnumerateMatches(text))
        {
            var name = text.AsSpan(match.Index + 2, match.Length - 4).Trim().ToString();
            if (!Known.ContainsKey(name)) return $"There is no placeholder {(name.Length > 60 ? name[..60] + "…" : name)}; there are: {string.Join(", ", All)}.";
        }

        return null;
    }

    /// <summary>Puts the names in. False when they are yet to be looked up.</summary>
    /// <param name="scene">The ticket and what surrounds it.</param>
    /// <param name="text">The text.</param>
    /// <param name="format">How it is written: the names are escaped, so that they are nothing but text in it.</param>
    /// <param name="by">The name of the person who writes; null for a rule.</param>
    /// <param name="filled">The text with the names.</param>
    public static bool Fill(RuleScene scene, string text, BodyFormat format, string? by, out string filled)
    {
        filled = text;
        if (!text.Contains("{{", StringComparison.Ordinal)) return true;
        if (scene.After.Number == 0 && (text.Contains("ticket.reference", StringComparison.Ordinal) || text.Contains("ticket.number", StringComparison.Ordinal)))
        {
            if (!scene.Knows(new Question.NameOfNew(), out var drawn)) return false;
            scene.Drawn = drawn;
        }

        var f = scene.After.Fields;
        var needsNames = text.Contains("contact.", StringComparison.Ordinal) || text.Contains("customer.", StringComparison.Ordinal) || text.Contains("assignee.", StringComparison.Ordinal) || text.Contains("agent.", StringComparison.Ordinal);
        var names = Names.Nobody;
        if (needsNames && (f.CustomerId ?? f.ContactId ?? f.AssigneeId) is not null && !scene.Knows(new Question.NamesOf(f.CustomerId, f.ContactId, f.AssigneeId), out names)) return false;
        filled = Shape().Replace(text, m => Known.TryGetValue(m.Value[2..^2].Trim(), out var of) ? Escape(of(scene, names, by) ?? "", format) : "");
        return true;
    }

    /// <summary>Text that means itself in a format; line breaks become spaces.</summary>
    private static string Escape(string value, BodyFormat format)
    {
        var line = value.ReplaceLineEndings(" ");
        return format switch
        {
            BodyFormat.Plain => line,
            BodyFormat.Html => Html.Encode(line),
            BodyFormat.Markdown => Markdown(line),
        };
    }

    /// <summary>Backslashes before what Markdown reads as marks within a line (CommonMark 2.4).</summary>
    private static string Markdown(string line)
    {
        if (!line.AsSpan().ContainsAny(Marks)) return line;
        var escaped = new StringBuilder(line.Length + 8);
        foreach (var c in line)
        {
            if (Marks.Contains(c)) escaped.Append('\\');
            escaped.Append(c);
        }

        return escaped.ToString();
    }

    [GeneratedRegex(@"\{\{[^{}]*\}\}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}
