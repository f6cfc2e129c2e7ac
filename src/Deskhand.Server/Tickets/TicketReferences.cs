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

        // only what is named is asked for: a plan over all seven tables costs more than the rest of the change
        var rows = await session.Query($"""
            SELECT {If(fields.CustomerId, "SELECT true FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL")},
                   {If(fields.ContactId, "SELECT customer_id FROM contacts WHERE tenant_id = $1 AND id = $3 AND deleted_at IS NULL")},
                   {If(fields.LocationId, "SELECT customer_id FROM locations WHERE tenant_id = $1 AND id = $4 AND deleted_at IS NULL")},
                   {If(fields.AssetId, "SELECT number FROM assets WHERE tenant_id = $1 AND id = $5 AND deleted_at IS NULL")},
                   {If(fields.AssetId, "SELECT customer_id FROM assets WHERE tenant_id = $1 AND id = $5 AND deleted_at IS NULL")},
                   {If(fields.AssigneeId, "SELECT true FROM users WHERE tenant_id = $1 AND id = $6 AND active AND deleted_at IS NULL AND role <> 'light_agent'")},
                   {If(fields.GroupId, "SELECT true FROM groups WHERE tenant_id = $1 AND id = $7 AND deleted_at IS NULL")},
                   {If(fields.AssigneeId is null ? null : fields.GroupId, "SELECT true FROM group_members WHERE tenant_id = $1 AND group_id = $7 AND user_id = $6")}
            """, r => new Known
        {
            // a contact that is there has a customer that is there
            Customer = !r.IsDBNull(0) || (fields.CustomerId is null && !r.IsDBNull(1)),
            CustomerOfContact = r.Id(1),
            CustomerOfLocation = r.Id(2),
            AssetNumber = r.Text(3),
            CustomerOfAsset = r.Id(4),
            Assignee = !r.IsDBNull(5),
            Group = !r.IsDBNull(6),
            AssigneeInGroup = !r.IsDBNull(7),
        }, cancellationToken, Rows.P(session.TenantId), Rows.P(fields.CustomerId), Rows.P(fields.ContactId), Rows.P(fields.LocationId), Rows.P(fields.AssetId),
            Rows.P(fields.AssigneeId), Rows.P(fields.GroupId));
        return rows[0];
    }

    private static async Task<ImmutableHashSet<Guid>> Uploads(TenantSession session, Guid[] ids, Actor by, CancellationToken cancellationToken) =>
        [.. await session.Query("""
            SELECT id FROM attachments WHERE tenant_id = $1 AND id = ANY ($2) AND ticket_id IS NULL AND deleted_at IS NULL AND created_by IS NOT DISTINCT FROM $3
            FOR UPDATE
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid), Rows.P(by.Id))];

    private static string If(Guid? named, string question) => named is null ? "NULL" : $"({question})";

    private static bool NamesNothing(TicketFields f) =>
        (f.CustomerId ?? f.ContactId ?? f.LocationId ?? f.AssetId ?? f.AssigneeId ?? f.GroupId) is null;
}
