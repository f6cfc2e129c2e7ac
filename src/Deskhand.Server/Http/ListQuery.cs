namespace Deskhand.Http;

/// <summary>The parameters that say which part of a list is asked for.</summary>
internal record PageQuery
{
    /// <summary>From 1.</summary>
    public string? Page { get; init; }

    /// <summary>Rows a page, 1 to 100.</summary>
    public string? Limit { get; init; }

    public string? Skip { get; init; }

    public string? Take { get; init; }

    /// <summary>From <c>pagination.nextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }

    public Outcome<PageRequest> ReadPage(int defaultLimit) => PageRequest.Read(Page, Limit, Skip, Take, Cursor, defaultLimit);
}

/// <summary>The parameters that every list of changing things takes.</summary>
internal abstract record ListQuery : PageQuery
{
    public string? CreatedAfter { get; init; }

    public string? CreatedBefore { get; init; }

    public string? UpdatedAfter { get; init; }

    public string? UpdatedBefore { get; init; }

    /// <summary>Beginnings of words, all of which must be there.</summary>
    public string? Search { get; init; }

    /// <summary>The name of an order; with a minus, the other way round.</summary>
    public string? Sort { get; init; }
}
