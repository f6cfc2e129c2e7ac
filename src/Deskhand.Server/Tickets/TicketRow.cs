using System.Runtime.InteropServices;
using Deskhand.Data;
using Deskhand.Sla;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>A ticket in its table: the columns in one order, read and written by hand because every request comes through here.</summary>
internal static class TicketRow
{
    /// <summary>
    /// The columns, in the order in which <see cref="Read"/> takes them: a step back in a row costs as much as reading it again. Lists that are empty,
    /// as most are, travel as null, which is less to send and to read than an empty array.
    /// </summary>
    public const string Columns = """
        t.id, t.number, t.reference, t.status, t.status_category, t.external_id, t.subject, t.description, t.priority, t.type, t.category, t.subcategory,
        nullif(t.tags, '{}'), t.custom_fields::text, t.channel, t.customer_id, t.contact_id, t.location_id, t.asset_id, t.project_id, t.assignee_id, t.group_id, t.due_at, t.problem_id,
        t.escalation_level, t.escalation_reason, t.escalated_at, t.first_responded_at, t.solved_at, t.closed_at,
        t.version, t.sequence, t.created_by, t.created_at, t.updated_at, t.deleted_at,
        t.merged_into_id, nullif(t.follower_ids, '{}'), t.assigned_version,
        coalesce(t.status_at, t.closed_at, t.updated_at), t.assigned_at,
        t.sla_state, t.sla_due_at, t.sla_policy_id
        """;

    public static Ticket Read(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        Number = r.GetInt64(1),
        Reference = r.GetString(2),
        Status = r.GetString(3),
        StatusCategory = Wire.Find<StatusCategory>(r.GetString(4))!.Value,
        Fields = new TicketFields
        {
            ExternalId = r.Text(5),
            Subject = r.GetString(6),
            Description = r.GetString(7),
            Priority = (Priority)r.GetInt16(8),
            Type = Wire.Find<TicketType>(r.GetString(9))!.Value,
            Category = r.GetString(10),
            Subcategory = r.Text(11),
            Tags = r.IsDBNull(12) ? [] : ImmutableCollectionsMarshal.AsImmutableArray(r.GetFieldValue<string[]>(12)),
            CustomFields = CustomValues.Parse(r.GetString(13)),
            Channel = Wire.Find<Channel>(r.GetString(14))!.Value,
            CustomerId = r.Id(15),
            ContactId = r.Id(16),
            LocationId = r.Id(17),
            AssetId = r.Id(18),
            ProjectId = r.Id(19),
            AssigneeId = r.Id(20),
            GroupId = r.Id(21),
            DueAt = r.Instant(22),
            ProblemId = r.Id(23),
        },
        EscalationLevel = r.GetInt16(24),
        EscalationReason = r.Text(25),
        EscalatedAt = r.Instant(26),
        FirstRespondedAt = r.Instant(27),
        SolvedAt = r.Instant(28),
        ClosedAt = r.Instant(29),
        Version = r.GetInt64(30),
        Sequence = r.GetInt64(31),
        CreatedBy = r.Id(32),
        CreatedAt = r.GetFieldValue<DateTimeOffset>(33),
        UpdatedAt = r.GetFieldValue<DateTimeOffset>(34),
        DeletedAt = r.Instant(35),
        MergedIntoId = r.Id(36),
        FollowerIds = r.IsDBNull(37) ? [] : ImmutableCollectionsMarshal.AsImmutableArray(r.GetFieldValue<Guid[]>(37)),
        AssignedVersion = r.GetInt64(38),
        StatusAt = r.GetFieldValue<DateTimeOffset>(39),
        AssignedAt = r.Instant(40),
        Sla = r.Text(41) is { } state ? new(Wire.Find<SlaState>(state)!.Value, r.Instant(42), r.GetGuid(43)) : null,
    };

    /// <summary>Writes a new ticket; without a number it takes the one that was drawn in this transaction (<see cref="TicketNumbers"/>).</summary>
    public static NpgsqlBatchCommand Insert(Guid tenantId, Ticket ticket) => TenantSession.Batched("""
        INSERT INTO tickets (tenant_id, id, number, reference, external_id, subject, description, status, status_category, priority, type, category, subcategory,
            tags, custom_fields, channel, customer_id, contact_id, location_id, asset_id, assignee_id, group_id, due_at,
            escalation_level, escalation_reason, escalated_at, first_responded_at, solved_at, closed_at, version, sequence, created_by, created_at, updated_at, deleted_at, project_id,
            merged_into_id, problem_id, follower_ids, assigned_version,
            status_at, assigned_at, sla_state, sla_due_at, sla_policy_id)
        VALUES ($1, $2, coalesce(nullif($3, 0), current_setting('app.ticket_number')::bigint), coalesce(nullif($4, ''), current_setting('app.ticket_reference')), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45)
        """, Values(tenantId, ticket));

    /// <summary>Writes every column that can change.</summary>
    public static NpgsqlBatchCommand Update(Guid tenantId, Ticket ticket) => TenantSession.Batched("""
        UPDATE tickets SET external_id = $5, subject = $6, description = $7, status = $8, status_category = $9, priority = $10, type = $11, category = $12, subcategory = $13,
            tags = $14, custom_fields = $15, channel = $16, customer_id = $17, contact_id = $18, location_id = $19, asset_id = $20, assignee_id = $21, group_id = $22, due_at = $23,
            escalation_level = $24, escalation_reason = $25, escalated_at = $26, first_responded_at = $27, solved_at = $28, closed_at = $29,
            version = $30, sequence = $31, updated_at = $34, deleted_at = $35, project_id = $36,
            merged_into_id = $37, problem_id = $38, follower_ids = $39, assigned_version = $40,
            status_at = $41, assigned_at = $42,
            sla_state = $43, sla_due_at = $44, sla_policy_id = $45
        WHERE tenant_id = $1 AND id = $2 AND number = $3 AND reference = $4 AND created_by IS NOT DISTINCT FROM $32 AND created_at = $33
        """, Values(tenantId, ticket));

    /// <summary>Writes what time passing can change, of many tickets: no column with an index, so that none is rewritten.</summary>
    public static NpgsqlBatchCommand UpdateTicked(Guid tenantId, IReadOnlyList<Ticket> tickets) => TenantSession.Batched("""
        UPDATE tickets t SET version = n.version, sequence = n.sequence, escalation_level = n.escalation_level, escalation_reason = n.escalation_reason, escalated_at = n.escalated_at,
            sla_state = n.sla_state, sla_due_at = n.sla_due_at, sla_policy_id = n.sla_policy_id
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) AS n (id, version, sequence, escalation_level, escalation_reason, escalated_at, sla_state, sla_due_at, sla_policy_id)
        WHERE t.tenant_id = $1 AND t.id = n.id
        """,
        Rows.P(tenantId), Rows.P(tickets.Select(t => t.Id).ToArray()), Rows.P(tickets.Select(t => t.Version).ToArray()), Rows.P(tickets.Select(t => t.Sequence).ToArray()),
        Rows.P(tickets.Select(t => (short)t.EscalationLevel).ToArray()), Rows.P(tickets.Select(t => t.EscalationReason).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
        Rows.P(tickets.Select(t => t.EscalatedAt).ToArray()), Rows.P(tickets.Select(t => t.Sla is { } s ? Wire.Name(s.State) : null).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
        Rows.P(tickets.Select(t => t.Sla?.NextDueAt).ToArray()), Rows.P(tickets.Select(t => t.Sla?.PolicyId).ToArray()));

    /// <summary>The tags in their own table, as they are after a change.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Tags(Guid tenantId, Ticket? before, Ticket after)
    {
        if (before is not null && before.Fields.Tags.SequenceEqual(after.Fields.Tags, StringComparer.Ordinal)) yield break;
        if (before is { Fields.Tags.IsEmpty: false })
            yield return TenantSession.Batched("DELETE FROM ticket_tags WHERE tenant_id = $1 AND ticket_id = $2", Rows.P(tenantId), Rows.P((Guid?)after.Id));
        if (!after.Fields.Tags.IsEmpty)
            yield return TenantSession.Batched("INSERT INTO ticket_tags (tenant_id, tag, ticket_id) SELECT $1, tag, $2 FROM unnest($3) AS tag",
                Rows.P(tenantId), Rows.P((Guid?)after.Id), Rows.P(after.Fields.Tags.ToArray()));
    }

    /// <summary>The followers in their own table, as they are after a change.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Followers(Guid tenantId, Ticket? before, Ticket after)
    {
        if (before is null ? after.FollowerIds.IsEmpty : before.FollowerIds.SequenceEqual(after.FollowerIds)) yield break;
        yield return TenantSession.Batched("DELETE FROM ticket_followers WHERE tenant_id = $1 AND ticket_id = $2 AND user_id <> ALL ($3)",
            Rows.P(tenantId), Rows.P((Guid?)after.Id), Rows.P(after.FollowerIds.ToArray()));
        yield return TenantSession.Batched("INSERT INTO ticket_followers (tenant_id, user_id, ticket_id) SELECT $1, u, $2 FROM unnest($3) AS u ON CONFLICT DO NOTHING",
            Rows.P(tenantId), Rows.P((Guid?)after.Id), Rows.P(after.FollowerIds.ToArray()));
    }

    private static NpgsqlParameter[] Values(Guid tenantId, Ticket t) =>
    [
        Rows.P(tenantId),
        Rows.P((Guid?)t.Id),
        Rows.P(t.Number),
        Rows.P(t.Reference),
        Rows.P(t.Fields.ExternalId),
        Rows.P(t.Fields.Subject),
        Rows.P(t.Fields.Description),
        Rows.P(t.Status),
        Rows.P(Wire.Name(t.StatusCategory)),
        Rows.P((short)t.Fields.Priority),
        Rows.P(Wire.Name(t.Fields.Type)),
        Rows.P(t.Fields.Category),
        Rows.P(t.Fields.Subcategory),
        Rows.P(t.Fields.Tags.ToArray()),
        Rows.P(t.Fields.CustomFields.ToJson(), NpgsqlDbType.Jsonb),
        Rows.P(Wire.Name(t.Fields.Channel)),
        Rows.P(t.Fields.CustomerId),
        Rows.P(t.Fields.ContactId),
        Rows.P(t.Fields.LocationId),
        Rows.P(t.Fields.AssetId),
        Rows.P(t.Fields.AssigneeId),
        Rows.P(t.Fields.GroupId),
        Rows.P(t.Fields.DueAt),
        Rows.P((short)t.EscalationLevel),
        Rows.P(t.EscalationReason),
        Rows.P(t.EscalatedAt),
        Rows.P(t.FirstRespondedAt),
        Rows.P(t.SolvedAt),
        Rows.P(t.ClosedAt),
        Rows.P(t.Version),
        Rows.P(t.Sequence),
        Rows.P(t.CreatedBy),
        Rows.P((DateTimeOffset?)t.CreatedAt),
        Rows.P((DateTimeOffset?)t.UpdatedAt),
        Rows.P(t.DeletedAt),
        Rows.P(t.Fields.ProjectId),
        Rows.P(t.MergedIntoId),
        Rows.P(t.Fields.ProblemId),
        Rows.P(t.FollowerIds.ToArray()),
        Rows.P(t.AssignedVersion),
        Rows.P((DateTimeOffset?)t.StatusAt),
        Rows.P(t.AssignedAt),
        Rows.P(t.Sla is { } sla ? Wire.Name(sla.State) : null),
        Rows.P(t.Sla?.NextDueAt),
        Rows.P(t.Sla?.PolicyId),
    ];
}
