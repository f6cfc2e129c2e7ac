using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>A category as the API shows it.</summary>
internal sealed record CategoryResponse(
    Guid Id, string Key, string Name, IReadOnlyList<string> Subcategories, bool Active, int Position, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static CategoryResponse From(CategoryRow row) =>
        new(row.Id, row.Fields.Key, row.Fields.Name, row.Fields.Subcategories, row.Fields.Active, row.Fields.Position, row.Version, row.CreatedAt, row.UpdatedAt);
}

/// <summary>What is particular to categories: a key that tickets carry stays, and one must take the tickets that name none.</summary>
internal sealed class CategoryKind() : DefinitionKind<CategoryRow, CategoryFields>("category")
{
    public static CategoryKind One { get; } = new();

    private static readonly string Fallback = new TicketFields { Subject = "" }.Category;

    public override string KeyOf(CategoryFields fields) => fields.Key;

    public override int PositionOf(CategoryFields fields) => fields.Position;

    public override bool IsActive(CategoryFields fields) => fields.Active;

    public override async Task<Problem?> Refuse(TenantSession session, CategoryFields before, CategoryFields? after, CancellationToken cancellationToken)
    {
        if (before.Key == Fallback && (after is null || after.Key != Fallback || !after.Active))
            return Problem.Conflict("default_category", $"A ticket that names no category gets {Fallback}: it keeps its key and stays active. Its name can be changed.");
        if (after?.Key == before.Key) return null;
        var used = await session.Query("SELECT EXISTS (SELECT 1 FROM tickets WHERE tenant_id = $1 AND category = $2)", r => r.GetBoolean(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(before.Key));
        return used[0] ? Problem.Conflict("category_in_use", $"Tickets have the category {before.Key}, or had it when they were deleted. Merge it into another one, or make it inactive: it then takes no new ones.") : null;
    }
}

/// <summary>GET /categories: in the order of their positions.</summary>
internal static class ListCategories
{
    public static async Task<Answer<Page<CategoryResponse>>> Handle([AsParameters] DefinitionQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok((await Definitions.List(CategoryKind.One, query, caller, session, cancellationToken)).Select(CategoryResponse.From));
}

/// <summary>GET /categories/{id}</summary>
internal static class GetCategory
{
    public static async Task<Answer<CategoryResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<CategoryResponse>(await Definitions.Find(CategoryKind.One, id, session, cancellationToken) is { } row ? CategoryResponse.From(row) : Problem.NotFound(CategoryKind.One.Name));
}

/// <summary>POST /categories</summary>
internal static class CreateCategory
{
    public static async Task<Created<CategoryResponse>> Handle(CategoryFields body, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = await desk.Create(CategoryKind.One, caller.Actor, body, (id, fields, now) => new CategoryRow { Id = id, Fields = fields, CreatedAt = now, UpdatedAt = now }, origin, cancellationToken);
        return Answer.Created<CategoryResponse>(made.Problem is { } problem ? problem : CategoryResponse.From(made.Value), c => $"/api/v1/categories/{c.Id}");
    }
}

/// <summary>PUT /categories/{id}: the editable fields become these.</summary>
internal static class ReplaceCategory
{
    public static Task<Answer<CategoryResponse>> Handle(string id, CategoryFields body, HttpRequest request, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Change(id, request, caller, desk, _ => body, origin, cancellationToken);

    public static Task<Answer<CategoryResponse>> Change(
        string id, HttpRequest request, Caller caller, DefinitionDesk desk, Func<CategoryFields, Outcome<CategoryFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(CategoryKind.One, caller.Actor, id, version, edit, origin, cancellationToken), CategoryResponse.From);
}

/// <summary>PATCH /categories/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchCategory
{
    public static Task<Answer<CategoryResponse>> Handle(string id, MergePatch<CategoryFields> body, HttpRequest request, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        ReplaceCategory.Change(id, request, caller, desk, body.ApplyTo, origin, cancellationToken);
}

/// <summary>DELETE /categories/{id}: only while no ticket has it; afterwards it can be made inactive.</summary>
internal static class DeleteCategory
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(CategoryKind.One, caller.Actor, id, version, origin, cancellationToken));
}
