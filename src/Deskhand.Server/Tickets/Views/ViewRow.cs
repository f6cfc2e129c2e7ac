using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A view as it is stored.</summary>
internal sealed record ViewRow(Guid Id, ViewFields Fields, Guid? OwnerId, long Version, long Sequence, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    private const string Columns = "v.id, v.name, v.conditions, v.visibility, v.group_id, v.columns, v.sort, v.group_by, v.owner_id, v.version, v.sequence, v.created_at, v.updated_at";

    /// <summary>Whether the caller may know of it.</summary>
    public bool IsFor(Caller caller) => Sharing.MaySee(Fields.Visibility, OwnerId, Fields.GroupId, caller.UserId, caller.Groups, caller.Permissions, Permission.ViewsManage);

    /// <summary>Those that a caller sees, in the caller's own order.</summary>
    public static async Task<List<ViewRow>> All(Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        [.. (await session.Query($"""
            SELECT {Columns} FROM views v LEFT JOIN view_places p ON p.tenant_id = v.tenant_id AND p.view_id = v.id AND p.user_id = $2
            WHERE v.tenant_id = $1 AND v.deleted_at IS NULL AND (v.owner_id IS NULL OR v.owner_id = $2)
            ORDER BY p.position NULLS LAST, v.owner_id NULLS FIRST, v.position, v.created_at, v.id
            """, Read, cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId))).Where(v => v.IsFor(caller))];

    /// <summary>One that the caller sees; with a lock, it waits for others who change it.</summary>
    public static async Task<ViewRow?> Find(string address, Caller caller, TenantSession session, bool locked, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(address, "D", out var id)) return null;
        var found = await session.Query($"SELECT {Columns} FROM views v WHERE v.tenant_id = $1 AND v.id = $2 AND v.deleted_at IS NULL{(locked ? " FOR UPDATE" : "")}",
            Read, cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        return found.Count == 1 && found[0].IsFor(caller) ? found[0] : null;
    }

    /// <summary>Writes it, new or changed.</summary>
    public NpgsqlBatchCommand Save(Guid tenantId, Guid? by, int position = 0) => TenantSession.Batched("""
        INSERT INTO views (tenant_id, id, name, conditions, visibility, owner_id, group_id, columns, sort, group_by, position, version, sequence, created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, conditions = excluded.conditions, visibility = excluded.visibility, owner_id = excluded.owner_id,
            group_id = excluded.group_id, columns = excluded.columns, sort = excluded.sort, group_by = excluded.group_by, version = excluded.version, sequence = excluded.sequence, updated_at = excluded.updated_at
        """,
        Rows.P(tenantId), Rows.P((Guid?)Id), Rows.P(Fields.Name), Rows.P(Fields.Conditions), Rows.P(Wire.Name(Fields.Visibility)), Rows.P(OwnerId), Rows.P(Fields.GroupId),
        Rows.P(Fields.Columns.ToArray()), Rows.P(Fields.Sort), Rows.P(Fields.GroupBy), Rows.P(position), Rows.P(Version), Rows.P(Sequence), Rows.P(by), Rows.P((DateTimeOffset?)CreatedAt), Rows.P((DateTimeOffset?)UpdatedAt));

    private static ViewRow Read(NpgsqlDataReader r) => new(
        r.GetGuid(0),
        new ViewFields
        {
            Name = r.GetString(1),
            Conditions = r.GetString(2),
            Visibility = Wire.Find<ViewVisibility>(r.GetString(3))!.Value,
            GroupId = r.Id(4),
            Columns = [.. r.GetFieldValue<string[]>(5)],
            Sort = r.GetString(6),
            GroupBy = r.Text(7),
        },
        r.Id(8), r.GetInt64(9), r.GetInt64(10), r.GetFieldValue<DateTimeOffset>(11), r.GetFieldValue<DateTimeOffset>(12));
}

/// <summary>A view as the API shows it, and as events carry it.</summary>
internal sealed record ViewResponse(
    Guid Id, string Name, string Conditions, ViewVisibility Visibility, Guid? OwnerId, Guid? GroupId, ImmutableArray<string> Columns, string Sort, string? GroupBy,
    long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static ViewResponse From(ViewRow v) =>
        new(v.Id, v.Fields.Name, v.Fields.Conditions, v.Fields.Visibility, v.OwnerId, v.Fields.GroupId, v.Fields.Columns, v.Fields.Sort, v.Fields.GroupBy, v.Version, v.CreatedAt, v.UpdatedAt);
}
