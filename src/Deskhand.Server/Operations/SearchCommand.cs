using System.CommandLine;
using Deskhand.Tickets;

namespace Deskhand.Operations;

/// <summary>The command <c>deskhand search rebuild</c>.</summary>
internal static class SearchCommand
{
    public static Command Make()
    {
        var tenant = new Argument<string?>("tenant") { Description = "Slug of a tenant; all when not given.", DefaultValueFactory = _ => null };
        var rebuild = new Command("rebuild", "Has every ticket indexed anew by the running server, in the background; search goes on meanwhile.") { tenant };
        rebuild.SetAction((parsed, ct) => CommandLine.InInstallation(async i =>
        {
            var database = i.Database.Database;
            var slug = parsed.GetValue(tenant);
            var tenants = slug is null
                ? await database.AcrossTenants("SELECT tenant_id FROM list_tenants()", r => (Guid?)r.GetGuid(0), ct)
                : [await CommandLine.TenantId(i, slug, ct)];
            foreach (var id in tenants)
            {
                if (id is not { } known) return CommandLine.Fail($"There is no tenant {slug}.");
                await SearchIndex.Rebuild(database, known, ct);
            }

            Console.WriteLine($"The tickets of {tenants.Count} tenant(s) are indexed anew by the server, which begins within five seconds, or when it is started.");
            return 0;
        }, ct));
        return new Command("search", "The index that search uses.") { rebuild };
    }
}
