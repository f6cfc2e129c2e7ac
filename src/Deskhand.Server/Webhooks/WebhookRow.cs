using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Webhooks;

/// <summary>A webhook as it is stored, without its secrets.</summary>
internal sealed record WebhookRow(
    Guid Id, WebhookFields Fields, string? DisabledReason, DateTimeOffset? PreviousUntil, long Version, long Sequence, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Columns = "w.id, w.fields::text, w.disabled_reason, w.previous_until, w.version, w.sequence, w.created_at, w.updated_at, ARRAY(SELECT jsonb_object_keys(w.headers))";

    public static WebhookRow Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), JsonSerializer.Deserialize<WebhookFields>(r.GetString(1), JsonFormat.Options)! with { Headers = WebhookHeaders.Shown(r.GetFieldValue<string[]>(8)) }, r.Text(2), r.Instant(3), r.GetInt64(4), r.GetInt64(5),
        r.GetFieldValue<DateTimeOffset>(6), r.GetFieldValue<DateTimeOffset>(7));

    /// <summary>The row of an id. Locked against other changes, and not against what refers to it.</summary>
    public static async Task<WebhookRow?> Find(TenantSession session, string address, bool locked, CancellationToken cancellationToken) =>
        Guid.TryParseExact(address, "D", out var id)
            ? (await session.Query($"SELECT {Columns} FROM webhooks w WHERE w.tenant_id = $1 AND w.id = $2 AND w.deleted_at IS NULL{(locked ? " FOR NO KEY UPDATE" : "")}", Read, cancellationToken,
                Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault()
            : null;
}

/// <summary>A webhook as the API shows it.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Url">Where events are posted; in events its beginning only.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Events">Which events.</param>
/// <param name="Headers">The headers of its own that go with each request; of their values no more than <c>***</c>.</param>
/// <param name="Enabled">Whether events are queued for it.</param>
/// <param name="DisabledReason">Why the desk switched it off: <c>gone</c> (it answered 410) or <c>failing</c> (nothing arrived for days). Null while it is on, or when a person did.</param>
/// <param name="PreviousSecretUntil">Until when the secret before the present one signs too; null when it does not.</param>
/// <param name="Version">Rises with each change; the ETag.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it last changed.</param>
internal sealed record WebhookResponse(
    Guid Id, string Url, string? Description, ImmutableArray<string> Events, ImmutableSortedDictionary<string, string> Headers, bool Enabled, string? DisabledReason, DateTimeOffset? PreviousSecretUntil, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static WebhookResponse From(WebhookRow w) =>
        new(w.Id, w.Fields.Url, w.Fields.Description, w.Fields.Events, w.Fields.Headers.ToImmutableSortedDictionary(StringComparer.Ordinal), w.Fields.Enabled, w.DisabledReason, w.PreviousUntil, w.Version, w.CreatedAt, w.UpdatedAt);
}

/// <summary>A webhook that has just been made: the only time its secret is shown.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Secret">What its deliveries are signed with, <c>whsec_…</c>.</param>
/// <param name="Url">Where events are posted.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Events">Which events.</param>
/// <param name="Headers">The headers of its own; of their values no more than <c>***</c>.</param>
/// <param name="Enabled">Whether events are queued for it.</param>
/// <param name="Version">Rises with each change; the ETag.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it last changed.</param>
internal sealed record MadeWebhook(
    Guid Id, string Secret, string Url, string? Description, ImmutableArray<string> Events, ImmutableSortedDictionary<string, string> Headers, bool Enabled, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned;

/// <summary>A new secret: the only time it is shown.</summary>
/// <param name="Secret">What deliveries are signed with from now on, <c>whsec_…</c>.</param>
/// <param name="PreviousSecretUntil">Until when the one before signs too.</param>
internal sealed record RotatedSecret(string Secret, DateTimeOffset PreviousSecretUntil);
