using Deskhand.Data;
using Deskhand.Outbox;

namespace Deskhand.Realtime;

/// <summary>
/// Who looks at which ticket of a tenant, and who types. What this process knows goes into a table, and what is told comes out of it, so that all
/// instances tell the same. Only those are told who look at the ticket and may read it.
/// </summary>
internal sealed class PresenceBoard : IAsyncDisposable
{
    public const string Channel = "deskhand_presence";

    /// <summary>Tickets that one connection can show at a time.</summary>
    public const int MostOfOne = 20;

    /// <summary>How long somebody counts as typing who does not say so again.</summary>
    public static readonly TimeSpan TypingFor = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(15);

    /// <summary>What comes within this time is written and read together.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);

    /// <summary>How often to look while what others say cannot be heard.</summary>
    private static readonly TimeSpan Deaf = TimeSpan.FromSeconds(1);

    private readonly Guid instance = Guid.NewGuid();
    private readonly Lock sync = new();
    private readonly Dictionary<Guid, PresenceRoom> rooms = [];
    private readonly Dictionary<EventReader, HashSet<Guid>> looking = [];
    private readonly HashSet<(Guid Ticket, EventReader Reader)> unsaved = [];
    private readonly HashSet<Guid> unread = [];
    private readonly Wake wake = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Guid tenantId;
    private readonly PresenceStore store;
    private readonly DatabaseListener listener;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Task running;
    private long renewedAt;

    public PresenceBoard(Guid tenantId, Database database, DatabaseListener listener, TimeProvider clock, ILogger logger)
    {
        (this.tenantId, this.listener, this.clock, this.logger) = (tenantId, listener, clock, logger);
        store = new PresenceStore(tenantId, database);
        running = Task.Run(Run, CancellationToken.None);
    }

    /// <summary>A connection shows a ticket that its user may read. False when it shows too many.</summary>
    public bool Look(EventReader reader, Guid ticketId, TicketPlace place)
    {
        lock (sync)
        {
            if (!looking.TryGetValue(reader, out var tickets)) looking[reader] = tickets = [];
            if (!tickets.Contains(ticketId) && tickets.Count >= MostOfOne) return false;
            tickets.Add(ticketId);
            if (!rooms.TryGetValue(ticketId, out var room)) rooms[ticketId] = room = new PresenceRoom(ticketId, place);
            if (room.Here.TryAdd(reader, 0)) unsaved.Add((ticketId, reader));
            room.New.Add(reader);
            unread.Add(ticketId);
        }

        wake.Call();
        return true;
    }

    /// <summary>A connection shows a ticket no more.</summary>
    public void LookAway(EventReader reader, Guid ticketId)
    {
        lock (sync)
        {
            if (!looking.TryGetValue(reader, out var tickets) || !tickets.Remove(ticketId)) return;
            if (tickets.Count == 0) looking.Remove(reader);
            GoFrom(reader, ticketId);
        }

        wake.Call();
    }

    /// <summary>The user types into a ticket that the connection shows, or has stopped. False when it shows no such ticket.</summary>
    public bool Type(EventReader reader, Guid ticketId, bool isTyping)
    {
        lock (sync)
        {
            if (!rooms.TryGetValue(ticketId, out var room) || !room.Here.TryGetValue(reader, out var until)) return false;
            if (!isTyping && until == 0) return true;
            room.Here[reader] = isTyping ? clock.GetTimestamp() + Ticks(TypingFor) : 0;
            unsaved.Add((ticketId, reader));
        }

        wake.Call();
        return true;
    }

    /// <summary>A connection has ended.</summary>
    public void Gone(EventReader reader)
    {
        lock (sync)
        {
            if (!looking.Remove(reader, out var tickets)) return;
            foreach (var ticket in tickets) GoFrom(reader, ticket);
        }

        wake.Call();
    }

    /// <summary>A connection is told once more of what it shows, or that it may not see it any longer.</summary>
    public void ShowAgain(EventReader reader)
    {
        lock (sync)
            if (looking.TryGetValue(reader, out var tickets))
                foreach (var ticket in tickets) reader.Take(new Offer(Room: rooms[ticket]));
    }

    /// <summary>Tickets have changed, and with them perhaps who may see who looks at them.</summary>
    public void Changed(IReadOnlyList<StreamEvent> events)
    {
        lock (sync)
        {
            if (rooms.Count == 0) return;
            unread.UnionWith(events.Where(e => e.Ticket is not null && rooms.ContainsKey(e.EntityId)).Select(e => e.EntityId));
            if (unread.Count == 0) return;
        }

        wake.Call();
    }

    /// <summary>Another instance said something; null = something may have been missed.</summary>
    public void Heard(PresenceSaid? said)
    {
        if (said?.Instance == instance) return;
        lock (sync)
        {
            // also after a crash of the database, which has emptied the table
            if (said is null) renewedAt = 0;
            if (rooms.Count == 0) return;
            unread.UnionWith(said?.Tickets is { } tickets ? tickets.Where(rooms.ContainsKey) : rooms.Keys);
            if (unread.Count == 0) return;
        }

        wake.Call();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        wake.Dispose();
    }

    private void GoFrom(EventReader reader, Guid ticketId)
    {
        var room = rooms[ticketId];
        room.Here.Remove(reader);
        room.New.Remove(reader);
        unsaved.Add((ticketId, reader));
        if (room.Here.Count == 0) rooms.Remove(ticketId);
        else unread.Add(ticketId);
    }

    private async Task Run()
    {
        while (!stop.IsCancellationRequested)
            try
            {
                await wake.Wait(UntilNext(), stop.Token);
                await Task.Delay(Gather, clock, stop.Token);
                await Save();
                await Read();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (DatabaseFailure.Is(e))
            {
                logger.LogWarning("Who looks at which ticket cannot be told: {Error}", e.Message);
                await Task.Delay(Deaf, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    private TimeSpan UntilNext()
    {
        lock (sync)
        {
            if (unsaved.Count > 0) return TimeSpan.Zero;
            if (rooms.Count == 0) return Timeout.InfiniteTimeSpan;
            if (unread.Count > 0) return TimeSpan.Zero;
            var next = RenewEvery - clock.GetElapsedTime(renewedAt);
            foreach (var room in rooms.Values)
                if (room.LapsesAt is { } at && Left(at) < next) next = Left(at);
            if (!listener.IsListening && next > Deaf) next = Deaf;
            return next > TimeSpan.Zero ? next : TimeSpan.Zero;
        }
    }

    private async Task Save()
    {
        List<(Guid Ticket, EventReader Reader)> changed;
        List<PresenceRow> here = [];
        List<(Guid, Guid)> gone = [];
        var isRenewal = clock.GetElapsedTime(renewedAt) >= RenewEvery;
        lock (sync)
        {
            changed = [.. unsaved];
            unsaved.Clear();
            foreach (var (ticket, reader) in changed)
                if (!rooms.TryGetValue(ticket, out var room) || !room.Here.ContainsKey(reader)) gone.Add((ticket, reader.Id));
                else if (!isRenewal) here.Add(Row(room, reader));
            if (isRenewal)
                foreach (var room in rooms.Values)
                    foreach (var reader in room.Here.Keys) here.Add(Row(room, reader));
            unread.UnionWith(changed.Select(c => c.Ticket).Where(rooms.ContainsKey));
        }

        if (isRenewal) renewedAt = clock.GetTimestamp();
        if (here.Count == 0 && gone.Count == 0) return;
        try
        {
            var said = changed.Count == 0 ? null : new PresenceSaid(instance, tenantId, [.. changed.Select(c => c.Ticket).Distinct()]);
            await store.Save(here, gone, said, stop.Token);
        }
        catch
        {
            renewedAt = 0;
            lock (sync) unsaved.UnionWith(changed);
            throw;
        }
    }

    private PresenceRow Row(PresenceRoom room, EventReader reader) =>
        new(room.TicketId, reader.Id, reader.UserId, room.Here[reader] is var until && until > 0 && Left(until) > TimeSpan.Zero ? Left(until) : TimeSpan.Zero);

    private async Task Read()
    {
        List<Guid> tickets;
        lock (sync)
        {
            unread.UnionWith(rooms.Values.Where(r => !listener.IsListening || (r.LapsesAt is { } at && Left(at) <= TimeSpan.Zero)).Select(r => r.TicketId));
            tickets = [.. unread.Where(rooms.ContainsKey)];
            unread.Clear();
        }

        if (tickets.Count == 0) return;
        List<PresenceFound> found;
        try
        {
            found = await store.Read(tickets, stop.Token);
        }
        catch
        {
            lock (sync) unread.UnionWith(tickets);
            throw;
        }

        lock (sync)
            foreach (var ticket in found)
                if (rooms.TryGetValue(ticket.TicketId, out var room)) Show(room, ticket);
    }

    private void Show(PresenceRoom room, PresenceFound found)
    {
        // a little later, so that it has lapsed when it is looked at
        room.LapsesAt = found.LapsesIn is { } left ? clock.GetTimestamp() + Ticks(left + Gather) : null;
        var shown = PresenceRoom.Show(room.TicketId, found.Place, [.. found.People.Take(PresenceRoom.MostNamed)], found.People.Length);
        var isNews = shown.Place != room.Shown.Place || !shown.SaysTheSame(room.Shown);
        room.Shown = shown;
        foreach (var reader in isNews ? room.Here.Keys : (IEnumerable<EventReader>)room.New) reader.Take(new Offer(Room: room));
        room.New.Clear();
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private TimeSpan Left(long at) => clock.GetElapsedTime(clock.GetTimestamp(), at);
}
