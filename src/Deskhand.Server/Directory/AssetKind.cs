using Deskhand.Data;

namespace Deskhand.Directory;

/// <summary>Assets: where they are installed, and the project they belong to.</summary>
internal sealed class AssetKind() : Kind<Asset, AssetFields>("asset", "assets")
{
    public static AssetKind One { get; } = new();

    public override object Show(Asset row) => AssetResponse.From(row);

    /// <summary>The project before the asset: one that gets another name tells its assets, in that order.</summary>
    public override Task LockOwner(TenantSession session, Guid id, CancellationToken cancellationToken) =>
        session.Query("SELECT 1 FROM projects WHERE tenant_id = $1 AND id = (SELECT project_id FROM assets WHERE tenant_id = $1 AND id = $2) FOR SHARE",
            r => r.GetInt32(0), cancellationToken, Rows.P(session.TenantId), Rows.P(id));

    public override async Task<Outcome<Asset>> Fit(DirectoryDesk desk, Actor by, Asset? before, Asset after, CancellationToken cancellationToken)
    {
        var (old, now) = (before?.Fields, after.Fields);
        if (now.CustomerId is not null && now.CustomerId != old?.CustomerId)
        {
            var known = await desk.Session.Query("SELECT 1 FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
                r => r.GetInt32(0), cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(now.CustomerId));
            if (known.Count == 0) return Problem.UnknownReference("customerId", "customer");
        }

        if (now.ProjectId is null) after = after with { ProjectName = null };
        else if (now.ProjectId != old?.ProjectId)
        {
            var names = await desk.Session.Query("SELECT name FROM projects WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE",
                r => r.GetString(0), cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(now.ProjectId));
            if (names.Count == 0) return Problem.UnknownReference("projectId", "project");
            after = after with { ProjectName = names[0] };
        }

        if (now.LocationId is null || (now.CustomerId, now.LocationId) == (old?.CustomerId, old?.LocationId)) return after;
        var owner = await desk.Session.Query("SELECT customer_id FROM locations WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
            r => r.GetGuid(0), cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(now.LocationId));
        return owner.Count == 0 ? Problem.UnknownReference("locationId", "location")
            : owner[0] == now.CustomerId ? after
            : Problem.Invalid("locationId", "This location belongs to another customer; name that customer as customerId too.");
    }
}
