using System.Collections.Concurrent;
using Npgsql;

namespace Deskhand.Data;

/// <summary>
/// Hears what other instances say over NOTIFY. Whoever keeps something in memory registers what to do when it changes, and asks
/// <see cref="IsListening"/> before trusting it: a notification sent while the connection was down is lost.
/// </summary>
internal sealed class DatabaseListener(Database database, ILogger<DatabaseListener> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, Action<string?>> channels = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool listening;

    /// <summary>Whether every notification from now on will be heard.</summary>
    public bool IsListening => listening;

    /// <summary>Completes when the first connection listens.</summary>
    public Task Ready => first.Task;

    /// <summary>Registers a reaction; called with the payload, or with null when anything may have been missed. Before the start only.</summary>
    public void On(string channel, Action<string?> reaction)
    {
        channels.AddOrUpdate(channel, reaction, (_, present) => present + reaction);
        database.Heard = React;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Listen(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // also when a reaction fails: what was kept in memory is forgotten with the next connection
                logger.LogWarning("No longer hearing other instances: {Error}. Trying again", e.Message);
            }
            finally
            {
                listening = false;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void React(string channel, string? payload)
    {
        if (channels.TryGetValue(channel, out var reaction)) reaction(payload);
    }

    private async Task Listen(CancellationToken stoppingToken)
    {
        // outside the pool: the connection holds a session open, and a keep-alive tells when it is gone
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Pooling = false,
            KeepAlive = 5,
            ApplicationName = "deskhand-listener",
            TcpKeepAlive = true,
        }.ConnectionString);
        await connection.OpenAsync(stoppingToken);
        connection.Notification += (_, e) => React(e.Channel, e.Payload);
        foreach (var channel in channels.Keys)
        {
            await using var command = new NpgsqlCommand($"LISTEN {channel}", connection);
            await command.ExecuteNonQueryAsync(stoppingToken);
        }

        foreach (var reaction in channels.Values) reaction(null);
        listening = true;
        first.TrySetResult();
        while (true) await connection.WaitAsync(stoppingToken);
    }
}
