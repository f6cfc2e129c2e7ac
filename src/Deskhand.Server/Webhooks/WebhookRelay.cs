using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Webhooks;

/// <summary>
/// Makes deliveries of what comes into the stream, and sends what is due, many endpoints at once. Any number of processes may: a claim is a lease
/// in the row, so no transaction is open while an endpoint takes its time, and what a dead process held is sent again when its lease has passed
/// (docs/decisions/0018).
/// </summary>
internal sealed class WebhookRelay(
    Database requests, WebhookSender sender, ChangeLog log, TotpSecrets seals, DeskhandSettings settings, WebhookPace pace, TimeProvider clock, ILogger<WebhookRelay> logger) : RelayWork
{
    /// <summary>Deliveries under way at once, of this process; an answer that takes its time costs little but its place here.</summary>
    internal const int MostUnderWay = 400;

    /// <summary>Deliveries under way at once for one endpoint, each of another entity.</summary>
    internal const int MostEach = 8;

    /// <summary>Events that one endpoint takes over from the stream at once.</summary>
    private const int MostNews = 1000;

    /// <summary>How soon to look again for an endpoint that another process was just busy with.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private readonly HashSet<Task> underWay = [];
    // a pool of its own: neither do requests hold up deliveries nor the other way round
    private readonly Database database = new(requests.ConnectionString);
    private HashSet<Guid>? heard;
    private long sweptAt;
    private bool isDisposed;

    public override string Name => "webhooks";

    /// <summary>The streams of these tenants have grown, or their webhooks changed; anything may have when none is named.</summary>
    public void Hear(string? tenants)
    {
        lock (gate)
        {
            if (string.IsNullOrEmpty(tenants)) heard = null;
            else if (heard is not null)
                foreach (var tenant in tenants.Split(',')) heard.Add(Guid.Parse(tenant));
        }

        Wake.Call();
    }

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        await FanOut(cancellationToken);
        var free = MostUnderWay - Count();
        if (free >= MostEach)
        {
            var now = clock.GetUtcNow();
            // the claim is on disk before anything is sent, and with it the events it is about
            var claimed = await database.AcrossTenants("SELECT tenant_id, webhook_id, id, attempt FROM claim_webhooks($1, $2, $3, $4, $5)",
                r => new Claim(r.GetGuid(0), r.GetGuid(1), r.GetGuid(2), r.GetInt32(3)), cancellationToken,
                Rows.P(now), Rows.P(now + pace.Lease), Rows.P(free / MostEach), Rows.P(MostEach), Rows.P(pace.Broken));
            foreach (var claim in claimed) Begin(claim);
            if (claimed.Count > 0) return TimeSpan.Zero;
        }

        var next = (await database.AcrossTenants("SELECT next_webhook_at()", r => r.Instant(0), cancellationToken))[0];
        var wait = next - clock.GetUtcNow();
        return wait is not { } until || until > Idle ? Idle : until > TimeSpan.Zero ? until + TimeSpan.FromMilliseconds(1) : Busy;
    }

    public override async ValueTask DisposeAsync()
    {
        if (isDisposed) return;
        isDisposed = true;
        await ending.CancelAsync();
        Task[] last;
        lock (gate) last = [.. underWay];
        await Task.WhenAll(last);
        ending.Dispose();
        await database.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task FanOut(CancellationToken cancellationToken)
    {
        Guid[]? tenants;
        var sweeps = clock.GetElapsedTime(sweptAt) > Idle;
        lock (gate)
        {
            tenants = heard is null || sweeps ? null : [.. heard];
            heard = [];
        }

        if (tenants is []) return;
        try
        {
            var moved = 1L;
            while (moved > 0)
                moved = (await database.AcrossTenants("SELECT fan_out_webhooks($1, $2, $3)", r => r.GetInt64(0), cancellationToken,
                    Rows.P(tenants, NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Uuid), Rows.P(clock.GetUtcNow()), Rows.P(MostNews)))[0];
            if (tenants is null) sweptAt = clock.GetTimestamp();
        }
        catch
        {
            // what was heard is not forgotten
            Hear(null);
            throw;
        }
    }

    private int Count()
    {
        lock (gate) return underWay.Count;
    }

    private void Begin(Claim claim)
    {
        var task = Task.Run(() => Deliver(claim, ending.Token), CancellationToken.None);
        lock (gate) underWay.Add(task);
        _ = task.ContinueWith(t =>
        {
            lock (gate) underWay.Remove(t);
            if (!isDisposed) Wake.Call();
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task Deliver(Claim claim, CancellationToken cancellationToken)
    {
        await using var session = database.For(claim.TenantId);
        try
        {
            if (await Load(session, claim, cancellationToken) is not { } order) return;
            var at = Instants.Now(clock);
            var sent = order.Envelope is null ? Unsent("The event is no longer kept.")
                : order.Secrets.Count == 0 ? Unsent("Its secret was sealed with another DESKHAND_JWT_SECRET; rotate it.")
                : order.Headers is not { } headers ? Unsent("Its headers were sealed with another DESKHAND_JWT_SECRET; give their values again.")
                : await sender.Send(order.Url, claim.Id, WebhookBody.Of(order.Envelope), order.Secrets, headers, at, cancellationToken);
            // what was sent is noted, also when the server stops meanwhile
            await Settle(session, claim, order, sent, at);
            if (sent.Error is null) State.Succeeded(clock.GetUtcNow());
            else State.Refused($"{WebhookFields.Masked(order.Url.ToString())}: {sent.Error}", clock.GetUtcNow());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Release(session, claim);
        }
        catch (Exception e)
        {
            // its lease passes, and then it is sent again
            logger.LogError(e, "What became of the delivery of {Event} to the webhook {Webhook} could not be noted", claim.Id, claim.WebhookId);
        }
    }

    private async Task<Order?> Load(TenantSession session, Claim claim, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return (await session.Query("""
            SELECT w.fields ->> 'url', w.secret, CASE WHEN w.previous_until > $4 THEN w.previous_secret END, d.entity_id, d.sequence, d.queued_at,
                   (SELECT e.body FROM events e WHERE e.tenant_id = d.tenant_id AND e.id = d.id), w.headers::text
            FROM webhook_deliveries d JOIN webhooks w ON w.tenant_id = d.tenant_id AND w.id = d.webhook_id
            WHERE d.tenant_id = $1 AND d.webhook_id = $2 AND d.id = $3 AND d.state = 'sending' AND d.attempts = $5 AND w.deleted_at IS NULL
            """, r =>
        {
            byte[]?[] secrets = [Open(r.GetFieldValue<byte[]>(1)), r.IsDBNull(2) ? null : Open(r.GetFieldValue<byte[]>(2))];
            return new Order(new Uri(r.GetString(0)), [.. secrets.OfType<byte[]>()], r.GetGuid(3), r.GetInt64(4), r.GetFieldValue<DateTimeOffset>(5), r.Text(6),
                WebhookHeaders.Open(r.GetString(7), seals, claim.TenantId, claim.WebhookId));
        }, cancellationToken, Rows.P(claim.TenantId), Rows.P(claim.WebhookId), Rows.P(claim.Id), Rows.P(now), Rows.P(claim.Attempt))).SingleOrDefault();

        byte[]? Open(byte[] secret) => seals.Open(secret, claim.TenantId, claim.WebhookId);
    }

    private static SentWebhook Unsent(string why) => new(null, why, null, null, TimeSpan.Zero);

    /// <summary>Notes an attempt and what follows from it. The endpoint's state is locked first, as everywhere.</summary>
    private async Task Settle(TenantSession session, Claim claim, Order order, SentWebhook sent, DateTimeOffset at)
    {
        (string Reason, string Why)? disable = null;
        await session.Transact<Nothing>(async () =>
        {
            var now = Instants.Now(clock);
            var (tenant, webhook) = (Rows.P(claim.TenantId), Rows.P(claim.WebhookId));
            var (failures, lastSuccess) = (await session.Query("SELECT failures, last_success_at FROM webhook_states WHERE tenant_id = $1 AND webhook_id = $2 FOR UPDATE",
                r => (r.GetInt32(0), r.Instant(1)), CancellationToken.None, tenant.Clone(), webhook.Clone()))[0];
            var failed = sent.Error is not null;
            var wait = failed && sent.Status != 410 && order.Envelope is not null ? pace.After(claim.Attempt, sent.RetryAfter, Random.Shared.NextDouble()) : null;
            var pause = failed && order.Envelope is not null ? pace.Pause(failures + 1, sent.RetryAfter, Random.Shared.NextDouble()) : null;
            if (sent.Status == 410) disable = ("gone", "it answered 410, which says that it is gone for good.");
            else if (failed && wait is null && order.Envelope is not null && !(lastSuccess > order.QueuedAt)) disable = ("failing", $"nothing has arrived since {order.QueuedAt:u}. {sent.Error}");
            await session.Execute(
            [
                TenantSession.Batched("""
                    INSERT INTO webhook_attempts (tenant_id, id, webhook_id, delivery_id, number, at, duration_ms, url, status, error, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                    """, tenant.Clone(), Rows.P(Ids.New(at)), webhook.Clone(), Rows.P(claim.Id), Rows.P(claim.Attempt), Rows.P(at), Rows.P((int)sent.Duration.TotalMilliseconds), Rows.P(order.Url.ToString()),
                    Rows.P(sent.Status, NpgsqlTypes.NpgsqlDbType.Integer), Rows.P(sent.Error), Rows.P(sent.Answer)),
                TenantSession.Batched("""
                    UPDATE webhook_deliveries SET state = $5, next_attempt_at = coalesce($6, next_attempt_at), finished_at = $7, last_status = $8, last_error = $9
                    WHERE tenant_id = $1 AND webhook_id = $2 AND id = $3 AND state = 'sending' AND attempts = $4
                    """, tenant.Clone(), webhook.Clone(), Rows.P(claim.Id), Rows.P(claim.Attempt), Rows.P(!failed ? "delivered" : wait is null ? "failed" : "waiting"), Rows.P(now + wait),
                    Rows.P(wait is null ? now : (DateTimeOffset?)null), Rows.P(sent.Status, NpgsqlTypes.NpgsqlDbType.Integer), Rows.P(sent.Error)),
                // what waits behind it goes when it does: it cannot go earlier, and claims need not look at it again and again
                TenantSession.Batched("""
                    UPDATE webhook_deliveries SET next_attempt_at = $5 WHERE tenant_id = $1 AND webhook_id = $2 AND entity_id = $3 AND sequence > $4 AND state = 'waiting' AND next_attempt_at <> $5
                    """, tenant.Clone(), webhook.Clone(), Rows.P(order.EntityId), Rows.P(order.Sequence), Rows.P(now + (wait ?? TimeSpan.Zero))),
                failed
                    ? TenantSession.Batched("""
                        UPDATE webhook_states SET failures = failures + 1, closed_until = greatest(closed_until, $3), due_at = least(due_at, $4), last_failure_at = $5, last_error = $6 WHERE tenant_id = $1 AND webhook_id = $2
                        """, tenant.Clone(), webhook.Clone(), Rows.P(now + pause), Rows.P(now), Rows.P(now), Rows.P(sent.Error))
                    : TenantSession.Batched("""
                        UPDATE webhook_states SET failures = 0, closed_until = NULL, due_at = least(due_at, $3), last_success_at = $3 WHERE tenant_id = $1 AND webhook_id = $2
                        """, tenant.Clone(), webhook.Clone(), Rows.P(now)),
            ], CancellationToken.None);
            // it is back: what failed while it was away need not wait out the rest of its schedule
            if (!failed && failures >= pace.Broken)
                await session.Execute("UPDATE webhook_deliveries SET next_attempt_at = $3 WHERE tenant_id = $1 AND webhook_id = $2 AND state = 'waiting' AND next_attempt_at > $3", CancellationToken.None,
                    tenant.Clone(), webhook.Clone(), Rows.P(now));
            return default(Nothing);
        }, CancellationToken.None);

        if (disable is not { } off) return;
        logger.LogWarning("The webhook {Webhook} was switched off: {Reason}", claim.WebhookId, off.Reason);
        await new WebhookDesk(session, log, seals, settings, clock).Disable(claim.WebhookId, off.Reason, off.Why, CancellationToken.None);
    }

    /// <summary>The server stops before the attempt was made: another takes it at once, and it counts as none.</summary>
    private async Task Release(TenantSession session, Claim claim)
    {
        try
        {
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("UPDATE webhook_states SET due_at = least(due_at, $3) WHERE tenant_id = $1 AND webhook_id = $2", CancellationToken.None,
                    Rows.P(claim.TenantId), Rows.P(claim.WebhookId), Rows.P(clock.GetUtcNow()));
                await session.Execute("""
                    UPDATE webhook_deliveries SET state = 'waiting', attempts = attempts - 1, next_attempt_at = $5 WHERE tenant_id = $1 AND webhook_id = $2 AND id = $3 AND state = 'sending' AND attempts = $4
                    """, CancellationToken.None, Rows.P(claim.TenantId), Rows.P(claim.WebhookId), Rows.P(claim.Id), Rows.P(claim.Attempt), Rows.P(clock.GetUtcNow()));
                return default(Nothing);
            }, CancellationToken.None);
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or IOException)
        {
            logger.LogDebug(e, "A delivery was not released; its lease passes");
        }
    }

    private sealed record Claim(Guid TenantId, Guid WebhookId, Guid Id, int Attempt);

    private sealed record Order(Uri Url, List<byte[]> Secrets, Guid EntityId, long Sequence, DateTimeOffset QueuedAt, string? Envelope, ImmutableArray<KeyValuePair<string, string>>? Headers);
}
