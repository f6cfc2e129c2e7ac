using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Webhooks;

/// <summary>GET /webhooks: in the order they were made.</summary>
internal static class ListWebhooks
{
    public static async Task<Answer<Page<WebhookResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrong) return Answer.Ok<Page<WebhookResponse>>(wrong);
        var list = new KeysetList(session, WebhookRow.Columns, "webhooks w", "w");
        list.Where("w.deleted_at IS NULL");
        return Answer.Ok(await list.Read(page.Value, new ListOrder("createdAt", "w.created_at", IsInstant: true), r => WebhookResponse.From(WebhookRow.Read(r)), cancellationToken));
    }
}

/// <summary>GET /webhooks/{id}</summary>
internal static class GetWebhook
{
    public static async Task<Answer<WebhookResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<WebhookResponse>(await WebhookRow.Find(session, id, locked: false, cancellationToken) is { } row ? WebhookResponse.From(row) : Problem.NotFound(WebhookDesk.Entity));
}

/// <summary>POST /webhooks: the answer has the secret, which is not shown again. Events from now on are queued.</summary>
internal static class CreateWebhook
{
    public static async Task<Created<MadeWebhook>> Handle(WebhookFields body, Caller caller, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Created(await desk.Create(caller.Actor, body, origin, cancellationToken), w => $"/api/v1/webhooks/{w.Id}");
}

/// <summary>PUT /webhooks/{id}: the editable fields become these.</summary>
internal static class ReplaceWebhook
{
    public static Task<Answer<WebhookResponse>> Handle(string id, WebhookFields body, HttpRequest request, Caller caller, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(caller.Actor, id, version, _ => body, origin, cancellationToken), WebhookResponse.From);
}

/// <summary>PATCH /webhooks/{id}: the fields that are present change, the others stay. Another address, or switching on, ends a pause.</summary>
internal static class PatchWebhook
{
    public static Task<Answer<WebhookResponse>> Handle(string id, MergePatch<WebhookFields> body, HttpRequest request, Caller caller, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(caller.Actor, id, version, body.ApplyTo, origin, cancellationToken), WebhookResponse.From);
}

/// <summary>DELETE /webhooks/{id}: with what waits for it.</summary>
internal static class DeleteWebhook
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(caller.Actor, id, version, origin, cancellationToken));
}

/// <summary>POST /webhooks/{id}/rotate-secret: a new secret; the one before signs too for the hours named.</summary>
internal static class RotateWebhookSecret
{
    private const int MostHours = 24 * 7;

    /// <summary>What may be said of a rotation.</summary>
    internal sealed record RotateBody
    {
        /// <summary>Hours during which both secrets sign, 0 to 168.</summary>
        public int OverlapHours { get; init; } = 24;
    }

    public static async Task<Answer<RotatedSecret>> Handle(string id, RotateBody? body, Caller caller, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(body is { OverlapHours: < 0 or > MostHours }
            ? Problem.Invalid("overlapHours", $"This is 0 to {MostHours}.")
            : await desk.Rotate(caller.Actor, id, TimeSpan.FromHours((body ?? new()).OverlapHours), origin, cancellationToken));
}

/// <summary>POST /webhooks/{id}/test: sends <c>webhook.tested</c>, whatever the filter says. The answer tells where to look for what became of it.</summary>
internal static class TestWebhook
{
    public static async Task<Accepted<WebhookDelivery>> Handle(string id, Caller caller, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Accepted(await desk.Test(caller.Actor, id, origin, cancellationToken));
}

/// <summary>The body of POST /webhooks/{id}/replay: either the events by id, or those of a time that the filter lets through.</summary>
internal sealed record ReplayBody
{
    /// <summary>Events of one replay.</summary>
    public const int Most = 10_000;

    private const int MostIds = 1000;

    /// <summary>Events by id, at most 1,000.</summary>
    public ImmutableArray<Guid> EventIds { get; init; } = [];

    /// <summary>The beginning of a time, included.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Its end, not included; now unless given.</summary>
    public DateTimeOffset? To { get; init; }

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Unless(EventIds.IsDefaultOrEmpty != From is null, "from", "Say either eventIds or from (and to).");
        errors.Unless(EventIds.IsDefaultOrEmpty || EventIds.Length <= MostIds, "eventIds", $"Name at most {MostIds} events.");
        errors.Unless(To is null || From < To, "to", "This must be after from.");
        return errors.ToProblem();
    }
}

/// <summary>How much was queued.</summary>
/// <param name="Queued">Deliveries.</param>
internal sealed record ReplayAnswer(int Queued);

/// <summary>POST /webhooks/{id}/replay: sends events again, or events that it was not there for, with the same ids.</summary>
internal static class ReplayWebhook
{
    public static async Task<Accepted<ReplayAnswer>> Handle(string id, ReplayBody body, Caller caller, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (body.Check() is { } invalid) return Answer.Accepted<ReplayAnswer>(invalid);
        var queued = await desk.Replay(caller.Actor, id, body, origin, cancellationToken);
        return Answer.Accepted<ReplayAnswer>(queued.Problem is { } problem ? problem : new ReplayAnswer(queued.Value));
    }
}

/// <summary>POST /webhooks/attempts/{id}/replay: sends the event of one attempt again, with the same id.</summary>
internal static class ReplayWebhookAttempt
{
    public static async Task<Accepted<ReplayAnswer>> Handle(Guid id, Caller caller, TenantSession session, WebhookDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var found = await session.Query("SELECT webhook_id, delivery_id FROM webhook_attempts WHERE tenant_id = $1 AND id = $2", r => (WebhookId: r.GetGuid(0), EventId: r.GetGuid(1)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(id));
        return found is [var attempt]
            ? await ReplayWebhook.Handle(attempt.WebhookId.ToString(), new ReplayBody { EventIds = [attempt.EventId] }, caller, desk, origin, cancellationToken)
            : Answer.Accepted<ReplayAnswer>(Problem.NotFound("attempt"));
    }
}
