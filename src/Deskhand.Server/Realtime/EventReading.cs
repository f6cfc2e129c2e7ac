using Deskhand.Access;
using Deskhand.Data;

namespace Deskhand.Realtime;

/// <summary>Where what a listener may hear goes. One caller at a time.</summary>
internal interface IEventOutlet
{
    /// <summary>The listener stands at a position, and hears what follows.</summary>
    /// <param name="position">Where it begins.</param>
    /// <param name="isGap">Whether something between the position it asked for and this one cannot be told any more: it reads anew what it shows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask Begin(long position, bool isGap, CancellationToken cancellationToken);

    /// <summary>Sends those events of a batch whose bits are set.</summary>
    ValueTask Send(EventBatch batch, ulong chosen, CancellationToken cancellationToken);

    /// <summary>Sends something without a position.</summary>
    ValueTask Send(LiveMessage message, CancellationToken cancellationToken);

    /// <summary>Nothing with a position was sent for a while: the listener stands here now.</summary>
    ValueTask Beat(long position, CancellationToken cancellationToken);

    /// <summary>The last word: the caller may hear nothing any more.</summary>
    ValueTask End(CancellationToken cancellationToken);

    /// <summary>Ends at once; the listener may come again where it was.</summary>
    void Cut();
}

/// <summary>
/// One listener's way along the stream, whatever it listens by: first what is stored, then what comes. Asks with everything that it sends who the
/// caller is now, and tells what that caller may read now.
/// </summary>
internal sealed class EventReading(Caller first, string credential, EventReader reader, EventFeed feed, IEventOutlet outlet, EventReadings shared)
{
    /// <summary>How long a client may take to read what was sent; it connects again where it was.</summary>
    public static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private Caller? known;
    private long position;
    private long toldAt;

    /// <summary>The names it wants to hear; null = all.</summary>
    public IReadOnlySet<string>? Only { get; init; }

    /// <summary>How many events it goes back through at most; who is further behind reads anew.</summary>
    public long MostBehind { get; init; } = long.MaxValue;

    /// <summary>Reads until the end.</summary>
    /// <param name="from">The position after which it wants everything; null = from now on.</param>
    /// <param name="cancellationToken">The listener has gone, or the server goes.</param>
    public async Task Run(long? from, CancellationToken cancellationToken)
    {
        try
        {
            if (from is { } given && !await FromStore(given, cancellationToken)) return;
            await feed.Join(reader, cancellationToken);
            if (from is null) await Begin(reader.From, isGap: false, cancellationToken);
            while (position < reader.From)
                if (await Stored(cancellationToken) is var read && read <= 0)
                {
                    if (read < 0) return;
                    break;
                }

            await Live(cancellationToken);
        }
        finally
        {
            feed.Leave(reader);
        }
    }

    /// <summary>Who comes from behind first reads what is stored, and joins the live end when near. False when the stream is over.</summary>
    private async Task<bool> FromStore(long given, CancellationToken cancellationToken)
    {
        var ends = await feed.Ends(cancellationToken);
        // beyond the end: not of this stream, or of its time before a restored backup
        var isGap = given > ends.Newest || given < ends.Horizon || await IsFarBehind(given, cancellationToken);
        await Begin(isGap ? ends.Newest : given, isGap, cancellationToken);
        int read;
        while ((read = await Stored(cancellationToken)) == EventFeed.Portion) { }
        return read >= 0;
    }

    private async Task<bool> IsFarBehind(long given, CancellationToken cancellationToken) =>
        MostBehind < long.MaxValue && await feed.IsFurther(given, MostBehind, cancellationToken);

    private async Task Begin(long at, bool isGap, CancellationToken cancellationToken)
    {
        position = at;
        await outlet.Begin(at, isGap, cancellationToken);
        toldAt = shared.Clock.GetTimestamp();
    }

    /// <summary>Sends a portion of what is stored. Answers how many events it looked at, or -1 when the stream is over.</summary>
    private async Task<int> Stored(CancellationToken cancellationToken)
    {
        var events = await feed.After(position, cancellationToken);
        foreach (var batch in EventBatch.Of(events))
        {
            if (await Ask(cancellationToken) is not { } caller) return -1;
            await Pass(batch, caller, cancellationToken);
        }

        return events.Count;
    }

    private async Task Live(CancellationToken cancellationToken)
    {
        while (await reader.Wait(cancellationToken))
            while (reader.Next(out var offer) && !reader.Overflowed)
            {
                if (await Ask(cancellationToken) is not { } caller) return;
                if (offer.Events is { } batch) await Pass(batch, caller, cancellationToken);
                else if (offer.Notification is { } notification) await Tell(NewNotification.Name, notification.Message, cancellationToken);
                else if (offer.Room is { } room) await Show(room, caller, cancellationToken);
                else if (shared.Clock.GetElapsedTime(toldAt) >= Heartbeat) await Beat(cancellationToken);
            }

        outlet.Cut();
    }

    /// <summary>The caller as of now; null when that one may hear nothing any more, which the listener is told.</summary>
    private async ValueTask<Caller?> Ask(CancellationToken cancellationToken)
    {
        var caller = await shared.Find(credential, cancellationToken);
        if (caller is null || caller.UserId != first.UserId || caller.TenantId != first.TenantId || !caller.May(Permission.TicketsRead))
        {
            await outlet.End(cancellationToken);
            return null;
        }

        // what it looks at is shown, or taken away, once more
        if (known is { } before && !MaySeeTheSame(before, caller)) feed.Presence.ShowAgain(reader);
        return known = caller;
    }

    private static bool MaySeeTheSame(Caller one, Caller other) =>
        ReferenceEquals(one, other) || (one.Permissions == other.Permissions && one.Scope == other.Scope && one.Groups.AsSpan().SequenceEqual(other.Groups.AsSpan()));

    private async ValueTask Pass(EventBatch batch, Caller caller, CancellationToken cancellationToken)
    {
        var events = await shared.Current(batch.Events, caller, cancellationToken);
        var chosen = 0UL;
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            // what was read from the store may come from the feed once more
            if (e.Position > position && (Only is null || Only.Contains(e.Name)) && EventRights.MayHear(caller, e)) chosen |= 1UL << i;
        }

        if (chosen != 0)
        {
            await outlet.Send(batch, chosen, cancellationToken);
            toldAt = shared.Clock.GetTimestamp();
        }

        position = Math.Max(position, batch.Events[^1].Position);
    }

    private ValueTask Tell(string name, LiveMessage message, CancellationToken cancellationToken) =>
        Only is null || Only.Contains(name) ? outlet.Send(message, cancellationToken) : ValueTask.CompletedTask;

    private ValueTask Show(PresenceRoom room, Caller caller, CancellationToken cancellationToken)
    {
        var shown = room.Shown;
        if (EventRights.MayRead(caller, shown.Place)) return outlet.Send(shown.Message, cancellationToken);
        feed.Presence.LookAway(reader, room.TicketId);
        return outlet.Send(PresenceRoom.Nobody(room.TicketId).Message, cancellationToken);
    }

    private async ValueTask Beat(CancellationToken cancellationToken)
    {
        await outlet.Beat(position, cancellationToken);
        toldAt = shared.Clock.GetTimestamp();
    }
}

/// <summary>What all listeners need: who a caller is now, and where tickets stand now.</summary>
internal sealed class EventReadings(BearerTokens tokens, Database database, EventFeeds feeds, TimeProvider clock)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    public TimeProvider Clock => clock;

    public EventFeed FeedOf(Caller caller) => feeds.Of(caller.TenantId);

    public EventReading Of(Caller caller, string credential, EventReader reader, IEventOutlet outlet, IReadOnlySet<string>? only = null, long mostBehind = long.MaxValue) =>
        new(caller, credential, reader, FeedOf(caller), outlet, this) { Only = only, MostBehind = mostBehind };

    /// <summary>The caller behind a credential, or null. While nobody can say, it waits: nothing is sent to somebody unknown, and nobody is cut for it.</summary>
    public async ValueTask<Caller?> Find(string credential, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await tokens.Find(credential, cancellationToken);
            }
            catch (Exception e) when (DatabaseFailure.Is(e))
            {
                await Task.Delay(BetweenTries, clock, cancellationToken);
            }
        }
    }

    /// <summary>Events with the places of their tickets as they are now.</summary>
    public ValueTask<IReadOnlyList<StreamEvent>> Current(IReadOnlyList<StreamEvent> events, Caller caller, CancellationToken cancellationToken) =>
        EventRights.Current(events, caller, database, clock, cancellationToken);
}
