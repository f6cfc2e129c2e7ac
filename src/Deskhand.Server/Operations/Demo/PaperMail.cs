using Deskhand.Data;
using Deskhand.Notifications;

namespace Deskhand.Operations.Demo;

/// <summary>What became of the demonstration's mail, as if a mail server had taken most of it: nothing was sent, and nothing of it will be.</summary>
internal static class PaperMail
{
    /// <summary>Which of the latest messages came to nothing, and why.</summary>
    private static readonly (int Place, string State, int Attempts, string Error)[] Failures =
    [
        (2, "bounced", 1, "550 5.1.1 There is nobody of this name here"),
        (8, "parked", 18, "451 4.7.1 Greylisted, please come back later"),
        (16, "failed", 1, "554 5.7.1 Refused: looks like spam"),
        (30, "parked", 1, "It may have arrived, or not: the connection ended while the mail server was taking it."),
        (43, "bounced", 1, "550 5.2.1 This mailbox is closed"),
    ];

    /// <summary>Settles every message; those that came to nothing are told to whom it concerns, as the sender does.</summary>
    /// <param name="session">The tenant's, in the transaction that wrote the messages.</param>
    /// <param name="host">Of the Message-IDs.</param>
    /// <param name="now">When the demonstration ends.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task Settle(TenantSession session, string host, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await session.Execute("""
            UPDATE deliveries SET state = 'sent', attempts = 1, sent_at = created_at + interval '2 seconds', message_id = replace(id::text, '-', '') || '@' || $2 WHERE tenant_id = $1 AND state = 'queued'
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(host));
        // among what contacts were sent lately, and nothing that an answer shows to have arrived
        var lately = await session.Query($"""
            SELECT id FROM deliveries WHERE tenant_id = $1 AND contact_id IS NOT NULL AND kind <> 'satisfaction_survey' AND created_at < $2 ORDER BY created_at DESC, id DESC LIMIT {Failures[^1].Place + 1}
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(now.AddHours(-1)));
        foreach (var (place, state, attempts, error) in Failures.Where(f => f.Place < lately.Count))
        {
            var id = lately[place];
            await session.Execute("UPDATE deliveries SET state = $3, attempts = $4, last_error = $5, sent_at = NULL, message_id = NULL WHERE tenant_id = $1 AND id = $2", cancellationToken,
                Rows.P(session.TenantId), Rows.P(id), Rows.P(state), Rows.P(attempts), Rows.P(error));
            if (await DeliveryRow.Find(session, id, cancellationToken) is { } row) await MailAlarm.Tell(session, row, row.CreatedAt.AddMinutes(1), cancellationToken);
        }
    }
}
