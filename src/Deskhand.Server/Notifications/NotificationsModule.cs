using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Notifications;

/// <summary>Table of contents: mail out, what people are told in the desk, templates, surveys, and what follows when people leave.</summary>
internal static class NotificationsModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddSingleton(SenderPace.Usual);
        services.AddSingleton<MailAddresses>();
        services.AddSingleton<Composer>();
        services.AddSingleton<Sender>();
        services.AddHostedService(s => s.GetRequiredService<Sender>());
        services.AddSingleton<Departures>();
        services.AddSingleton<MailWatch>();
        if (!settings.Roles.HasFlag(ServerRoles.Clock)) return;
        services.AddHostedService<WorkHost<Departures>>();
        services.AddHostedService<WorkHost<MailWatch>>();
    }

    /// <summary>Hears that a user changed.</summary>
    public static void Connect(IServiceProvider services, DatabaseListener listener) => services.GetRequiredService<Departures>().ListenOn(listener);

    public static void Map(RouteTable api)
    {
        api.Get("/templates", Permission.SettingsRead, ListTemplates.Handle);
        api.Get("/templates/{id}", Permission.SettingsRead, GetTemplate.Handle);
        api.Put("/templates/{id}", Permission.SettingsManage, ReplaceTemplate.Handle);
        api.Delete("/templates/{id}", Permission.SettingsManage, ResetTemplate.Handle);
        api.Post("/templates/{id}/preview", Permission.SettingsManage, PreviewTemplate.Handle);

        api.Get("/notifications", Needs.SignIn, ListNotifications.Handle);
        api.Post("/notifications/read", Needs.SignIn, ReadNotifications.Handle);
        api.Get("/notifications/preferences", Needs.SignIn, GetPreferences.Handle);
        api.Put("/notifications/preferences", Needs.SignIn, ReplacePreferences.Handle);

        // by the token in the link, without sign-in, and as rarely as sign-in
        api.Get("/surveys/{token}", Needs.Nothing, GetSurvey.Handle);
        api.SignIn("/surveys/{token}", AnswerSurvey.Handle);
        api.Get("/reports/satisfaction", Permission.ReportsRead, ReportSatisfaction.Handle);

        api.Get("/deliveries", Permission.DeliveriesManage, ListDeliveries.Handle);
        api.Get("/deliveries/{id}", Permission.DeliveriesManage, GetDelivery.Handle);
        api.Post("/deliveries/{id}/resend", Permission.DeliveriesManage, ResendDelivery.Handle);
        api.Get("/suppressions", Permission.DeliveriesManage, ListSuppressions.Handle);
        api.Delete("/suppressions/{id}", Permission.DeliveriesManage, LiftSuppression.Handle);
    }
}
