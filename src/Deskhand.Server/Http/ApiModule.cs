using Deskhand.Access;
using Deskhand.Automation;
using Deskhand.Directory;
using Deskhand.Jobs;
using Deskhand.Notifications;
using Deskhand.Realtime;
using Deskhand.Sla;
using Deskhand.Tenants;
using Deskhand.Tickets;
using Deskhand.Webhooks;

namespace Deskhand.Http;

/// <summary>The whole public interface: each module's table of contents, in one place.</summary>
internal static class ApiModule
{
    public const string Prefix = "/api/v1";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Prefix);
        AccessModule.Map(new RouteTable(api, "Access"));
        TenantsModule.Map(new RouteTable(api, "Settings"));
        DirectoryModule.Map(new RouteTable(api, "Directory"));
        TicketsModule.Map(new RouteTable(api, "Tickets"));
        AutomationModule.Map(new RouteTable(api, "Automation"));
        SlaModule.Map(new RouteTable(api, "SLA"));
        JobsModule.Map(new RouteTable(api, "Jobs"));
        NotificationsModule.Map(new RouteTable(api, "Notifications"));
        RealtimeModule.Map(new RouteTable(api, "Events"));
        WebhooksModule.Map(new RouteTable(api, "Webhooks"));
    }
}
