using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Notifications;

/// <summary>A message in the ledger as the API shows it: what became of it, never its words.</summary>
/// <param name="Id">The message.</param>
/// <param name="Template">What it tells of.</param>
/// <param name="To">The recipient's address.</param>
/// <param name="ContactId">The recipient, when a contact.</param>
/// <param name="UserId">The recipient, when a user.</param>
/// <param name="TicketId">The ticket it is about.</param>
/// <param name="CommentId">The comment it tells of.</param>
/// <param name="State">queued, sending, sent, delivered, bounced, failed, parked or suppressed.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="LastError">What the mail server said, or why it is not sent.</param>
/// <param name="NextAttemptAt">When it is tried next; null when it is not.</param>
/// <param name="MessageId">By which mail servers know it.</param>
/// <param name="CreatedAt">When its reason happened.</param>
/// <param name="SentAt">When the mail server took it.</param>
internal sealed record DeliveryResponse(
    Guid Id, NoticeKind Template, string To, Guid? ContactId, Guid? UserId, Guid? TicketId, Guid? CommentId, string State, int Attempts, string? LastError,
    DateTimeOffset? NextAttemptAt, string? MessageId, DateTimeOffset CreatedAt, DateTimeOffset? SentAt)
{
    public const string Columns = "d.id, d.kind, d.to_address, d.contact_id, d.user_id, d.ticket_id, d.comment_id, d.state, d.attempts, d.last_error, CASE WHEN d.state = 'queued' THEN d.next_attempt_at END, d.message_id, d.created_at, d.sent_at";

    public static DeliveryResponse Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), Wire.Find<NoticeKind>(r.GetString(1))!.Value, r.GetString(2), r.Id(3), r.Id(4), r.Id(5), r.Id(6), r.GetString(7), r.GetInt32(8), r.Text(9),
        r.Instant(10), r.Text(11), r.GetFieldValue<DateTimeOffset>(12), r.Instant(13));
}

/// <summary>The parameters of GET /deliveries.</summary>
internal sealed record DeliveryQuery : PageQuery
{
    /// <summary>queued, sending, sent, delivered, bounced, failed, parked, suppressed; twice means either.</summary>
    public string[]? State { get; init; }

    /// <summary>Those about one ticket.</summary>
    public string? TicketId { get; init; }

    /// <summary>Those to one address.</summary>
    public string? To { get; init; }

    /// <summary>-createdAt (default) or createdAt.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /deliveries: the latest first.</summary>
internal static class ListDeliveries
{
    public static async Task<Answer<Page<DeliveryResponse>>> Handle([AsParameters] DeliveryQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<DeliveryResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("createdAt", "d.created_at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<DeliveryResponse>>(wrongOrder);
        var list = new KeysetList(session, DeliveryResponse.Columns, "deliveries d", "d");
        var problem = list.OneOf("state", "d.state", query.State, ["queued", "sending", "sent", "delivered", "bounced", "failed", "parked", "suppressed"])
            ?? list.Id("ticketId", "d.ticket_id = {0}", query.TicketId)
            ?? list.Text("to", "d.to_key = lower({0})", query.To);
        if (problem is not null) return Answer.Ok<Page<DeliveryResponse>>(problem);
        return Answer.Ok(await list.Read(page.Value, order.Value, DeliveryResponse.Read, cancellationToken));
    }
}

/// <summary>GET /deliveries/{id}</summary>
internal static class GetDelivery
{
    public static async Task<Answer<DeliveryResponse>> Handle(Guid id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<DeliveryResponse>(await Find(id, session, cancellationToken) is { } found ? found : Problem.NotFound("delivery"));

    public static async Task<DeliveryResponse?> Find(Guid id, TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT {DeliveryResponse.Columns} FROM deliveries d WHERE d.tenant_id = $1 AND d.id = $2", DeliveryResponse.Read, cancellationToken,
            Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault();
}

/// <summary>
/// POST /deliveries/{id}/resend: a message that was given up, refused or sent goes (again), with the same Message-ID. One under way is left alone, and
/// without a mail server nothing is queued.
/// </summary>
internal static class ResendDelivery
{
    public static async Task<Answer<DeliveryResponse>> Handle(
        Guid id, Caller caller, TenantSession session, Sender sender, MailQueue queue, RequestOrigin origin, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(await session.Transact<DeliveryResponse>(async () =>
        {
            if (await GetDelivery.Find(id, session, cancellationToken) is null) return Problem.NotFound("delivery");
            if (!queue.IsOn) return Problem.Conflict("no_mail_server", "This desk has no mail server (DESKHAND_SMTP_URL); without one nothing is queued.");
            var now = Instants.Now(clock);
            var again = await session.Execute("""
                UPDATE deliveries SET state = 'queued', attempts = 0, next_attempt_at = $3, handed_over_at = NULL, lease_until = NULL, last_error = NULL, sent_at = NULL
                WHERE tenant_id = $1 AND id = $2 AND state NOT IN ('sending', 'queued') AND to_address LIKE '%@%'
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(now));
            if (again == 0) return Problem.Conflict("delivery_not_resendable", "This message is under way, or its recipient was erased.");
            await Audit.Write(session, new AuditEntry("delivery.resent", now, caller.Actor, "delivery", id, null, origin), cancellationToken);
            session.OnCommitted(sender.Look);
            return (await GetDelivery.Find(id, session, cancellationToken))!;
        }, cancellationToken));
}
