using Deskhand.Data;
using Npgsql;

namespace Deskhand.Outbox;

/// <summary>
/// Delivers committed events, one loop for each sink. Any number of processes may run it: the rows decide who delivers what. Its
/// connections are its own, so neither a full pool of requests holds up events nor the other way round.
/// </summary>
internal sealed class Relay : BackgroundService, IAsyncDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);
    private readonly NpgsqlDataSource? source;
    private readonly TimeProvider clock;
    private readonly ILogger<Relay> logger;

    public Relay(DeskhandSettings settings, Database database, OutboxSignal signal, IEnumerable<EventSink> sinks, TimeProvider clock, ILogger<Relay> logger)
    {
        (this.clock, this.logger) = (clock, logger);
        if (!settings.Roles.HasFlag(ServerRoles.Relay)) return;
        source = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            ApplicationName = "deskhand-relay",
            MaxPoolSize = 10,
            ConnectionIdleLifetime = 60,
        }.ConnectionString).Build();
        Works = [new StreamSequencer(source, clock), .. sinks.Select(s => new SinkDelivery(s, source, clock, logger))];
        foreach (var work in Works) signal.Subscribe(work.Wake);
    }

    /// <summary>What is delivered to from here; empty when this process is no relay.</summary>
    public IReadOnlyList<RelayWork> Works { get; } = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var drained = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => drained.CancelAfter(Drain));
        await Task.WhenAll(Works.Select(w => Task.Run(() => w.Run(logger, clock, stoppingToken, drained.Token), CancellationToken.None)));
    }

    public async ValueTask DisposeAsync()
    {
        base.Dispose();
        if (ExecuteTask is { } running) await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var work in Works) await work.DisposeAsync();
        if (source is not null) await source.DisposeAsync();
    }
}
