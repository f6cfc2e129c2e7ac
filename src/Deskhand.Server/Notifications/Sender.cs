using Deskhand.Data;
using Deskhand.Outbox;

namespace Deskhand.Notifications;

/// <summary>How patient the sender is.</summary>
/// <param name="First">The wait after the first failure of a message; it doubles with each.</param>
/// <param name="Longest">The longest wait.</param>
/// <param name="Attempts">After so many failures a message is parked.</param>
/// <param name="Lease">How long a message that was taken belongs to who took it, before its end was said.</param>
internal sealed record SenderPace(TimeSpan First, TimeSpan Longest, int Attempts, TimeSpan Lease)
{
    /// <summary>Tries for about two days, as mail servers do (RFC 5321 §4.5.4.1 asks for four or five at a server that relays; a desk's message is stale sooner).</summary>
    public static SenderPace Usual { get; } = new(TimeSpan.FromMinutes(1), TimeSpan.FromHours(4), 18, TimeSpan.FromMinutes(2));
}

/// <summary>Sends what is in the ledger; any number of processes may.</summary>
internal sealed class Sender : BackgroundService, IAsyncDisposable
{
    private readonly SenderWork? work;
    private readonly TimeProvider clock;
    private readonly ILogger<Sender> logger;

    public Sender(DeskhandSettings settings, Database database, MailQueue queue, Composer composer, ChangeLog log, SenderPace pace, TimeProvider clock, ILogger<Sender> logger)
    {
        (this.clock, this.logger) = (clock, logger);
        if (settings.Smtp is { } server && settings.Roles.HasFlag(ServerRoles.Send)) work = new SenderWork(server, settings.PublicUrl.IdnHost, database, composer, log, pace, clock, logger);
        if (work is not null) queue.Subscribe(work.Wake);
    }

    /// <summary>Something may have been queued.</summary>
    public void Look() => work?.Wake.Call();

    /// <summary>How it fares; null when this process does not send.</summary>
    public SinkState? State => work?.State;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (work is null) return;
        using var drained = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => drained.CancelAfter(TimeSpan.FromSeconds(10)));
        await Task.Run(() => work.Run(logger, clock, stoppingToken, drained.Token), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        base.Dispose();
        if (ExecuteTask is { } running) await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work is not null) await work.DisposeAsync();
    }
}
