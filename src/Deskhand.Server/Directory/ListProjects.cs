using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>The filters of GET /projects. The same parameter twice means OR, different ones AND.</summary>
internal sealed record ProjectQuery : ListQuery
{
    /// <summary>An id or <c>none</c>.</summary>
    public string[]? CustomerId { get; init; }

    /// <summary>In upper or lower case.</summary>
    public string[]? Number { get; init; }

    public string[]? ExternalId { get; init; }

    /// <summary>true, false.</summary>
    public string? Active { get; init; }
}

/// <summary>GET /projects: filtered, sorted, by page or cursor.</summary>
internal static class ListProjects
{
    public static ListOrders<Project> Orders { get; } = new ListOrders<Project>(p => p.Id)
        .By("name", p => p.NameKey)
        .By("number", p => p.NumberKey)
        .By("createdAt", p => p.CreatedAt)
        .By("updatedAt", p => p.UpdatedAt);

    public static async Task<Answer<Page<ProjectResponse>>> Handle([AsParameters] ProjectQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Read(query, caller, session, cancellationToken));

    private static async Task<Outcome<Page<ProjectResponse>>> Read(ProjectQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return wrongPage;
        var order = Orders.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder;
        return await session.Transact<Page<ProjectResponse>>(async () =>
        {
            var db = session.Db;
            var filter = new EntityFilter<Project>(db.Set<Project>().Where(p => p.DeletedAt == null))
                .Id("customerId", query.CustomerId, p => p.Fields.CustomerId, orNone: true)
                .Text("number", query.Number, p => p.NumberKey, v => v.ToLowerInvariant())
                .Text("externalId", query.ExternalId, p => p.Fields.ExternalId)
                .Flag("active", query.Active, p => p.Fields.Active)
                .Between("createdAfter", query.CreatedAfter, "createdBefore", query.CreatedBefore, p => p.CreatedAt)
                .Between("updatedAfter", query.UpdatedAfter, "updatedBefore", query.UpdatedBefore, p => p.UpdatedAt)
                .Found("search", query.Search, words => Search.Ids(db, "projects", words), p => p.Id);
            return filter.Problem is { } problem ? problem : await EntityList.Read(filter.Rows, order.Value, page.Value, ProjectResponse.From, cancellationToken);
        }, cancellationToken);
    }
}
