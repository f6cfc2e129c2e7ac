using Deskhand.Access;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Sla;

/// <summary>Table of contents: what is promised about time, by which calendars, and how it is kept.</summary>
internal static class SlaModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddScoped<SlaDesk>();
        services.AddSingleton<ClockSweep>();
        if (settings.Roles.HasFlag(ServerRoles.Clock)) services.AddHostedService<WorkHost<ClockSweep>>();
    }

    public static void Map(RouteTable api)
    {
        api.Get("/tickets/{id}/sla-status", Permission.TicketsRead, GetSlaStatus.Handle);
        api.Get("/sla/report", Permission.TicketsRead, GetSlaReport.Handle);

        api.Get("/sla/policies", Permission.SettingsRead, ListPolicies.Handle);
        api.Post("/sla/policies", Permission.SettingsManage, CreatePolicy.Handle);
        api.Post("/sla/policies/reorder", Permission.SettingsManage, ReorderPolicies.Handle);
        api.Get("/sla/policies/{id}", Permission.SettingsRead, GetPolicy.Handle);
        api.Put("/sla/policies/{id}", Permission.SettingsManage, ReplacePolicy.Handle);
        api.Patch("/sla/policies/{id}", Permission.SettingsManage, PatchPolicy.Handle);
        api.Delete("/sla/policies/{id}", Permission.SettingsManage, DeletePolicy.Handle);

        api.Get("/sla/calendars", Permission.SettingsRead, ListCalendars.Handle);
        api.Post("/sla/calendars", Permission.SettingsManage, CreateCalendar.Handle);
        api.Get("/sla/calendars/{id}", Permission.SettingsRead, GetCalendar.Handle);
        api.Put("/sla/calendars/{id}", Permission.SettingsManage, ReplaceCalendar.Handle);
        api.Patch("/sla/calendars/{id}", Permission.SettingsManage, PatchCalendar.Handle);
        api.Delete("/sla/calendars/{id}", Permission.SettingsManage, DeleteCalendar.Handle);
    }
}
