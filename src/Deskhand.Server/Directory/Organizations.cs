using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>A business customer seen as an organization: the body of POST, PUT and PATCH.</summary>
internal sealed record OrganizationFields
{
    public required string Name { get; init; }

    /// <summary>Mail domains by which senders are recognised.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];

    public string? Details { get; init; }

    public string? ExternalId { get; init; }

    public static OrganizationFields Of(CustomerFields fields) => new() { Name = fields.Name, Domains = fields.Domains, Details = fields.Details, ExternalId = fields.ExternalId };

    public CustomerFields Into(CustomerFields fields) => fields with { Name = Name, Domains = Domains, Details = Details, ExternalId = ExternalId };
}

/// <summary>A business customer as an organization.</summary>
internal sealed record OrganizationResponse(
    Guid Id, string Name, ImmutableArray<string> Domains, string? Details, string? ExternalId, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static OrganizationResponse From(Customer row) =>
        new(row.Id, row.Fields.Name, row.Fields.Domains, row.Fields.Details, row.Fields.ExternalId, row.Version, row.CreatedAt, row.UpdatedAt);

    public static Answer<OrganizationResponse> Answered(Outcome<Customer> outcome) => Answer.Ok<OrganizationResponse>(
        outcome.Problem is { Kind: ProblemKind.NotFound, Code: "not_found" } ? Problem.NotFound("organization")
        : outcome.Problem is { } problem ? problem
        : outcome.Value.Fields.Type == CustomerType.Business ? From(outcome.Value) : Problem.NotFound("organization"));
}

/// <summary>The filters of GET /organizations.</summary>
internal sealed record OrganizationQuery : ListQuery
{
    public string[]? ExternalId { get; init; }

    /// <summary>One of the organization's mail domains.</summary>
    public string? Domain { get; init; }
}

/// <summary>GET /organizations</summary>
internal static class ListOrganizations
{
    public static async Task<Answer<Page<OrganizationResponse>>> Handle([AsParameters] OrganizationQuery q, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await ListCustomers.Read(new CustomerQuery
        {
            Type = [Wire.Name(CustomerType.Business)],
            ExternalId = q.ExternalId,
            Domain = q.Domain,
            Search = q.Search,
            CreatedAfter = q.CreatedAfter,
            CreatedBefore = q.CreatedBefore,
            UpdatedAfter = q.UpdatedAfter,
            UpdatedBefore = q.UpdatedBefore,
            Sort = q.Sort,
            Page = q.Page,
            Limit = q.Limit,
            Skip = q.Skip,
            Take = q.Take,
            Cursor = q.Cursor,
        }, OrganizationResponse.From, caller, session, cancellationToken));
}

/// <summary>POST /organizations</summary>
internal static class CreateOrganization
{
    public static async Task<Created<OrganizationResponse>> Handle(OrganizationFields body, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var fields = body.Into(new CustomerFields { Name = body.Name, Type = CustomerType.Business });
        var made = await desk.Create(CustomerKind.One, caller.Actor, (id, now) => new Customer { Id = id, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken);
        return Answer.Created<OrganizationResponse>(made.Problem is { } problem ? problem : OrganizationResponse.From(made.Value), o => $"/api/v1/organizations/{o.Id}");
    }
}

/// <summary>GET /organizations/{id}</summary>
internal static class GetOrganization
{
    public static async Task<Answer<OrganizationResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        OrganizationResponse.Answered(await Find.Row(CustomerKind.One, id, session, cancellationToken));
}

/// <summary>PUT /organizations/{id}: name, domains, details and external id become these; what else the customer has stays.</summary>
internal static class ReplaceOrganization
{
    public static Task<Answer<OrganizationResponse>> Handle(string id, OrganizationFields body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeOrganization.Answered(id, request, caller, desk, _ => body, cancellationToken);
}

/// <summary>PATCH /organizations/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchOrganization
{
    public static Task<Answer<OrganizationResponse>> Handle(
        string id, MergePatch<OrganizationFields> body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeOrganization.Answered(id, request, caller, desk, body.ApplyTo, cancellationToken);
}

/// <summary>DELETE /organizations/{id}</summary>
internal static class DeleteOrganization
{
    public static async Task<NoContent> Handle(string id, HttpRequest request, Caller caller, TenantSession session, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is not null) return Answer.Done(expected);
        var found = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        return found is { Problem: null, Value.Fields.Type: CustomerType.Business }
            ? Answer.Done(await desk.Delete(CustomerKind.One, caller.Actor, id, expected.Value, cancellationToken))
            : Answer.Done<Nothing>(Problem.NotFound("organization"));
    }
}

internal static class ChangeOrganization
{
    public static async Task<Answer<OrganizationResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<OrganizationFields, Outcome<OrganizationFields>> edit, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<OrganizationResponse>(malformed);
        return OrganizationResponse.Answered(await desk.Change(CustomerKind.One, caller.Actor, id, expected.Value, fields =>
        {
            if (fields.Type != CustomerType.Business) return Problem.NotFound("organization");
            var edited = edit(OrganizationFields.Of(fields));
            return edited.Problem is { } problem ? problem : edited.Value.Into(fields);
        }, cancellationToken));
    }
}
