using System.Collections.Concurrent;
using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;

namespace Deskhand.Realtime;

/// <summary>The live end of one tenant's stream: read once per process, handed to every reader. Asks nothing while nobody listens.</summary>
internal sealed class EventFeed : IAsyncDisposable
{
    /// <summary>Rows of one query.</summary>
    public const int Portion = 500;

    /// <summary>How long a right may have ended by itself, by its time, before its listeners notice.</summary>
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(3);

    /// <summary>How often to look while notifications are heard, against one that was missed; and while they are not.</summary>
    private static readonly TimeSpan Seldom = BetweenChecks, Often = TimeSpan.FromMilliseconds(500);

    /// <summary>Handing a batch to a listener costs the same whatever is in it: what comes meanwhile goes together, so that many listeners do not take all of a processor.</summary>
    private static readonly TimeSpan PausePerReader = TimeSpan.FromMicroseconds(30), LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim gate = new(1);
    private readonly Wake wake = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Func<long, CancellationToken, Task<List<StreamEvent>>> after;
    private readonly Func<CancellationToken, Task<StreamEnds>> ends;
    private readonly Func<long, long, CancellationToken, Task<bool>> isFurther;
    private readonly NewNotifications notifications;
    private readonly DatabaseListener listener;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Task running;
    private ImmutableArray<EventReader> readers = [];
    private long position;
    private long checkedAt;

    public EventFeed(Guid tenantId, Database database, DatabaseListener listener, TimeProvider clock, ILogger logger)
    {
        (this.listener, this.clock, this.logger) = (listener, clock, logger);
        after = (from, cancellationToken) => StreamEvent.After(database, clock, tenantId, from, Portion, cancellationToken);
        ends = cancellationToken => StreamEvent.Ends(database, tenantId, cancellationToken);
        isFurther = (from, most, cancellationToken) => StreamEvent.IsFurther(database, tenantId, from, most, cancellationToken);
        notifications = new NewNotifications(database, clock, tenantId);
        Presence = new PresenceBoard(tenantId, database, listener, clock, logger);
        running = Task.Run(Run, CancellationToken.None);
    }

    /// <summary>Who has a live connection.</summary>
    public Seats Seats { get; } = new();

    /// <summary>Who looks at which ticket.</summary>
    public PresenceBoard Presence { get; }

    /// <summary>The stream may have grown.</summary>
    public void Look() => wake.Call();

    /// <summary>Makes every reader ask again what it may hear.</summary>
    public void Check()
    {
        checkedAt = clock.GetTimestamp();
        foreach (var reader in readers) reader.Take(default);
    }

    /// <summary>What follows a position, at most <see cref="Portion"/>.</summary>
    public Task<List<StreamEvent>> After(long from, CancellationToken cancellationToken) => after(from, cancellationToken);

    /// <summary>How far the stream is no longer kept, and its newest position.</summary>
    public Task<StreamEnds> Ends(CancellationToken cancellationToken) => ends(cancellationToken);

    /// <summary>Whether more than so many events follow a position.</summary>
    public Task<bool> IsFurther(long from, long most, CancellationToken cancellationToken) => isFurther(from, most, cancellationToken);

    /// <summary>From now on the reader gets everything after its <see cref="EventReader.From"/>.</summary>
    public async Task Join(EventReader reader, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (readers.IsEmpty)
            {
                position = (await ends(cancellationToken)).Newest;
                // those that were made before anybody listened are read at /notifications
                await notifications.Take(cancellationToken);
            }

            reader.From = position;
            ImmutableInterlocked.Update(ref readers, r => r.Add(reader));
            wake.Call();
        }
        finally
        {
            gate.Release();
        }
    }

    public void Leave(EventReader reader) => ImmutableInterlocked.Update(ref readers, r => r.Remove(reader));

    private async Task Run()
    {
        while (!stop.IsCancellationRequested)
            try
            {
                if (clock.GetElapsedTime(checkedAt) >= BetweenChecks) Check();
                await gate.WaitAsync(stop.Token);
                int read;
                try
                {
                    read = readers.IsEmpty ? 0 : await Hand();
                }
                finally
                {
                    gate.Release();
                }

                if (read > 0) await Task.Delay(Pause(readers.Length), clock, stop.Token);
                if (read < Portion) await wake.Wait(readers.IsEmpty ? Timeout.InfiniteTimeSpan : listener.IsListening ? Seldom : Often, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (DatabaseFailure.Is(e))
            {
                logger.LogWarning("The stream of events cannot be read: {Error}", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    private static TimeSpan Pause(int readers) => TimeSpan.FromTicks(Math.Min(readers * PausePerReader.Ticks, LongestPause.Ticks));

    /// <summary>Hands what is new to every reader. Answers how many events there were.</summary>
    private async Task<int> Hand()
    {
        var events = await after(position, stop.Token);
        if (events.Count > 0) position = events[^1].Position;
        foreach (var batch in EventBatch.Of(events))
            foreach (var reader in readers) reader.Take(new Offer(batch));
        Presence.Changed(events);
        foreach (var notification in await notifications.Take(stop.Token))
            foreach (var reader in readers)
                if (reader.UserId == notification.UserId) reader.Take(new Offer(Notification: notification));
        return events.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Presence.DisposeAsync();
        stop.Dispose();
        gate.Dispose();
        wake.Dispose();
    }
}

/// <summary>The feeds of all tenants that somebody has listened to.</summary>
internal sealed class EventFeeds(Database database, DatabaseListener listener, TimeProvider clock, ILogger<EventFeeds> logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Lazy<EventFeed>> feeds = new();

    public EventFeed Of(Guid tenantId) =>
        feeds.GetOrAdd(tenantId, id => new Lazy<EventFeed>(() => new EventFeed(id, database, listener, clock, logger))).Value;

    /// <summary>Streams have grown: those of the tenants named, or nobody knows whose.</summary>
    public void Grown(string? tenants)
    {
        if (string.IsNullOrEmpty(tenants))
            foreach (var feed in feeds.Values) feed.Value.Look();
        else
            foreach (var tenant in tenants.Split(','))
                if (Guid.TryParse(tenant, out var id) && feeds.TryGetValue(id, out var feed)) feed.Value.Look();
    }

    /// <summary>What somebody may do has changed.</summary>
    public void RightsChanged()
    {
        foreach (var feed in feeds.Values) feed.Value.Check();
    }

    /// <summary>Another instance says who looks at tickets, or nobody knows what it said.</summary>
    public void PresenceChanged(string? payload)
    {
        if (PresenceSaid.Read(payload) is not { } said)
            foreach (var feed in feeds.Values) feed.Value.Presence.Heard(null);
        else if (feeds.TryGetValue(said.TenantId, out var feed))
            feed.Value.Presence.Heard(said);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in feeds.Values) await feed.Value.DisposeAsync();
    }
}
