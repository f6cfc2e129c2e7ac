using Deskhand.Http;

namespace Deskhand.Outbox;

/// <summary>Table of contents: events, their relay and their stream.</summary>
internal static class OutboxModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<OutboxSinks>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<ChangeLog>();
    }

    public static void Map(RouteTable api)
    {
    }
}
