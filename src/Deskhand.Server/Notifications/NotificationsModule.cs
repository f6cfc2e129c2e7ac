using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Notifications;

/// <summary>Table of contents: mail out, what people are told in the desk, templates, surveys, and what follows when people leave.</summary>
internal static class NotificationsModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(SenderPace.Usual);
        services.AddSingleton<MailAddresses>();
        services.AddSingleton<Composer>();
        services.AddSingleton<Sender>();
        services.AddHostedService(s => s.GetRequiredService<Sender>());
    }

    public static void Map(RouteTable api)
    {
        api.Get("/deliveries", Permission.DeliveriesManage, ListDeliveries.Handle);
        api.Get("/deliveries/{id}", Permission.DeliveriesManage, GetDelivery.Handle);
        api.Post("/deliveries/{id}/resend", Permission.DeliveriesManage, ResendDelivery.Handle);
    }
}
