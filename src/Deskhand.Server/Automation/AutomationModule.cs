using Deskhand.Access;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Table of contents: triggers, automations, macros, and the routing of groups.</summary>
internal static class AutomationModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddScoped<RuleDesk>();
    }

    public static void Map(RouteTable api)
    {
        api.Get("/triggers", Permission.SettingsRead, ListTriggers.Handle);
        api.Post("/triggers", Permission.SettingsManage, CreateTrigger.Handle);
        api.Post("/triggers/reorder", Permission.SettingsManage, ReorderTriggers.Handle);
        api.Post("/triggers/try", Permission.SettingsManage, TryTrigger.Handle);
        api.Post("/triggers/{id}/try", Permission.SettingsManage, TrySavedTrigger.Handle);
        api.Get("/triggers/{id}", Permission.SettingsRead, GetTrigger.Handle);
        api.Put("/triggers/{id}", Permission.SettingsManage, ReplaceTrigger.Handle);
        api.Patch("/triggers/{id}", Permission.SettingsManage, PatchTrigger.Handle);
        api.Delete("/triggers/{id}", Permission.SettingsManage, DeleteTrigger.Handle);

        api.Get("/automations", Permission.SettingsRead, ListAutomations.Handle);
        api.Post("/automations", Permission.SettingsManage, CreateAutomation.Handle);
        api.Post("/automations/reorder", Permission.SettingsManage, ReorderAutomations.Handle);
        api.Get("/automations/{id}", Permission.SettingsRead, GetAutomation.Handle);
        api.Put("/automations/{id}", Permission.SettingsManage, ReplaceAutomation.Handle);
        api.Patch("/automations/{id}", Permission.SettingsManage, PatchAutomation.Handle);
        api.Delete("/automations/{id}", Permission.SettingsManage, DeleteAutomation.Handle);

        api.Get("/tickets/{id}/rules", Permission.TicketsRead, ListRuleRuns.Handle);
    }
}
