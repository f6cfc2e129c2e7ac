using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Deskhand.Realtime;

/// <summary>Table of contents: the events as a list, as a live stream and over the hub.</summary>
internal static class RealtimeModule
{
    /// <summary>The largest message that the hub takes from a client, in bytes.</summary>
    private const int LargestMessage = 4096;

    /// <summary>What a slow client may have waiting in the server beside its <see cref="EventReader"/>, in bytes.</summary>
    private const int LargestBacklog = 64 * 1024;

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<EventFeeds>();
        services.AddSingleton<EventReadings>();
        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = LargestMessage;
            hub.KeepAliveInterval = TimeSpan.FromSeconds(15);
            // three of the client's own signs of life: so long a machine that fell silent is shown at a ticket
            hub.ClientTimeoutInterval = TimeSpan.FromSeconds(30);
        });
        services.AddSingleton<HubLifetimeManager<DeskHub>, DeskConnections>();
    }

    public static void Map(RouteTable api)
    {
        api.Get("/events", Permission.EventsRead, ListEvents.Handle);
        api.Post("/events/replay", Permission.EventsReplay, ReplayEvents.Handle);
        // what each caller hears of it is decided event by event, in EventRights
        api.Get("/events/stream", Permission.TicketsRead, StreamEvents.Handle);
    }

    /// <summary>The hub, outside the versioned interface. WebSockets only: other transports would need a load balancer that keeps each client at its instance.</summary>
    public static void MapHub(IEndpointRouteBuilder routes) => routes
        .MapHub<DeskHub>("/hubs/desk", hub =>
        {
            hub.Transports = HttpTransportType.WebSockets;
            (hub.TransportMaxBufferSize, hub.ApplicationMaxBufferSize) = (LargestBacklog, LargestBacklog);
        })
        .WithMetadata(new Needs(Permission.TicketsRead), new RouteLimit(RouteClass.Read), new TakesQuery("id", "negotiateVersion", "useStatefulReconnect", AccessMiddleware.TokenParameter), new OpensSocket());

    /// <summary>Hears of streams that have grown and of rights that have changed. After the callers have, so that who asks again is answered anew.</summary>
    public static void Connect(IServiceProvider services, DatabaseListener listener)
    {
        var feeds = services.GetRequiredService<EventFeeds>();
        listener.On(StreamSequencer.Channel, feeds.Grown);
        listener.On("deskhand_access", _ => feeds.RightsChanged());
        listener.On(PresenceBoard.Channel, feeds.PresenceChanged);
    }
}
