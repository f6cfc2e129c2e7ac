using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>The filters of GET /assets. The same parameter twice means OR, different ones AND.</summary>
internal sealed record AssetQuery : ListQuery
{
    /// <summary>An id or <c>none</c>.</summary>
    public string[]? CustomerId { get; init; }

    /// <summary>An id or <c>none</c>.</summary>
    public string[]? LocationId { get; init; }

    /// <summary>An id or <c>none</c>.</summary>
    public string[]? ProjectId { get; init; }

    /// <summary>In upper or lower case.</summary>
    public string[]? Number { get; init; }
}

/// <summary>GET /assets: filtered, sorted, by page or cursor.</summary>
internal static class ListAssets
{
    public static ListOrders<Asset> Orders { get; } = new ListOrders<Asset>(a => a.Id)
        .By("number", a => a.NumberKey)
        .By("createdAt", a => a.CreatedAt)
        .By("updatedAt", a => a.UpdatedAt);

    public static async Task<Answer<Page<AssetResponse>>> Handle([AsParameters] AssetQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Read(query, caller, session, cancellationToken));

    public static async Task<Outcome<Page<AssetResponse>>> Read(AssetQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return wrongPage;
        var order = Orders.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder;
        return await session.Transact<Page<AssetResponse>>(async () =>
        {
            var filter = Filter(query, session.Db);
            return filter.Problem is { } problem ? problem : await EntityList.Read(filter.Rows, order.Value, page.Value, AssetResponse.From, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>The rows that the filters leave.</summary>
    public static EntityFilter<Asset> Filter(AssetQuery query, DeskDb db) =>
        new EntityFilter<Asset>(db.Set<Asset>().Where(a => a.DeletedAt == null))
            .Id("customerId", query.CustomerId, a => a.Fields.CustomerId, orNone: true)
            .Id("locationId", query.LocationId, a => a.Fields.LocationId, orNone: true)
            .Id("projectId", query.ProjectId, a => a.Fields.ProjectId, orNone: true)
            .Text("number", query.Number, a => a.NumberKey, v => v.ToLowerInvariant())
            .Between("createdAfter", query.CreatedAfter, "createdBefore", query.CreatedBefore, a => a.CreatedAt)
            .Between("updatedAfter", query.UpdatedAfter, "updatedBefore", query.UpdatedBefore, a => a.UpdatedAt)
            .Found("search", query.Search, words => Search.Ids(db, "assets", words), a => a.Id);
}

/// <summary>GET /customers/{id}/assets: those of one customer.</summary>
internal static class ListAssetsOfCustomer
{
    public static async Task<Answer<Page<AssetResponse>>> Handle(string id, [AsParameters] AssetQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (query.CustomerId is { Length: > 0 }) return Answer.Ok<Page<AssetResponse>>(Problem.Malformed("customerId", "The address names the customer already."));
        var customer = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        return Answer.Ok(customer.Problem is { } problem ? problem : await ListAssets.Read(query with { CustomerId = [id] }, caller, session, cancellationToken));
    }
}
