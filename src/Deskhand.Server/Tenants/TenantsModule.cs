using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Tenants;

/// <summary>Table of contents: tenants and their settings.</summary>
internal static class TenantsModule
{
    public static void Map(RouteTable api)
    {
        api.Get("/settings", Permission.SettingsRead, GetSettings.Handle);
        api.Patch("/settings", Permission.SettingsManage, ChangeSettings.Handle);
    }

    public static void MapTables(ModelBuilder model)
    {
        var tenant = model.Entity<Tenant>();
        tenant.ToTable("tenants");
        tenant.Property<Guid>(DeskDb.Tenant).ValueGeneratedNever();
        tenant.HasKey(DeskDb.Tenant);
        tenant.Property(t => t.Version).IsConcurrencyToken();
    }
}
