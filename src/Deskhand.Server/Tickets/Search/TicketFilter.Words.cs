using System.Globalization;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>
/// The part of the filter that is text. Rare words are gathered from the index, and of common ones the tickets are looked at in the order of the
/// list until enough match; which, the statistics of the index say (<see cref="SearchPlan.IsCommon"/>). For the newest tickets there is a third
/// way (<see cref="NewestByWords"/>).
/// </summary>
internal sealed partial class TicketFilter
{
    /// <summary>Conditions that the index knows: what it names is looked at again, but much that does not fit is not even named.</summary>
    private readonly List<SearchFacet> facets = [];

    private string? words;
    private string? facetNames;
    private string? among;
    private string? before;

    /// <summary>The words that are looked for, or null.</summary>
    public SearchPlan? Words { get; private set; }

    /// <summary>Whether the index knows everything that is asked.</summary>
    public bool IsIndexed { get; private set; }

    /// <summary>What the index is asked for beside words, the rarest first (<see cref="Sort"/>).</summary>
    public IReadOnlyList<SearchFacet> Facets => facets;

    /// <summary>The tickets that what was typed may name, however long ago they were changed, to be added to those with the words; or null.</summary>
    public string? Direct { get; private set; }

    /// <summary>The place after which the page begins, where a cursor says so.</summary>
    public (DateTimeOffset At, Guid Id)? Until { get; private set; }

    /// <summary>Beyond so many the statistics of the index stand in for a count, which would cost what the search does once more.</summary>
    public bool IsTooCommonToCount => Words is { Estimate: > 1000 };

    /// <summary>Whether nothing is asked, and nothing hidden, beside the words.</summary>
    public bool IsWordsAlone => IsIndexed && facets.Count == 0;

    /// <summary>The predicate without the words, for what has looked at them already.</summary>
    public string WhereBesideWords => WhereWithoutWords;

    /// <summary>The name of the parameter that holds the words (tsquery as text), or null.</summary>
    public string? WordsParameter => words;

    private string Match => Words!.IsCommon ? Look : Gathered;

    /// <summary>All of them, however many there are: what is changed in bulk, exported or counted is told to be everything.</summary>
    private string Gathered => $"t.id IN (SELECT search_tickets({words}::text::tsquery, {int.MaxValue}, {FacetNames}){Direct})";

    private string FacetNames => facets.Count == 0 ? "NULL" : facetNames ??= Add(Rows.P(facets.Select(f => string.Join(SearchFacets.Or, f.Names)).ToArray()));

    private string Look => $"(SELECT s.document FROM ticket_search s WHERE s.tenant_id = $1 AND s.ticket_id = t.id) @@ (SELECT search_own($1, {words}::text::tsquery))";

    /// <summary>The predicate for rows that are looked at in the order of the list until enough have the words.</summary>
    public string WhereLooking => $"{WhereWithoutWords} AND {Look}";

    /// <summary>The predicate for rows of which the index names all that have the words.</summary>
    public string WhereGathered => $"{WhereWithoutWords} AND {Gathered}";

    /// <summary>The newest tickets that the index names, on a way.</summary>
    /// <param name="way">The way; with weeks, they are a parameter behind all others.</param>
    /// <param name="most">How many.</param>
    public string Newest(WordsWay way, int most)
    {
        // these are parameters too, and the weeks are the last
        var (names, before) = (FacetNames, Before);
        if (way == WordsWay.Look) return $"walk_tickets({words}::text::tsquery, {most}, {before})";
        var weeks = way switch { WordsWay.Gather => "NULL", WordsWay.Cross => "'{}'", _ => $"${Parameters.Count + 1}" };
        return $"search_tickets({words}::text::tsquery, {most}, {names}, {weeks}, {before})";
    }

    /// <summary>The newest tickets, so many at most, in their order: of them those are looked at that fit all else.</summary>
    public string Walked(int within) => $"(SELECT * FROM tickets t WHERE {OfTenant} AND (t.updated_at, t.id) < ({Before}) ORDER BY t.updated_at DESC, t.id DESC LIMIT {within}) t";

    /// <summary>All that match, where the index knows them without a look at their tickets; otherwise null.</summary>
    public string? IndexedMatches(int most) => Words is not null && IsIndexed && Direct is null ? $"SELECT search_tickets({words}::text::tsquery, {most}, {FacetNames})" : null;

    /// <summary>Up to so many of those that match, to be counted: where words are common, what the index knows beside them is looked for with them.</summary>
    public string Matches(int most) =>
        IndexedMatches(most) is not { } indexed ? $"SELECT 1 FROM tickets t WHERE {Where} LIMIT {most}"
        : IsTooCommonToCount && facets.Count > 0 ? $"SELECT {Newest(WordsWay.Cross, most)}" : indexed;

    /// <summary>Everything that is asked but the words, as a name for it.</summary>
    public string BesideWords => WhereWithoutWords + JsonSerializer.Serialize(Parameters.Where((_, n) => $"${n + 1}" != words && $"${n + 1}" != facetNames && $"${n + 1}" != among).Select(p => p.Value));

    /// <summary>The parameters of the place after which the page begins; without one before everything there is.</summary>
    private string Before => before ??= $"{Add(Rows.P(Until?.At ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero)))}, {Add(Rows.P(Until?.Id ?? Guid.AllBitsSet))}";

    /// <summary>Puts the facet first that fewest tickets have: of some weeks, it is the one the index is asked for.</summary>
    public void Sort(Func<SearchFacet, long> tickets)
    {
        var sorted = facets.OrderBy(tickets).ToList();
        facets.Clear();
        facets.AddRange(sorted);
    }

    /// <summary>Leaves out the tickets that what was typed names, as they are shown ahead.</summary>
    public void Without(IReadOnlyCollection<TicketResponse> named)
    {
        Direct = null;
        if (named.Count > 0) conditions.Add($"t.id <> ALL ({Add(Rows.P(named.Select(t => t.Id).ToArray()))})");
    }

    /// <summary>The query of <c>q=</c> together with the words of <c>search=</c>.</summary>
    private static Outcome<SearchQuery> Query(TicketFilters q)
    {
        var query = q.Q is null ? SearchQuery.Everything : SearchQuery.Parse(q.Q);
        if (query.Problem is not null || string.IsNullOrWhiteSpace(q.Search)) return query;
        if (q.Search.Length > 200 || q.Search.Contains('\0', StringComparison.Ordinal)) return Problem.Malformed("search", "At most 200 characters.");
        var texts = q.Search.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Where(w => w.Any(char.IsLetterOrDigit)).Select(w => new SearchText(w, SearchTextKind.Word, false, 0)).ToList();
        return texts.Count > SearchQuery.MostTerms ? Problem.Malformed("search", $"At most {SearchQuery.MostTerms} words.") : query.Value with { Terms = [.. query.Value.Terms, .. texts] };
    }

    private void Take(SearchAsked asked, Caller caller)
    {
        var (named, sql) = (0, new SearchSql(Add, caller.May(Permission.NotesRead)));
        foreach (var (condition, where) in asked.Conditions.Zip(sql.All(asked)))
        {
            var who = condition is NamedCondition ? asked.Named[named++] : null;
            Also(where, condition.Negated ? null : condition switch
            {
                ChoiceCondition choice => SearchFacets.Names(choice.Field, choice.Values),
                PriorityCondition priorities => SearchFacets.Names(priorities.Priorities.Select(p => (short)p)),
                NamedCondition known => SearchFacets.Names(known.Field, who!.Ids, who.OrNone),
                TraitCondition { Traits: [SearchTrait.Unsolved] } => [SearchFacets.Unsolved],
                _ => null,
            });
        }

        if (asked.Among is { } few) conditions.Add($"t.id = ANY ({among = Add(Rows.P(few))})");
        // beside the tenant, and whether they are deleted
        IsIndexed = conditions.Count == 2 + facets.Count;
        if (asked.Words is not { Query: { } query } plan) return;
        Words = plan;
        words = Add(Rows.P(query));
        if (Reference(asked.Query) is { } reference) Direct = $" UNION ALL SELECT r.id FROM tickets r WHERE r.tenant_id = $1 AND {Named(reference)}";
    }

    /// <summary>What is typed alone and may name a ticket: it is found at once, before the index knows of it.</summary>
    public static string? Reference(SearchQuery query) =>
        query.Terms is [SearchText { Negated: false } one] && one.Text.Length <= 100 && one.Text.Any(char.IsAsciiDigit) ? one.Text : null;

    private string Named(string reference)
    {
        var name = Add(Rows.P(reference.ToUpperInvariant()));
        var external = Add(Rows.P(reference));
        return long.TryParse(reference, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? $"(r.reference = {name} OR r.external_id = {external} OR r.number = {Add(Rows.P(number))})"
            : $"(r.reference = {name} OR r.external_id = {external})";
    }
}
