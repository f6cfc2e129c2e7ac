using System.Collections.Frozen;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.AspNetCore.SignalR;

namespace Deskhand.Realtime;

/// <summary>Where and how to begin.</summary>
/// <param name="After">The last position that was heard; null = from now on.</param>
/// <param name="Only">The names that are wanted, for example <c>ticket:updated</c>; null = all.</param>
internal sealed record JoinRequest(long? After, IReadOnlyList<string?>? Only);

/// <summary>
/// <c>/hubs/desk</c>: what a client can say. What it hears is decided in <see cref="EventReading"/>, as for <c>GET /events/stream</c>.
/// docs/guide/live.md describes the protocol.
/// </summary>
/// <remarks>Errors are told as <c>HubException: code: words</c>; what is not meant for clients never leaves the server.</remarks>
internal sealed class DeskHub(EventReadings readings, Database database, ILogger<DeskHub> logger) : Hub
{
    /// <summary>How far back a client can go on; who is further behind is told to reload, which is cheaper for both.</summary>
    public const long MostBehind = 5000;

    private static readonly FrozenSet<string> Names =
        EventCatalogue.Types.Select(StreamEvent.NameOf).Append(NewNotification.Name).Append(PresenceRoom.Name).ToFrozenSet(StringComparer.Ordinal);

    public override async Task OnConnectedAsync()
    {
        var scope = Context.GetHttpContext()!.RequestServices.GetRequiredService<RequestScope>();
        var outlet = new HubOutlet(DeskConnections.Of(Context));
        if (readings.FeedOf(scope.Caller).Seats.Take(scope.Caller.Key) is not { } seat)
        {
            await outlet.End("too_many_connections", Context.ConnectionAborted);
            return;
        }

        Context.Items[typeof(LiveConnection)] = new LiveConnection(scope.Caller, scope.Credential!, seat, outlet, readings, logger, Context.ConnectionAborted);
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items[typeof(LiveConnection)] is LiveConnection live) await live.DisposeAsync();
    }

    /// <summary>Begins to tell. Once a connection; the first message is <c>stream:begun</c>.</summary>
    public void Join(JoinRequest? request)
    {
        var live = Live();
        if (request is null) throw Refused("malformed", "Join takes an object with after and only.");
        if (request.After < 0) throw Refused("malformed", "after is a position of this stream.");
        if (request.Only?.Any(n => n is null || !Names.Contains(n)) == true) throw Refused("malformed", "only names something that is never told; there are: " + string.Join(", ", Names.Order(StringComparer.Ordinal)) + ".");
        if (!live.Join(request.After, request.Only?.OfType<string>().ToFrozenSet(StringComparer.Ordinal), MostBehind)) throw Refused("already_joined", "This connection has joined already.");
    }

    /// <summary>The user has a ticket on the screen. Others who have it there too see that, and this connection hears of them by <c>ticket:presence</c>.</summary>
    public async Task Look(Guid ticketId)
    {
        var live = Joined();
        var caller = await readings.Find(live.Credential, Context.ConnectionAborted);
        if (caller is null || await Place(caller.TenantId, ticketId) is not { } place || !EventRights.MayRead(caller, place)) throw Refused("not_found", "There is no such ticket.");
        if (!live.Presence.Look(live.Reader, ticketId, place)) throw Refused("too_many_tickets", $"A connection shows at most {PresenceBoard.MostOfOne} tickets at a time.");
    }

    /// <summary>The ticket is on the screen no more.</summary>
    public void LookAway(Guid ticketId)
    {
        var live = Joined();
        live.Presence.LookAway(live.Reader, ticketId);
    }

    /// <summary>The user types into a ticket, or has stopped. To be said again every three seconds; it ends by itself after six.</summary>
    public void Type(Guid ticketId, bool isTyping)
    {
        var live = Joined();
        if (!live.Presence.Type(live.Reader, ticketId, isTyping)) throw Refused("not_looking", "Look at the ticket first.");
    }

    private LiveConnection Joined()
    {
        var live = Live();
        return live.HasJoined ? live : throw Refused("not_joined", "Join first.");
    }

    /// <summary>The connection, unless it says too much.</summary>
    private LiveConnection Live()
    {
        if (Context.Items[typeof(LiveConnection)] is not LiveConnection live) throw Refused("too_many_connections", $"At most {Seats.MostOfOne} live connections can be open at a time.");
        return live.MaySpeak() ? live : throw Refused("too_many_requests", "More calls than a person makes; wait a moment.");
    }

    private async Task<TicketPlace?> Place(Guid tenantId, Guid ticketId)
    {
        await using var session = database.For(tenantId);
        var found = await session.Query("SELECT assignee_id, group_id, deleted_at IS NOT NULL FROM tickets WHERE tenant_id = $1 AND id = $2",
            r => new TicketPlace(r.Id(0), r.Id(1), r.GetBoolean(2)), Context.ConnectionAborted, Rows.P(tenantId), Rows.P(ticketId));
        return found.Count == 0 ? null : found[0];
    }

    private static HubException Refused(string code, string words) => new($"{code}: {words}");
}
