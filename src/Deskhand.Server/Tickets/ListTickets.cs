using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>GET /tickets: filtered, sorted, by page or cursor.</summary>
internal static class ListTickets
{
    public static async Task<Answer<Page<TicketResponse>>> Handle(
        [AsParameters] TicketQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken) =>
        Answer.Ok(await Read(query, caller, session, rulebooks, search, memory, cancellationToken));

    /// <summary>The page, for this route and for those that list the tickets of something.</summary>
    public static async Task<Outcome<Page<TicketResponse>>> Read(
        TicketQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        var page = PageRequest.Read(query.Page, query.Limit, query.Skip, query.Take, query.Cursor, caller.PageLimit);
        if (page.Problem is { } wrongPage) return wrongPage;
        var order = TicketOrder.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder;
        var read = await TicketFilter.Read(query, caller, await rulebooks.Of(session, cancellationToken), search, cancellationToken);
        if (read.Problem is { } wrongFilter) return wrongFilter;
        var filter = read.Value;
        if (order.Value.Condition is { } condition) filter.Also(condition);

        var list = new TicketList(session, filter, order.Value, memory, ListMemory.Key(caller, query, order.Value, page.Value.Limit));
        using var turn = await (filter.Words is null ? Turns.NoWait : memory.Searching(cancellationToken));
        return page.Value.Cursor is { } cursor
            ? await list.After(cursor, page.Value.Limit, cancellationToken)
            : await list.At(page.Value, cancellationToken);
    }
}

/// <summary>One list in one order: a page of it, and how long it is.</summary>
internal sealed class TicketList(TenantSession session, TicketFilter filter, TicketOrder order, ListMemory memory, string key)
{
    /// <summary>Up to here a list is counted each time; beyond, the planner's estimate stands in.</summary>
    private const int CountedUpTo = 1000;

    /// <summary>Named by the index beyond the page, for tickets that have changed since.</summary>
    private const int Spare = 20;

    /// <summary>So many times as many are named as may be expected to be needed, where the index does not know all that is asked.</summary>
    private const int LookedFor = 2;

    /// <summary>How many there are, one more than are counted at most, where that was learned on the way to the first page.</summary>
    private long? counted;

    /// <summary>Whether the index named as many as are looked at, and too few of them fit what it does not know.</summary>
    private bool isCut;

    /// <summary>The page after a place. Costs the same at any depth.</summary>
    public async Task<Outcome<Page<TicketResponse>>> After(string cursor, int limit, CancellationToken cancellationToken)
    {
        var place = order.Place(cursor);
        if (place.Problem is { } problem) return problem;
        filter.After(order, place.Value);
        var (rows, next) = await Rows(0, limit, cancellationToken);
        return new Page<TicketResponse>(rows, new(null, limit, null, false, next, next is not null));
    }

    /// <summary>A page by its number.</summary>
    public async Task<Outcome<Page<TicketResponse>>> At(PageRequest page, CancellationToken cancellationToken)
    {
        var (total, isEstimate) = page.Skip == 0 ? (-1L, false) : await Total(cancellationToken);
        if (ListMemory.IsDeep(page.Skip))
        {
            // those who ask for the same deep page at once wait for the first to find where it begins
            using var turn = await memory.Turn(key, page.Skip, cancellationToken);
            if (memory.Place(key, page.Skip) is not { } start) return await FindDeep(page, total, isEstimate, cancellationToken);
            if (order.Place(start) is { Problem: null } place) filter.After(order, place.Value);
        }

        var (rows, next) = await Rows(ListMemory.IsDeep(page.Skip) ? 0 : page.Skip, page.Limit, cancellationToken, andCount: page.Skip == 0);
        if (next is not null) memory.Remember(key, page.Skip + rows.Count, next);
        // a first page that is not full has told how many there are
        if (page.Skip == 0) (total, isEstimate) = next is null ? (rows.Count, false) : await Total(cancellationToken);
        return Answer(page, rows, next, total, isEstimate);
    }

    /// <summary>The newest tickets of a filter by words, and nothing about how many there are.</summary>
    public Task<List<TicketResponse>> Newest(int most, CancellationToken cancellationToken) => Newest(filter.Words!, most, andCount: false, cancellationToken);

    /// <summary>A deep page whose beginning is not known: the row before it is read too, and is the place that is remembered.</summary>
    private async Task<Outcome<Page<TicketResponse>>> FindDeep(PageRequest page, long total, bool isEstimate, CancellationToken cancellationToken)
    {
        var (rows, next) = await Rows(page.Skip - 1, page.Limit + 1, cancellationToken);
        if (rows.Count > 0) memory.Remember(key, page.Skip, order.CursorAt(rows[0]));
        if (next is not null) memory.Remember(key, page.Skip + rows.Count - 1, next);
        return Answer(page, rows[1..], next, total, isEstimate);
    }

    private static Page<TicketResponse> Answer(PageRequest page, IReadOnlyList<TicketResponse> rows, string? next, long total, bool isEstimate) =>
        new(rows, new(page.Page, page.Limit, total, isEstimate, next, next is not null));

    private async Task<(List<TicketResponse> Rows, string? Next)> Rows(int skip, int limit, CancellationToken cancellationToken, bool andCount = false)
    {
        // far from the start the index alone is walked, and only the rows of the page are fetched
        var found = skip > 0
            ? await session.Query($"SELECT {TicketShown.ListColumns} FROM {order.From} WHERE t.tenant_id = $1 AND t.id IN (SELECT t.id FROM {order.From} WHERE {filter.Where} ORDER BY {order.OrderBy} OFFSET {skip} LIMIT {limit + 1}) ORDER BY {order.OrderBy}",
                TicketShown.Read, cancellationToken, [.. filter.Parameters])
            : order == TicketOrder.Default && filter.Words is { } words ? await Newest(words, limit + 1, andCount, cancellationToken)
            // a list that turns out short needs no count, and what has few rows may be dear to find
            : andCount && filter.Words is null && memory.WasCounted(key) ? await FirstAndCount(limit + 1, cancellationToken)
            : await First(filter.Where, limit + 1, cancellationToken);
        var more = found.Count > limit;
        if (more) found.RemoveAt(limit);
        return (found, more ? order.CursorAt(found[^1]) : null);
    }

    private async Task<List<TicketResponse>> FirstAndCount(int most, CancellationToken cancellationToken)
    {
        var (rows, count) = await session.Query(Asked(FirstOf(filter.Where, most, order.From)), TicketShown.Read, Asked(CountOf(Few)), r => r.GetInt64(0), cancellationToken);
        counted = count[0];
        return rows;

        NpgsqlBatchCommand Asked(string sql) => TenantSession.Batched(sql, [.. filter.Parameters.Select(p => p.Clone())]);
    }

    private Task<List<TicketResponse>> First(string where, int most, CancellationToken cancellationToken, string? among = null) =>
        session.Query(FirstOf(where, most, among ?? order.From), TicketShown.Read, cancellationToken, [.. filter.Parameters]);

    private string FirstOf(string where, int most, string among) => $"SELECT {TicketShown.ListColumns} FROM {among} WHERE {where} ORDER BY {order.OrderBy} LIMIT {most}";

    /// <summary>
    /// The newest rows among the tickets that the index names. It is asked for some more than are wanted, for it may be a moment behind, and once
    /// more for many when too many of those have changed since, as after a large bulk update.
    /// </summary>
    /// <param name="named">The question to the index for so many tickets, which it names in the order of the list.</param>
    /// <param name="beside">What is asked beside the words.</param>
    /// <param name="most">Rows.</param>
    /// <param name="atLeast">How many to ask for at least, though no more are looked at, where it costs little to learn how many there are.</param>
    /// <param name="also">A parameter of the question beside those of the filter.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task<List<TicketResponse>> Named(Func<int, string> named, BesideWords beside, int most, int atLeast, NpgsqlParameter? also, CancellationToken cancellationToken)
    {
        // what the index does not know of what is asked is looked at
        var first = filter.IsIndexed ? most : (int)Math.Min(SearchPlan.MostGathered, LookedFor * most * Math.Max(1, beside.Faceted / Math.Max(1.0, beside.Tickets)));
        for (var looked = Math.Min(SearchPlan.MostGathered, first + Spare); ; looked = SearchPlan.MostGathered)
        {
            var asked = Math.Max(looked, atLeast);
            var question = named(asked);
            var rows = await session.Query($"""
                WITH named AS MATERIALIZED (SELECT {question} AS id)
                SELECT {TicketShown.ListColumns}, n.named FROM (SELECT count(*) AS named FROM named) n
                LEFT JOIN tickets t ON {filter.WhereBesideWords} AND t.id IN ((SELECT id FROM named LIMIT {looked}){filter.Direct}) ORDER BY {order.OrderBy} LIMIT {most}
                """, r => (IsTicket: !r.IsDBNull(0), Ticket: r.IsDBNull(0) ? null : TicketShown.Read(r), Named: r.GetInt64(r.FieldCount - 1)), cancellationToken,
                [.. filter.Parameters.Select(p => p.Clone()), .. also is null ? [] : new[] { also.Clone() }]);
            var found = rows.Where(r => r.IsTicket).Select(r => r.Ticket!).ToList();
            counted = filter.IsIndexed && filter.Direct is null && atLeast > 0 && rows[0].Named < asked ? rows[0].Named : null;
            if (found.Count == most || rows[0].Named < looked) return found;
            if (looked < SearchPlan.MostGathered) continue;
            isCut = true;
            return found;
        }
    }

    /// <summary>The newest tickets with some words.</summary>
    private async Task<List<TicketResponse>> Newest(SearchPlan words, int most, bool andCount, CancellationToken cancellationToken)
    {
        // another instance's clock may be ahead
        var from = filter.Until?.At ?? memory.Now.AddMinutes(5);
        var beside = await Beside(words, cancellationToken);
        var chosen = NewestByWords.Choose(words, beside, most, from);
        // what names a ticket itself, however old it is, is asked for with all that match
        var way = filter.Direct is null ? chosen.Way : WordsWay.Gather;
        if (way == WordsWay.Look && (beside.IsListed || !beside.IsIndexed)) return await First(filter.WhereLooking, most, cancellationToken);
        var isFirst = filter.Until is null;
        var known = isFirst ? memory.Weeks(key) : null;
        if (way == WordsWay.Look && chosen.Within is { } within)
        {
            // who fell short once does not set out again
            var walked = known is null ? await First(filter.WhereLooking, most, cancellationToken, filter.Walked(within)) : [];
            if (walked.Count == most) return walked;
        }
        else if (way != WordsWay.Weeks)
        {
            var some = await Named(named => filter.Newest(way, named), beside, most, andCount && way != WordsWay.Look ? CountedUpTo + 1 : 0, null, cancellationToken);
            return isCut ? await Gathered(most, cancellationToken) : some;
        }

        var (found, week, weeks) = (new List<TicketResponse>(), NewestByWords.Week(from), known ?? chosen.Weeks);
        var (newest, oldest) = (week, NewestByWords.Week(words.Oldest ?? from));
        // a ticket that was changed in a later week and is not indexed there yet is left for the next look
        for (var before = DateTimeOffset.MaxValue; found.Count < most && week >= oldest && !isCut; before = NewestByWords.Begin(week + 1))
        {
            var some = Enumerable.Range(Math.Max(oldest, week - weeks + 1), Math.Min(weeks, week - oldest + 1)).ToArray();
            var rows = await Named(named => filter.Newest(WordsWay.Weeks, named), beside, most - found.Count, 0, Data.Rows.P(some), cancellationToken);
            found.AddRange(rows.Where(r => r.UpdatedAt < before));
            week -= some.Length;
            weeks = NewestByWords.More(most - found.Count, found.Count, newest - week);
        }

        if (isCut) return await Gathered(most, cancellationToken);
        if (isFirst) memory.RememberWeeks(key, found.Count < most ? newest - week : newest - NewestByWords.Week(found[^1].UpdatedAt) + 1);
        return found;
    }

    /// <summary>Out of all that have the words: what is rare among the newest of them is not taken for all there is.</summary>
    private Task<List<TicketResponse>> Gathered(int most, CancellationToken cancellationToken) =>
        session.Query(FirstOf(filter.WhereGathered, most, order.From), TicketShown.Read, cancellationToken, [.. filter.Parameters.Select(p => p.Clone())]);

    /// <summary>What is asked beside the words, and how many tickets that leaves.</summary>
    private async Task<BesideWords> Beside(SearchPlan words, CancellationToken cancellationToken)
    {
        var facets = filter.Facets;
        if (facets.Count == 0 && filter.IsIndexed) return new(words.Documents, [], words.Documents, true, false, false, false);
        var all = await Remembered(filter.BesideWords, filter.WhereBesideWords, cancellationToken);
        if (facets.Count == 0) return new(all, [], words.Documents, false, false, false, false);
        if (facets is [var one] && filter.IsIndexed) return new(all, [new(all, one.Names.Length)], all, true, one.IsListed, one.IsRecent, one.IsSlow);
        var tickets = new Dictionary<SearchFacet, long>();
        foreach (var facet in facets) tickets[facet] = await Remembered(NameOf(facet), $"{TicketFilter.OfTenant} AND {facet.Condition}", cancellationToken);
        filter.Sort(f => tickets[f]);
        var faceted = filter.IsIndexed ? all
            : await Remembered(string.Join('&', facets.Select(NameOf)), $"{TicketFilter.OfTenant} AND {string.Join(" AND ", facets.Select(f => f.Condition))}", cancellationToken);
        return new(all, [.. facets.Select(f => new FacetSize(tickets[f], f.Names.Length))], faceted, filter.IsIndexed, false, facets.Any(f => f.IsRecent), facets.Any(f => f.IsSlow));

        string NameOf(SearchFacet facet) => $"{session.TenantId}|{string.Join(SearchFacets.Or, facet.Names)}";
    }

    /// <summary>About how many tickets fit a part of the filter.</summary>
    private async Task<long> Remembered(string name, string where, CancellationToken cancellationToken)
    {
        if (memory.Total(name) is { } known) return known;
        var fitting = await Estimate(where, cancellationToken);
        memory.RememberTotal(name, fitting);
        return fitting;
    }

    /// <summary>How many rows: counted while they are few, estimated by the planner while they are many.</summary>
    private async Task<(long Total, bool IsEstimate)> Total(CancellationToken cancellationToken)
    {
        if (counted is <= CountedUpTo and { } all) return (all, false);
        if (memory.Total(key) is { } many) return (many, true);
        if (filter.IsTooCommonToCount) return (await EstimateWords(cancellationToken), true);
        var few = counted ?? (await session.Query(CountOf(filter.IndexedMatches(CountedUpTo + 1) ?? Few), r => r.GetInt64(0), cancellationToken, [.. filter.Parameters.Select(p => p.Clone())]))[0];
        if (few <= CountedUpTo)
        {
            memory.RememberCounted(key);
            return (few, false);
        }

        var estimate = Math.Max(few, await Estimate(filter.Where, cancellationToken));
        memory.RememberTotal(key, estimate);
        return (estimate, true);
    }

    private string Few => $"SELECT 1 FROM {order.From} WHERE {filter.Where} LIMIT {CountedUpTo + 1}";

    private static string CountOf(string few) => $"SELECT count(*) FROM ({few}) few";

    /// <summary>Words are taken to be as frequent among the filtered tickets as among all.</summary>
    public async Task<long> EstimateWords(CancellationToken cancellationToken)
    {
        var words = filter.Words!;
        var estimate = (long)(words.Estimate * Math.Min(1, (await Beside(words, cancellationToken)).Tickets / (double)Math.Max(1, words.Documents)));
        memory.RememberTotal(key, estimate);
        return estimate;
    }

    private async Task<long> Estimate(string where, CancellationToken cancellationToken)
    {
        var plan = string.Concat(await session.Query($"EXPLAIN (FORMAT JSON) SELECT 1 FROM {order.From} WHERE {where}",
            r => r.GetString(0), cancellationToken, [.. filter.Parameters.Select(p => p.Clone())]));
        using var document = JsonDocument.Parse(plan);
        return (long)document.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }
}
