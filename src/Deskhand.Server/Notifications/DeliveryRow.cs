using Deskhand.Data;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Notifications;

/// <summary>A message in the ledger, with all that its words are made of.</summary>
internal sealed record DeliveryRow
{
    public required Guid Id { get; init; }

    public required NoticeKind Kind { get; init; }

    public required string ToAddress { get; init; }

    public Guid? ContactId { get; init; }

    public Guid? UserId { get; init; }

    public Guid? TicketId { get; init; }

    public Guid? SurveyId { get; init; }

    public required ActorKind ActorKind { get; init; }

    public bool IsOfNote { get; init; }

    public bool HidesWords { get; init; }

    public string? Text { get; init; }

    public byte[]? Secret { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset? HandedOverAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? Reference { get; init; }

    public string? Subject { get; init; }

    public string? Status { get; init; }

    public Priority? Priority { get; init; }

    public bool TicketIsGone { get; init; }

    public Guid? CommentId { get; init; }

    public string? CommentBody { get; init; }

    public BodyFormat? CommentFormat { get; init; }

    public Visibility? CommentVisibility { get; init; }

    public bool CommentIsGone { get; init; }

    public string? ActorName { get; init; }

    public string? RecipientName { get; init; }

    /// <summary>Whether the recipient may still be written to: an active user, a contact that is there.</summary>
    public bool RecipientIsThere { get; init; }

    public required string Locale { get; init; }

    public required string DeskName { get; init; }

    public required string DeskSlug { get; init; }

    public string? MailName { get; init; }

    public string? MailAddress { get; init; }

    public required MailTemplate? OwnTemplate { get; init; }

    /// <summary>Why nothing is sent to this address, in the words of the mail server; null = it is not held back.</summary>
    public string? Suppressed { get; init; }

    /// <summary>The ids of what was sent to the same address about the same ticket, the oldest first.</summary>
    public required string[] Thread { get; init; }

    private const string Sql = """
        SELECT d.id, d.kind, d.to_address, d.contact_id, d.user_id, d.ticket_id, d.survey_id, coalesce(c.author_kind, d.actor_kind), d.is_of_note, d.hides_words, d.text, d.secret, d.attempts, d.handed_over_at, d.created_at,
               t.reference, t.subject, t.status, t.priority, t.deleted_at IS NOT NULL,
               d.comment_id, c.body, c.format, c.visibility, c.deleted_at IS NOT NULL,
               coalesce(au.name, nullif(ltrim(ac.first_name || ' ' || ac.last_name), '')), coalesce(u.name, nullif(ltrim(k.first_name || ' ' || k.last_name), '')),
               coalesce(u.active AND u.deleted_at IS NULL, k.deleted_at IS NULL AND k.active, false),
               coalesce(u.locale, n.locale), n.name, n.slug, n.mail_name, n.mail_address, m.subject, m.text, m.html,
               ARRAY(SELECT p.message_id FROM (SELECT o.message_id, o.created_at, o.id FROM deliveries o
                         WHERE o.tenant_id = d.tenant_id AND o.ticket_id = d.ticket_id AND o.to_key = d.to_key AND o.message_id IS NOT NULL AND (o.created_at, o.id) < (d.created_at, d.id)
                         ORDER BY o.created_at DESC, o.id DESC LIMIT 10) p ORDER BY p.created_at, p.id),
               (SELECT x.last_error FROM suppressions x WHERE x.tenant_id = d.tenant_id AND x.address = d.to_key AND x.suppressed_at IS NOT NULL)
        FROM deliveries d
        JOIN tenants n ON n.tenant_id = d.tenant_id
        LEFT JOIN tickets t ON t.tenant_id = d.tenant_id AND t.id = d.ticket_id
        LEFT JOIN ticket_comments c ON c.tenant_id = d.tenant_id AND c.id = d.comment_id
        LEFT JOIN users u ON u.tenant_id = d.tenant_id AND u.id = d.user_id
        LEFT JOIN contacts k ON k.tenant_id = d.tenant_id AND k.id = d.contact_id
        -- a comment is its author's, who need not be the one who caused the change: a rule may have written it
        LEFT JOIN users au ON au.tenant_id = d.tenant_id AND au.id = CASE WHEN c.id IS NULL THEN d.actor_id ELSE c.author_id END AND coalesce(c.author_kind, d.actor_kind) = 'agent'
        LEFT JOIN contacts ac ON ac.tenant_id = d.tenant_id AND ac.id = CASE WHEN c.id IS NULL THEN d.actor_id ELSE c.author_id END AND coalesce(c.author_kind, d.actor_kind) = 'contact'
        LEFT JOIN mail_templates m ON m.tenant_id = d.tenant_id AND m.kind = d.kind AND m.locale = CASE WHEN coalesce(u.locale, n.locale) LIKE 'es%' THEN 'es' ELSE 'en' END
        WHERE d.tenant_id = $1 AND d.id = $2
        """;

    public static async Task<DeliveryRow?> Find(TenantSession session, Guid id, CancellationToken cancellationToken) =>
        (await session.Query(Sql, Read, cancellationToken, Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault();

    private static DeliveryRow Read(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        Kind = Wire.Find<NoticeKind>(r.GetString(1))!.Value,
        ToAddress = r.GetString(2),
        ContactId = r.Id(3),
        UserId = r.Id(4),
        TicketId = r.Id(5),
        SurveyId = r.Id(6),
        ActorKind = Wire.Find<ActorKind>(r.GetString(7))!.Value,
        IsOfNote = r.GetBoolean(8),
        HidesWords = r.GetBoolean(9),
        Text = r.Text(10),
        Secret = r.IsDBNull(11) ? null : r.GetFieldValue<byte[]>(11),
        Attempts = r.GetInt32(12),
        HandedOverAt = r.Instant(13),
        CreatedAt = r.GetFieldValue<DateTimeOffset>(14),
        Reference = r.Text(15),
        Subject = r.Text(16),
        Status = r.Text(17),
        Priority = r.IsDBNull(18) ? null : (Priority)r.GetInt16(18),
        TicketIsGone = r.GetBoolean(19),
        CommentId = r.Id(20),
        CommentBody = r.Text(21),
        CommentFormat = r.Text(22) is { } format ? Wire.Find<BodyFormat>(format) : null,
        CommentVisibility = r.Text(23) is { } visibility ? Wire.Find<Visibility>(visibility) : null,
        CommentIsGone = r.GetBoolean(24),
        ActorName = r.Text(25),
        RecipientName = r.Text(26),
        RecipientIsThere = r.GetBoolean(27),
        Locale = r.GetString(28).StartsWith("es", StringComparison.Ordinal) ? "es" : "en",
        DeskName = r.GetString(29),
        DeskSlug = r.GetString(30),
        MailName = r.Text(31),
        MailAddress = r.Text(32),
        OwnTemplate = r.Text(33) is { } subject ? new MailTemplate(subject, r.GetString(34), r.GetString(35)) : null,
        Thread = r.GetFieldValue<string[]>(36),
        Suppressed = r.Text(37),
    };
}
