using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>What the text of a query is to the index.</summary>
/// <param name="Query">As PostgreSQL writes it (tsquery); null when it holds nothing that could be found.</param>
/// <param name="Estimate">About how many tickets of the tenant match.</param>
/// <param name="Least">What is estimated of as many words that the statistics do not know: twice as many may match, or none.</param>
/// <param name="Documents">About how many tickets of the tenant there are.</param>
/// <param name="Oldest">When the one that was left alone longest was changed; null when there is none.</param>
/// <param name="Stems">What the tenant's language makes of the words, for marking what was found.</param>
internal sealed record SearchPlan(string? Query, long Estimate, long Least, long Documents, DateTimeOffset? Oldest, ImmutableArray<string> Stems)
{
    /// <summary>From here on, looking at tickets in their order until enough match is quicker than gathering all that match.</summary>
    public const int Many = 10_000;

    /// <summary>Tickets that are gathered at most where each must be looked at again: twice as many as are expected, for expectations are rough.</summary>
    public const int MostGathered = Many * 2;

    public bool IsCommon => Estimate > Many;

    /// <summary>Whether one of the words is a beginning.</summary>
    public bool HasBeginnings => Query?.Contains(":*", StringComparison.Ordinal) == true;

    /// <summary>Whether the statistics know no more than that it is rare.</summary>
    public bool IsRare => Estimate <= Least;
}

/// <summary>The words of a search by relevance.</summary>
/// <param name="Titles">All of them in reference, subject, names or tags.</param>
/// <param name="Rest">All of them, but not all there.</param>
internal sealed record TitlePlans(SearchPlan Titles, SearchPlan Rest);

/// <summary>Plans of queries, kept for some seconds: people page through what they found, and ask again.</summary>
internal sealed class SearchPlans(Memory memory)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    /// <summary>Which words begin so changes with every ticket.</summary>
    private static readonly TimeSpan BeginningsKeptFor = TimeSpan.FromSeconds(2);

    /// <summary>How many tickets have the words changes slowly: while they are the same words, it is not estimated again.</summary>
    private static readonly TimeSpan EstimatesKeptFor = TimeSpan.FromMinutes(1);

    /// <param name="session">The tenant.</param>
    /// <param name="query">Its texts are planned.</param>
    /// <param name="notes">Whether internal notes are searched too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The plan, or null when the query has no text.</returns>
    public async ValueTask<SearchPlan?> Of(TenantSession session, SearchQuery query, bool notes, CancellationToken cancellationToken)
    {
        var texts = query.Texts.ToList();
        if (texts.Count == 0) return null;
        var key = new Planned(session.TenantId, notes, new SearchQuery([.. texts]).ToString());
        if (memory.TryFind(key, out SearchPlan? plan)) return plan;
        var estimated = new Estimated(key);
        memory.TryFind(estimated, out SearchPlan? known);
        // the query is worked out once (OFFSET 0), and estimated by the beginnings as they were typed: of each word that the statistics do not know
        // they suppose as many tickets as it may have at most, and the words that begin so may be many
        var (words, oldest, stems, estimates) = (await session.Query("""
            SELECT q::text, (SELECT s.updated_at FROM ticket_search s WHERE s.tenant_id = $1 ORDER BY s.updated_at LIMIT 1),
                   tsvector_to_array(to_tsvector(language, $6)), e.tickets, e.least, e.documents
            FROM (SELECT language, search_query(language, $2, $3, $4, $5) AS q
                  FROM (SELECT coalesce((SELECT p.language FROM search_progress p WHERE p.tenant_id = $1), 'simple')::regconfig AS language) l OFFSET 0) planned
            LEFT JOIN LATERAL (
                SELECT estimate_tickets(typed) AS tickets, estimate_tickets(regexp_replace(typed::text, '''(?:[^'']|'''')*''', '''=unknown''', 'g')::tsquery) AS least,
                       estimate_tickets(NULL) AS documents
                FROM (SELECT CASE WHEN 'beginning' = ANY ($3) THEN search_query(language, $2, array_replace($3, 'beginning', 'begun'), $4, $5) ELSE q END AS typed OFFSET 0) t
                WHERE q::text IS DISTINCT FROM $7) e ON true
            """,
            r => (r.Text(0), r.Instant(1), (ImmutableArray<string>)[.. r.GetFieldValue<string[]>(2)], r.IsDBNull(3) ? ((long Tickets, long Least, long Documents)?)null : (r.GetInt64(3), r.GetInt64(4), r.GetInt64(5))),
            cancellationToken,
            Rows.P(session.TenantId), Rows.P(texts.Select(t => t.Text).ToArray()), Rows.P(texts.Select(t => Wire.Name(t.Kind)).ToArray()),
            Rows.P(texts.Select(t => t.Negated).ToArray()), Rows.P(notes), Rows.P(string.Join(' ', texts.Where(t => !t.Negated).Select(t => t.Text))), Rows.P(known?.Query)))[0];
        if (estimates is { } e)
        {
            // what is estimated of the words is estimated over all tenants
            known = new SearchPlan(words, Math.Min(e.Tickets, e.Documents), e.Least, e.Documents, oldest, stems);
            memory.Keep(estimated, known, EstimatesKeptFor, most: 5000);
        }

        plan = words is null || known is null ? new SearchPlan(null, 0, 0, 0, oldest, stems) : known with { Oldest = oldest, Stems = stems };
        memory.Keep(key, plan, texts.Any(t => t.Kind == SearchTextKind.Beginning) ? BeginningsKeptFor : KeptFor, most: 5000);
        return plan;
    }

    /// <summary>The words of a search by relevance: first where they stand in the titles, then where they stand anywhere else.</summary>
    /// <param name="session">The tenant.</param>
    /// <param name="query">Its texts are planned.</param>
    /// <param name="plan">Its plan, with words.</param>
    /// <param name="notes">Whether internal notes are searched too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when nothing is looked for that could stand in titles.</returns>
    public async ValueTask<TitlePlans?> ByTitles(TenantSession session, SearchQuery query, SearchPlan plan, bool notes, CancellationToken cancellationToken)
    {
        var texts = query.Texts.Where(t => !t.Negated).ToList();
        if (texts.Count == 0) return null;
        var key = new Titled(new Planned(session.TenantId, notes, plan.Query!));
        if (memory.TryFind(key, out TitlePlans? known)) return known;
        // titles are of the words that everybody may read, so they have no weights, which the index does not know; what must not be there
        // must be nowhere in the ticket
        var (titles, rest, estimate) = (await session.Query("""
            SELECT (CASE WHEN $4 THEN titles && words ELSE titles END)::text, (words && !!titles)::text, estimate_tickets(typed)
            FROM (SELECT $5::text::tsquery AS words, search_titles(search_query(language, $2, $3, affirmed, true)) AS titles,
                         search_titles(search_query(language, $2, array_replace($3, 'beginning', 'begun'), affirmed, true)) AS typed
                  FROM (SELECT coalesce((SELECT p.language FROM search_progress p WHERE p.tenant_id = $1), 'simple')::regconfig AS language, array_fill(false, ARRAY[cardinality($2)]) AS affirmed) l OFFSET 0) planned
            """, r => (r.Text(0), r.Text(1), r.GetInt64(2)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(texts.Select(t => t.Text).ToArray()), Rows.P(texts.Select(t => Wire.Name(t.Kind)).ToArray()), Rows.P(query.Texts.Any(t => t.Negated)), Rows.P(plan.Query)))[0];
        if (titles is null) return null;
        var plans = new TitlePlans(plan with { Query = titles, Estimate = Math.Min(estimate, plan.Estimate) }, plan with { Query = rest });
        memory.Keep(key, plans, KeptFor, most: 5000);
        return plans;
    }

    private sealed record Planned(Guid TenantId, bool Notes, string Query);

    private sealed record Titled(Planned Plan);

    private sealed record Estimated(Planned Plan);
}
