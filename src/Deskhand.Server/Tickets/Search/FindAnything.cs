using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>The parameters of GET /search.</summary>
internal sealed record FindQuery
{
    /// <summary>The search language. A last word without a blank behind it counts as the beginning of one.</summary>
    public string? Q { get; init; }

    /// <summary>ticket, customer, contact; several by commas. All that the caller may read when not given.</summary>
    public string[]? Type { get; init; }

    /// <summary>Of tickets: -updatedAt (default), relevance, or an order of GET /tickets.</summary>
    public string? Sort { get; init; }

    /// <summary>Rows a page, 1 to 100.</summary>
    public string? Limit { get; init; }

    /// <summary>From <c>pagination.nextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }
}

/// <summary>
/// GET /search: tickets, customers and contacts. Of one type any number of pages; of several, the first page begins with the best five customers
/// and contacts, and the tickets go on from page to page. A reference or number typed alone comes first.
/// </summary>
internal static class FindAnything
{
    /// <summary>Customers and contacts ahead of tickets.</summary>
    private const int MostAhead = 5;

    /// <summary>The newest matches that are put in order by relevance.</summary>
    private const int Ranked = 500;

    private const string Relevance = "relevance";

    /// <summary>What a word is worth in notes, in the description and comments, in names and tags, in reference and subject (<c>search_document</c>).</summary>
    private const string Weights = "{0.1, 0.2, 0.5, 1}";

    public static async Task<Answer<Page<SearchResult>>> Handle(
        [AsParameters] FindQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        var page = PageRequest.Read(null, query.Limit, null, null, query.Cursor, Math.Min(25, caller.PageLimit));
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<SearchResult>>(wrongPage);
        var types = Types(query.Type, caller);
        if (types.Problem is { } wrongType) return Answer.Ok<Page<SearchResult>>(wrongType);
        if (string.IsNullOrWhiteSpace(query.Q)) return Answer.Ok<Page<SearchResult>>(Problem.Malformed("q", "Say what to look for: q=words."));
        var parsed = SearchQuery.Parse(query.Q, typing: true);
        if (parsed.Problem is { } unclear) return Answer.Ok<Page<SearchResult>>(unclear);
        using var turn = await memory.Searching(cancellationToken);
        var asked = await search.Read(parsed.Value, caller, cancellationToken);
        if (asked.Problem is { } unknown) return Answer.Ok<Page<SearchResult>>(unknown);

        var words = new SearchWords(parsed.Value, asked.Value.Words?.Stems ?? []);
        var limit = page.Value.Limit;
        // conditions are about tickets
        var names = asked.Value.Conditions.IsEmpty && parsed.Value.Texts.All(t => !t.Negated) ? string.Join(' ', parsed.Value.Texts.Select(t => t.Text)) : "";
        if (types.Value is [not SearchResultType.Ticket and var only]) return Answer.Ok(await InDirectory(only, names, query.Cursor, limit, words, caller, session, cancellationToken));
        var isAhead = query.Cursor is null && names.Length > 0 && types.Value.Count > 1;
        Outcome<Page<TicketResponse>> tickets = types.Value.Contains(SearchResultType.Ticket)
            ? await Tickets(query, asked.Value, page.Value, caller, session, await rulebooks.Of(session, cancellationToken), memory, cancellationToken)
            : new Page<TicketResponse>([], new(null, limit, 0, false, null, false));
        if (tickets.Problem is { } problem) return Answer.Ok<Page<SearchResult>>(problem);
        var found = await Shown(tickets.Value.Data, types.Value, isAhead ? names : null, Math.Min(MostAhead, limit), words, caller, session, cancellationToken);
        return Answer.Ok<Page<SearchResult>>(new Page<SearchResult>(found, tickets.Value.Pagination with { Total = tickets.Value.Pagination.Total + found.Count - tickets.Value.Data.Count, Page = null }));
    }

    private static Outcome<List<SearchResultType>> Types(string[]? asked, Caller caller)
    {
        var types = new List<SearchResultType>();
        foreach (var name in (asked ?? []).SelectMany(t => t.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (Wire.Find<SearchResultType>(name) is not { } type)
                return Problem.Malformed("type", $"There is no such type; there are: {string.Join(", ", Wire.All<SearchResultType>())}.") with { Allowed = Wire.All<SearchResultType>() };
            if (type != SearchResultType.Ticket && !caller.May(Permission.CustomersRead)) return Problem.Forbidden(Permissions.Name(Permission.CustomersRead));
            if (!types.Contains(type)) types.Add(type);
        }

        return types.Count > 0 ? types : caller.May(Permission.CustomersRead) ? [SearchResultType.Customer, SearchResultType.Contact, SearchResultType.Ticket] : [SearchResultType.Ticket];
    }

    /// <summary>
    /// Tickets as they are shown and, where names were asked for, ahead of them the best customers and contacts by such names: first those whose names begin so.
    /// </summary>
    private static async Task<List<SearchResult>> Shown(
        IReadOnlyList<TicketResponse> tickets, List<SearchResultType> types, string? names, int most, SearchWords words, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var texts = TicketSnippets.Texts(tickets, words, caller, session.TenantId);
        if (names is null) return TicketSnippets.Show(tickets, words.IsEmpty ? [] : await session.Query(texts, TicketSnippets.Text, cancellationToken), words);
        var (found, customers, contacts) = await session.Query(texts, TicketSnippets.Text,
            DirectoryRows.Customers(session.TenantId, names, most), DirectoryRows.Customer, DirectoryRows.Contacts(session.TenantId, names, most), DirectoryRows.Contact, cancellationToken);
        return
        [
            .. types.Contains(SearchResultType.Customer) ? customers.Select(c => SearchResult.Of(c, words)) : [],
            .. types.Contains(SearchResultType.Contact) ? contacts.Select(c => SearchResult.Of(c, words)) : [],
            .. TicketSnippets.Show(tickets, found, words),
        ];
    }

    private static async Task<Outcome<Page<SearchResult>>> InDirectory(
        SearchResultType type, string names, string? cursor, int limit, SearchWords words, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (names.Length == 0) return new Page<SearchResult>([], new(null, limit, 0, false, null, false));
        var size = limit.ToString(CultureInfo.InvariantCulture);
        if (type == SearchResultType.Customer)
            return await ListCustomers.Read(new CustomerQuery { Search = names, Limit = size, Cursor = cursor }, c => SearchResult.Of(CustomerResponse.From(c), words), caller, session, cancellationToken);
        var contacts = await ListContacts.Read(new ContactQuery { Search = names, Limit = size, Cursor = cursor }, caller, session, cancellationToken);
        return contacts.Problem is { } problem ? problem : new Page<SearchResult>([.. contacts.Value.Data.Select(c => SearchResult.Of(c, words))], contacts.Value.Pagination);
    }

    private static async Task<Outcome<Page<TicketResponse>>> Tickets(
        FindQuery query, SearchAsked asked, PageRequest page, Caller caller, TenantSession session, Rulebook rulebook, ListMemory memory, CancellationToken cancellationToken)
    {
        var order = query.Sort == Relevance ? TicketOrder.Default : TicketOrder.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder with { Allowed = [.. wrongOrder.Allowed, Relevance] };
        // what was asked, as a name for the list in memory
        var filters = new TicketFilters { Q = asked.Query.ToString() };
        var read = TicketFilter.Read(filters, asked, caller, rulebook);
        if (read.Problem is { } wrongFilter) return wrongFilter;
        var filter = read.Value;
        if (order.Value.Condition is { } condition) filter.Also(condition);
        var named = await Named(asked.Query, caller, session, cancellationToken);
        filter.Without(named);

        var first = page.Cursor is null;
        Outcome<Page<TicketResponse>> found;
        var isRanked = query.Sort == Relevance && filter.Words is not null;
        var list = new TicketList(session, filter, order.Value, memory, $"search|{(isRanked ? Relevance : order.Value.Name)}|{page.Limit}|{ListMemory.Seen(caller, filters)}");
        if (isRanked) found = await ByRelevance(list, filter, page, session, cancellationToken);
        else found = first ? await list.At(page, cancellationToken) : await list.After(page.Cursor!, page.Limit, cancellationToken);

        return found.Problem is null && first && named.Count > 0
            ? new Page<TicketResponse>([.. named, .. found.Value.Data], found.Value.Pagination with { Total = found.Value.Pagination.Total + named.Count })
            : found;
    }

    /// <summary>The tickets that what was typed names: there at once, however new they are.</summary>
    public static async Task<List<TicketResponse>> Named(SearchQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (TicketFilter.Reference(query) is not { } reference) return [];
        var isNumber = long.TryParse(reference, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        List<Npgsql.NpgsqlParameter> parameters = [Rows.P(session.TenantId), Rows.P(reference.ToUpperInvariant()), Rows.P(reference), Rows.P(isNumber ? number : -1)];
        var scope = TicketScopes.Where(caller, parameters);
        return await session.Query($"SELECT {TicketShown.ListColumns} FROM tickets t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND (t.reference = $2 OR t.external_id = $3 OR t.number = $4){(scope is null ? "" : $" AND {scope}")} ORDER BY t.number LIMIT 5",
            TicketShown.Read, cancellationToken, [.. parameters]);
    }

    /// <summary>Among the newest matches, as far as they are put in order.</summary>
    private static async Task<Outcome<Page<TicketResponse>>> ByRelevance(TicketList list, TicketFilter filter, PageRequest page, TenantSession session, CancellationToken cancellationToken)
    {
        var skip = 0;
        if (page.Cursor is { } cursor)
        {
            var place = Cursors.Read(cursor, Relevance, 1);
            if (place.Problem is { } problem) return problem;
            if (!int.TryParse(place.Value[0], NumberStyles.None, CultureInfo.InvariantCulture, out skip) || skip > Ranked) return Problem.Malformed("cursor", "This is not a cursor of this list.");
        }

        var newest = await list.NewestIds(Ranked, cancellationToken);
        var rows = await session.Query($"""
            SELECT {TicketShown.ListColumns} FROM (
                SELECT s.ticket_id, s.updated_at, ts_rank('{Weights}', s.document, (SELECT search_own($1, {filter.WordsParameter}::text::tsquery)), 1) AS rank FROM ticket_search s
                WHERE s.tenant_id = $1 AND s.ticket_id = ANY (${filter.Parameters.Count + 1}) ORDER BY 3 DESC, 2 DESC, 1 DESC OFFSET {skip} LIMIT {page.Limit}) r
            JOIN tickets t ON t.id = r.ticket_id WHERE {filter.WhereBesideWords} ORDER BY r.rank DESC, r.updated_at DESC, r.ticket_id DESC
            """, TicketShown.Read, cancellationToken, [.. filter.Parameters.Select(p => p.Clone()), Rows.P(newest)]);
        var more = newest.Length > skip + page.Limit;
        var next = more ? Cursors.Write(Relevance, (skip + page.Limit).ToString(CultureInfo.InvariantCulture)) : null;
        long? total = page.Cursor is not null ? null : more ? Math.Max(filter.Words!.Estimate, page.Limit + 1) : rows.Count;
        return new Page<TicketResponse>(rows, new(null, page.Limit, total, more, next, more));
    }
}
