using System.Globalization;
using Deskhand.Data;

namespace Deskhand.Directory;

/// <summary>Customers: their number, and their place in the tree.</summary>
internal sealed class CustomerKind() : Kind<Customer, CustomerFields>("customer", "customers")
{
    public static CustomerKind One { get; } = new();

    public override object Show(Customer row) => CustomerResponse.From(row);

    /// <summary>A number once given stays until another is given.</summary>
    public override CustomerFields Complete(CustomerFields? before, CustomerFields fields) => fields with
    {
        Number = fields.Number ?? before?.Number,
        // 1 and 1.0 are the same value: the spelling that history knows is kept
        CustomFields = before is not null && fields.CustomFields.Equals(before.CustomFields) ? before.CustomFields : fields.CustomFields,
    };

    public override async Task<Outcome<Customer>> Fit(DirectoryDesk desk, Actor by, Customer? before, Customer after, CancellationToken cancellationToken)
    {
        if (after.Fields.ParentId is { } parent && parent != before?.Fields.ParentId)
        {
            await LockTree(desk.Session, cancellationToken);
            var chain = await desk.Session.Query("""
                WITH RECURSIVE up (id, parent_id, level) AS (
                    SELECT id, parent_id, 1 FROM customers WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL
                    UNION ALL
                    SELECT c.id, c.parent_id, up.level + 1 FROM customers c JOIN up ON c.id = up.parent_id WHERE c.tenant_id = $1 AND up.level < 100)
                SELECT id FROM up ORDER BY level
                """, r => r.GetGuid(0), cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(parent));
            if (chain.Count == 0) return Problem.UnknownReference("parentId", "customer");
            var below = before is null ? 0 : (await desk.Session.Query("""
                WITH RECURSIVE down (id, level) AS (
                    SELECT $2, 0
                    UNION ALL
                    SELECT c.id, down.level + 1 FROM customers c JOIN down ON c.parent_id = down.id WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND down.level < 100)
                SELECT max(level) FROM down
                """, r => r.GetInt32(0), cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(after.Id)))[0];
            if (CustomerTree.Check(after.Id, [.. chain], below) is { } problem) return problem;
        }

        return after.Fields.Number is null
            ? after with { Fields = after.Fields with { Number = await DirectoryNumbers.Draw(desk.Session, Name, Table, "C", cancellationToken) } }
            : after;
    }

    /// <summary>Those below a customer must be moved first, for it is not known where to. Contacts and locations go with it; assets and projects stay, without it.</summary>
    public override async Task<Problem?> BeforeDelete(DirectoryDesk desk, Actor by, Customer row, CancellationToken cancellationToken)
    {
        await LockTree(desk.Session, cancellationToken);
        var (children, contacts, locations, assets, projects) = (await desk.Session.Query("""
            SELECT (SELECT count(*) FROM customers WHERE tenant_id = $1 AND parent_id = $2 AND deleted_at IS NULL),
                   ARRAY(SELECT id FROM contacts WHERE tenant_id = $1 AND customer_id = $2 AND deleted_at IS NULL ORDER BY id),
                   ARRAY(SELECT id FROM locations WHERE tenant_id = $1 AND customer_id = $2 AND deleted_at IS NULL ORDER BY id),
                   ARRAY(SELECT id FROM assets WHERE tenant_id = $1 AND customer_id = $2 AND deleted_at IS NULL ORDER BY id),
                   ARRAY(SELECT id FROM projects WHERE tenant_id = $1 AND customer_id = $2 AND deleted_at IS NULL ORDER BY id)
            """, r => (r.GetInt64(0), r.GetFieldValue<Guid[]>(1), r.GetFieldValue<Guid[]>(2), r.GetFieldValue<Guid[]>(3), r.GetFieldValue<Guid[]>(4)),
            cancellationToken, Rows.P(desk.Session.TenantId), Rows.P(row.Id)))[0];
        if (children > 0)
            return Problem.Conflict("customer_has_children", string.Create(CultureInfo.InvariantCulture, $"{children} {(children == 1 ? "customer is" : "customers are")} below this one; give them another parent, or none, first."));
        foreach (var asset in assets)
            if ((await desk.Change(AssetKind.One, by, asset.ToString(), null, a => a with { CustomerId = null, LocationId = null }, cancellationToken)).Problem is { } stuck) return stuck;
        foreach (var project in projects)
            if ((await desk.Change(ProjectKind.One, by, project.ToString(), null, p => p with { CustomerId = null }, cancellationToken)).Problem is { } stuck) return stuck;
        foreach (var contact in contacts)
            if ((await desk.Delete(ContactKind.One, by, contact.ToString(), null, cancellationToken)).Problem is { } stuck) return stuck;
        foreach (var location in locations)
            if ((await desk.Delete(LocationKind.One, by, location.ToString(), null, cancellationToken)).Problem is { } stuck) return stuck;
        return null;
    }

    /// <summary>One change of a tenant's tree at a time: two that are each right alone could close a circle together.</summary>
    public static Task<int> LockTree(TenantSession session, CancellationToken cancellationToken) =>
        session.Execute("SELECT pg_advisory_xact_lock(7236003, hashtext($1))", cancellationToken, Rows.P(session.TenantId.ToString()));
}
