using System.Text.RegularExpressions;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>Shows where in tickets something was found: in the description or the newest comment with most of the words, among those the caller may read.</summary>
internal static partial class TicketSnippets
{
    private const int Length = 240;

    /// <param name="tickets">Found, and in the caller's scope.</param>
    /// <param name="words">What was looked for.</param>
    /// <param name="caller">Notes are read only for who may read them.</param>
    /// <param name="session">The tenant.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<List<SearchResult>> Show(IReadOnlyList<TicketResponse> tickets, SearchWords words, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        // most texts say nothing of it; one with other letters than ASCII may hold a word in other letters than it is looked for,
        // and what means something to LIKE only lets more through
        var texts = words.IsEmpty || tickets.Count == 0 ? [] : await session.Query($"""
            SELECT t.id, n.id, n.format, n.body
            FROM tickets t CROSS JOIN LATERAL (
                (SELECT NULL::uuid AS id, 'plain' AS format, {Beginning("t.description")} AS body)
                UNION ALL
                (SELECT c.id, c.format, {Beginning("c.body")} FROM ticket_comments c
                 WHERE c.tenant_id = t.tenant_id AND c.ticket_id = t.id AND c.deleted_at IS NULL AND ($3 OR c.visibility = 'public')
                 ORDER BY c.created_at DESC, c.id DESC LIMIT 20)) n
            WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND (lower(n.body COLLATE "C") LIKE ANY ($4) OR octet_length(n.body) <> length(n.body))
            """, r => (Ticket: r.GetGuid(0), Comment: r.Id(1), Format: r.GetString(2), Body: r.GetString(3)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(tickets.Select(t => t.Id).ToArray()), Rows.P(caller.May(Permission.NotesRead)),
            Rows.P(words.Beginnings.Select(b => $"%{b.Replace('\\', '_')}%").ToArray()));
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
    private static string Plain(string body, string format) =>
        string.Join(' ', (format == "html" ? Tags().Replace(body, " ") : body).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex("<[^<>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Tags();
}
