using Deskhand.Data;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Tenants;

/// <summary>Table of contents: tenants and their settings.</summary>
internal static class TenantsModule
{
    public static void Map(RouteTable api)
    {
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
