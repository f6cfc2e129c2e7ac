using Deskhand.Access;
using Microsoft.AspNetCore.SignalR;

namespace Deskhand.Realtime;

/// <summary>One open connection of the hub: its seat, its listener, and how often it may speak.</summary>
internal sealed class LiveConnection : IAsyncDisposable
{
    /// <summary>How long a client may sit there without joining.</summary>
    private static readonly TimeSpan JoinWithin = TimeSpan.FromSeconds(15);

    /// <summary>Calls that are taken at once, and how many more each second.</summary>
    private const double Burst = 60, PerSecond = 10;

    /// <summary>Refused calls after which a client is cut that does not listen.</summary>
    private const int MostRefused = 200;

    private readonly Caller caller;
    private readonly IDisposable seat;
    private readonly HubOutlet outlet;
    private readonly EventReadings readings;
    private readonly ILogger logger;
    private readonly CancellationTokenSource ends;
    private readonly ITimer joining;
    private Task reading = Task.CompletedTask;
    private double allowance = Burst;
    private long spokeAt;
    private int refused;

    public LiveConnection(Caller caller, string credential, IDisposable seat, HubOutlet outlet, EventReadings readings, ILogger logger, CancellationToken aborted)
    {
        (this.caller, this.seat, this.outlet, this.readings, this.logger) = (caller, seat, outlet, readings, logger);
        Credential = credential;
        Reader = new EventReader(caller.UserId);
        ends = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        spokeAt = readings.Clock.GetTimestamp();
        joining = readings.Clock.CreateTimer(_ => outlet.Cut(), null, JoinWithin, Timeout.InfiniteTimeSpan);
        LiveMetrics.Connections.Add(1);
    }

    public string Credential { get; }

    public EventReader Reader { get; }

    public PresenceBoard Presence => readings.FeedOf(caller).Presence;

    public bool HasJoined { get; private set; }

    /// <summary>Begins to tell. False when it has begun already.</summary>
    public bool Join(long? after, IReadOnlySet<string>? only, long mostBehind)
    {
        if (HasJoined) return false;
        HasJoined = true;
        joining.Dispose();
        reading = Task.Run(() => Read(after, only, mostBehind), CancellationToken.None);
        return true;
    }

    /// <summary>Whether one more call is taken. SignalR makes the calls of a connection one at a time.</summary>
    public bool MaySpeak()
    {
        var now = readings.Clock.GetTimestamp();
        allowance = Math.Min(Burst, allowance + (readings.Clock.GetElapsedTime(spokeAt, now).TotalSeconds * PerSecond));
        spokeAt = now;
        if (allowance >= 1)
        {
            allowance--;
            refused = 0;
            return true;
        }

        if (++refused > MostRefused) outlet.Cut();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        LiveMetrics.Connections.Add(-1);
        await joining.DisposeAsync();
        await ends.CancelAsync();
        await reading;
        Presence.Gone(Reader);
        seat.Dispose();
        ends.Dispose();
    }

    private async Task Read(long? after, IReadOnlySet<string>? only, long mostBehind)
    {
        try
        {
            await readings.Of(caller, Credential, Reader, outlet, only, mostBehind).Run(after, ends.Token);
        }
        catch (OperationCanceledException)
        {
            // one side has ended it, or the client did not read
        }
        catch (Exception e)
        {
            logger.LogWarning("A live connection ended: {Error}", e.Message);
            outlet.Cut();
        }
    }
}

/// <summary>Keeps the raw connection beside what SignalR hands to a hub: messages that are written once go there as they are.</summary>
internal sealed class DeskConnections(ILogger<DefaultHubLifetimeManager<DeskHub>> logger) : DefaultHubLifetimeManager<DeskHub>(logger)
{
    public static HubConnectionContext Of(HubCallerContext context) => (HubConnectionContext)context.Items[typeof(HubConnectionContext)]!;

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connection.Items[typeof(HubConnectionContext)] = connection;
        return base.OnConnectedAsync(connection);
    }
}
