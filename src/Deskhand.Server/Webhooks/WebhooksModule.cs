using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Webhooks;

/// <summary>Table of contents: events as signed posts to addresses that a tenant names.</summary>
internal static class WebhooksModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddSingleton(WebhookPace.Usual);
        services.AddScoped<WebhookDesk>();
        if (!settings.Roles.HasFlag(ServerRoles.Relay)) return;
        services.AddSingleton(s => new WebhookSender(settings, s.GetRequiredService<WebhookPace>(), s.GetRequiredService<TimeProvider>(), s.GetService<OutboundConnection.Resolver>()));
        services.AddSingleton<WebhookRelay>();
        services.AddHostedService<WorkHost<WebhookRelay>>();
    }

    public static void Map(RouteTable api)
    {
        api.Get("/webhooks", Permission.WebhooksManage, ListWebhooks.Handle);
        api.PostSecret("/webhooks", Permission.WebhooksManage, CreateWebhook.Handle);
        api.Get("/webhooks/{id}", Permission.WebhooksManage, GetWebhook.Handle);
        api.Put("/webhooks/{id}", Permission.WebhooksManage, ReplaceWebhook.Handle);
        api.Patch("/webhooks/{id}", Permission.WebhooksManage, PatchWebhook.Handle);
        api.Delete("/webhooks/{id}", Permission.WebhooksManage, DeleteWebhook.Handle);
        api.PostSecret("/webhooks/{id}/rotate-secret", Permission.WebhooksManage, RotateWebhookSecret.Handle);
        api.Post("/webhooks/{id}/test", Permission.WebhooksManage, TestWebhook.Handle);
        api.Get("/webhooks/{id}/status", Permission.WebhooksManage, GetWebhookStatus.Handle);
        api.Get("/webhooks/{id}/deliveries", Permission.WebhooksManage, ListWebhookDeliveries.Handle);
        api.Get("/webhooks/{id}/deliveries/{deliveryId}", Permission.WebhooksManage, GetWebhookDelivery.Handle);
        api.Get("/webhooks/{id}/attempts", Permission.WebhooksManage, ListWebhookAttempts.Handle);
        api.Post("/webhooks/{id}/replay", Permission.WebhooksManage, ReplayWebhook.Handle);
        api.Post("/webhooks/attempts/{id}/replay", Permission.WebhooksManage, ReplayWebhookAttempt.Handle);
    }

    /// <summary>Hears of streams that have grown and of webhooks that changed.</summary>
    public static void Connect(IServiceProvider services, DatabaseListener listener)
    {
        if (services.GetService<WebhookRelay>() is not { } relay) return;
        listener.On(StreamSequencer.Channel, relay.Hear);
        listener.On(WebhookDesk.Channel, relay.Hear);
    }
}
