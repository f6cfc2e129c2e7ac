using Deskhand.Data;

namespace Deskhand.Directory;

/// <summary>What contacts and locations have in common: they belong to one customer for good, and one of them may be the primary one.</summary>
internal static class OfCustomer
{
    /// <summary>
    /// Locks the customer that owns a contact or location. All changes among the contacts of one customer take turns, because making one
    /// primary changes another.
    /// </summary>
    public static Task LockOwner(TenantSession session, string table, Guid id, CancellationToken cancellationToken) =>
        session.Query($"SELECT 1 FROM customers WHERE tenant_id = $1 AND id = (SELECT customer_id FROM {table} WHERE tenant_id = $1 AND id = $2) FOR NO KEY UPDATE",
            r => r.GetInt32(0), cancellationToken, Rows.P(session.TenantId), Rows.P(id));

    /// <summary>Locks the customer that gets a new contact or location; false when there is none.</summary>
    public static async Task<bool> LockCustomer(TenantSession session, Guid customerId, CancellationToken cancellationToken) =>
        (await session.Query("SELECT 1 FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE",
            r => r.GetInt32(0), cancellationToken, Rows.P(session.TenantId), Rows.P(customerId))).Count == 1;

    /// <summary>The id of the customer's primary contact or location, if it is another one.</summary>
    public static async Task<Guid?> OtherPrimary(TenantSession session, string table, Guid customerId, Guid id, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT id FROM {table} WHERE tenant_id = $1 AND customer_id = $2 AND id <> $3 AND is_primary AND deleted_at IS NULL",
            r => (Guid?)r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(customerId), Rows.P(id))).SingleOrDefault();
}

internal sealed class ContactKind() : Kind<Contact, ContactFields>("contact", "contacts")
{
    public static ContactKind One { get; } = new();

    public override object Show(Contact row) => ContactResponse.From(row);

    public override ContactFields Complete(ContactFields? before, ContactFields fields) =>
        before is not null && fields.CustomFields.Equals(before.CustomFields) ? fields with { CustomFields = before.CustomFields } : fields;

    public override Task LockOwner(TenantSession session, Guid id, CancellationToken cancellationToken) => OfCustomer.LockOwner(session, Table, id, cancellationToken);

    public override async Task<Outcome<Contact>> Fit(DirectoryDesk desk, Actor by, Contact? before, Contact after, CancellationToken cancellationToken)
    {
        if (before is null && !await OfCustomer.LockCustomer(desk.Session, after.CustomerId, cancellationToken)) return Problem.NotFound("customer");
        if (after.Fields.IsPrimary && before?.Fields.IsPrimary != true
            && await OfCustomer.OtherPrimary(desk.Session, Table, after.CustomerId, after.Id, cancellationToken) is { } other
            && (await desk.Change(this, by, other.ToString(), null, f => f with { IsPrimary = false }, cancellationToken)).Problem is { } problem)
            return problem;
        return after;
    }
}

internal sealed class LocationKind() : Kind<Location, LocationFields>("location", "locations")
{
    public static LocationKind One { get; } = new();

    public override object Show(Location row) => LocationResponse.From(row);

    public override Task LockOwner(TenantSession session, Guid id, CancellationToken cancellationToken) => OfCustomer.LockOwner(session, Table, id, cancellationToken);

    public override async Task<Outcome<Location>> Fit(DirectoryDesk desk, Actor by, Location? before, Location after, CancellationToken cancellationToken)
    {
        if (before is null && !await OfCustomer.LockCustomer(desk.Session, after.CustomerId, cancellationToken)) return Problem.NotFound("customer");
        if (after.Fields.IsPrimary && before?.Fields.IsPrimary != true
            && await OfCustomer.OtherPrimary(desk.Session, Table, after.CustomerId, after.Id, cancellationToken) is { } other
            && (await desk.Change(this, by, other.ToString(), null, f => f with { IsPrimary = false }, cancellationToken)).Problem is { } problem)
            return problem;
        return after;
    }

    /// <summary>What is installed there stays with the customer.</summary>
    public override async Task<Problem?> BeforeDelete(DirectoryDesk desk, Actor by, Location row, CancellationToken cancellationToken)
    {
        var assets = await desk.Session.Query("SELECT id FROM assets WHERE tenant_id = $1 AND location_id = $2 AND deleted_at IS NULL ORDER BY id",
            r => r.GetGuid(0), cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(row.Id));
        foreach (var asset in assets)
            if ((await desk.Change(AssetKind.One, by, asset.ToString(), null, a => a with { LocationId = null }, cancellationToken)).Problem is { } stuck) return stuck;
        return null;
    }
}
