using System.Threading.Channels;

namespace Deskhand.Realtime;

/// <summary>Something for a listener. An empty one makes it ask again what it may hear.</summary>
internal readonly record struct Offer(EventBatch? Events = null, NewNotification? Notification = null, PresenceRoom? Room = null)
{
    /// <summary>How much room it takes of what may wait.</summary>
    public int Size => Events?.Events.Count ?? 1;
}

/// <summary>One listener of a feed, with what it has not sent yet.</summary>
/// <param name="userId">The user, who is told of new notifications.</param>
internal sealed class EventReader(Guid userId)
{
    /// <summary>Events that may wait; who is further behind reads them from the database after connecting again.</summary>
    public const int MostWaiting = 2000;

    private readonly Channel<Offer> offered = System.Threading.Channels.Channel.CreateUnbounded<Offer>(new() { SingleReader = true });
    private int waiting;
    private volatile bool overflowed;

    /// <summary>Tells the listeners of all instances apart.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    public Guid UserId { get; } = userId;

    /// <summary>The position after which it gets everything; set when it joins.</summary>
    public long From { get; set; }

    /// <summary>The listener did not keep up, and misses something from now on.</summary>
    public bool Overflowed => overflowed;

    public void Take(Offer offer)
    {
        if (overflowed) return;
        if (Interlocked.Add(ref waiting, offer.Size) > MostWaiting)
        {
            overflowed = true;
            offered.Writer.TryComplete();
        }
        else
        {
            offered.Writer.TryWrite(offer);
        }
    }

    /// <summary>Waits until there is something to send. False when there is nothing more to come.</summary>
    public ValueTask<bool> Wait(CancellationToken cancellationToken) => offered.Reader.WaitToReadAsync(cancellationToken);

    public bool Next(out Offer offer)
    {
        if (!offered.Reader.TryRead(out offer)) return false;
        Interlocked.Add(ref waiting, -offer.Size);
        return true;
    }
}
