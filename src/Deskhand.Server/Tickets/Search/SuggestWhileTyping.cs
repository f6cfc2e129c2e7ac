using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>Somebody or something to choose while typing.</summary>
/// <param name="Id">Which.</param>
/// <param name="Name">What people read.</param>
/// <param name="Detail">What tells it from others of that name: a number, an address.</param>
internal sealed record Suggestion(Guid Id, string Name, string? Detail);

/// <summary>A ticket to choose while typing.</summary>
internal sealed record TicketSuggestion(Guid Id, string Reference, string Subject, string Status);

/// <summary>What may be meant by what has been typed so far: at most ten of each.</summary>
internal sealed record Suggestions(IReadOnlyList<TicketSuggestion> Tickets, IReadOnlyList<Suggestion> Customers, IReadOnlyList<Suggestion> Contacts, IReadOnlyList<string> Tags);

/// <summary>GET /search/suggest?q=: for every key that is struck. Only what the caller may read, tags too: those of tickets in the caller's scope.</summary>
internal static class SuggestWhileTyping
{
    private const int Most = 10;

    public static async Task<Answer<Suggestions>> Handle(string? q, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        var typed = (q ?? "").Trim();
        if (typed.Length > 100 || typed.Contains('\0', StringComparison.Ordinal)) return Answer.Ok<Suggestions>(Problem.Malformed("q", "At most 100 characters."));
        if (!typed.Any(char.IsLetterOrDigit)) return Answer.Ok<Suggestions>(new Suggestions([], [], [], []));
        using var turn = await memory.Searching(cancellationToken);
        var tickets = await Tickets(typed, caller, session, rulebooks, search, memory, cancellationToken);
        var (customers, contacts) = caller.May(Permission.CustomersRead) ? await Names(typed, session, cancellationToken) : ([], []);
        return Answer.Ok<Suggestions>(new Suggestions(tickets, customers, contacts, await Tags(typed, caller, session, cancellationToken)));
    }

    /// <summary>By reference or number at once, then the newest with such words.</summary>
    private static async Task<List<TicketSuggestion>> Tickets(
        string typed, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        // a beginning, whatever else it looks like
        var query = new SearchQuery([new SearchText(typed, SearchTextKind.Beginning, false, 0)]);
        var named = await FindAnything.Named(query, caller, session, cancellationToken);
        var filters = new TicketFilters { Q = query.ToString() };
        var filter = TicketFilter.Read(filters, (await search.Read(query, caller, cancellationToken)).Value, caller, await rulebooks.Of(session, cancellationToken)).Value;
        filter.Without(named);
        var newest = filter.Words is null ? [] : await new TicketList(session, filter, TicketOrder.Default, memory, $"suggest|{ListMemory.Seen(caller, filters)}").Newest(Most, cancellationToken);
        return [.. named.Concat(newest).Take(Most).Select(t => new TicketSuggestion(t.Id, t.Reference, t.Subject, t.Status))];
    }

    private static async Task<(List<Suggestion> Customers, List<Suggestion> Contacts)> Names(string typed, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await session.Query($"""
            SELECT true, d.id, d.name, d.number FROM search_directory('customers', $2, {Most}) f (id) JOIN customers d ON d.tenant_id = $1 AND d.id = f.id
            UNION ALL
            SELECT false, d.id, btrim(d.first_name || ' ' || d.last_name), d.email FROM search_directory('contacts', $2, {Most}) f (id) JOIN contacts d ON d.tenant_id = $1 AND d.id = f.id
            ORDER BY 3, 2
            """, r => (IsCustomer: r.GetBoolean(0), Name: new Suggestion(r.GetGuid(1), r.GetString(2), r.Text(3))), cancellationToken, Rows.P(session.TenantId), Rows.P(typed));
        return ([.. found.Where(f => f.IsCustomer).Select(f => f.Name)], [.. found.Where(f => !f.IsCustomer).Select(f => f.Name)]);
    }

    /// <summary>Goes from tag to tag in the index, not from ticket to ticket, and begins at what was typed: in every collation what begins so comes behind it.</summary>
    private static Task<List<string>> Tags(string typed, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        List<Npgsql.NpgsqlParameter> parameters = [Rows.P(session.TenantId), Rows.P(typed.ToLowerInvariant())];
        var scope = TicketScopes.Where(caller, parameters);
        return session.Query($"""
            WITH RECURSIVE each AS (
                (SELECT g.tag FROM ticket_tags g WHERE g.tenant_id = $1 AND g.tag >= $2 ORDER BY g.tag LIMIT 1)
                UNION ALL
                SELECT (SELECT g.tag FROM ticket_tags g WHERE g.tenant_id = $1 AND g.tag > e.tag ORDER BY g.tag LIMIT 1) FROM each e WHERE e.tag IS NOT NULL)
            SELECT e.tag FROM (SELECT tag FROM each LIMIT 2000) e
            WHERE starts_with(e.tag, $2) AND EXISTS (
                SELECT 1 FROM ticket_tags g JOIN tickets t ON t.tenant_id = g.tenant_id AND t.id = g.ticket_id
                WHERE g.tenant_id = $1 AND g.tag = e.tag AND t.deleted_at IS NULL{(scope is null ? "" : $" AND {scope}")})
            LIMIT {Most}
            """, r => r.GetString(0), cancellationToken, [.. parameters]);
    }
}
