using Deskhand.Data;
using Npgsql;

namespace Deskhand.Outbox;

/// <summary>A message to be sent, as far as it is known when the change that it tells of is written. Its words are made when it is sent.</summary>
/// <param name="Kind">Hence its template.</param>
/// <param name="ToAddress">The recipient's address.</param>
internal sealed record OutgoingMail(Notifications.NoticeKind Kind, string ToAddress)
{
    public Guid? ContactId { get; init; }

    public Guid? UserId { get; init; }

    public Guid? TicketId { get; init; }

    public Guid? CommentId { get; init; }

    public Guid? SurveyId { get; init; }

    public bool IsOfNote { get; init; }

    public bool HidesWords { get; init; }

    public string? Text { get; init; }

    /// <summary>What must not lie open in a table.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>Why it is written down and not sent; null = it is sent.</summary>
    public string? Suppressed { get; init; }
}

/// <summary>
/// The ledger of outgoing mail, written in the transaction that gives reason to it, like events. Without a mail server nothing is written: who sets one
/// up later does not send the mail of months.
/// </summary>
internal sealed class MailQueue(DeskhandSettings? settings)
{
    private Wake? sender;

    /// <summary>For work that must send nothing.</summary>
    public static MailQueue Off { get; } = new(null);

    /// <summary>For demonstration data: the ledger is written, in a transaction that says what became of each message before it commits. Nothing is sent.</summary>
    public static MailQueue OnPaper { get; } = new(null) { IsOn = true };

    /// <summary>Whether mail is written down, to be sent.</summary>
    public bool IsOn { get; private init; } = settings?.Smtp is not null;

    /// <summary>Whom to call when this process has committed mail.</summary>
    public void Subscribe(Wake wake) => sender = wake;

    /// <summary>Adds messages, in one statement each, to a batch of the transaction.</summary>
    public IEnumerable<NpgsqlBatchCommand> Add(TenantSession session, IEnumerable<OutgoingMail> mails, Actor by, DateTimeOffset now)
    {
        if (!IsOn) yield break;
        var any = false;
        foreach (var mail in mails)
        {
            any = true;
            yield return TenantSession.Batched("""
                INSERT INTO deliveries (tenant_id, id, kind, contact_id, user_id, to_address, ticket_id, comment_id, survey_id, actor_kind, actor_id, is_of_note, hides_words, text, secret,
                    state, last_error, next_attempt_at, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
                """,
                Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.P(Wire.Name(mail.Kind)), Rows.P(mail.ContactId), Rows.P(mail.UserId), Rows.P(mail.ToAddress), Rows.P(mail.TicketId),
                Rows.P(mail.CommentId), Rows.P(mail.SurveyId), Rows.P(Wire.Name(by.Kind)), Rows.P(by.Id), Rows.P(mail.IsOfNote), Rows.P(mail.HidesWords), Rows.P(mail.Text),
                Rows.P(mail.Secret, NpgsqlTypes.NpgsqlDbType.Bytea), Rows.P(mail.Suppressed is null ? "queued" : "suppressed"), Rows.P(mail.Suppressed), Rows.P(now));
        }

        if (any) session.OnCommitted(() => sender?.Call());
    }
}
