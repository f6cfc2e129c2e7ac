using System.Collections.Immutable;
using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>GET /customers/export.csv: the customers that the filters leave, as a file that can be imported again.</summary>
internal static class ExportCustomers
{
    private static readonly ImmutableArray<string> Columns =
        ["id", "number", "name", "type", "tier", "email", "phone", "website", "line1", "line2", "city", "state", "postalCode", "country", "domains", "details", "parent", "customFields", "externalId", "active", "createdAt", "updatedAt"];

    public static Task<CsvAnswer> Handle([AsParameters] CustomerQuery query, string? bom, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        DirectoryExport.Of(query, bom, "customers", Columns, ListCustomers.Orders, db => ListCustomers.Filter(query, db), caller, session, clock, async (part, rows) =>
        {
            var parents = await DirectoryExport.Words(session, "customers", "number", part.Select(c => c.Fields.ParentId), cancellationToken);
            foreach (var c in part)
            {
                var (f, a) = (c.Fields, c.Fields.Address);
                await rows.Write(c.Id.ToString(), f.Number, f.Name, Wire.Name(f.Type), Wire.Name(f.Tier), f.Email, f.Phone, f.Website, a.Line1, a.Line2, a.City, a.State, a.PostalCode, a.Country,
                    string.Join(' ', f.Domains), f.Details, DirectoryExport.Word(parents, f.ParentId), DirectoryExport.Custom(f.CustomFields), f.ExternalId, Json.Of(f.Active),
                    Json.Text(c.CreatedAt), Json.Text(c.UpdatedAt));
            }
        }, cancellationToken);
}

/// <summary>GET /contacts/export.csv: the contacts that the filters leave, as a file that can be imported again.</summary>
internal static class ExportContacts
{
    private static readonly ImmutableArray<string> Columns =
        ["id", "customer", "customerName", "firstName", "lastName", "title", "department", "email", "phoneOffice", "phoneMobile", "phoneDirect", "isPrimary", "isBilling", "isTechnical", "identities", "customFields", "externalId", "active", "createdAt", "updatedAt"];

    public static Task<CsvAnswer> Handle([AsParameters] ContactQuery query, string? bom, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        DirectoryExport.Of(query, bom, "contacts", Columns, ListContacts.Orders, db => ListContacts.Filter(query, db), caller, session, clock, async (part, rows) =>
        {
            var numbers = await DirectoryExport.Words(session, "customers", "number", part.Select(c => (Guid?)c.CustomerId), cancellationToken);
            var names = await DirectoryExport.Words(session, "customers", "name", part.Select(c => (Guid?)c.CustomerId), cancellationToken);
            foreach (var c in part)
            {
                var f = c.Fields;
                await rows.Write(c.Id.ToString(), DirectoryExport.Word(numbers, c.CustomerId), DirectoryExport.Word(names, c.CustomerId), f.FirstName, f.LastName, f.Title, f.Department, f.Email,
                    f.PhoneOffice, f.PhoneMobile, f.PhoneDirect, Json.Of(f.IsPrimary), Json.Of(f.IsBilling), Json.Of(f.IsTechnical),
                    string.Join("; ", f.Identities.Select(i => $"{Wire.Name(i.Kind)}:{i.Value}")), DirectoryExport.Custom(f.CustomFields), f.ExternalId, Json.Of(f.Active),
                    Json.Text(c.CreatedAt), Json.Text(c.UpdatedAt));
            }
        }, cancellationToken);
}

/// <summary>GET /assets/export.csv: the assets that the filters leave, as a file that can be imported again.</summary>
internal static class ExportAssets
{
    private static readonly ImmutableArray<string> Columns =
        ["id", "number", "name", "project", "projectName", "installedOn", "customer", "customerName", "location", "createdAt", "updatedAt"];

    public static Task<CsvAnswer> Handle([AsParameters] AssetQuery query, string? bom, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        DirectoryExport.Of(query, bom, "assets", Columns, ListAssets.Orders, db => ListAssets.Filter(query, db), caller, session, clock, async (part, rows) =>
        {
            var numbers = await DirectoryExport.Words(session, "customers", "number", part.Select(a => a.Fields.CustomerId), cancellationToken);
            var names = await DirectoryExport.Words(session, "customers", "name", part.Select(a => a.Fields.CustomerId), cancellationToken);
            var sites = await DirectoryExport.Words(session, "locations", "name", part.Select(a => a.Fields.LocationId), cancellationToken);
            var projects = await DirectoryExport.Words(session, "projects", "number", part.Select(a => a.Fields.ProjectId), cancellationToken);
            foreach (var asset in part)
            {
                var f = asset.Fields;
                await rows.Write(asset.Id.ToString(), f.Number, f.Name, DirectoryExport.Word(projects, f.ProjectId), asset.ProjectName, f.InstalledOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    DirectoryExport.Word(numbers, f.CustomerId), DirectoryExport.Word(names, f.CustomerId), DirectoryExport.Word(sites, f.LocationId),
                    Json.Text(asset.CreatedAt), Json.Text(asset.UpdatedAt));
            }
        }, cancellationToken);
}

/// <summary>What the exports have in common: every filter and order of the list, an entry in the audit log, and no page.</summary>
internal static class DirectoryExport
{
    public static async Task<CsvAnswer> Of<TRow>(
        ListQuery query, string? bom, string what, IReadOnlyList<string> columns, ListOrders<TRow> orders, Func<DeskDb, EntityFilter<TRow>> filter,
        Caller caller, TenantSession session, TimeProvider clock, Func<IReadOnlyList<TRow>, CsvRows, Task> write, CancellationToken cancellationToken) where TRow : class
    {
        var hasBom = CsvAnswer.ReadBom(bom);
        if (hasBom.Problem is { } wrongBom) return new(wrongBom);
        if ((query.Page ?? query.Limit ?? query.Skip ?? query.Take ?? query.Cursor) is not null) return new(Problem.Malformed("page", "An export has no pages: it is all that the filters leave."));
        var order = orders.Read(query.Sort);
        if (order.Problem is { } wrongOrder) return new(wrongOrder);
        var checkedFilter = await session.Transact<Nothing>(async () =>
        {
            if (filter(session.Db).Problem is { } wrong) return wrong;
            await Audit.Write(session, new AuditEntry("customers.exported", clock.GetUtcNow(), caller.Actor, what.TrimEnd('s'), Detail: new { What = what, Filters = (object)query }), cancellationToken);
            return default(Nothing);
        }, cancellationToken);
        if (checkedFilter.Problem is { } refused) return new(refused);
        return new(new CsvTable(what + ".csv", columns,
            (rows, ct) => EntityExport.Read(session, db => filter(db).Rows, order.Value, part => write(part, rows), ct), hasBom.Value));
    }

    /// <summary>A word each for the rows that others name.</summary>
    public static async Task<Dictionary<Guid, string>> Words(TenantSession session, string table, string column, IEnumerable<Guid?> ids, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT id, {column} FROM {table} WHERE tenant_id = $1 AND id = ANY ($2)", r => (Id: r.GetGuid(0), Word: r.GetString(1)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(ids.OfType<Guid>().Distinct().ToArray()))).ToDictionary(r => r.Id, r => r.Word);

    public static string? Word(Dictionary<Guid, string> words, Guid? id) => id is { } known ? words.GetValueOrDefault(known) : null;

    public static string? Custom(Tickets.CustomValues values) => values.Count == 0 ? null : values.ToJson();
}
