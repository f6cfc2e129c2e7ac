using System.Collections.Immutable;
using System.Text;

namespace Deskhand.Notifications;

/// <summary>The words of a message, with placeholders such as <c>{{ticket.reference}}</c>. There is nothing else in the language: no conditions, no loops, no code.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">The message as plain text.</param>
/// <param name="Html">The message as HTML; what is put in place of a placeholder is escaped.</param>
public sealed record MailTemplate(string Subject, string Text, string Html)
{
    private const int SubjectLength = 300;
    private const int BodyLength = 50_000;

    /// <summary>What every message may name.</summary>
    private static readonly ImmutableArray<string> Common = ["desk.name", "recipient.name", "actor.name"];

    private static readonly ImmutableArray<string> OfTicket = ["ticket.reference", "ticket.subject", "ticket.status", "ticket.priority", "ticket.url"];

    /// <summary>The placeholders that a message of a kind may name.</summary>
    public static ImmutableArray<string> Placeholders(NoticeKind kind) => kind switch
    {
        NoticeKind.TicketNewComment => [.. Common, .. OfTicket, "comment.body", "comment.author"],
        NoticeKind.SatisfactionSurvey => [.. Common, .. OfTicket, "survey.url"],
        NoticeKind.Invitation or NoticeKind.PasswordReset => [.. Common, "link.url"],
        NoticeKind.Message => [.. Common, .. OfTicket, "message"],
        NoticeKind.TicketCreated or NoticeKind.TicketAssigned or NoticeKind.TicketStatusChanged or NoticeKind.TicketSlaWarning or NoticeKind.TicketSlaBreach or NoticeKind.MailFailed => [.. Common, .. OfTicket],
    };

    /// <summary>What is wrong with it for messages of a kind, or null.</summary>
    public Problem? Check(NoticeKind kind)
    {
        var errors = new FieldErrors();
        errors.Required("subject", Subject, SubjectLength);
        foreach (var (name, body) in new[] { ("text", Text), ("html", Html) })
        {
            errors.Unless(!string.IsNullOrWhiteSpace(body), name, "This is required.");
            errors.Text(name, body, BodyLength);
        }

        var allowed = Placeholders(kind);
        foreach (var (name, words) in new[] { ("subject", Subject), ("text", Text), ("html", Html) })
            foreach (var (_, placeholder) in Pieces(words).Where(p => p.Placeholder is not null && !allowed.Contains(p.Placeholder, StringComparer.Ordinal)))
                errors.Add(name, $"There is no placeholder {{{{{Clip(placeholder!)}}}}} here; there are: {string.Join(", ", allowed)}.");
        return errors.ToProblem() is { } problem ? problem with { Allowed = allowed } : null;
    }

    /// <summary>The message with values in place of the placeholders; a value that is missing is empty. The subject stays one line whatever the values hold.</summary>
    public MailTemplate Fill(IReadOnlyDictionary<string, string> values) =>
        new(OneLine(Put(Subject, values, OneLine)), Put(Text, values, v => v), Put(Html, values, Escaped));

    private static string Put(string words, IReadOnlyDictionary<string, string> values, Func<string, string> form)
    {
        var filled = new StringBuilder(words.Length + 200);
        foreach (var (literal, placeholder) in Pieces(words)) filled.Append(placeholder is null ? literal : form(values.GetValueOrDefault(placeholder, "")));
        return filled.ToString();
    }

    /// <summary>The words in order: literal ones, and the names between braces.</summary>
    private static IEnumerable<(string Literal, string? Placeholder)> Pieces(string words)
    {
        var at = 0;
        while (words.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            if (open > at) yield return (words[at..open], null);
            var close = words.IndexOf("}}", open, StringComparison.Ordinal);
            // one that does not end is a placeholder that nobody knows
            var end = close < 0 ? words.Length : close;
            yield return ("", words[(open + 2)..end].Trim());
            at = close < 0 ? words.Length : close + 2;
        }

        if (at < words.Length) yield return (words[at..], null);
    }

    private static string OneLine(string value) => new([.. value.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)]);

    private static string Escaped(string value) => value
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal)
        .ReplaceLineEndings("<br>");

    private static string Clip(string name) => name.Length > 60 ? name[..60] + "…" : name;
}
