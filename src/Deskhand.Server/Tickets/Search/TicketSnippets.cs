using System.Buffers;
using System.Text.RegularExpressions;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>Shows where in tickets something was found: in the description or the newest comment with most of the words, among those the caller may read.</summary>
internal static partial class TicketSnippets
{
    private const int Length = 240;

    /// <summary>The newest comments of a ticket that are looked through.</summary>
    private const int Comments = 200;

    /// <summary>All white space but the blank.</summary>
    private static readonly SearchValues<char> Breaks = SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => c != ' ' && char.IsWhiteSpace(c))]);

    /// <summary>Reads the texts that may hold one of the words.</summary>
    /// <param name="tickets">Found, and in the caller's scope.</param>
    /// <param name="words">What was looked for.</param>
    /// <param name="caller">Notes are read only for who may read them.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <remarks>
    /// Most texts say nothing of it; one with other letters than ASCII may hold a word in other letters than it is looked for, and what means
    /// something to LIKE only lets more through.
    /// </remarks>
    public static NpgsqlBatchCommand Texts(IReadOnlyList<TicketResponse> tickets, SearchWords words, Caller caller, Guid tenantId) => TenantSession.Batched($"""
        SELECT t.id, n.id, n.format, n.body
        FROM tickets t CROSS JOIN LATERAL (
            (SELECT NULL::uuid AS id, 'plain' AS format, {Beginning("t.description")} AS body)
            UNION ALL
            (SELECT c.id, c.format, {Beginning("c.body")} FROM ticket_comments c
             WHERE c.tenant_id = t.tenant_id AND c.ticket_id = t.id AND c.deleted_at IS NULL AND ($3 OR c.visibility = 'public')
             ORDER BY c.created_at DESC, c.id DESC LIMIT {Comments})) n
        WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND (lower(n.body COLLATE "C") LIKE ANY ($4) OR octet_length(n.body) <> length(n.body))
        """, Rows.P(tenantId), Rows.P(tickets.Select(t => t.Id).ToArray()), Rows.P(caller.May(Permission.NotesRead)),
        Rows.P(words.Beginnings.Select(b => $"%{b.Replace('\\', '_')}%").ToArray()));

    public static TicketText Text(NpgsqlDataReader r) => new(r.GetGuid(0), r.Id(1), r.GetString(2), r.GetString(3));

    /// <summary>Tickets with the places of the words in them.</summary>
    public static List<SearchResult> Show(IReadOnlyList<TicketResponse> tickets, IEnumerable<TicketText> texts, SearchWords words)
    {
        var best = texts
            .Select(t => (t.Ticket, t.Comment, Snippet: SearchSnippet.Of(Plain(t.Body, t.Format), words, Length)))
            .Where(t => !t.Snippet.Marks.IsEmpty)
            .GroupBy(t => t.Ticket)
            .ToDictionary(g => g.Key, g => g.MaxBy(t => t.Snippet.Marks.Length));
        return [.. tickets.Select(ticket => new SearchResult
        {
            Type = SearchResultType.Ticket,
            Id = ticket.Id,
            Title = SearchSnippet.Of(ticket.Subject, words, 500),
            Snippet = best.TryGetValue(ticket.Id, out var found) ? found.Snippet : null,
            CommentId = best.TryGetValue(ticket.Id, out found) ? found.Comment : null,
            Ticket = ticket,
        })];
    }

    /// <summary>So much of a text as is looked at. To count the letters of short ones takes as long as all else.</summary>
    private static string Beginning(string text) => $"CASE WHEN octet_length({text}) > 4000 THEN left({text}, 4000) ELSE {text} END";

    /// <summary>Text in one line, without markup.</summary>
    private static string Plain(string body, string format)
    {
        var text = format == "html" ? Tags().Replace(body, " ") : body;
        // most texts are short and of one line
        return text.AsSpan().ContainsAny(Breaks) || text.Contains("  ", StringComparison.Ordinal) ? string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : text.Trim();
    }

    [GeneratedRegex("<[^<>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tags();
}

/// <summary>A text of a ticket in which words may be.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Comment">The comment, or null for the description.</param>
/// <param name="Format">plain or html.</param>
/// <param name="Body">So much of it as is looked at.</param>
internal sealed record TicketText(Guid Ticket, Guid? Comment, string Format, string Body);
