using Deskhand.Data;
using Npgsql;

namespace Deskhand.Outbox;

/// <summary>Gives committed events their position in the stream, and tells every instance's readers whose streams have grown.</summary>
internal sealed class StreamSequencer(NpgsqlDataSource source, TimeProvider clock) : RelayWork
{
    /// <summary>The channel; its payload are the tenants, by commas, or nothing when they are too many to name.</summary>
    public const string Channel = "deskhand_stream";

    private const int Most = 1000;

    /// <summary>What commits within this time is placed by one statement: under load that is a tenth of the work, and nobody notices the wait.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(15);

    private bool isFull;

    public override string Name => OutboxSinks.Stream;

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        if (!isFull) await Task.Delay(Gather, clock, cancellationToken);
        // one statement, one transaction: who hears of the positions can read them
        await using var command = source.CreateCommand($"""
            SELECT count(*), pg_notify('{Channel}', CASE WHEN count(DISTINCT tenant_id) <= 100 THEN string_agg(DISTINCT tenant_id::text, ',') ELSE '' END)
            FROM sequence_events($1) HAVING count(*) > 0
            """);
        command.Parameters.Add(Rows.P(Most));
        if (await command.ExecuteScalarAsync(cancellationToken) is not long placed) placed = 0;
        isFull = placed == Most;
        if (placed == 0) return Idle;
        State.Succeeded(clock.GetUtcNow());
        return isFull ? TimeSpan.Zero : Idle;
    }
}
