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
    /// <summary>The history and the events, for a batch of the caller's in one round trip.</summary>
    public IEnumerable<NpgsqlBatchCommand> Statements(TenantSession session, IReadOnlyList<Happened> many) => [.. History(session, many), .. Events(session, many)];

    /// <summary>The history alone: all rows in one statement.</summary>
    public static IEnumerable<NpgsqlBatchCommand> History(TenantSession session, IReadOnlyList<Happened> many) =>
        many.All(h => h.History.IsEmpty) ? [] : [HistoryStatement(session.TenantId, many)];

    /// <summary>The events alone: all of them and their deliveries in one statement.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="many">What happened, in the order of the events of each entity.</param>
    /// <param name="fill">A piece of the bodies that only the database knows: what to look for, and the SQL of what stands there. Constants, both.</param>
    public IEnumerable<NpgsqlBatchCommand> Events(TenantSession session, IReadOnlyList<Happened> many, (string Find, string Sql)? fill = null)
    {
        if (many.All(h => h.Events.IsEmpty)) return [];
        session.OnCommitted(signal.Raise);
        return [EventsStatement(session.TenantId, many, fill)];
    }

    /// <summary>Writes what happened to one entity now.</summary>
    public Task Write(TenantSession session, Happened happened, CancellationToken cancellationToken) => Write(session, [happened], cancellationToken);

    /// <summary>Writes what happened to many entities now.</summary>
    public Task Write(TenantSession session, IReadOnlyList<Happened> many, CancellationToken cancellationToken) =>
        session.Execute(Statements(session, many), cancellationToken);

    /// <summary>The events and their deliveries, in one statement.</summary>
    private NpgsqlBatchCommand EventsStatement(Guid tenantId, IReadOnlyList<Happened> many, (string Find, string Sql)? fill)
    {
        var events = many.SelectMany(h => h.Events.Select(e => (h.By, Event: e))).ToArray();
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

    private static NpgsqlBatchCommand HistoryStatement(Guid tenantId, IReadOnlyList<Happened> many)
    {
        var rows = many.SelectMany(h => h.History.Select(change => (Of: h, Change: change))).ToArray();
        return TenantSession.Batched("""
            INSERT INTO history (tenant_id, id, entity_type, entity_id, at, actor_kind, actor_id, via, reason, field, from_value, to_value, rule, rule_id, rule_version)
            SELECT $1, h.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) AS h
            """,
            Rows.P(tenantId),
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
            Rows.P(rows.Select(r => r.Change.To).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb),
            Rows.P(rows.Select(r => r.Of.Rule?.Name).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text),
            Rows.P(rows.Select(r => r.Of.Rule?.Id).ToArray()),
            Rows.P(rows.Select(r => r.Of.Rule?.Version).ToArray()));
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
