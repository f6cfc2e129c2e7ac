using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Realtime;

/// <summary>POST /events/replay: sends the events of a time to one broker again, with the same ids. What still waits for it is not doubled.</summary>
internal static class ReplayEvents
{
    /// <summary>Events of one replay.</summary>
    public const int Most = 100_000;

    /// <summary>Which events, and where to.</summary>
    internal sealed record ReplayEventsBody
    {
        /// <summary>rabbitmq or kafka, where configured.</summary>
        public required string Sink { get; init; }

        /// <summary>The beginning of the time, included.</summary>
        public required DateTimeOffset From { get; init; }

        /// <summary>Its end, not included; now unless given.</summary>
        public DateTimeOffset? To { get; init; }

        /// <summary>Types of events; every type unless given.</summary>
        public ImmutableArray<string> Types { get; init; } = [];

        /// <summary>Events of one entity only.</summary>
        public Guid? EntityId { get; init; }
    }

    /// <summary>What was queued.</summary>
    /// <param name="Queued">Events.</param>
    internal sealed record ReplayedEvents(long Queued);

    public static async Task<Accepted<ReplayedEvents>> Handle(
        ReplayEventsBody body, Caller caller, TenantSession session, OutboxSinks sinks, OutboxSignal signal, RequestOrigin origin, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.EntityId is { } entity
            && (await session.Query("SELECT EXISTS (SELECT 1 FROM events WHERE tenant_id = $1 AND entity_id = $2)", r => r.GetBoolean(0), cancellationToken, Rows.P(session.TenantId), Rows.P(entity))) is [false])
            return Answer.Accepted<ReplayedEvents>(Problem.UnknownReference("entityId", "entity"));
        var now = Instants.Now(clock);
        var until = body.To ?? now;
        var brokers = sinks.Names.Where(s => s != OutboxSinks.Stream).ToImmutableArray();
        var errors = new FieldErrors();
        errors.Unless(body.From < until, "to", "This must be after from.");
        if (errors.ToProblem() is { } invalid) return Answer.Accepted<ReplayedEvents>(invalid);
        if (!brokers.Contains(body.Sink)) return Answer.Accepted<ReplayedEvents>(Problem.Invalid("sink", "No such broker is configured.") with { Allowed = brokers });
        if (body.Types.FirstOrDefault(t => !EventCatalogue.Types.Contains(t)) is { } unknown)
            return Answer.Accepted<ReplayedEvents>(Problem.Invalid("types", $"There is no event \"{unknown}\".") with { Allowed = [.. EventCatalogue.Types] });
        return Answer.Accepted(await session.Transact<ReplayedEvents>(async () =>
        {
            // ids begin with their instant, or up to a minute more (Ids), so the partitions and their keys find the range
            var (looked, queued) = (await session.Query("""
                WITH wanted AS MATERIALIZED (
                    SELECT id, entity_id, sequence, at FROM events
                    WHERE tenant_id = $1 AND id >= $3 AND id < $4 AND at >= $5 AND at < $6 AND (cardinality($7::text[]) = 0 OR type = ANY ($7)) AND ($8::uuid IS NULL OR entity_id = $8)
                    LIMIT $9 + 1),
                queued AS (
                    INSERT INTO event_deliveries (tenant_id, event_id, sink, entity_id, sequence, at, next_attempt_at)
                    SELECT $1, id, $2, entity_id, sequence, at, $10 FROM wanted WHERE (SELECT count(*) FROM wanted) <= $9
                    ON CONFLICT DO NOTHING RETURNING 1)
                SELECT (SELECT count(*) FROM wanted), (SELECT count(*) FROM queued)
                """, r => (r.GetInt64(0), r.GetInt64(1)), cancellationToken,
                Rows.P(session.TenantId), Rows.P(body.Sink), Rows.P(Ids.First(body.From)), Rows.P(Ids.First(until.AddMinutes(1).AddSeconds(1))), Rows.P((DateTimeOffset?)body.From), Rows.P((DateTimeOffset?)until),
                Rows.P(body.Types.IsDefault ? [] : body.Types.ToArray()), Rows.P(body.EntityId), Rows.P((long)Most), Rows.P((DateTimeOffset?)now)))[0];
            if (looked > Most) return Problem.Conflict("range_too_large", $"These are more than {Most} events; ask for a shorter time.");
            await Audit.Write(session, new AuditEntry("events.replayed", now, caller.Actor, "event", body.EntityId, new { sink = body.Sink, from = body.From, to = until, types = body.Types, events = queued }, origin), cancellationToken);
            session.OnCommitted(signal.Raise);
            return new ReplayedEvents(queued);
        }, cancellationToken));
    }
}
