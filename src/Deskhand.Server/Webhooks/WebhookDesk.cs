using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Notifications;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Webhooks;

/// <summary>The one way to change a tenant's webhooks: checked, saved, noted in history, events and audit log, and told to the relays, in one transaction.</summary>
internal sealed class WebhookDesk(TenantSession session, ChangeLog log, TotpSecrets seals, DeskhandSettings settings, TimeProvider clock)
{
    /// <summary>Said to the relays of every process when there may be something to do for webhooks; the payload is the tenant.</summary>
    public const string Channel = "deskhand_webhooks";

    public const string Entity = "webhook";

    /// <summary>More than these nobody keeps an eye on.</summary>
    private const int Most = 50;

    public Task<Outcome<MadeWebhook>> Create(Actor by, WebhookFields fields, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<MadeWebhook>(async () =>
        {
            var given = fields.Normalised();
            if (Refuse(given) is { } refused) return refused;
            var complete = given.Keeping(null);
            if (complete.Problem is { } lacking) return lacking;
            var present = await session.Query("SELECT count(*) FROM webhooks WHERE tenant_id = $1 AND deleted_at IS NULL", r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId));
            if (present[0] >= Most) return Problem.Conflict("too_many_webhooks", $"There are {Most} already; delete one first.");
            var now = Instants.Now(clock);
            var secret = WebhookSignature.NewSecret();
            var row = new WebhookRow(Ids.New(now), given.WithoutValues(), null, null, 1, 1, now, now);
            var normal = row.Fields;
            await session.Execute("INSERT INTO webhooks (tenant_id, id, fields, secret, headers, version, sequence, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 1, 1, $6, $6)", cancellationToken,
                Rows.P(session.TenantId), Rows.P(row.Id), Rows.Json(Text(normal)), Rows.P(seals.Seal(secret, session.TenantId, row.Id)), Rows.Json(WebhookHeaders.Sealed(given, seals, session.TenantId, row.Id)), Rows.P(now));
            await session.Execute("""
                INSERT INTO webhook_states (tenant_id, webhook_id, active, patterns, position) VALUES ($1, $2, $3, $4, (SELECT coalesce(max(position), 0) FROM event_stream WHERE tenant_id = $1))
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(normal.Enabled), Rows.P(Patterns(normal)));
            await Note(by, "created", row, WebhookFields.Changes(null, normal), now, origin, cancellationToken);
            await Rulebooks.Changed(session, cancellationToken);
            return new MadeWebhook(row.Id, WebhookSignature.Show(secret), normal.Url, normal.Description, normal.Events, normal.Headers.ToImmutableSortedDictionary(StringComparer.Ordinal), normal.Enabled, 1, now, now);
        }, cancellationToken);

    /// <summary>The fields become what <paramref name="edit"/> makes of them, under lock.</summary>
    public Task<Outcome<WebhookRow>> Change(Actor by, string address, long? ifMatch, Func<WebhookFields, Outcome<WebhookFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<WebhookRow>(async () =>
        {
            var found = await Lock(address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var before = found.Value;
            var edited = edit(before.Fields);
            if (edited.Problem is { } unclear) return unclear;
            var given = edited.Value.Normalised();
            if (Refuse(given) is { } refused) return refused;
            var complete = given.Keeping(before.Fields);
            if (complete.Problem is { } lacking) return lacking;
            var fields = complete.Value;
            var changes = WebhookFields.Changes(before.Fields, fields);
            return changes.IsEmpty ? before : await Save(by, before, fields, null, changes, origin, cancellationToken);
        }, cancellationToken);

    /// <summary>The desk switches an endpoint off by itself; its administrators are told. Nothing happens to one that is off already.</summary>
    /// <param name="id">The webhook.</param>
    /// <param name="reason">gone or failing.</param>
    /// <param name="why">In words, for administrators.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Outcome<Nothing>> Disable(Guid id, string reason, string why, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            var by = Actor.System(Via.Timer);
            if (await WebhookRow.Find(session, id.ToString(), locked: true, cancellationToken) is not { Fields.Enabled: true } before) return default(Nothing);
            var fields = before.Fields with { Enabled = false };
            await Save(by, before, fields, reason, WebhookFields.Changes(before.Fields, fields), null, cancellationToken);
            var admins = await session.Query("SELECT id FROM users WHERE tenant_id = $1 AND role = 'admin' AND active AND deleted_at IS NULL", r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId));
            var notice = new Notice(NoticeKind.Message, NoticeTo.User) { Text = $"The webhook {before.Fields.Description ?? WebhookFields.Masked(before.Fields.Url)} was switched off: {why}" };
            await session.Execute(admins.Select(a => TicketNotices.InApp(session.TenantId, a, notice, null, by, Instants.Now(clock))), cancellationToken);
            return default(Nothing);
        }, cancellationToken);

    /// <summary>Gone with what waited for it; its history, and what became of deliveries while that is kept, stay.</summary>
    public Task<Outcome<WebhookRow>> Delete(Actor by, string address, long? ifMatch, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<WebhookRow>(async () =>
        {
            var found = await Lock(address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var now = Instants.Now(clock);
            var after = found.Value with { Version = found.Value.Version + 1, Sequence = found.Value.Sequence + 1, UpdatedAt = now };
            // its secrets sign nothing any more
            await session.Execute("UPDATE webhooks SET deleted_at = $3, updated_at = $3, version = $4, sequence = $5, secret = '', previous_secret = NULL, previous_until = NULL, headers = '{}' WHERE tenant_id = $1 AND id = $2",
                cancellationToken, Rows.P(session.TenantId), Rows.P(after.Id), Rows.P(now), Rows.P(after.Version), Rows.P(after.Sequence));
            await SwitchOff(after.Id, now, cancellationToken);
            await Note(by, "deleted", after, [new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)now))], now, origin, cancellationToken);
            await Rulebooks.Changed(session, cancellationToken);
            return after;
        }, cancellationToken);

    /// <summary>A new secret; the one before signs too until the overlap ends. One before that one signs no more.</summary>
    public Task<Outcome<RotatedSecret>> Rotate(Actor by, string address, TimeSpan overlap, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<RotatedSecret>(async () =>
        {
            var found = await Lock(address, null, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var now = Instants.Now(clock);
            var secret = WebhookSignature.NewSecret();
            var after = found.Value with { PreviousUntil = now + overlap, Version = found.Value.Version + 1, Sequence = found.Value.Sequence + 1, UpdatedAt = now };
            await session.Execute("""
                UPDATE webhooks SET previous_secret = secret, previous_until = $3, secret = $4, version = $5, sequence = $6, updated_at = $7 WHERE tenant_id = $1 AND id = $2
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(after.Id), Rows.P(after.PreviousUntil), Rows.P(seals.Seal(secret, session.TenantId, after.Id)), Rows.P(after.Version), Rows.P(after.Sequence), Rows.P(now));
            await Note(by, "secret_rotated", after, [new FieldChange("previousSecretUntil", Json.Of(found.Value.PreviousUntil), Json.Of(after.PreviousUntil))], now, origin, cancellationToken);
            return new RotatedSecret(WebhookSignature.Show(secret), now + overlap);
        }, cancellationToken);

    /// <summary>Queues an event that is for this endpoint whatever its filter says. It is tried at once, also while the breaker is open.</summary>
    public Task<Outcome<WebhookDelivery>> Test(Actor by, string address, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<WebhookDelivery>(async () =>
        {
            if (await WebhookRow.Find(session, address, locked: true, cancellationToken) is not { } before) return Problem.NotFound(Entity);
            if (!before.Fields.Enabled) return IsOff;
            var now = Instants.Now(clock);
            var row = before with { Sequence = before.Sequence + 1 };
            await session.Execute("UPDATE webhooks SET sequence = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(row.Sequence));
            await Note(by, "tested", row, [], now, origin, cancellationToken);
            await session.Execute("UPDATE webhook_states SET due_at = least(due_at, $3), closed_until = NULL WHERE tenant_id = $1 AND webhook_id = $2", cancellationToken,
                Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(now));
            var made = await session.Query("""
                INSERT INTO webhook_deliveries (tenant_id, webhook_id, id, type, entity_id, sequence, state, next_attempt_at, queued_at)
                SELECT $1, $2, e.id, e.type, e.entity_id, e.sequence, 'waiting', $4, $4 FROM events e WHERE e.tenant_id = $1 AND e.entity_id = $2 AND e.sequence = $3
                RETURNING id
                """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(row.Sequence), Rows.P(now));
            // what its own earlier events wait for is not waited for now
            await session.Execute("UPDATE webhook_deliveries SET next_attempt_at = $3 WHERE tenant_id = $1 AND webhook_id = $2 AND entity_id = $2 AND state = 'waiting'", cancellationToken,
                Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(now));
            return (await WebhookDelivery.Find(session, row.Id, made[0], cancellationToken))!;
        }, cancellationToken);

    /// <summary>Queues events (again), with the same ids, whatever became of them before; one that is being sent is left alone. Answers with how many.</summary>
    public Task<Outcome<int>> Replay(Actor by, string address, ReplayBody wanted, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<int>(async () =>
        {
            if (await WebhookRow.Find(session, address, locked: true, cancellationToken) is not { } row) return Problem.NotFound(Entity);
            var now = Instants.Now(clock);
            var events = !wanted.EventIds.IsDefaultOrEmpty ? await Known(wanted.EventIds, cancellationToken) : await Between(row, wanted.From!.Value, wanted.To ?? now, cancellationToken);
            if (events.Problem is { } problem) return problem;
            if (!row.Fields.Enabled) return IsOff;
            await session.Execute("SELECT 1 FROM webhook_states WHERE tenant_id = $1 AND webhook_id = $2 FOR UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id));
            var queued = await session.Execute("""
                INSERT INTO webhook_deliveries AS d (tenant_id, webhook_id, id, type, entity_id, sequence, state, next_attempt_at, queued_at)
                SELECT $1, $2, e.id, e.type, e.entity_id, e.sequence, 'waiting', $4, $4 FROM events e WHERE e.tenant_id = $1 AND e.id = ANY ($3)
                ON CONFLICT (tenant_id, webhook_id, id) DO UPDATE
                SET state = 'waiting', attempts = 0, next_attempt_at = $4, queued_at = $4, finished_at = NULL, last_status = NULL, last_error = NULL WHERE d.state <> 'sending'
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(events.Value.ToArray()), Rows.P(now));
            await session.Execute("UPDATE webhook_states SET due_at = least(due_at, $3) WHERE tenant_id = $1 AND webhook_id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id), Rows.P(now));
            await Audit.Write(session, new AuditEntry("webhook.replayed", now, by, Entity, row.Id, new { events = queued, from = wanted.From, to = wanted.To }, origin), cancellationToken);
            await session.Notify(Channel, session.TenantId.ToString(), cancellationToken);
            return queued;
        }, cancellationToken);

    private static Problem IsOff => Problem.Conflict("webhook_disabled", "The webhook is switched off; switch it on first.");

    private async Task<Outcome<List<Guid>>> Known(ImmutableArray<Guid> ids, CancellationToken cancellationToken)
    {
        var known = await session.Query("SELECT id FROM events WHERE tenant_id = $1 AND id = ANY ($2)", r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(ids.Distinct().ToArray()));
        return known.Count == ids.Distinct().Count() ? known : Problem.UnknownReference("eventIds", "event");
    }

    private async Task<Outcome<List<Guid>>> Between(WebhookRow row, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // ids begin with their instant, or up to a minute more (Ids), so the key of the table finds the range
        var found = await session.Query("""
            SELECT id FROM events WHERE tenant_id = $1 AND id >= $2 AND id < $3 AND at >= $4 AND at < $5 AND (type LIKE ANY ($6) OR called_webhook(type, body) = $8) ORDER BY id LIMIT $7
            """, r => r.GetGuid(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(Ids.First(from)), Rows.P(Ids.First(to.AddMinutes(1).AddSeconds(1))), Rows.P(from), Rows.P(to), Rows.P(Patterns(row.Fields)), Rows.P((long)ReplayBody.Most + 1), Rows.P(row.Id));
        return found.Count <= ReplayBody.Most ? found : Problem.Conflict("range_too_large", $"These are more than {ReplayBody.Most} events; ask for a shorter time.");
    }

    private async Task<Outcome<WebhookRow>> Lock(string address, long? ifMatch, CancellationToken cancellationToken)
    {
        if (await WebhookRow.Find(session, address, locked: true, cancellationToken) is not { } row) return Problem.NotFound(Entity);
        return ifMatch is { } version && version != row.Version ? Problem.Stale(version, row.Version) : row;
    }

    private async Task<WebhookRow> Save(Actor by, WebhookRow before, WebhookFields fields, string? reason, ImmutableArray<FieldChange> changes, RequestOrigin? origin, CancellationToken cancellationToken)
    {
        var now = Instants.Now(clock);
        var after = before with { Fields = fields.WithoutValues(), DisabledReason = reason, Version = before.Version + 1, Sequence = before.Sequence + 1, UpdatedAt = now };
        await session.Execute("""
            UPDATE webhooks SET fields = $3, disabled_reason = $4, version = $5, sequence = $6, updated_at = $7,
                headers = (SELECT coalesce(jsonb_object_agg(h.key, h.value), '{}') FROM jsonb_each(headers) h WHERE h.key = ANY ($8)) || $9
            WHERE tenant_id = $1 AND id = $2
            """, cancellationToken,
            Rows.P(session.TenantId), Rows.P(after.Id), Rows.Json(Text(after.Fields)), Rows.P(reason), Rows.P(after.Version), Rows.P(after.Sequence), Rows.P(now),
            Rows.P(after.Fields.Headers.Keys.ToArray()), Rows.Json(WebhookHeaders.Sealed(fields, seals, session.TenantId, after.Id)));
        await session.Execute("UPDATE webhook_states SET patterns = $3 WHERE tenant_id = $1 AND webhook_id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(after.Id), Rows.P(Patterns(fields)));
        if (before.Fields.Enabled && !fields.Enabled) await SwitchOff(after.Id, now, cancellationToken);
        if (fields.Enabled && (!before.Fields.Enabled || before.Fields.Url != fields.Url)) await StartAfresh(after.Id, skips: !before.Fields.Enabled, now, cancellationToken);
        await Note(by, "updated", after, reason is null ? changes : changes.Add(new FieldChange("disabledReason", Json.Of(before.DisabledReason), Json.Of(reason))), now, origin, cancellationToken);
        return after;
    }

    /// <summary>Nothing is sent any more; what is under way ends by itself.</summary>
    private async Task SwitchOff(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await session.Execute("UPDATE webhook_states SET active = false WHERE tenant_id = $1 AND webhook_id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        await session.Execute("""
            UPDATE webhook_deliveries SET state = 'cancelled', finished_at = $3, last_error = 'The webhook was switched off.' WHERE tenant_id = $1 AND webhook_id = $2 AND state IN ('waiting', 'sending')
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(now));
    }

    /// <summary>Forgets the failures of an endpoint that was switched on or has moved: what waits for it goes at once.</summary>
    private async Task StartAfresh(Guid id, bool skips, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await session.Execute("""
            UPDATE webhook_states SET active = true, failures = 0, closed_until = NULL, due_at = $3,
                position = CASE WHEN $4 THEN (SELECT coalesce(max(g.position), 0) FROM event_stream g WHERE g.tenant_id = $1) ELSE position END
            WHERE tenant_id = $1 AND webhook_id = $2
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(now), Rows.P(skips));
        await session.Execute("UPDATE webhook_deliveries SET next_attempt_at = $3 WHERE tenant_id = $1 AND webhook_id = $2 AND state = 'waiting' AND next_attempt_at > $3", cancellationToken,
            Rows.P(session.TenantId), Rows.P(id), Rows.P(now));
    }

    private async Task Note(Actor by, string what, WebhookRow row, ImmutableArray<FieldChange> changes, DateTimeOffset now, RequestOrigin? origin, CancellationToken cancellationToken)
    {
        var shown = WebhookResponse.From(row) with { Url = WebhookFields.Masked(row.Fields.Url) };
        // a rotation is a change of the webhook; the audit log tells it apart
        var type = what == "secret_rotated" ? "updated" : what;
        var draft = new EventDraft($"{Entity}.{type}", Entity, row.Id, row.Sequence, now, [(Entity, shown)], type == "updated" ? changes : []);
        await log.Write(session, new Happened(Entity, row.Id, now, by, changes, [draft]), cancellationToken);
        await Audit.Write(session, new AuditEntry($"{Entity}.{what}", now, by, Entity, row.Id, new { url = shown.Url, fields = changes.Select(c => c.Field), reason = row.DisabledReason }, origin), cancellationToken);
        await session.Notify(Channel, session.TenantId.ToString(), cancellationToken);
    }

    private Problem? Refuse(WebhookFields fields)
    {
        if (fields.Check() is { } invalid) return invalid;
        if (OutboundAddress.Refusal(new Uri(fields.Url), settings.AllowsPrivateWebhooks) is { } refusal) return Problem.Invalid("url", refusal);
        return fields.Events.FirstOrDefault(p => !EventCatalogue.Types.Any(t => WebhookFields.Matches(p, t))) is { } unknown
            ? Problem.Invalid("events", $"There is no event \"{unknown}\".") with { Allowed = [.. EventCatalogue.Types] }
            : null;
    }

    private static string[] Patterns(WebhookFields fields) => [.. fields.Events.Select(WebhookFields.LikePattern)];

    /// <summary>What is stored of the fields. Headers have a place of their own.</summary>
    private static string Text(WebhookFields fields) => JsonSerializer.Serialize(fields with { Headers = fields.Headers.Clear() }, JsonFormat.Options);
}
