using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Directory;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>Looks up the rows that a change names, all in one statement. What belongs to another tenant does not exist here.</summary>
internal static class TicketReferences
{
    public static async Task<Known> LookUp(TenantSession session, Ticket? before, TicketChange change, Actor by, CancellationToken cancellationToken)
    {
        if (change is TicketChange.Link { What: var link }) return await LinkRow.LookUp(session, before!.Id, link, cancellationToken);
        if (change is TicketChange.Follow { UserId: var follower }) return new Known { Follower = await Followers.MayRead(session, before!, follower, cancellationToken) };
        var fields = change switch
        {
            TicketChange.Create create => create.Fields,
            TicketChange.Edit edit => edit.Fields,
            TicketChange.Revert revert => revert.What.Fields,
            TicketChange.Assign assign => before!.Fields with { AssigneeId = assign.AssigneeId, GroupId = assign.GroupId },
            TicketChange.Escalate { Reassign: true } escalate => before!.Fields with { AssigneeId = escalate.AssigneeId, GroupId = escalate.GroupId },
            _ => null,
        };
        var uploads = change is TicketChange.AddComment { Comment.AttachmentIds: { IsEmpty: false } ids } ? ids.ToArray() : [];
        if (uploads.Length > 0) return Known.Nothing with { Uploads = await Uploads(session, uploads, by, cancellationToken) };
        if (fields is null || NamesNothing(fields)) return Known.Nothing;
        // only what changes is checked, so there is nothing to ask about what stays
        if (before is not null && NamesTheSame(fields, before.Fields)) return Known.Nothing;

        // a new ticket waits for who is just being merged away, and then does not find it: nothing is left behind at an entry that nobody sees any more;
        // one that is split off does not, for its original is locked already, which the merge may be waiting for
        var held = change is TicketChange.Create { From: null } ? " FOR KEY SHARE" : "";
        // only what is named is asked for: a plan over all eight tables costs more than the rest of the change
        var number = AssetNumber(fields);
        var asset = number is not null ? "a.number_key = lower($8)" : fields.AssetId is not null && fields.AssetNumber is null ? "a.id = $5" : null;
        var rows = await session.Query($"""
            SELECT {If(fields.CustomerId, "SELECT tier FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL" + held)},
                   {If(fields.ContactId, "SELECT customer_id FROM contacts WHERE tenant_id = $1 AND id = $3 AND deleted_at IS NULL" + held)},
                   {If(fields.LocationId, "SELECT customer_id FROM locations WHERE tenant_id = $1 AND id = $4 AND deleted_at IS NULL")},
                   a.id, a.number, a.customer_id, a.location_id, a.project_id,
                   {If(fields.AssigneeId, "SELECT true FROM users WHERE tenant_id = $1 AND id = $6 AND active AND deleted_at IS NULL AND role <> 'light_agent'")},
                   {If(fields.GroupId, "SELECT true FROM groups WHERE tenant_id = $1 AND id = $7 AND deleted_at IS NULL")},
                   {If(fields.AssigneeId is null ? null : fields.GroupId, "SELECT true FROM group_members WHERE tenant_id = $1 AND group_id = $7 AND user_id = $6")},
                   {If(fields.ProjectId, "SELECT true FROM projects WHERE tenant_id = $1 AND id = $9 AND deleted_at IS NULL")},
                   {If(fields.ProblemId, "SELECT type FROM tickets WHERE tenant_id = $1 AND id = $10 AND deleted_at IS NULL")}
            FROM (SELECT) one LEFT JOIN {(asset is null ? NoAsset : $"assets a ON a.tenant_id = $1 AND {asset} AND a.deleted_at IS NULL")}
            """, r => new Known
        {
            // a contact that is there has a customer that is there, and so has an asset
            Customer = !r.IsDBNull(0) || (fields.CustomerId is null && (!r.IsDBNull(1) || !r.IsDBNull(5))),
            Tier = r.Text(0) is { } tier ? Wire.Find<Tier>(tier) : null,
            CustomerOfContact = r.Id(1),
            CustomerOfLocation = r.Id(2),
            Asset = r.Id(3),
            AssetNumber = r.Text(4),
            CustomerOfAsset = r.Id(5),
            LocationOfAsset = r.Id(6),
            ProjectOfAsset = r.Id(7),
            Assignee = !r.IsDBNull(8),
            Group = !r.IsDBNull(9),
            AssigneeInGroup = !r.IsDBNull(10),
            Project = !r.IsDBNull(11),
            Problem = r.Text(12) is { } type ? Wire.Find<TicketType>(type) : null,
        }, cancellationToken, Rows.P(session.TenantId), Rows.P(fields.CustomerId), Rows.P(fields.ContactId), Rows.P(fields.LocationId), Rows.P(fields.AssetId),
            Rows.P(fields.AssigneeId), Rows.P(fields.GroupId), Rows.P(number), Rows.P(fields.ProjectId), Rows.P(fields.ProblemId));
        return rows[0];
    }

    /// <summary>What is known of an agent and a group.</summary>
    public static async Task<Known> Place(TenantSession session, Guid? agent, Guid? group, CancellationToken cancellationToken) => (await session.Query("""
        SELECT EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 AND active AND deleted_at IS NULL AND role <> 'light_agent'),
               EXISTS (SELECT 1 FROM groups WHERE tenant_id = $1 AND id = $3 AND deleted_at IS NULL),
               EXISTS (SELECT 1 FROM group_members WHERE tenant_id = $1 AND group_id = $3 AND user_id = $2)
        """, r => new Known { Assignee = r.GetBoolean(0), Group = r.GetBoolean(1), AssigneeInGroup = r.GetBoolean(2) }, cancellationToken,
        Rows.P(session.TenantId), Rows.P(agent), Rows.P(group)))[0];

    private const string NoAsset = "(SELECT NULL::uuid AS id, NULL::text AS number, NULL::uuid AS customer_id, NULL::uuid AS location_id, NULL::uuid AS project_id) a ON true";

    /// <summary>The asset's number as it can be looked up; what is no number of an asset finds none.</summary>
    private static string? AssetNumber(TicketFields fields) =>
        fields.AssetNumber?.Trim() is { Length: > 0 and <= 50 } number && !number.Contains('\0', StringComparison.Ordinal) ? number : null;

    private static async Task<ImmutableHashSet<Guid>> Uploads(TenantSession session, Guid[] ids, Actor by, CancellationToken cancellationToken) =>
        [.. await session.Query("""
            SELECT id FROM attachments WHERE tenant_id = $1 AND id = ANY ($2) AND ticket_id IS NULL AND deleted_at IS NULL AND created_by IS NOT DISTINCT FROM $3
            FOR UPDATE
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid), Rows.P(by.Id))];

    private static string If(Guid? named, string question) => named is null ? "NULL" : $"({question})";

    private static bool NamesTheSame(TicketFields a, TicketFields b) => AssetNumber(a) is null
        && (a.CustomerId, a.ContactId, a.LocationId, a.AssetId, a.ProjectId, a.ProblemId) == (b.CustomerId, b.ContactId, b.LocationId, b.AssetId, b.ProjectId, b.ProblemId)
        && (a.AssigneeId, a.GroupId) == (b.AssigneeId, b.GroupId);

    private static bool NamesNothing(TicketFields f) =>
        (f.CustomerId ?? f.ContactId ?? f.LocationId ?? f.AssetId ?? f.ProjectId ?? f.ProblemId ?? f.AssigneeId ?? f.GroupId) is null && AssetNumber(f) is null;
}
