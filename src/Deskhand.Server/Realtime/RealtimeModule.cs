using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Realtime;

/// <summary>Table of contents: the events as a list and as a live stream.</summary>
internal static class RealtimeModule
{
    public static void Add(IServiceCollection services) => services.AddSingleton<EventFeeds>();

    public static void Map(RouteTable api)
    {
        api.Get("/events", Permission.EventsRead, ListEvents.Handle);
        // what each caller hears of it is decided event by event, in EventRights
        api.Get("/events/stream", Permission.TicketsRead, StreamEvents.Handle);
    }

    /// <summary>Hears of streams that have grown and of rights that have changed. After the callers have, so that who asks again is answered anew.</summary>
    public static void Connect(IServiceProvider services, DatabaseListener listener)
    {
        var feeds = services.GetRequiredService<EventFeeds>();
        listener.On(StreamSequencer.Channel, feeds.Grown);
        listener.On("deskhand_access", _ => feeds.RightsChanged());
    }
}
