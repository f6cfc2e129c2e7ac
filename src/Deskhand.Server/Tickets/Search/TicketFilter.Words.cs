using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>
/// The part of the filter that is text. There are two ways to it: rare words are gathered from the index, and of common ones the tickets are
/// looked at in the order of the list until enough match. Which, the statistics of the index say (<see cref="SearchPlan.IsCommon"/>).
/// </summary>
internal sealed partial class TicketFilter
{
    /// <summary>Beyond the page, for tickets whose index is a moment behind.</summary>
    private const int Spare = 20;

    private string? words;
    private string? direct;
    private DateTimeOffset? until;

    /// <summary>The words that are looked for, or null.</summary>
    public SearchPlan? Words { get; private set; }

    /// <summary>Whether nothing but words is asked, by a caller who sees every ticket.</summary>
    public bool IsOnlyWords { get; private set; }

    /// <summary>Beyond so many the statistics of the index stand in for a count, which would cost what the search does once more.</summary>
    public bool IsTooCommonToCount => Words is { Estimate: > 1000 };

    /// <summary>The predicate without the words, for what has looked at them already.</summary>
    public string WhereBesideWords => WhereWithoutWords;

    /// <summary>The name of the parameter that holds the words (tsquery as text), or null.</summary>
    public string? WordsParameter => words;

    private string Match => Words!.IsCommon
        ? $"(SELECT s.document FROM ticket_search s WHERE s.tenant_id = $1 AND s.ticket_id = t.id) @@ (SELECT {words}::text::tsquery)"
        : $"t.id IN (SELECT search_tickets({words}::text::tsquery, {SearchPlan.Many * 2}){direct})";

    /// <summary>The predicate for the newest rows: of nothing but words, the index itself says which these are.</summary>
    public string WhereNewest(int limit)
    {
        if (words is null || !IsOnlyWords) return Where;
        var before = Add(Rows.P(until ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        return $"{WhereWithoutWords} AND t.id IN (SELECT newest_tickets({words}::text::tsquery, {before}, {limit + 1 + Spare}, {(Words!.IsCommon ? "true" : "false")}){direct})";
    }

    /// <summary>Leaves tickets out, as shown elsewhere.</summary>
    public void Without(IEnumerable<Guid> tickets) => conditions.Add($"t.id <> ALL ({Add(Rows.P(tickets.ToArray()))})");

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
        if (asked.Words is not { Query: { } query } plan) return;
        Words = plan;
        words = Add(Rows.P(query));
        if (Reference(asked.Query) is { } reference) direct = $" UNION ALL SELECT r.id FROM tickets r WHERE r.tenant_id = $1 AND {Named(reference)}";
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
