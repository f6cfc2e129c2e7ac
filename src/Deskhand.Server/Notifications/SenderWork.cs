using Deskhand.Data;
using Deskhand.Mail;
using Deskhand.Outbox;

namespace Deskhand.Notifications;

/// <summary>
/// One message after the other over one connection. A message that fails waits by itself and holds up no other; a server that does not answer at all
/// is tried again every few seconds, and nothing is held against the messages (docs/decisions/0016).
/// </summary>
internal sealed class SenderWork(
    SmtpServer server, string name, Database database, Composer composer, ChangeLog log, SenderPace pace, TimeProvider clock, ILogger logger) : RelayWork
{
    private const int AtOnce = 20;

    /// <summary>How often to look for what other processes queued.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <summary>From the end of a message on: the server may take ten minutes to answer.</summary>
    private static readonly TimeSpan LastLease = TimeSpan.FromMinutes(11);

    private const string NobodyKnows = "It may have arrived, or not: the connection or this server ended while the mail server was taking it. Sending it again uses the same Message-ID.";

    private SmtpConnection? connection;

    public override string Name => "mail";

    public override async ValueTask DisposeAsync()
    {
        if (connection is not null) await connection.DisposeAsync();
        await base.DisposeAsync();
    }

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var claimed = await database.AcrossTenants("SELECT tenant_id, id FROM claim_mail($1, $2, $3)", r => (TenantId: r.GetGuid(0), Id: r.GetGuid(1)), cancellationToken,
            Rows.P(now), Rows.P(now + pace.Lease), Rows.P(AtOnce));
        if (claimed.Count == 0)
        {
            if (connection is not null) await connection.DisposeAsync();
            connection = null;
            return Look;
        }

        var left = new Queue<(Guid TenantId, Guid Id)>(claimed);
        while (left.TryPeek(out var next))
        {
            try
            {
                await SendOne(next.TenantId, next.Id, cancellationToken);
                left.Dequeue();
            }
            catch (SmtpException e) when (e.Failure == SmtpFailure.Unavailable)
            {
                foreach (var (tenantId, id) in left) await Release(tenantId, id, e.Message, cancellationToken);
                throw new SinkUnavailableException($"{server}: {e.Message}", e);
            }
        }

        return TimeSpan.Zero;
    }

    private async Task SendOne(Guid tenantId, Guid id, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        if (await DeliveryRow.Find(session, id, cancellationToken) is not { } row) return;
        if (row.HandedOverAt is not null)
        {
            await End(session, row, "parked", NobodyKnows, cancellationToken);
            return;
        }

        var now = clock.GetUtcNow();
        var (message, envelope, refusal) = composer.Compose(tenantId, row, now);
        if (refusal is not null)
        {
            await End(session, row, "suppressed", refusal, cancellationToken);
            return;
        }

        try
        {
            var bytes = MimeWriter.Write(message!);
            connection ??= await SmtpConnection.Open(server, name, null, cancellationToken);
            var said = await connection.Send(envelope!, bytes, () => HandOver(session, row, message!.MessageId), cancellationToken);
            await session.Transact<Nothing>(async () =>
            {
                await Note(session, row, "sent", null, clock.GetUtcNow(), cancellationToken: CancellationToken.None);
                await Suppression.Succeeded(session, row.ToAddress, Http.Instants.Now(clock), log, CancellationToken.None);
                return default(Nothing);
            }, CancellationToken.None);
            State.Succeeded(clock.GetUtcNow());
            logger.LogDebug("Mail {Delivery} was taken: {Answer}", row.Id, said);
        }
        catch (MailFormatException e)
        {
            // an address can turn out wrong in the middle of the conversation
            await Hangup();
            await End(session, row, "failed", e.Message, cancellationToken);
        }
        catch (SmtpException e) when (e.Failure != SmtpFailure.Unavailable)
        {
            State.Refused(e.Message, clock.GetUtcNow());
            switch (e.Failure)
            {
                case SmtpFailure.NoSuchRecipient:
                    await End(session, row, "bounced", e.Message, cancellationToken);
                    break;
                case SmtpFailure.Never:
                    await End(session, row, "failed", e.Message, cancellationToken);
                    break;
                case SmtpFailure.Unknown:
                    await End(session, row, "parked", NobodyKnows, CancellationToken.None);
                    break;
                case SmtpFailure.Later when row.Attempts + 1 >= pace.Attempts:
                    await End(session, row, "parked", e.Message, cancellationToken);
                    break;
                case SmtpFailure.Later or SmtpFailure.Unavailable:
                    await Note(session, row, "queued", e.Message, null, clock.GetUtcNow() + BackOff(row.Attempts + 1, pace.First, pace.Longest), cancellationToken);
                    break;
            }

            await StartAnew(cancellationToken);
        }
        catch
        {
            // whatever it was, in the middle of a message the connection is good for nothing else
            await Hangup();
            throw;
        }
    }

    /// <summary>Notes, and commits, that from here on only the mail server knows whether it has the message.</summary>
    private async Task HandOver(TenantSession session, DeliveryRow row, string messageId)
    {
        var now = clock.GetUtcNow();
        var mine = await session.Transact<int>(async () => await session.Execute("""
            UPDATE deliveries SET handed_over_at = $3, lease_until = $4, message_id = $5 WHERE tenant_id = $1 AND id = $2 AND state = 'sending' AND lease_until > $3 AND handed_over_at IS NULL
            """, CancellationToken.None, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(now), Rows.P(now + LastLease), Rows.P(messageId)), CancellationToken.None);
        // another process has it by now: the connection is dropped before the end of the message is said, so the server forgets it
        if (mine.Value == 0) throw new SmtpException(SmtpFailure.Unavailable, "It took too long to hand the message over.");
    }

    /// <summary>A message that will not go by itself: noted, its secret forgotten, and told to whom it concerns.</summary>
    private Task<Outcome<Nothing>> End(TenantSession session, DeliveryRow row, string state, string why, CancellationToken cancellationToken) => session.Transact<Nothing>(async () =>
    {
        await Note(session, row, state, why, null, cancellationToken: cancellationToken);
        if (state is "bounced" && SmtpReplies.IsNoSuchMailbox(why)) await Suppression.Bounced(session, row.ToAddress, why, Http.Instants.Now(clock), log, cancellationToken);
        if (state is not "suppressed") await MailAlarm.Tell(session, row, clock.GetUtcNow(), cancellationToken);
        return default(Nothing);
    }, cancellationToken);

    private static Task<Outcome<int>> Note(
        TenantSession session, DeliveryRow row, string state, string? error, DateTimeOffset? sentAt, DateTimeOffset? next = null, CancellationToken cancellationToken = default) =>
        session.Transact<int>(async () => await session.Execute("""
            UPDATE deliveries SET state = $3, last_error = $4, sent_at = $5, next_attempt_at = coalesce($6, next_attempt_at), attempts = attempts + CASE WHEN $3 = 'suppressed' THEN 0 ELSE 1 END,
                   lease_until = NULL, handed_over_at = CASE WHEN $3 IN ('sent', 'parked') THEN handed_over_at END, secret = CASE WHEN $3 IN ('queued', 'parked') THEN secret END
            WHERE tenant_id = $1 AND id = $2 AND state = 'sending'
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(state), Rows.P(error), Rows.P(sentAt), Rows.P(next)), cancellationToken);

    private async Task Release(Guid tenantId, Guid id, string error, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        await session.Transact<int>(async () => await session.Execute(
            "UPDATE deliveries SET state = 'queued', lease_until = NULL, last_error = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'sending' AND handed_over_at IS NULL",
            cancellationToken, Rows.P(tenantId), Rows.P(id), Rows.P(error)), cancellationToken);
        await Hangup();
    }

    private async Task StartAnew(CancellationToken cancellationToken)
    {
        if (connection is null) return;
        try
        {
            await connection.Reset(cancellationToken);
        }
        catch (SmtpException)
        {
            // it will be opened again for the next message
            await Hangup();
        }
    }

    private async Task Hangup()
    {
        if (connection is not null) await connection.DisposeAsync();
        connection = null;
    }
}
