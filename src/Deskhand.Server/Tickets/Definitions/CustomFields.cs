using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>A custom field as the API shows it.</summary>
internal sealed record CustomFieldResponse(
    Guid Id, string Key, string Label, CustomFieldType Type, IReadOnlyList<string> Options, bool Required, bool Active, int Position,
    long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static CustomFieldResponse From(CustomFieldRow row) => new(
        row.Id, row.Fields.Key, row.Fields.Label, row.Fields.Type, row.Fields.Options, row.Fields.Required, row.Fields.Active, row.Fields.Position,
        row.Version, row.CreatedAt, row.UpdatedAt);
}

/// <summary>What is particular to custom fields: where tickets have values, key and type stay. Options may go: a ticket keeps what it has, and no new one gets it.</summary>
/// <param name="converts">Whether the values of tickets follow, so that key and type may change all the same.</param>
internal sealed class CustomFieldKind(bool converts) : DefinitionKind<CustomFieldRow, CustomFieldFields>("custom_field")
{
    public static CustomFieldKind One { get; } = new(converts: false);

    public static CustomFieldKind Converted { get; } = new(converts: true);

    public override string KeyOf(CustomFieldFields fields) => fields.Key;

    public override int PositionOf(CustomFieldFields fields) => fields.Position;

    public override bool IsActive(CustomFieldFields fields) => fields.Active;

    public override async Task<Problem?> Refuse(TenantSession session, CustomFieldFields before, CustomFieldFields? after, CancellationToken cancellationToken)
    {
        if (converts || (after?.Key, after?.Type) == (before.Key, before.Type)) return null;
        var used = await session.Query("SELECT EXISTS (SELECT 1 FROM tickets WHERE tenant_id = $1 AND jsonb_exists(custom_fields, $2))", r => r.GetBoolean(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(before.Key));
        return used[0]
            ? Problem.Conflict("custom_field_in_use", $"Tickets have values in {before.Key}, or had them when they were deleted, so its key and type stay. Convert it, or make it inactive: it then takes no new ones.")
            : null;
    }
}

/// <summary>GET /custom-fields: in the order of their positions.</summary>
internal static class ListCustomFields
{
    public static async Task<Answer<Page<CustomFieldResponse>>> Handle([AsParameters] DefinitionQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok((await Definitions.List(CustomFieldKind.One, query, caller, session, cancellationToken)).Select(CustomFieldResponse.From));
}

/// <summary>GET /custom-fields/{id}</summary>
internal static class GetCustomField
{
    public static async Task<Answer<CustomFieldResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<CustomFieldResponse>(await Definitions.Find(CustomFieldKind.One, id, session, cancellationToken) is { } row ? CustomFieldResponse.From(row) : Problem.NotFound(CustomFieldKind.One.Name));
}

/// <summary>POST /custom-fields</summary>
internal static class CreateCustomField
{
    public static async Task<Created<CustomFieldResponse>> Handle(CustomFieldFields body, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = await desk.Create(CustomFieldKind.One, caller.Actor, body, (id, fields, now) => new CustomFieldRow { Id = id, Fields = fields, CreatedAt = now, UpdatedAt = now }, origin, cancellationToken);
        return Answer.Created<CustomFieldResponse>(made.Problem is { } problem ? problem : CustomFieldResponse.From(made.Value), c => $"/api/v1/custom-fields/{c.Id}");
    }
}

/// <summary>PUT /custom-fields/{id}: the editable fields become these.</summary>
internal static class ReplaceCustomField
{
    public static Task<Answer<CustomFieldResponse>> Handle(string id, CustomFieldFields body, HttpRequest request, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Change(id, request, caller, desk, _ => body, origin, cancellationToken);

    public static Task<Answer<CustomFieldResponse>> Change(
        string id, HttpRequest request, Caller caller, DefinitionDesk desk, Func<CustomFieldFields, Outcome<CustomFieldFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(CustomFieldKind.One, caller.Actor, id, version, edit, origin, cancellationToken), CustomFieldResponse.From);
}

/// <summary>PATCH /custom-fields/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchCustomField
{
    public static Task<Answer<CustomFieldResponse>> Handle(string id, MergePatch<CustomFieldFields> body, HttpRequest request, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        ReplaceCustomField.Change(id, request, caller, desk, body.ApplyTo, origin, cancellationToken);
}

/// <summary>DELETE /custom-fields/{id}: only while no ticket has a value in it; afterwards it can be made inactive.</summary>
internal static class DeleteCustomField
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DefinitionDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(CustomFieldKind.One, caller.Actor, id, version, origin, cancellationToken));
}
