using System.Collections.Immutable;
using System.Linq.Expressions;
using Deskhand.Access;
using Deskhand.Directory;
using Deskhand.Tenants;
using Deskhand.Tickets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql;

namespace Deskhand.Data;

/// <summary>
/// The mapped tables of one tenant. Every entity carries its tenant in a shadow property that is part of its key; a filter adds the
/// tenant to every query, beside row level security.
/// </summary>
internal sealed class DeskDb(DbContextOptions<DeskDb> options, Guid tenantId) : DbContext(options)
{
    public const string Tenant = "TenantId";

    /// <summary>Without a connection, so that they are made once.</summary>
    private static readonly DbContextOptions<DeskDb> Options =
        new DbContextOptionsBuilder<DeskDb>().UseNpgsql().UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking).Options;

    private Guid TenantId { get; } = tenantId;

    public static DeskDb On(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid tenantId)
    {
        var db = new DeskDb(Options, tenantId);
        db.Database.SetDbConnection(connection);
        db.Database.UseTransaction(transaction);
        return db;
    }

    /// <summary>
    /// Replaces a row by another state of it. The version it was loaded with must still stand. The given <paramref name="before"/> takes on the
    /// new values; who needs it afterwards gives a copy.
    /// </summary>
    public void Replace<T>(T before, T after) where T : class
    {
        if (Entry(before).State == EntityState.Detached) Attach(before);
        Entry(before).CurrentValues.SetValues(after);
    }

    public override Task<int> SaveChangesAsync(CancellationToken cancellationToken = default)
    {
        foreach (var entry in ChangeTracker.Entries())
            if (entry.State == EntityState.Added) entry.Property(Tenant).CurrentValue = TenantId;
        return base.SaveChangesAsync(cancellationToken);
    }

    public override EntityEntry<TEntity> Attach<TEntity>(TEntity entity)
    {
        var entry = Entry(entity);
        entry.Property(Tenant).CurrentValue = TenantId;
        entry.State = EntityState.Unchanged;
        return entry;
    }

    public override EntityEntry<TEntity> Add<TEntity>(TEntity entity)
    {
        var entry = Entry(entity);
        entry.Property(Tenant).CurrentValue = TenantId;
        entry.State = EntityState.Added;
        return entry;
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Role>().HaveConversion<WireConverter<Role>>();
        configurationBuilder.Properties<TicketScope>().HaveConversion<WireConverter<TicketScope>>();
        configurationBuilder.Properties<ReferenceScheme>().HaveConversion<WireConverter<ReferenceScheme>>();
        configurationBuilder.Properties<CustomFieldType>().HaveConversion<WireConverter<CustomFieldType>>();
        configurationBuilder.Properties<CustomerType>().HaveConversion<WireConverter<CustomerType>>();
        configurationBuilder.Properties<Tier>().HaveConversion<WireConverter<Tier>>();
        configurationBuilder.Properties<LocationType>().HaveConversion<WireConverter<LocationType>>();
        configurationBuilder.Properties<ImmutableArray<string>>().HaveConversion<TextArrayConverter, TextArrayComparer>();
        configurationBuilder.Properties<CustomValues>().HaveConversion<CustomValuesConverter>().HaveColumnType("jsonb");
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        TenantsModule.MapTables(modelBuilder);
        AccessModule.MapTables(modelBuilder);
        DirectoryModule.MapTables(modelBuilder);
        TicketsModule.MapTables(modelBuilder);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetQueryFilter(OfThisTenant(entity.ClrType));
            NameColumns(entity, "");
        }
    }

    /// <summary>snake_case; a part of a row such as its address gives its name to the columns, but the editable fields are the row itself.</summary>
    private static void NameColumns(IMutableTypeBase type, string prefix)
    {
        foreach (var property in type.GetProperties()) property.SetColumnName(prefix + Wire.SnakeCase(property.Name));
        foreach (var complex in type.GetComplexProperties())
            NameColumns(complex.ComplexType, complex.Name == "Fields" ? prefix : prefix + Wire.SnakeCase(complex.Name) + "_");
    }

    /// <summary>Maps a table whose key begins with the tenant.</summary>
    public static Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<T> Map<T>(ModelBuilder model, string table, params string[] key) where T : class
    {
        var entity = model.Entity<T>();
        entity.ToTable(table);
        entity.Property<Guid>(Tenant).ValueGeneratedNever();
        entity.HasKey([Tenant, .. key.Length == 0 ? ["Id"] : key]);
        foreach (var part in key.Length == 0 ? ["Id"] : key) entity.Property(part).ValueGeneratedNever();
        if (typeof(T).GetProperty("Version") is not null) entity.Property("Version").IsConcurrencyToken();
        return entity;
    }

    /// <summary>e => EF.Property&lt;Guid&gt;(e, "TenantId") == this.TenantId</summary>
    private LambdaExpression OfThisTenant(Type entity)
    {
        var row = Expression.Parameter(entity, "row");
        var tenant = Expression.Call(typeof(EF), nameof(EF.Property), [typeof(Guid)], row, Expression.Constant(Tenant));
        return Expression.Lambda(Expression.Equal(tenant, Expression.Property(Expression.Constant(this), nameof(TenantId))), row);
    }

    private sealed class WireConverter<T>() : ValueConverter<T, string>(v => Wire.Name(v), s => Wire.Find<T>(s)!.Value)
        where T : struct, Enum;

    private sealed class TextArrayConverter() : ValueConverter<ImmutableArray<string>, string[]>(v => v.IsDefault ? Array.Empty<string>() : v.ToArray(), s => ImmutableArray.Create(s));

    private sealed class TextArrayComparer() : ValueComparer<ImmutableArray<string>>((a, b) => a.SequenceEqual(b), v => v.Length);

    private sealed class CustomValuesConverter() : ValueConverter<CustomValues, string>(v => v.ToJson(), s => CustomValues.Parse(s));
}
