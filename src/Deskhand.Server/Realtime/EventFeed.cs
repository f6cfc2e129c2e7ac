using System.Collections.Concurrent;
using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Realtime;

/// <summary>The live end of one tenant's stream: read once per process, handed to every reader. Asks nothing while nobody listens.</summary>
internal sealed class EventFeed : IAsyncDisposable
{
    /// <summary>Rows of one query.</summary>
    public const int Portion = 500;

    /// <summary>How often to look while notifications are heard, against one that was missed; and while they are not.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(5), Often = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim gate = new(1);
    private readonly Wake wake = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Func<long, CancellationToken, Task<List<StreamEvent>>> after;
    private readonly Func<CancellationToken, Task<long>> end;
    private readonly NewNotifications notifications;
    private readonly DatabaseListener listener;
    private readonly ILogger logger;
    private readonly Task running;
    private ImmutableArray<EventReader> readers = [];
    private long position;

    public EventFeed(Guid tenantId, Database database, DatabaseListener listener, TimeProvider clock, ILogger logger)
    {
        (this.listener, this.logger) = (listener, logger);
        after = (from, cancellationToken) => StreamEvent.After(database, clock, tenantId, from, Portion, cancellationToken);
        end = cancellationToken => StreamEvent.End(database, tenantId, cancellationToken);
        notifications = new NewNotifications(database, clock, tenantId);
        running = Task.Run(Run, CancellationToken.None);
    }

    /// <summary>The stream may have grown.</summary>
    public void Look() => wake.Call();

    /// <summary>Makes every reader ask again what it may hear.</summary>
    public void RightsChanged()
    {
        foreach (var reader in readers) reader.Wake.Call();
    }

    /// <summary>What follows a position, at most <see cref="Portion"/>.</summary>
    public Task<List<StreamEvent>> After(long from, CancellationToken cancellationToken) => after(from, cancellationToken);

    /// <summary>The last position that has been given.</summary>
    public Task<long> End(CancellationToken cancellationToken) => end(cancellationToken);

    /// <summary>A reader that gets everything after its <see cref="EventReader.From"/>. Null when its owner has too many already.</summary>
    public async Task<EventReader?> Join(Guid owner, Guid userId, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (readers.Count(r => r.Owner == owner) >= EventReader.MostOfOne) return null;
            if (readers.IsEmpty)
            {
                position = await end(cancellationToken);
                // those that were made before anybody listened are read at /notifications
                await notifications.Take(cancellationToken);
            }

            var reader = new EventReader(owner, userId, position);
            ImmutableInterlocked.Update(ref readers, r => r.Add(reader));
            wake.Call();
            return reader;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Leave(EventReader reader)
    {
        ImmutableInterlocked.Update(ref readers, r => r.Remove(reader));
        reader.Dispose();
    }

    private async Task Run()
    {
        while (!stop.IsCancellationRequested)
            try
            {
                await gate.WaitAsync(stop.Token);
                var full = false;
                try
                {
                    if (!readers.IsEmpty)
                    {
                        var events = await after(position, stop.Token);
                        full = events.Count == Portion;
                        if (events.Count > 0) position = events[^1].Position;
                        if (events.Count > 0)
                            foreach (var reader in readers) reader.Offer(events);
                        foreach (var notification in await notifications.Take(stop.Token))
                            foreach (var reader in readers.Where(r => r.UserId == notification.UserId)) reader.Tell(notification.Frame);
                    }
                }
                finally
                {
                    gate.Release();
                }

                if (!full) await wake.Wait(readers.IsEmpty ? Timeout.InfiniteTimeSpan : listener.IsListening ? Seldom : Often, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or ObjectDisposedException)
            {
                logger.LogWarning("The stream of events cannot be read: {Error}", e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        gate.Dispose();
        wake.Dispose();
    }
}

/// <summary>One listener of a feed, with what it has not sent yet.</summary>
/// <param name="owner">Whose it is: a user's, or a token's.</param>
/// <param name="userId">The user, who is told of new notifications.</param>
/// <param name="from">The position after which it gets everything.</param>
internal sealed class EventReader(Guid owner, Guid userId, long from) : IDisposable
{
    /// <summary>Streams of one user or token at a time.</summary>
    public const int MostOfOne = 50;

    /// <summary>Events that may wait; who is further behind reads them from the database after connecting again.</summary>
    public const int MostWaiting = 2000;

    private readonly ConcurrentQueue<StreamEvent> waiting = new();
    private volatile bool overflowed;

    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> told = new();

    public Guid Owner { get; } = owner;

    public Guid UserId { get; } = userId;

    public long From { get; } = from;

    /// <summary>Called when something waits, and when rights have changed.</summary>
    public Wake Wake { get; } = new();

    /// <summary>The listener did not keep up, and misses something from now on.</summary>
    public bool Overflowed => overflowed;

    public void Offer(List<StreamEvent> events)
    {
        if (overflowed) return;
        if (waiting.Count + events.Count > MostWaiting) overflowed = true;
        else
            foreach (var e in events) waiting.Enqueue(e);
        Wake.Call();
    }

    /// <summary>A new notification of the user.</summary>
    public void Tell(ReadOnlyMemory<byte> frame)
    {
        if (overflowed) return;
        if (told.Count >= MostWaiting) overflowed = true;
        else told.Enqueue(frame);
        Wake.Call();
    }

    public List<ReadOnlyMemory<byte>> TakeTold()
    {
        var taken = new List<ReadOnlyMemory<byte>>();
        while (told.TryDequeue(out var frame)) taken.Add(frame);
        return taken;
    }

    public List<StreamEvent> Take()
    {
        var taken = new List<StreamEvent>();
        while (taken.Count < EventFeed.Portion && waiting.TryDequeue(out var e)) taken.Add(e);
        if (!waiting.IsEmpty) Wake.Call();
        return taken;
    }

    public void Dispose()
    {
        waiting.Clear();
        told.Clear();
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
        foreach (var feed in feeds.Values) feed.Value.RightsChanged();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in feeds.Values) await feed.Value.DisposeAsync();
    }
}
