using Npgsql;

namespace Deskhand.Data;

/// <summary>
/// Waits until what is committed is on disk (docs/decisions/0011). Whoever asks while the disk is being waited for is answered by the next wait, all
/// together: many commits cost one write.
/// </summary>
internal sealed class DiskWait(NpgsqlDataSource source)
{
    private readonly Lock gate = new();

    /// <summary>The wait that began last: too early for who asks now.</summary>
    private Task begun = Task.CompletedTask;

    /// <summary>The one that has yet to begin.</summary>
    private Task? next;

    /// <summary>Everything that was committed before this call is on disk when it ends.</summary>
    public Task Committed()
    {
        lock (gate) return next ??= Wait(begun);
    }

    private async Task Wait(Task before)
    {
        // off the caller's lock; and what became of the others is their callers' concern
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate) (begun, next) = (next!, null);
        // the message is a transaction of its own, whose commit flushes all before it: the log is written in order
        await using var message = source.CreateCommand("SELECT pg_logical_emit_message(true, 'deskhand', '')");
        await message.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
