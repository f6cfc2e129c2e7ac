using System.Collections.Immutable;
using Deskhand.Data;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Outbox;

/// <summary>What happened to one entity in one change.</summary>
/// <param name="EntityType">As in the API, for example <c>ticket</c>.</param>
/// <param name="EntityId">The entity.</param>
/// <param name="At">The instant of the change.</param>
/// <param name="By">Who did it.</param>
/// <param name="History">The changed fields.</param>
/// <param name="Events">The events to publish.</param>
/// <param name="Reason">Why, as the actor said.</param>
/// <param name="Rule">The rule that did it, if one did.</param>
internal sealed record Happened(
    string EntityType, Guid EntityId, DateTimeOffset At, Actor By, ImmutableArray<FieldChange> History, ImmutableArray<EventDraft> Events, string? Reason = null, HistoryRule? Rule = null);

/// <summary>The rule that changed something.</summary>
/// <param name="Id">Which; null = the routing of a group.</param>
/// <param name="Name">Its name at that time.</param>
/// <param name="Version">Its version at that time.</param>
internal sealed record HistoryRule(Guid? Id, string Name, long Version);

/// <summary>
/// Writes what happened, in the transaction that makes it so: history rows, events, and a delivery for each sink. The one place
/// that writes any of them.
/// </summary>
internal sealed class ChangeLog(OutboxSinks sinks, OutboxSignal signal)
{
    /// <summary>Adds the statements to a batch of the caller's, for one round trip.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="fill">A piece of the bodies that only the database knows: what to look for, and the SQL of what stands there. Constants, both.</param>
    public IEnumerable<NpgsqlBatchCommand> Statements(TenantSession session, Happened happened, (string Find, string Sql)? fill = null)
    {
        if (!happened.History.IsEmpty) yield return HistoryStatement(session.TenantId, happened);
        if (happened.Events.IsEmpty) yield break;

        yield return EventsStatement(session.TenantId, [.. happened.Events.Select(e => (happened.By, e))], fill);
        session.OnCommitted(signal.Raise);
    }

    /// <summary>Writes what happened now.</summary>
    public Task Write(TenantSession session, Happened happened, CancellationToken cancellationToken) =>
        session.Execute(Statements(session, happened), cancellationToken);

    /// <summary>Writes what happened to many entities, each set of rows in one statement.</summary>
    public async Task Write(TenantSession session, IReadOnlyList<Happened> many, CancellationToken cancellationToken)
    {
        if (many.Count == 0) return;
        var rows = many.SelectMany(h => h.History.Select(change => (Of: h, Change: change))).ToArray();
        await session.Execute(
        [
            TenantSession.Batched("""
                INSERT INTO history (tenant_id, id, entity_type, entity_id, at, actor_kind, actor_id, via, reason, field, from_value, to_value)
                SELECT $1, h.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS h
                """,
                Rows.P(session.TenantId),
                Rows.P(rows.Select(r => Ids.New(r.Of.At)).ToArray()),
                Rows.P(rows.Select(r => r.Of.EntityType).ToArray()),
                Rows.P(rows.Select(r => r.Of.EntityId).ToArray()),
                Rows.P(rows.Select(r => r.Of.At).ToArray()),
                Rows.P(rows.Select(r => Wire.Name(r.Of.By.Kind)).ToArray()),
                Rows.P(rows.Select(r => r.Of.By.Id).ToArray()),
                Rows.P(rows.Select(r => Wire.Name(r.Of.By.Via)).ToArray()),
                Rows.P(rows.Select(r => r.Of.Reason).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
                Rows.P(rows.Select(r => r.Change.Field).ToArray()),
                Rows.P(rows.Select(r => r.Change.From).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb),
                Rows.P(rows.Select(r => r.Change.To).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb)),
            EventsStatement(session.TenantId, [.. many.SelectMany(h => h.Events.Select(e => (h.By, e)))]),
        ], cancellationToken);
        session.OnCommitted(signal.Raise);
    }

    /// <summary>The events and their deliveries, in one statement.</summary>
    private NpgsqlBatchCommand EventsStatement(Guid tenantId, IReadOnlyList<(Actor By, EventDraft Event)> events, (string Find, string Sql)? fill = null)
    {
        var ids = events.Select(e => Ids.New(e.Event.At)).ToArray();
        return TenantSession.Batched($"""
            WITH written AS (
                INSERT INTO events (tenant_id, id, type, entity_type, entity_id, sequence, at, body)
                SELECT $1, e.id, e.type, e.entity_type, e.entity_id, e.sequence, e.at, {(fill is { } f ? $"replace(e.body, '{f.Find}', {f.Sql})" : "e.body")}
                FROM unnest($2, $3, $4, $5, $6, $7, $8) AS e (id, type, entity_type, entity_id, sequence, at, body)
                RETURNING id, entity_id, sequence, at)
            INSERT INTO event_deliveries (tenant_id, event_id, sink, entity_id, sequence, at, next_attempt_at)
            SELECT $1, w.id, s.sink, w.entity_id, w.sequence, w.at, w.at FROM written w CROSS JOIN unnest($9) AS s (sink)
            """,
            Rows.P(tenantId),
            Rows.P(ids),
            Rows.P(events.Select(e => e.Event.Type).ToArray()),
            Rows.P(events.Select(e => e.Event.EntityType).ToArray()),
            Rows.P(events.Select(e => e.Event.EntityId).ToArray()),
            Rows.P(events.Select(e => e.Event.Sequence).ToArray()),
            Rows.P(events.Select(e => e.Event.At).ToArray()),
            Rows.P(events.Select((e, i) => e.Event.Body(ids[i], tenantId, e.By.Kind == ActorKind.Agent ? e.By.Id : null)).ToArray()),
            Rows.P(sinks.Names));
    }

    private static NpgsqlBatchCommand HistoryStatement(Guid tenantId, Happened happened)
    {
        var rows = happened.History;
        return TenantSession.Batched("""
            INSERT INTO history (tenant_id, id, entity_type, entity_id, at, actor_kind, actor_id, via, reason, field, from_value, to_value, rule, rule_id, rule_version)
            SELECT $1, h.id, $3, $4, $5, $6, $7, $8, $9, h.field, h.from_value, h.to_value, $13, $14, $15
            FROM unnest($2, $10, $11, $12) AS h (id, field, from_value, to_value)
            """,
            Rows.P(tenantId),
            Rows.P(rows.Select(_ => Ids.New(happened.At)).ToArray()),
            Rows.P(happened.EntityType),
            Rows.P((Guid?)happened.EntityId),
            Rows.P((DateTimeOffset?)happened.At),
            Rows.P(Wire.Name(happened.By.Kind)),
            Rows.P(happened.By.Id),
            Rows.P(Wire.Name(happened.By.Via)),
            Rows.P(happened.Reason),
            Rows.P(rows.Select(r => r.Field).ToArray()),
            Rows.P(rows.Select(r => r.From).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb),
            Rows.P(rows.Select(r => r.To).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb),
            Rows.P(happened.Rule?.Name),
            Rows.P(happened.Rule?.Id),
            Rows.P(happened.Rule?.Version, NpgsqlDbType.Bigint));
    }
}

/// <summary>The sinks that every event goes to: the stream always, the brokers as configured. All instances of an installation are configured alike.</summary>
internal sealed class OutboxSinks(DeskhandSettings settings)
{
    public const string Stream = "stream";
    public const string RabbitMq = "rabbitmq";
    public const string Kafka = "kafka";

    public string[] Names { get; init; } = [Stream, .. settings.RabbitMqUrl is null ? Array.Empty<string>() : [RabbitMq], .. settings.KafkaBootstrap is null ? Array.Empty<string>() : [Kafka]];
}
