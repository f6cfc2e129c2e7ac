using Deskhand.Access;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Table of contents: triggers, automations, macros, and the routing of groups.</summary>
internal static class AutomationModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddScoped<RuleDesk>();
        services.AddScoped<MacroDesk>();
        services.AddSingleton<AutomationSweep>();
        if (settings.Roles.HasFlag(ServerRoles.Clock)) services.AddHostedService<WorkHost<AutomationSweep>>();
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
        api.Post("/automations/try", Permission.SettingsManage, TryAutomation.Handle);
        api.Post("/automations/{id}/try", Permission.SettingsManage, TrySavedAutomation.Handle);
        api.Get("/automations/{id}", Permission.SettingsRead, GetAutomation.Handle);
        api.Put("/automations/{id}", Permission.SettingsManage, ReplaceAutomation.Handle);
        api.Patch("/automations/{id}", Permission.SettingsManage, PatchAutomation.Handle);
        api.Delete("/automations/{id}", Permission.SettingsManage, DeleteAutomation.Handle);

        // whose a macro is decides who may change it, in MacroRules
        api.Get("/macros", Permission.TicketsRead, ListMacros.Handle);
        api.Post("/macros", Permission.TicketsRead, CreateMacro.Handle);
        api.Get("/macros/{id}", Permission.TicketsRead, GetMacro.Handle);
        api.Put("/macros/{id}", Permission.TicketsRead, ReplaceMacro.Handle);
        api.Patch("/macros/{id}", Permission.TicketsRead, PatchMacro.Handle);
        api.Delete("/macros/{id}", Permission.TicketsRead, DeleteMacro.Handle);
        api.Post("/macros/{id}/preview", Permission.TicketsRead, PreviewMacro.Handle);
        // what a macro changes is decided step by step, in TicketDecision
        api.Post("/tickets/{id}/macros/{macroId}", Permission.TicketsRead, ApplyMacro.Handle);

        api.Get("/groups/{id}/routing", Permission.UsersRead, GetGroupRouting.Handle);
        api.Put("/groups/{id}/routing", Permission.GroupsManage, SetGroupRouting.Handle);
        api.Get("/users/{id}/availability", Permission.UsersRead, GetAvailability.Handle);
        // coming and going is everybody's own; the rest is decided there
        api.Put("/users/{id}/availability", Permission.UsersRead, SetAvailability.Handle);

        api.Get("/tickets/{id}/rules", Permission.TicketsRead, ListRuleRuns.Handle);
    }
}
