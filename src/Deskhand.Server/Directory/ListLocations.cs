using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>The filters of GET /locations. The same parameter twice means OR, different ones AND.</summary>
internal sealed record LocationQuery : ListQuery
{
    public string[]? CustomerId { get; init; }

    /// <summary>headquarters, branch, datacenter, remote.</summary>
    public string[]? Type { get; init; }

    /// <summary>true, false.</summary>
    public string? IsPrimary { get; init; }

    public string? Active { get; init; }

    public string[]? ExternalId { get; init; }
}

/// <summary>GET /locations: filtered, sorted, by page or cursor.</summary>
internal static class ListLocations
{
    public static ListOrders<Location> Orders { get; } = new ListOrders<Location>(l => l.Id)
        .By("name", l => l.NameKey)
        .By("createdAt", l => l.CreatedAt)
        .By("updatedAt", l => l.UpdatedAt);

    public static async Task<Answer<Page<LocationResponse>>> Handle([AsParameters] LocationQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Read(query, caller, session, cancellationToken));

    public static async Task<Outcome<Page<LocationResponse>>> Read(LocationQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return wrongPage;
        var order = Orders.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder;
        return await session.Transact<Page<LocationResponse>>(async () =>
        {
            var db = session.Db;
            var filter = new EntityFilter<Location>(db.Set<Location>().Where(l => l.DeletedAt == null))
                .Id("customerId", query.CustomerId, l => l.CustomerId)
                .OneOf("type", query.Type, l => l.Fields.Type)
                .Flag("isPrimary", query.IsPrimary, l => l.Fields.IsPrimary)
                .Flag("active", query.Active, l => l.Fields.Active)
                .Text("externalId", query.ExternalId, l => l.Fields.ExternalId)
                .Between("createdAfter", query.CreatedAfter, "createdBefore", query.CreatedBefore, l => l.CreatedAt)
                .Between("updatedAfter", query.UpdatedAfter, "updatedBefore", query.UpdatedBefore, l => l.UpdatedAt)
                .Found("search", query.Search, words => Search.Ids(db, "locations", words), l => l.Id);
            return filter.Problem is { } problem ? problem : await EntityList.Read(filter.Rows, order.Value, page.Value, LocationResponse.From, cancellationToken);
        }, cancellationToken);
    }
}

/// <summary>GET /customers/{id}/locations: those of one customer.</summary>
internal static class ListLocationsOfCustomer
{
    public static async Task<Answer<Page<LocationResponse>>> Handle(string id, [AsParameters] LocationQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (query.CustomerId is { Length: > 0 }) return Answer.Ok<Page<LocationResponse>>(Problem.Malformed("customerId", "The address names the customer already."));
        var customer = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        return Answer.Ok(customer.Problem is { } problem ? problem : await ListLocations.Read(query with { CustomerId = [id] }, caller, session, cancellationToken));
    }
}

/// <summary>GET /locations/search?q=: those in which every word begins one of theirs.</summary>
internal static class SearchLocations
{
    public static async Task<Answer<Page<LocationResponse>>> Handle(
        string? q, string? sort, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(string.IsNullOrWhiteSpace(q)
            ? Problem.Malformed("q", "Say what to look for: q=words.")
            : await ListLocations.Read(new LocationQuery { Search = q, Sort = sort, Page = page.Page, Limit = page.Limit, Skip = page.Skip, Take = page.Take, Cursor = page.Cursor }, caller, session, cancellationToken));
}
