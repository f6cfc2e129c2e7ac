using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>The filters of GET /customers. The same parameter twice means OR, different ones AND.</summary>
internal sealed record CustomerQuery : ListQuery
{
    /// <summary>business, residential.</summary>
    public string[]? Type { get; init; }

    /// <summary>bronze, silver, gold, platinum.</summary>
    public string[]? Tier { get; init; }

    /// <summary>true, false.</summary>
    public string? Active { get; init; }

    /// <summary>An id or <c>none</c>.</summary>
    public string[]? ParentId { get; init; }

    public string[]? Number { get; init; }

    public string[]? ExternalId { get; init; }

    /// <summary>In upper or lower case.</summary>
    public string[]? Email { get; init; }

    /// <summary>One of the customer's mail domains.</summary>
    public string? Domain { get; init; }

    /// <summary>These, for who has ids and wants names.</summary>
    public string[]? Ids { get; init; }
}

/// <summary>GET /customers: filtered, sorted, by page or cursor.</summary>
internal static class ListCustomers
{
    public static ListOrders<Customer> Orders { get; } = new ListOrders<Customer>(c => c.Id)
        .By("name", c => c.NameKey)
        .By("createdAt", c => c.CreatedAt)
        .By("updatedAt", c => c.UpdatedAt)
        .By("number", c => c.Fields.Number!);

    public static async Task<Answer<Page<CustomerResponse>>> Handle([AsParameters] CustomerQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Read(query, CustomerResponse.From, caller, session, cancellationToken));

    public static async Task<Outcome<Page<T>>> Read<T>(CustomerQuery query, Func<Customer, T> show, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return wrongPage;
        var order = Orders.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder;
        return await session.Transact<Page<T>>(async () =>
        {
            var filter = Filter(query, session.Db);
            return filter.Problem is { } problem ? problem : await EntityList.Read(filter.Rows, order.Value, page.Value, show, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>The rows that the filters leave.</summary>
    public static EntityFilter<Customer> Filter(CustomerQuery query, DeskDb db) =>
        new EntityFilter<Customer>(db.Set<Customer>().Where(c => c.DeletedAt == null))
            .Id("ids", query.Ids, c => c.Id)
            .OneOf("type", query.Type, c => c.Fields.Type)
            .OneOf("tier", query.Tier, c => c.Fields.Tier)
            .Flag("active", query.Active, c => c.Fields.Active)
            .Id("parentId", query.ParentId, c => c.Fields.ParentId, orNone: true)
            .Text("number", query.Number, c => c.Fields.Number)
            .Text("externalId", query.ExternalId, c => c.Fields.ExternalId)
            .Text("email", query.Email, c => c.EmailKey, v => v.ToLowerInvariant())
            .Found("domain", query.Domain, domain => db.Database.SqlQuery<Guid>($"SELECT id AS \"Value\" FROM customers_of_domain({domain.Trim().ToLowerInvariant()}) id"), c => c.Id)
            .Between("createdAfter", query.CreatedAfter, "createdBefore", query.CreatedBefore, c => c.CreatedAt)
            .Between("updatedAfter", query.UpdatedAfter, "updatedBefore", query.UpdatedBefore, c => c.UpdatedAt)
            .Found("search", query.Search, words => Search.Ids(db, "customers", words), c => c.Id);
}

/// <summary>GET /customers/{id}/children: those directly below.</summary>
internal static class ListChildren
{
    public static async Task<Answer<Page<CustomerResponse>>> Handle(
        string id, [AsParameters] CustomerQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (query.ParentId is { Length: > 0 }) return Answer.Ok<Page<CustomerResponse>>(Problem.Malformed("parentId", "The address names the parent already."));
        var parent = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        if (parent.Problem is { } problem) return Answer.Ok<Page<CustomerResponse>>(problem);
        return Answer.Ok(await ListCustomers.Read(query with { ParentId = [id] }, CustomerResponse.From, caller, session, cancellationToken));
    }
}

/// <summary>Words in a part of the directory.</summary>
internal static class Search
{
    public static IQueryable<Guid> Ids(DeskDb db, string table, string words) =>
        db.Database.SqlQuery<Guid>($"SELECT id AS \"Value\" FROM search_directory({table}, {words}) id");
}
