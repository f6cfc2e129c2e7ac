using System.Collections.Immutable;
using Deskhand.Data;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>Looks up the rows that a change names, all in one statement. What belongs to another tenant does not exist here.</summary>
internal static class TicketReferences
{
    public static async Task<Known> LookUp(TenantSession session, Ticket? before, TicketChange change, Actor by, CancellationToken cancellationToken)
    {
        var fields = change switch
        {
            TicketChange.Create create => create.Fields,
            TicketChange.Edit edit => edit.Fields,
            TicketChange.Assign assign => before!.Fields with { AssigneeId = assign.AssigneeId, GroupId = assign.GroupId },
            TicketChange.Escalate { Reassign: true } escalate => before!.Fields with { AssigneeId = escalate.AssigneeId, GroupId = escalate.GroupId },
            _ => null,
        };
        var uploads = change is TicketChange.AddComment { Comment.AttachmentIds: { IsEmpty: false } ids } ? ids.ToArray() : [];
        if (uploads.Length > 0) return Known.Nothing with { Uploads = await Uploads(session, uploads, by, cancellationToken) };
        if (fields is null || NamesNothing(fields)) return Known.Nothing;

        // joins by primary key, because a plan for EXISTS may walk an index of the whole tenant
        var rows = await session.Query("""
            SELECT cu.id IS NOT NULL, co.customer_id, lo.customer_id, a.number, a.customer_id, u.id IS NOT NULL, g.id IS NOT NULL, m.user_id IS NOT NULL
            FROM (SELECT 1) one
            LEFT JOIN contacts co ON co.tenant_id = $1 AND co.id = $3 AND co.deleted_at IS NULL
            LEFT JOIN customers cu ON cu.tenant_id = $1 AND cu.id = coalesce($2, co.customer_id) AND cu.deleted_at IS NULL
            LEFT JOIN locations lo ON lo.tenant_id = $1 AND lo.id = $4 AND lo.deleted_at IS NULL
            LEFT JOIN assets a ON a.tenant_id = $1 AND a.id = $5 AND a.deleted_at IS NULL
            LEFT JOIN users u ON u.tenant_id = $1 AND u.id = $6 AND u.active AND u.deleted_at IS NULL AND u.role <> 'light_agent'
            LEFT JOIN groups g ON g.tenant_id = $1 AND g.id = $7 AND g.deleted_at IS NULL
            LEFT JOIN group_members m ON m.tenant_id = $1 AND m.group_id = $7 AND m.user_id = $6
            """, r => new Known
        {
            Customer = r.GetBoolean(0),
            CustomerOfContact = r.Id(1),
            CustomerOfLocation = r.Id(2),
            AssetNumber = r.Text(3),
            CustomerOfAsset = r.Id(4),
            Assignee = r.GetBoolean(5),
            Group = r.GetBoolean(6),
            AssigneeInGroup = r.GetBoolean(7),
        }, cancellationToken, Rows.P(session.TenantId), Rows.P(fields.CustomerId), Rows.P(fields.ContactId), Rows.P(fields.LocationId), Rows.P(fields.AssetId),
            Rows.P(fields.AssigneeId), Rows.P(fields.GroupId));
        return rows[0];
    }

    private static async Task<ImmutableHashSet<Guid>> Uploads(TenantSession session, Guid[] ids, Actor by, CancellationToken cancellationToken) =>
        [.. await session.Query("""
            SELECT id FROM attachments WHERE tenant_id = $1 AND id = ANY ($2) AND ticket_id IS NULL AND deleted_at IS NULL AND created_by IS NOT DISTINCT FROM $3
            FOR UPDATE
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid), Rows.P(by.Id))];

    private static bool NamesNothing(TicketFields f) =>
        (f.CustomerId ?? f.ContactId ?? f.LocationId ?? f.AssetId ?? f.AssigneeId ?? f.GroupId) is null;
}
