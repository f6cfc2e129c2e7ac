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
    /// <summary>Conditions that the index knows, as further words: what they name is looked at again, but much that does not fit is not even named.</summary>
    private readonly List<string> facets = [];

    private string? words;
    private string? narrowed;
    private string? among;
    private string? before;

    /// <summary>The words that are looked for, or null.</summary>
    public SearchPlan? Words { get; private set; }

    /// <summary>Whether nothing but words is asked, by a caller who sees every ticket.</summary>
    public bool IsOnlyWords { get; private set; }

    /// <summary>Whether the index knows everything that is asked.</summary>
    public bool IsIndexed { get; private set; }

    /// <summary>Whether the index is asked for more words than are looked for.</summary>
    public bool HasFacets => facets.Count > 0;

    /// <summary>Whether the index is asked for unsolved tickets only.</summary>
    public bool IsUnsolved { get; private set; }

    /// <summary>The tickets that what was typed may name, however long ago they were changed, to be added to those with the words; or null.</summary>
    public string? Direct { get; private set; }

    /// <summary>The place after which the page begins, where a cursor says so.</summary>
    public (DateTimeOffset At, Guid Id)? Until { get; private set; }

    /// <summary>Beyond so many the statistics of the index stand in for a count, which would cost what the search does once more.</summary>
    public bool IsTooCommonToCount => Words is { Estimate: > 1000 };

    /// <summary>The predicate without the words, for what has looked at them already.</summary>
    public string WhereBesideWords => WhereWithoutWords;

    /// <summary>The name of the parameter that holds the words (tsquery as text), or null.</summary>
    public string? WordsParameter => words;

    private string Match => Words!.IsCommon ? Look : $"t.id IN (SELECT search_tickets({words}::text::tsquery, {SearchPlan.MostGathered}, {OnlyUnsolved}){Direct})";

    private string OnlyUnsolved => IsUnsolved ? "true" : "false";

    private string Look => $"(SELECT s.document FROM ticket_search s WHERE s.tenant_id = $1 AND s.ticket_id = t.id) @@ (SELECT search_own($1, {words}::text::tsquery))";

    /// <summary>The predicate for rows that are looked at in the order of the list until enough have the words.</summary>
    public string WhereLooking => $"{WhereWithoutWords} AND {Look}";

    /// <summary>The same, of nothing but words: the newest tickets that the index names, walked in the order of the list.</summary>
    public string Walked(int most) => $"walk_tickets({words}::text::tsquery, {most}, {Before})";

    /// <summary>The newest tickets that the index names, of all that match or of those in the weeks of a parameter, which is the last.</summary>
    public string Newest(int most, bool ofWeeks)
    {
        // these are parameters too, and the weeks are the last
        var (query, before) = (Narrowed, Before);
        var weeks = ofWeeks ? $"${Parameters.Count + 1}" : "NULL";
        return $"search_tickets({query}::text::tsquery, {most}, {OnlyUnsolved}, {weeks}, {before})";
    }

    /// <summary>All that match, where the index knows them without a look at their tickets; otherwise null.</summary>
    public string? IndexedMatches(int most) => Words is not null && IsIndexed && Direct is null ? $"SELECT search_tickets({Narrowed}::text::tsquery, {most}, {OnlyUnsolved})" : null;

    /// <summary>Everything that is asked but the words, as a name for it.</summary>
    public string BesideWords => WhereWithoutWords + JsonSerializer.Serialize(Parameters.Where((_, n) => $"${n + 1}" != words && $"${n + 1}" != narrowed && $"${n + 1}" != among).Select(p => p.Value));

    /// <summary>The parameters of the place after which the page begins; without one before everything there is.</summary>
    private string Before => before ??= $"{Add(Rows.P(Until?.At ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero)))}, {Add(Rows.P(Until?.Id ?? Guid.AllBitsSet))}";

    private string Narrowed => narrowed ??= facets.Count == 0 ? words! : Add(Rows.P(string.Join(" & ", [$"({Words!.Query})", .. facets])));

    /// <summary>Leaves out the tickets that what was typed names, as they are shown ahead.</summary>
    public void Without(IReadOnlyCollection<Ticket> named)
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
        IsOnlyWords = conditions.Count == 2 && asked.Conditions.IsEmpty && caller.Scope == TicketScope.All;
        conditions.AddRange(new SearchSql(Add, caller.May(Permission.NotesRead)).All(asked));
        foreach (var condition in asked.Conditions.Where(c => !c.Negated))
        {
            if (condition is ChoiceCondition choice) Facet(choice.Field, [.. choice.Values]);
            if (condition is TraitCondition { Traits: [SearchTrait.Unsolved] }) IsUnsolved = true;
        }

        if (asked.Among is { } few) conditions.Add($"t.id = ANY ({among = Add(Rows.P(few))})");
        IsIndexed = conditions.Count == 2 + facets.Count + (IsUnsolved ? 1 : 0) && caller.Scope == TicketScope.All;
        if (asked.Words is not { Query: { } query } plan) return;
        Words = plan;
        words = Add(Rows.P(query));
        if (Reference(asked.Query) is { } reference) Direct = $" UNION ALL SELECT r.id FROM tickets r WHERE r.tenant_id = $1 AND {Named(reference)}";
    }

    /// <summary>The same lexemes as <c>search_facets</c>.</summary>
    private void Facet(SearchField field, string[]? values)
    {
        var name = field switch { SearchField.Status => "status", SearchField.StatusCategory => "category", _ => null };
        if (name is not null && values is { Length: > 0 }) facets.Add($"({string.Join(" | ", values.Select(v => $"'={name}:{v.Replace("'", "''", StringComparison.Ordinal)}'"))})");
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
