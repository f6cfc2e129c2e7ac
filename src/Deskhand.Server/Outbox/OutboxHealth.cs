using Deskhand.Data;

namespace Deskhand.Outbox;

/// <summary>How one sink fares.</summary>
/// <param name="Sink">Its name.</param>
/// <param name="Connected">Null when this process is no relay, or has not tried yet.</param>
/// <param name="Waiting">Events not yet delivered, of all tenants.</param>
/// <param name="Parked">Events given up on until an operator retries them.</param>
/// <param name="OldestWaiting">The instant of the oldest undelivered event.</param>
/// <param name="LastSuccessAt">When this process last delivered something.</param>
/// <param name="LastError">The last thing that went wrong here.</param>
/// <param name="LastErrorAt">When that was.</param>
internal sealed record SinkHealth(
    string Sink, bool? Connected, long Waiting, long Parked, DateTimeOffset? OldestWaiting, DateTimeOffset? LastSuccessAt, string? LastError, DateTimeOffset? LastErrorAt);

/// <summary>What operations want to know of the outbox. What is parked goes again by <c>deskhand outbox retry</c>.</summary>
internal sealed class OutboxHealth(OutboxSinks sinks, Relay relay, Database database)
{
    public async Task<IReadOnlyList<SinkHealth>> Read(CancellationToken cancellationToken)
    {
        var rows = await database.AcrossTenants("SELECT sink, waiting, parked, oldest FROM waiting_deliveries()",
            r => (Sink: r.GetString(0), Waiting: r.GetInt64(1), Parked: r.GetInt64(2), Oldest: r.Instant(3)), cancellationToken);
        // a sink that was configured once may have left rows behind: they are shown too
        return [.. sinks.Names.Union(rows.Select(r => r.Sink), StringComparer.Ordinal).Select(name =>
        {
            var row = rows.Find(r => r.Sink == name);
            var state = relay.Works.FirstOrDefault(w => w.Name == name)?.State.Now ?? default;
            return new SinkHealth(name, state.Connected, row.Waiting, row.Parked, row.Oldest, state.LastSuccessAt, state.LastError, state.LastErrorAt);
        })];
    }
}
