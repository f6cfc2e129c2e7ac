using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Operations;

/// <summary>
/// Takes away what nobody needs any more, a few times a day. Instances may do it at the same time: each skips the rows that another
/// has locked, and a file that is gone already is gone.
/// </summary>
internal sealed class Housekeeping(Database database, AttachmentStore files, EventRetention events, TimeProvider clock) : RelayWork
{
    private const int Rounds = 5000;
    private static readonly TimeSpan Every = TimeSpan.FromHours(6);
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(2);

    /// <summary>How long an answer is kept for a repeated request, and an upload for its comment.</summary>
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>How long a used-up refresh token can still tell that somebody else uses it.</summary>
    private static readonly TimeSpan TokensKeptFor = TimeSpan.FromDays(90);

    /// <summary>How long an ended job is kept: a bulk change can be undone for 30 days.</summary>
    private static readonly TimeSpan JobsKeptFor = TimeSpan.FromDays(31);

    /// <summary>How long somebody may be away and still find what the desk told.</summary>
    private static readonly TimeSpan NotificationsKeptFor = TimeSpan.FromDays(90);

    /// <summary>How long it can be shown what was sent to whom.</summary>
    private static readonly TimeSpan DeliveriesKeptFor = TimeSpan.FromDays(365);

    /// <summary>How long it can be looked up what was sent to a webhook, and what it answered.</summary>
    private static readonly TimeSpan WebhookDeliveriesKeptFor = TimeSpan.FromDays(30);

    /// <summary>How long an event of an outside directory is recognised when it comes again.</summary>
    private static readonly TimeSpan InboxKeptFor = TimeSpan.FromDays(90);

    private bool hasStarted;

    public override string Name => "housekeeping";

    /// <summary>It goes through everything again, and nothing of it is urgent.</summary>
    protected override TimeSpan LongestBackOff => TimeSpan.FromMinutes(10);

    /// <summary>Tidies every tenant once.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var tenants = await database.AcrossTenants("SELECT tenant_id FROM list_tenants()", r => r.GetGuid(0), cancellationToken);
        await ForEach(tenants, async tenantId =>
        {
            await InRounds(tenantId, """
                DELETE FROM idempotency_keys WHERE tenant_id = $1 AND (caller_id, key) IN
                    (SELECT caller_id, key FROM idempotency_keys WHERE tenant_id = $1 AND created_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)
                """, now - Day, cancellationToken);
            await InRounds(tenantId, """
                DELETE FROM refresh_tokens WHERE tenant_id = $1 AND hash IN
                    (SELECT r.hash FROM refresh_tokens r JOIN sessions s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
                     WHERE r.tenant_id = $1 AND (s.ended_at < $2 OR s.expires_at < $2) LIMIT $3 FOR UPDATE OF r SKIP LOCKED)
                """, now - TokensKeptFor, cancellationToken);
            await InRounds(tenantId, """
                UPDATE attachments SET deleted_at = created_at + interval '1 day' WHERE tenant_id = $1 AND id IN
                    (SELECT id FROM attachments WHERE tenant_id = $1 AND ticket_id IS NULL AND deleted_at IS NULL AND created_at < $2
                       AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.tenant_id = $1 AND attachments.id = ANY (d.attachment_ids)) LIMIT $3 FOR UPDATE SKIP LOCKED)
                """, now - Day, cancellationToken);
            await InRounds(tenantId, """
                DELETE FROM jobs WHERE tenant_id = $1 AND id IN
                    (SELECT id FROM jobs WHERE tenant_id = $1 AND finished_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)
                """, now - JobsKeptFor, cancellationToken);
            await InRounds(tenantId, "DELETE FROM notifications WHERE tenant_id = $1 AND id IN (SELECT id FROM notifications WHERE tenant_id = $1 AND created_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)",
                now - NotificationsKeptFor, cancellationToken);
            await InRounds(tenantId, """
                DELETE FROM deliveries WHERE tenant_id = $1 AND id IN
                    (SELECT id FROM deliveries WHERE tenant_id = $1 AND created_at < $2 AND state NOT IN ('queued', 'sending') LIMIT $3 FOR UPDATE SKIP LOCKED)
                """, now - DeliveriesKeptFor, cancellationToken);
            await InRounds(tenantId, "DELETE FROM webhook_attempts WHERE tenant_id = $1 AND id IN (SELECT id FROM webhook_attempts WHERE tenant_id = $1 AND at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)",
                now - WebhookDeliveriesKeptFor, cancellationToken);
            await InRounds(tenantId, """
                DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND (webhook_id, id) IN
                    (SELECT webhook_id, id FROM webhook_deliveries WHERE tenant_id = $1 AND finished_at < $2 AND state NOT IN ('waiting', 'sending') LIMIT $3 FOR UPDATE SKIP LOCKED)
                """, now - WebhookDeliveriesKeptFor, cancellationToken);
            await InRounds(tenantId, """
                DELETE FROM directory_inbox WHERE tenant_id = $1 AND (publisher, event_id) IN
                    (SELECT publisher, event_id FROM directory_inbox WHERE tenant_id = $1 AND received_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)
                """, now - InboxKeptFor, cancellationToken);
            foreach (var old in files.WrittenBefore(tenantId, now - Day)) await RemoveStray(tenantId, old, cancellationToken);
        });
        // last: it gives up while somebody is in its way, and the rest shall not wait for that
        await events.Run(tenants, cancellationToken);
    }

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        // not while a server starts, which has enough to do
        if (!hasStarted)
        {
            hasStarted = true;
            return AfterStart;
        }

        await Run(cancellationToken);
        return Every;
    }

    /// <summary>Some rows a transaction, so that nobody waits for it.</summary>
    private async Task InRounds(Guid tenantId, string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        int touched;
        do
        {
            touched = (await session.Transact<int>(
                async () => await session.Execute(sql, cancellationToken, Rows.P(tenantId), Rows.P(before), Rows.P((long)Rounds)), cancellationToken)).Value;
        }
        while (touched == Rounds);
    }

    /// <summary>Removes the files that no row stands for: what a crash left between file and row, and uploads that became part of nothing.</summary>
    private async Task RemoveStray(Guid tenantId, List<(Guid? Id, string Path)> old, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        var known = await session.Query("SELECT id FROM attachments WHERE tenant_id = $1 AND id = ANY ($2) AND (ticket_id IS NOT NULL OR deleted_at IS NULL)",
            r => r.GetGuid(0), cancellationToken, Rows.P(tenantId), Rows.P(old.Select(f => f.Id).OfType<Guid>().ToArray()));
        var kept = known.ToHashSet();
        foreach (var (id, path) in old)
            if (id is not { } named || !kept.Contains(named)) File.Delete(path);
    }
}
