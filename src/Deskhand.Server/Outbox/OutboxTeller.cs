using Deskhand.Data;

namespace Deskhand.Outbox;

/// <summary>
/// Tells the relays of other processes that this one has committed events. After the commit and gathered, because a NOTIFY inside
/// the change's own transaction makes all commits of the database take turns.
/// </summary>
internal sealed class OutboxTeller : BackgroundService
{
    /// <summary>The channel; its payload is the id of the process that speaks.</summary>
    public const string Channel = "deskhand_events";

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    private readonly string self = Guid.NewGuid().ToString("N");
    private readonly Wake wake = new();
    private readonly Database database;
    private readonly OutboxSignal signal;
    private readonly ILogger<OutboxTeller> logger;

    public OutboxTeller(Database database, OutboxSignal signal, ILogger<OutboxTeller> logger)
    {
        (this.database, this.signal, this.logger) = (database, signal, logger);
        signal.SubscribeHere(wake);
    }

    /// <summary>Registers the reaction to what others say.</summary>
    public void ListenOn(DatabaseListener listener) => listener.On(Channel, payload =>
    {
        if (payload != self) signal.Heard();
    });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await wake.Wait(Timeout.InfiniteTimeSpan, stoppingToken);
                await using var command = database.Source.CreateCommand("SELECT pg_notify($1, $2)");
                command.Parameters.Add(Rows.P(Channel));
                command.Parameters.Add(Rows.P(self));
                await command.ExecuteNonQueryAsync(stoppingToken);
                await Task.Delay(Gather, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // nothing is lost: the others look by themselves, only later
                logger.LogWarning("Other instances were not told of new events: {Error}", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        wake.Dispose();
    }
}
