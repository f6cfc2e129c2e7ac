using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Automation;

/// <summary>A macro as it is stored.</summary>
internal sealed record MacroRow(Guid Id, MacroFields Fields, Guid? OwnerId, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    private const string Columns = "id, name, description, visibility, group_id, actions::text, reply, format, internal, owner_id, version, created_at, updated_at";

    private bool IsFor(Caller caller) => Sharing.MaySee(Fields.Visibility, OwnerId, Fields.GroupId, caller.UserId, caller.Groups, caller.Permissions, Permission.SettingsManage);

    /// <summary>Those that a caller sees, by name.</summary>
    public static async Task<List<MacroRow>> All(Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        [.. (await session.Query($"SELECT {Columns} FROM macros WHERE tenant_id = $1 AND deleted_at IS NULL AND (owner_id IS NULL OR owner_id = $2) ORDER BY lower(name), id",
            Read, cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId))).Where(m => m.IsFor(caller))];

    /// <summary>One that the caller sees; with a lock, it waits for others who change it.</summary>
    public static async Task<MacroRow?> Find(string address, Caller caller, TenantSession session, bool locked, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(address, "D", out var id)) return null;
        var found = await session.Query($"SELECT {Columns} FROM macros WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL{(locked ? " FOR UPDATE" : "")}",
            Read, cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        return found.Count == 1 && found[0].IsFor(caller) ? found[0] : null;
    }

    public NpgsqlBatchCommand Save(Guid tenantId, Guid? by) => TenantSession.Batched("""
        INSERT INTO macros (tenant_id, id, name, description, visibility, owner_id, group_id, actions, reply, format, internal, version, created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, description = excluded.description, visibility = excluded.visibility, owner_id = excluded.owner_id, group_id = excluded.group_id,
            actions = excluded.actions, reply = excluded.reply, format = excluded.format, internal = excluded.internal, version = excluded.version, updated_at = excluded.updated_at
        """,
        Rows.P(tenantId), Rows.P((Guid?)Id), Rows.P(Fields.Name), Rows.P(Fields.Description), Rows.P(Wire.Name(Fields.Visibility)), Rows.P(OwnerId), Rows.P(Fields.GroupId),
        Rows.Json(JsonSerializer.Serialize(Fields.Actions, JsonFormat.Options)), Rows.P(Fields.Reply), Rows.P(Wire.Name(Fields.Format)), Rows.P(Fields.Internal), Rows.P(Version), Rows.P(by),
        Rows.P((DateTimeOffset?)CreatedAt), Rows.P((DateTimeOffset?)UpdatedAt));

    private static MacroRow Read(NpgsqlDataReader r) => new(
        r.GetGuid(0),
        new MacroFields
        {
            Name = r.GetString(1),
            Description = r.Text(2),
            Visibility = Wire.Find<ViewVisibility>(r.GetString(3))!.Value,
            GroupId = r.Id(4),
            Actions = JsonSerializer.Deserialize<ImmutableArray<RuleAction>>(r.GetString(5), JsonFormat.Options),
            Reply = r.Text(6),
            Format = Wire.Find<BodyFormat>(r.GetString(7))!.Value,
            Internal = r.GetBoolean(8),
        },
        r.Id(9), r.GetInt64(10), r.GetFieldValue<DateTimeOffset>(11), r.GetFieldValue<DateTimeOffset>(12));
}

/// <summary>A macro as the API shows it.</summary>
internal sealed record MacroResponse(
    Guid Id, string Name, string? Description, ViewVisibility Visibility, Guid? OwnerId, Guid? GroupId, ImmutableArray<RuleAction> Actions, string? Reply, BodyFormat Format, bool Internal,
    long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static MacroResponse From(MacroRow m) => new(
        m.Id, m.Fields.Name, m.Fields.Description, m.Fields.Visibility, m.OwnerId, m.Fields.GroupId, m.Fields.Actions, m.Fields.Reply, m.Fields.Format, m.Fields.Internal, m.Version, m.CreatedAt, m.UpdatedAt);
}
