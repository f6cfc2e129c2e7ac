using System.Runtime.InteropServices;
using Deskhand.Data;
using Deskhand.Sla;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>
/// Tickets as they are shown, straight from their rows: of all that is asked most are gets and lists, which need nothing of what a change decides by.
/// </summary>
internal static class TicketShown
{
    private const string WithoutDescription = """
        t.id, t.number, t.reference, t.status, t.status_category, t.external_id, t.subject, t.priority, t.type, t.category, t.subcategory,
        nullif(t.tags, '{}'), t.custom_fields::text, t.channel, t.customer_id, t.contact_id, t.location_id, t.asset_id, t.project_id, t.assignee_id, t.group_id, t.due_at, t.problem_id,
        t.escalation_level, t.escalation_reason, t.escalated_at, t.first_responded_at, t.solved_at, t.closed_at, t.version, t.created_by, t.created_at, t.updated_at, t.deleted_at,
        t.merged_into_id, nullif(t.follower_ids, '{}'), t.sla_state, t.sla_due_at, t.sla_policy_id
        """;

    /// <summary>Of <c>tickets t</c>, in the order in which <see cref="Read"/> takes them; the first is the id.</summary>
    public const string Columns = WithoutDescription + ", t.description";

    /// <summary>The same in a list, which shows no description.</summary>
    public const string ListColumns = WithoutDescription + ", NULL::text";

    public static TicketResponse Read(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        Number = r.GetInt64(1),
        Reference = r.GetString(2),
        Status = r.GetString(3),
        StatusCategory = Wire.Find<StatusCategory>(r.GetString(4))!.Value,
        ExternalId = r.Text(5),
        Subject = r.GetString(6),
        Priority = (Priority)r.GetInt16(7),
        Type = Wire.Find<TicketType>(r.GetString(8))!.Value,
        Category = r.GetString(9),
        Subcategory = r.Text(10),
        Tags = r.IsDBNull(11) ? [] : ImmutableCollectionsMarshal.AsImmutableArray(r.GetFieldValue<string[]>(11)),
        CustomFields = CustomValues.Parse(r.GetString(12)),
        Channel = Wire.Find<Channel>(r.GetString(13))!.Value,
        CustomerId = r.Id(14),
        ContactId = r.Id(15),
        LocationId = r.Id(16),
        AssetId = r.Id(17),
        ProjectId = r.Id(18),
        AssigneeId = r.Id(19),
        GroupId = r.Id(20),
        DueAt = r.Instant(21),
        ProblemId = r.Id(22),
        EscalationLevel = r.GetInt16(23),
        EscalationReason = r.Text(24),
        EscalatedAt = r.Instant(25),
        FirstRespondedAt = r.Instant(26),
        SolvedAt = r.Instant(27),
        ClosedAt = r.Instant(28),
        Version = r.GetInt64(29),
        CreatedBy = r.Id(30),
        CreatedAt = r.GetFieldValue<DateTimeOffset>(31),
        UpdatedAt = r.GetFieldValue<DateTimeOffset>(32),
        DeletedAt = r.Instant(33),
        MergedIntoId = r.Id(34),
        FollowerIds = r.IsDBNull(35) ? [] : r.GetFieldValue<Guid[]>(35),
        Sla = r.Text(36) is { } state ? new(Wire.Find<SlaState>(state)!.Value, r.Instant(37), r.GetGuid(38)) : null,
        Description = r.Text(39),
    };
}
