using Deskhand.Data;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Outbox;

/// <summary>
/// Delivers to one sink. The first waiting event of an entity stays locked until all that were claimed with it are settled, so no
/// second relay can overtake; the locks fall with the connection when a process dies, and then another delivers the rest once more.
/// </summary>
internal sealed class SinkDelivery(EventSink sink, NpgsqlDataSource source, TimeProvider clock, ILogger logger) : RelayWork
{
    /// <summary>Entities claimed at once.</summary>
    private const int MostEntities = 200;

    /// <summary>Failures after which an event is parked: about three hours with the waits below.</summary>
    internal const int MostAttempts = 20;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestClaim = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTidying = TimeSpan.FromMinutes(1);
    private long tidiedAt = long.MinValue;

    private readonly DiskWait disk = new(source);

    public override string Name => sink.Name;

    /// <summary>For tests: parks earlier.</summary>
    internal int ParkAfter { get; init; } = MostAttempts;

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        sink.Changed ??= Wake.Call;
        await sink.Connect(cancellationToken);
        State.Works();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await Tidy(connection, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var claimed = await Claim(connection, cancellationToken);
        if (claimed.Count == 0) return await UntilNext(connection, cancellationToken);
        // what was claimed may be committed and not yet on disk; what has been published must not vanish in a power cut
        await disk.Committed().WaitAsync(cancellationToken);

        var settled = await Deliver(claimed, cancellationToken);
        await Settle(connection, settled, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (settled.Delivered.Count > 0) State.Succeeded(clock.GetUtcNow());
        return settled.Unavailable is { } error ? throw new SinkUnavailableException(error) : TimeSpan.Zero;
    }

    /// <summary>Delivers in waves: the first event of each entity, then the second of each, and so on.</summary>
    private async Task<Settled> Deliver(List<OutboxEvent> claimed, CancellationToken cancellationToken)
    {
        var settled = new Settled();
        var entities = claimed.GroupBy(e => (e.TenantId, e.EntityId)).Select(g => g.ToList()).ToList();
        var began = clock.GetTimestamp();
        for (var k = 0; entities.Count > 0 && settled.Unavailable is null && clock.GetElapsedTime(began) < LongestClaim; k++)
        {
            var wave = entities.ConvertAll(e => e[k]);
            var answers = await sink.Deliver(wave, cancellationToken);
            var going = new List<List<OutboxEvent>>(entities.Count);
            for (var i = 0; i < wave.Count; i++)
                switch (answers[i].Result)
                {
                    case DeliveryResult.Delivered:
                        settled.Delivered.Add(wave[i]);
                        if (entities[i].Count > k + 1) going.Add(entities[i]);
                        break;
                    case DeliveryResult.Refused:
                        settled.Refused.Add((wave[i], answers[i].Error ?? "refused"));
                        break;
                    case DeliveryResult.Unavailable:
                        settled.Unavailable = answers[i].Error ?? "unavailable";
                        break;
                }

            entities = going;
        }

        return settled;
    }

    private async Task<List<OutboxEvent>> Claim(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT tenant_id, event_id, type, entity_type, entity_id, sequence, at, body, attempts FROM claim_deliveries($1, $2, $3)", connection)
        {
            Parameters = { Rows.P(Name), Rows.P((DateTimeOffset?)clock.GetUtcNow()), Rows.P(MostEntities) },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await Rows.Read(reader, r => new OutboxEvent(
            r.GetGuid(0), r.GetGuid(1), r.GetString(2), r.GetString(3), r.GetGuid(4), r.GetInt64(5), r.GetFieldValue<DateTimeOffset>(6), r.GetString(7), r.GetInt32(8)), cancellationToken);
    }

    private async Task Settle(NpgsqlConnection connection, Settled settled, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (settled.Delivered.Count > 0)
            batch.BatchCommands.Add(TenantSession.Batched("SELECT finish_deliveries($1, $2, $3, $4)", [Rows.P(Name), .. Keys(settled.Delivered)]));
        if (settled.Refused.Count > 0)
        {
            var now = clock.GetUtcNow();
            foreach (var (refused, error) in settled.Refused)
            {
                State.Refused($"{refused.Type} {refused.EventId}: {error}", now);
                if (refused.Attempts + 1 >= ParkAfter)
                    logger.LogError("{Sink} parked {Type} {Event} after {Attempts} attempts; later events of {Entity} wait: {Error}", Name, refused.Type, refused.EventId, refused.Attempts + 1, refused.EntityId, error);
            }

            batch.BatchCommands.Add(TenantSession.Batched("SELECT postpone_deliveries($1, $2, $3, $4, $5, $6, $7)",
            [
                Rows.P(Name),
                .. Keys(settled.Refused.ConvertAll(r => r.Event)),
                Rows.P(settled.Refused.Select(r => now + BackOff(r.Event.Attempts + 1, FirstRetry, LongestRetry)).ToArray()),
                Rows.P(settled.Refused.Select(r => r.Error.Length > 1000 ? r.Error[..1000] : r.Error).ToArray()),
                Rows.P(settled.Refused.Select(r => r.Event.Attempts + 1 >= ParkAfter ? now : (DateTimeOffset?)null).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz),
            ]));
        }

        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter[] Keys(List<OutboxEvent> events) =>
    [
        Rows.P(events.Select(e => e.TenantId).ToArray()), Rows.P(events.Select(e => e.EntityId).ToArray()), Rows.P(events.Select(e => e.Sequence).ToArray()),
    ];

    private async Task<TimeSpan> UntilNext(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT next_delivery_at($1)", connection) { Parameters = { Rows.P(Name) } };
        if (await command.ExecuteScalarAsync(cancellationToken) is not DateTime next) return Idle;
        // what is due and yet was not claimed is in another relay's hands
        var until = new DateTimeOffset(next, TimeSpan.Zero) - clock.GetUtcNow();
        return until > Idle ? Idle : until > TimeSpan.Zero ? until + TimeSpan.FromMilliseconds(1) : Waiting;
    }

    private async Task Tidy(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (tidiedAt != long.MinValue && clock.GetElapsedTime(tidiedAt) < BetweenTidying) return;
        tidiedAt = clock.GetTimestamp();
        await using var command = new NpgsqlCommand("SELECT hold_back_deliveries($1)", connection) { Parameters = { Rows.P(Name) } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await sink.DisposeAsync();
        await base.DisposeAsync();
    }

    private sealed class Settled
    {
        public List<OutboxEvent> Delivered { get; } = [];

        public List<(OutboxEvent Event, string Error)> Refused { get; } = [];

        public string? Unavailable { get; set; }
    }
}
