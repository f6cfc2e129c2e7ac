using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>The filters of GET /contacts. The same parameter twice means OR, different ones AND.</summary>
internal sealed record ContactQuery : ListQuery
{
    public string[]? CustomerId { get; init; }

    /// <summary>These, for who has ids and wants names.</summary>
    public string[]? Ids { get; init; }

    /// <summary>In upper or lower case.</summary>
    public string[]? Email { get; init; }

    /// <summary>true, false.</summary>
    public string? IsPrimary { get; init; }

    public string? IsBilling { get; init; }

    public string? IsTechnical { get; init; }

    public string? Active { get; init; }

    public string[]? ExternalId { get; init; }
}

/// <summary>GET /contacts: filtered, sorted, by page or cursor.</summary>
internal static class ListContacts
{
    public static ListOrders<Contact> Orders { get; } = new ListOrders<Contact>(c => c.Id)
        .By("name", c => c.NameKey)
        .By("createdAt", c => c.CreatedAt)
        .By("updatedAt", c => c.UpdatedAt);

    public static async Task<Answer<Page<ContactResponse>>> Handle([AsParameters] ContactQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Read(query, caller, session, cancellationToken));

    public static async Task<Outcome<Page<ContactResponse>>> Read(ContactQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return wrongPage;
        var order = Orders.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return wrongOrder;
        return await session.Transact<Page<ContactResponse>>(async () =>
        {
            var filter = Filter(query, session.Db);
            return filter.Problem is { } problem ? problem : await EntityList.Read(filter.Rows, order.Value, page.Value, ContactResponse.From, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>The rows that the filters leave.</summary>
    public static EntityFilter<Contact> Filter(ContactQuery query, DeskDb db) =>
        new EntityFilter<Contact>(db.Set<Contact>().Where(c => c.DeletedAt == null))
            .Id("ids", query.Ids, c => c.Id)
            .Id("customerId", query.CustomerId, c => c.CustomerId)
            .Text("email", query.Email, c => c.EmailKey, v => v.ToLowerInvariant())
            .Flag("isPrimary", query.IsPrimary, c => c.Fields.IsPrimary)
            .Flag("isBilling", query.IsBilling, c => c.Fields.IsBilling)
            .Flag("isTechnical", query.IsTechnical, c => c.Fields.IsTechnical)
            .Flag("active", query.Active, c => c.Fields.Active)
            .Text("externalId", query.ExternalId, c => c.Fields.ExternalId)
            .Between("createdAfter", query.CreatedAfter, "createdBefore", query.CreatedBefore, c => c.CreatedAt)
            .Between("updatedAfter", query.UpdatedAfter, "updatedBefore", query.UpdatedBefore, c => c.UpdatedAt)
            .Found("search", query.Search, words => Search.Ids(db, "contacts", words), c => c.Id);
}

/// <summary>GET /customers/{id}/contacts: those of one customer.</summary>
internal static class ListContactsOfCustomer
{
    public static async Task<Answer<Page<ContactResponse>>> Handle(string id, [AsParameters] ContactQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (query.CustomerId is { Length: > 0 }) return Answer.Ok<Page<ContactResponse>>(Problem.Malformed("customerId", "The address names the customer already."));
        var customer = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        return Answer.Ok(customer.Problem is { } problem ? problem : await ListContacts.Read(query with { CustomerId = [id] }, caller, session, cancellationToken));
    }
}

/// <summary>GET /contacts/search?q=: those in which every word begins one of theirs.</summary>
internal static class SearchContacts
{
    public static async Task<Answer<Page<ContactResponse>>> Handle(
        string? q, string? sort, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(string.IsNullOrWhiteSpace(q)
            ? Problem.Malformed("q", "Say what to look for: q=words.")
            : await ListContacts.Read(new ContactQuery { Search = q, Sort = sort, Page = page.Page, Limit = page.Limit, Skip = page.Skip, Take = page.Take, Cursor = page.Cursor }, caller, session, cancellationToken));
}
