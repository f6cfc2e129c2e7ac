using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>Assets out of a file, known again by their number. Customer, location and project are named by number, external id or (locations, projects) name.</summary>
internal sealed class AssetImport(ChangeLog log, TimeProvider clock) : DirectoryImport<Asset, AssetFields>(AssetKind.One, log, clock)
{
    private readonly Dictionary<string, Asset> byNumber = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Guid Id, string Name)> projects = new(StringComparer.Ordinal);
    private readonly Dictionary<(Guid Customer, string Name), Guid> locations = [];
    private readonly Dictionary<string, int> inFile = new(StringComparer.Ordinal);

    protected override AssetFields Blank => new() { Number = "" };

    protected override ImmutableArray<ImportColumn<AssetFields>> Columns { get; } =
    [
        new("number", (f, t) => f with { Number = t ?? "" }, "assetnumber", "assetno", "no", "serial", "serialnumber", "code"),
        new("name", (f, t) => f with { Name = t }, "asset", "description"),
        new("installedOn", (f, t) => ImportCells.Day(t, v => f with { InstalledOn = v }), "installed", "installdate", "installationdate"),
        new("customer", null, "customernumber", "customerno", "customerexternalid", "company", "account"),
        new("location", null, "locationname", "site"),
        new("project", null, "projectnumber"),
    ];

    protected override async Task Load(TenantSession session, IReadOnlyList<ImportLine> lines, CancellationToken cancellationToken)
    {
        var tenant = Rows.P(session.TenantId);
        foreach (var (id, number, externalId) in await session.Query("""
            SELECT id, number, external_id FROM customers WHERE tenant_id = $1 AND number = ANY ($2) AND deleted_at IS NULL
            UNION SELECT id, number, external_id FROM customers WHERE tenant_id = $1 AND external_id = ANY ($2) AND deleted_at IS NULL
            """, r => (r.GetGuid(0), r.GetString(1), r.Text(2)), cancellationToken, tenant, Rows.P(Named(lines, "customer"))))
        {
            customers[number] = id;
            if (externalId is not null) customers.TryAdd(externalId, id);
        }

        // the projects before the assets, as everywhere: one that is renamed meanwhile tells those that are here
        foreach (var (id, number, name) in await session.Query("""
            SELECT id, number_key, name, name_key FROM projects WHERE tenant_id = $1 AND (number_key = ANY ($2) OR name_key = ANY ($2)) AND deleted_at IS NULL ORDER BY id FOR SHARE
            """, r => (r.GetGuid(0), r.GetString(1), r.GetString(2)), cancellationToken, Rows.P(session.TenantId), Rows.P(Lower(Named(lines, "project")))))
        {
            projects[number] = (id, name);
            projects.TryAdd(name.ToLowerInvariant(), (id, name));
        }

        var ids = await session.Query("SELECT id FROM assets WHERE tenant_id = $1 AND number_key = ANY ($2) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE",
            r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(Lower(Named(lines, "number"))));
        foreach (var asset in await session.Db.Set<Asset>().Where(a => ids.Contains(a.Id)).ToListAsync(cancellationToken)) byNumber[asset.NumberKey] = asset;

        Guid[] owners = [.. customers.Values.Concat(byNumber.Values.Select(a => a.Fields.CustomerId).OfType<Guid>()).Distinct()];
        foreach (var (id, customer, name, externalId) in await session.Query(
            "SELECT id, customer_id, name_key, external_id FROM locations WHERE tenant_id = $1 AND customer_id = ANY ($2) AND deleted_at IS NULL ORDER BY id",
            r => (r.GetGuid(0), r.GetGuid(1), r.GetString(2), r.Text(3)), cancellationToken, Rows.P(session.TenantId), Rows.P(owners)))
        {
            locations.TryAdd((customer, name), id);
            if (externalId is not null) locations.TryAdd((customer, externalId.ToLowerInvariant()), id);
        }
    }

    protected override Asset? Match(ImportLine line, ImportErrors errors)
    {
        if (line["number"]?.ToLowerInvariant() is not { } number)
        {
            errors.Add(line.Number, "number", "This is required.");
            return null;
        }

        var known = byNumber.GetValueOrDefault(number);
        if (!inFile.TryAdd(number, line.Number) && known is null) errors.Add(line.Number, "number", $"Line {inFile[number]} has the same.");
        return known;
    }

    protected override Asset Refer(ImportLine line, Asset row, ImportErrors errors)
    {
        if (line.Has("customer"))
        {
            var customer = line["customer"] is { } name ? customers.TryGetValue(name, out var id) ? id : Unknown("customer", "There is no customer with this number or external id.") : null;
            // what stood at another customer stands there no longer
            row = row with { Fields = row.Fields with { CustomerId = customer, LocationId = customer == row.Fields.CustomerId ? row.Fields.LocationId : null } };
        }

        if (line.Has("location"))
        {
            var location = line["location"] is not { } site ? null
                : row.Fields.CustomerId is { } owner && locations.TryGetValue((owner, site.ToLowerInvariant()), out var id) ? id
                : Unknown("location", "The customer has no location of this name or external id.");
            row = row with { Fields = row.Fields with { LocationId = location } };
        }

        if (!line.Has("project")) return row;
        if (line["project"] is not { } project) return row with { ProjectName = null, Fields = row.Fields with { ProjectId = null } };
        if (projects.TryGetValue(project.ToLowerInvariant(), out var found)) return row with { ProjectName = found.Name, Fields = row.Fields with { ProjectId = found.Id } };
        Unknown("project", "There is no project with this number or name.");
        return row;

        Guid? Unknown(string column, string message)
        {
            errors.Add(line.Number, column, message);
            return null;
        }
    }

    protected override Asset New(ImportLine line, AssetFields fields) => new() { Id = Ids.New(Now), Fields = fields, CreatedAt = Now, UpdatedAt = Now };

    private static string[] Named(IReadOnlyList<ImportLine> lines, string column) =>
        [.. lines.Select(l => l[column]).OfType<string>().Where(t => !t.Contains('\0', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];

    private static string[] Lower(string[] texts) => [.. texts.Select(t => t.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
}
