using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Webhooks;

/// <summary>What is to be delivered to a webhook, and what became of it.</summary>
/// <param name="Id">The event's id, and the <c>webhook-id</c> that it is sent with.</param>
/// <param name="WebhookId">To which webhook.</param>
/// <param name="Type">What happened, for example <c>ticket.created</c>.</param>
/// <param name="EntityId">What it happened to; deliveries about the same go one after the other.</param>
/// <param name="State">waiting, sending, delivered, failed (given up; replay it) or cancelled (the webhook was switched off).</param>
/// <param name="Attempts">How often it was tried since it was queued.</param>
/// <param name="NextAttemptAt">When it is tried next; null when it is not waiting.</param>
/// <param name="LastStatus">What the endpoint answered last.</param>
/// <param name="LastError">What went wrong last.</param>
/// <param name="QueuedAt">When it was queued, first or by a replay.</param>
/// <param name="FinishedAt">When it was delivered or given up.</param>
internal sealed record WebhookDelivery(
    Guid Id, Guid WebhookId, string Type, Guid EntityId, string State, int Attempts, DateTimeOffset? NextAttemptAt, int? LastStatus, string? LastError, DateTimeOffset QueuedAt, DateTimeOffset? FinishedAt)
{
    public static ImmutableArray<string> States { get; } = ["waiting", "sending", "delivered", "failed", "cancelled"];

    public const string Columns = "d.id, d.webhook_id, d.type, d.entity_id, d.state, d.attempts, CASE WHEN d.state = 'waiting' THEN d.next_attempt_at END, d.last_status, d.last_error, d.queued_at, d.finished_at";

    public static WebhookDelivery Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetGuid(1), r.GetString(2), r.GetGuid(3), r.GetString(4), r.GetInt32(5), r.Instant(6), r.IsDBNull(7) ? null : r.GetInt32(7), r.Text(8), r.GetFieldValue<DateTimeOffset>(9), r.Instant(10));

    public static async Task<WebhookDelivery?> Find(TenantSession session, Guid webhookId, Guid id, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT {Columns} FROM webhook_deliveries d WHERE d.tenant_id = $1 AND d.webhook_id = $2 AND d.id = $3", Read, cancellationToken,
            Rows.P(session.TenantId), Rows.P(webhookId), Rows.P(id))).SingleOrDefault();
}

/// <summary>One attempt to deliver. Signatures and secrets are not kept.</summary>
/// <param name="Id">The attempt.</param>
/// <param name="DeliveryId">The delivery, which is the event.</param>
/// <param name="Number">Which attempt of it, from 1.</param>
/// <param name="At">When it began; <c>webhook-timestamp</c> has its second.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Url">Where it went.</param>
/// <param name="Status">What was answered; null when nothing was.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
/// <param name="RequestBody">How the event's envelope begins, at most 1,000 characters; null when the event is no longer kept.</param>
/// <param name="ResponseBody">How the answer began, at most 1,000 characters.</param>
internal sealed record WebhookAttempt(
    Guid Id, Guid DeliveryId, int Number, DateTimeOffset At, int DurationMs, string Url, int? Status, string? Error, string? RequestBody, string? ResponseBody)
{
    public const string Columns = "a.id, a.delivery_id, a.number, a.at, a.duration_ms, a.url, a.status, a.error, (SELECT left(e.body, 1000) FROM events e WHERE e.tenant_id = a.tenant_id AND e.id = a.delivery_id), a.answer";

    public static WebhookAttempt Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetGuid(1), r.GetInt32(2), r.GetFieldValue<DateTimeOffset>(3), r.GetInt32(4), r.GetString(5), r.IsDBNull(6) ? null : r.GetInt32(6), r.Text(7), r.Text(8), r.Text(9));
}

/// <summary>How an endpoint fares.</summary>
/// <param name="State">working, failing (its last attempt failed), paused (nothing is sent until <c>pausedUntil</c>) or disabled.</param>
/// <param name="Failures">Attempts that failed since the last that did not.</param>
/// <param name="PausedUntil">When it is tried again, after failures in a row or because it asked for a pause.</param>
/// <param name="LastSuccessAt">When it last took something.</param>
/// <param name="LastFailureAt">When it last did not.</param>
/// <param name="LastError">What went wrong then.</param>
/// <param name="Waiting">Deliveries that wait for it.</param>
/// <param name="OldestWaitingAt">Since when the oldest of them waits.</param>
internal sealed record WebhookStatus(
    string State, int Failures, DateTimeOffset? PausedUntil, DateTimeOffset? LastSuccessAt, DateTimeOffset? LastFailureAt, string? LastError, long Waiting, DateTimeOffset? OldestWaitingAt);

/// <summary>GET /webhooks/{id}/status</summary>
internal static class GetWebhookStatus
{
    public static async Task<Answer<WebhookStatus>> Handle(string id, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await WebhookRow.Find(session, id, locked: false, cancellationToken) is not { } row) return Answer.Ok<WebhookStatus>(Problem.NotFound(WebhookDesk.Entity));
        var now = clock.GetUtcNow();
        return Answer.Ok<WebhookStatus>((await session.Query("""
            SELECT s.active, s.failures, s.closed_until, s.last_success_at, s.last_failure_at, s.last_error, n.waiting, n.oldest
            FROM webhook_states s, LATERAL (SELECT count(*) AS waiting, min(d.queued_at) AS oldest FROM webhook_deliveries d
                                            WHERE d.tenant_id = s.tenant_id AND d.webhook_id = s.webhook_id AND d.state IN ('waiting', 'sending')) n
            WHERE s.tenant_id = $1 AND s.webhook_id = $2
            """, r =>
        {
            var (failures, until) = (r.GetInt32(1), r.Instant(2) is { } closed && closed > now ? closed : (DateTimeOffset?)null);
            var state = !r.GetBoolean(0) ? "disabled" : until is not null ? "paused" : failures > 0 ? "failing" : "working";
            return new WebhookStatus(state, failures, until, r.Instant(3), r.Instant(4), r.Text(5), r.GetInt64(6), r.Instant(7));
        }, cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id))).Single());
    }
}

/// <summary>The parameters of GET /webhooks/{id}/deliveries.</summary>
internal sealed record WebhookDeliveryQuery : PageQuery
{
    /// <summary>waiting, sending, delivered, failed, cancelled; twice means either.</summary>
    public string[]? State { get; init; }

    /// <summary>One type of event.</summary>
    public string? Type { get; init; }

    /// <summary>Deliveries about one thing.</summary>
    public string? EntityId { get; init; }

    /// <summary>-queuedAt (default) or queuedAt.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /webhooks/{id}/deliveries: the latest first. Those that ended are kept for 30 days.</summary>
internal static class ListWebhookDeliveries
{
    public static async Task<Answer<Page<WebhookDelivery>>> Handle(string id, [AsParameters] WebhookDeliveryQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (await WebhookRow.Find(session, id, locked: false, cancellationToken) is not { } row) return Answer.Ok<Page<WebhookDelivery>>(Problem.NotFound(WebhookDesk.Entity));
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<WebhookDelivery>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("queuedAt", "d.queued_at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<WebhookDelivery>>(wrongOrder);
        var list = new KeysetList(session, WebhookDelivery.Columns, "webhook_deliveries d", "d");
        list.Where($"d.webhook_id = {list.Value(Rows.P(row.Id))}");
        var problem = list.OneOf("state", "d.state", query.State, WebhookDelivery.States) ?? list.Text("type", "d.type = {0}", query.Type) ?? list.Id("entityId", "d.entity_id = {0}", query.EntityId);
        return Answer.Ok(problem is not null ? problem : await list.Read(page.Value, order.Value, WebhookDelivery.Read, cancellationToken));
    }
}

/// <summary>GET /webhooks/{id}/deliveries/{deliveryId}</summary>
internal static class GetWebhookDelivery
{
    public static async Task<Answer<WebhookDelivery>> Handle(string id, Guid deliveryId, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<WebhookDelivery>(await WebhookRow.Find(session, id, locked: false, cancellationToken) is { } row && await WebhookDelivery.Find(session, row.Id, deliveryId, cancellationToken) is { } found
            ? found : Problem.NotFound("delivery"));
}

/// <summary>The parameters of GET /webhooks/{id}/attempts.</summary>
internal sealed record WebhookAttemptQuery : PageQuery
{
    /// <summary>Attempts of one delivery.</summary>
    public string? DeliveryId { get; init; }

    /// <summary>Only those that failed, or only those that did not.</summary>
    public string? Failed { get; init; }

    /// <summary>-at (default) or at.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /webhooks/{id}/attempts: the latest first; kept for 30 days.</summary>
internal static class ListWebhookAttempts
{
    public static async Task<Answer<Page<WebhookAttempt>>> Handle(string id, [AsParameters] WebhookAttemptQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (await WebhookRow.Find(session, id, locked: false, cancellationToken) is not { } row) return Answer.Ok<Page<WebhookAttempt>>(Problem.NotFound(WebhookDesk.Entity));
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<WebhookAttempt>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("at", "a.at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<WebhookAttempt>>(wrongOrder);
        var list = new KeysetList(session, WebhookAttempt.Columns, "webhook_attempts a", "a");
        list.Where($"a.webhook_id = {list.Value(Rows.P(row.Id))}");
        var problem = list.Id("deliveryId", "a.delivery_id = {0}", query.DeliveryId) ?? list.Flag("failed", "a.error IS NOT NULL", query.Failed);
        return Answer.Ok(problem is not null ? problem : await list.Read(page.Value, order.Value, WebhookAttempt.Read, cancellationToken));
    }
}
