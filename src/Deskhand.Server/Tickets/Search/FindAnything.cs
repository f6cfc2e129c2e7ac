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

    /// <summary>Of tickets: -updatedAt (default), relevance (first those with all words in reference, subject, tags and names), or an order of GET /tickets.</summary>
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

    private const string Relevance = "relevance";
    private const string InTitles = "titles";
    private const string Elsewhere = "elsewhere";

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
            ? await Tickets(query, asked.Value, page.Value, caller, session, await rulebooks.Of(session, cancellationToken), search, memory, cancellationToken)
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
        FindQuery query, SearchAsked asked, PageRequest page, Caller caller, TenantSession session, Rulebook rulebook, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        var order = query.Sort == Relevance ? TicketOrder.Default : TicketOrder.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder with { Allowed = [.. wrongOrder.Allowed, Relevance] };
        // what was asked, as a name for the list in memory
        var filters = new TicketFilters { Q = asked.Query.ToString() };
        if (TicketFilter.Read(filters, asked, caller, rulebook).Problem is { } wrongFilter) return wrongFilter;
        var named = await Named(asked.Query, caller, session, cancellationToken);

        var first = page.Cursor is null;
        var found = query.Sort == Relevance && await search.ByTitles(asked, caller, cancellationToken) is { } plans
            ? await ByRelevance(plans, page, List, cancellationToken)
            : first ? await List(null).At(page, cancellationToken) : await List(null).After(page.Cursor!, page.Limit, cancellationToken);

        return found.Problem is null && first && named.Count > 0
            ? new Page<TicketResponse>([.. named, .. found.Value.Data], found.Value.Pagination with { Total = found.Value.Pagination.Total + named.Count })
            : found;

        TicketList List(SearchPlan? words)
        {
            var filter = TicketFilter.Read(filters, asked with { Words = words ?? asked.Words }, caller, rulebook).Value;
            if (order.Value.Condition is { } condition) filter.Also(condition);
            filter.Without(named);
            return new(session, filter, order.Value, memory, $"search|{words?.Query}|{order.Value.Name}|{page.Limit}|{ListMemory.Seen(caller, filters)}");
        }
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

    /// <summary>First those with all words in reference, subject, names and tags, then all others, the newest first among either.</summary>
    private static async Task<Outcome<Page<TicketResponse>>> ByRelevance(TitlePlans plans, PageRequest page, Func<SearchPlan, TicketList> list, CancellationToken cancellationToken)
    {
        var (part, place) = (InTitles, "");
        if (page.Cursor is { } cursor)
        {
            var read = Cursors.Read(cursor, Relevance, 2);
            if (read.Problem is { } problem) return problem;
            if (read.Value is not [InTitles or Elsewhere, not null]) return Problem.Malformed("cursor", "This is not a cursor of this list.");
            (part, place) = (read.Value[0]!, read.Value[1]!);
        }

        List<TicketResponse> rows = [];
        string? next = null;
        if (part == InTitles)
        {
            var titles = await Part(list(plans.Titles), place, page.Limit, cancellationToken);
            if (titles.Problem is { } problem) return problem;
            rows.AddRange(titles.Value.Rows);
            next = titles.Value.Next is { } after ? Cursors.Write(Relevance, InTitles, after) : null;
            place = "";
        }

        if (next is null)
        {
            var rest = await Part(list(plans.Rest), place, page.Limit - rows.Count, cancellationToken);
            if (rest.Problem is { } problem) return problem;
            rows.AddRange(rest.Value.Rows);
            next = rest.Value.Next is { } after ? Cursors.Write(Relevance, Elsewhere, after) : null;
        }

        // of what the caller sees, as far as statistics tell
        long? total = page.Cursor is not null ? null : next is null ? rows.Count : Math.Max(await list(plans.Rest).EstimateWords(cancellationToken), page.Limit + 1);
        return new Page<TicketResponse>(rows, new(null, page.Limit, total, total is not null && next is not null, next, next is not null));
    }

    /// <summary>So many of a list behind a place, which is empty at its beginning, and the place where it goes on, if it does.</summary>
    private static async Task<Outcome<(IReadOnlyList<TicketResponse> Rows, string? Next)>> Part(TicketList list, string place, int most, CancellationToken cancellationToken)
    {
        if (place.Length == 0 || most == 0)
        {
            var newest = await list.Newest(most + 1, cancellationToken);
            return (newest.Take(most).ToList(), newest.Count <= most ? null : most == 0 ? place : TicketOrder.Default.CursorAt(newest[most - 1]));
        }

        var page = await list.After(place, most, cancellationToken);
        return page.Problem is { } problem ? problem : (page.Value.Data, page.Value.Pagination.NextCursor);
    }
}
