using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>Customers out of a file: known again by their external id, else by their number; parents by either, in the file or here.</summary>
internal sealed class CustomerImport(ChangeLog log, TimeProvider clock) : DirectoryImport<Customer, CustomerFields>(CustomerKind.One, log, clock)
{
    private readonly Dictionary<string, Customer> byExternalId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Customer> byNumber = new(StringComparer.Ordinal);
    private readonly HashSet<string> retired = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Guid> idOfLine = [];
    private readonly Dictionary<string, (int Line, Guid Id)> inFile = new(StringComparer.Ordinal);
    private Dictionary<Guid, Guid?> tree = [];

    protected override CustomerFields Blank => new() { Name = "" };

    protected override ImmutableArray<ImportColumn<CustomerFields>> Columns { get; } =
    [
        new("externalId", (f, t) => f with { ExternalId = t }, "extid", "legacyid", "reference"),
        new("number", (f, t) => f with { Number = t ?? f.Number }, "customernumber", "customerno", "no", "accountnumber", "account", "code"),
        new("name", (f, t) => f with { Name = t ?? "" }, "customer", "company", "companyname", "accountname", "organisation", "organization"),
        new("type", (f, t) => ImportCells.OneOf(t, CustomerType.Business, v => f with { Type = v }), "kind", "customertype"),
        new("tier", (f, t) => ImportCells.OneOf(t, Tier.Bronze, v => f with { Tier = v }), "level", "class"),
        new("email", (f, t) => f with { Email = t }, "mail", "emailaddress"),
        new("phone", (f, t) => f with { Phone = t }, "telephone", "tel", "phonenumber", "telephonenumber"),
        new("website", (f, t) => f with { Website = t }, "web", "url", "homepage", "webaddress"),
        new("line1", (f, t) => f with { Address = f.Address with { Line1 = t } }, "address", "addressline1", "address1", "street"),
        new("line2", (f, t) => f with { Address = f.Address with { Line2 = t } }, "addressline2", "address2"),
        new("city", (f, t) => f with { Address = f.Address with { City = t } }, "town", "addresscity"),
        new("state", (f, t) => f with { Address = f.Address with { State = t } }, "province", "region", "addressstate"),
        new("postalCode", (f, t) => f with { Address = f.Address with { PostalCode = t } }, "postcode", "zip", "zipcode", "addresspostalcode"),
        new("country", (f, t) => f with { Address = f.Address with { Country = t } }, "countrycode", "addresscountry"),
        new("domains", (f, t) => f with { Domains = [.. ImportCells.Several(t)] }, "domain", "emaildomains", "maildomains"),
        new("details", (f, t) => f with { Details = t }, "notes", "comment", "description"),
        new("parent", null, "parentnumber", "parentcustomer", "parentid", "parentexternalid"),
        new("customFields", (f, t) => ImportCells.AllCustom(t, v => f with { CustomFields = v })),
        new("active", (f, t) => ImportCells.Flag(t, true, v => f with { Active = v }), "isactive", "enabled"),
    ];

    protected override ImportColumn<CustomerFields> Custom(string key, bool hasDecimalComma) =>
        new("custom." + key, (f, t) => f with { CustomFields = ImportCells.With(f.CustomFields, key, t, hasDecimalComma) });

    protected override async Task Load(TenantSession session, IReadOnlyList<ImportLine> lines, CancellationToken cancellationToken)
    {
        var parents = lines.Select(l => l["parent"]).OfType<string>();
        string[] numbers = [.. lines.Select(l => l["number"]).OfType<string>().Concat(parents).Distinct(StringComparer.Ordinal)];
        string[] externalIds = [.. lines.Select(l => l["externalId"]).OfType<string>().Concat(parents).Distinct(StringComparer.Ordinal)];
        // one change of the tree at a time, as everywhere
        if (lines.Any(l => l.Has("parent"))) await CustomerKind.LockTree(session, cancellationToken);
        var ids = (await session.Query("""
            SELECT id FROM (
                SELECT id FROM customers WHERE tenant_id = $1 AND number = ANY ($2) AND deleted_at IS NULL
                UNION SELECT id FROM customers WHERE tenant_id = $1 AND external_id = ANY ($3) AND deleted_at IS NULL) found ORDER BY id
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(Storable(numbers)), Rows.P(Storable(externalIds)))).ToArray();
        await session.Execute("SELECT 1 FROM customers WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(ids));
        foreach (var customer in await session.Db.Set<Customer>().Where(c => ids.Contains(c.Id) && c.DeletedAt == null).ToListAsync(cancellationToken))
        {
            byNumber[customer.Fields.Number!] = customer;
            if (customer.Fields.ExternalId is { } externalId) byExternalId[externalId] = customer;
        }

        retired.UnionWith(await session.Query("SELECT number FROM customers WHERE tenant_id = $1 AND number = ANY ($2) AND deleted_at IS NOT NULL",
            r => r.GetString(0), cancellationToken, Rows.P(session.TenantId), Rows.P(Storable(numbers))));
        if (lines.Any(l => l.Has("parent")))
            tree = (await session.Query("SELECT id, parent_id FROM customers WHERE tenant_id = $1 AND parent_id IS NOT NULL AND deleted_at IS NULL",
                r => (Id: r.GetGuid(0), Parent: r.GetGuid(1)), cancellationToken, Rows.P(session.TenantId))).ToDictionary(r => r.Id, r => (Guid?)r.Parent);

        // a line may name a parent that comes further down, so each has its id before any is looked at
        foreach (var line in lines)
        {
            var (externalId, number) = (line["externalId"], line["number"]);
            var known = externalId is not null && byExternalId.TryGetValue(externalId, out var byId) ? byId : number is not null ? byNumber.GetValueOrDefault(number) : null;
            var id = idOfLine[line.Number] = known?.Id ?? Ids.New(Now);
            if (externalId is not null) inFile.TryAdd("externalId " + externalId, (line.Number, id));
            if (number is not null) inFile.TryAdd("number " + number, (line.Number, id));
        }
    }

    protected override Customer? Match(ImportLine line, ImportErrors errors)
    {
        var (externalId, number) = (line["externalId"], line["number"]);
        if (externalId is null && number is null)
        {
            errors.Add(line.Number, null, "A line needs an externalId or a number, so that taking the file in twice makes no customer twice.");
            return null;
        }

        var (byId, byNo) = (externalId is null ? null : byExternalId.GetValueOrDefault(externalId), number is null ? null : byNumber.GetValueOrDefault(number));
        if (byId is not null && byNo is not null && byId.Id != byNo.Id) errors.Add(line.Number, "number", "Another customer has this number than the one with this externalId.");
        else if (byId is null && externalId is not null && byNo?.Fields.ExternalId is { } other) errors.Add(line.Number, "externalId", $"The customer with this number has the externalId {other}.");
        if (number is not null && byNo is null && retired.Contains(number)) errors.Add(line.Number, "number", "This number belonged to a customer who was deleted; numbers are not used twice.");
        return byId ?? byNo;
    }

    protected override Customer Refer(ImportLine line, Customer row, ImportErrors errors)
    {
        foreach (var (column, value) in new[] { ("externalId", line["externalId"]), ("number", line["number"]) })
            if (value is not null && inFile[$"{column} {value}"] is var first && first.Id != row.Id) errors.Add(line.Number, column, $"Line {first.Line} has the same.");
        if (!line.Has("parent")) return row;
        if (line["parent"] is not { } name) return row with { Fields = row.Fields with { ParentId = null } };
        var parent = inFile.TryGetValue("number " + name, out var there) || inFile.TryGetValue("externalId " + name, out there) ? there.Id
            : byNumber.TryGetValue(name, out var known) || byExternalId.TryGetValue(name, out known) ? known.Id : (Guid?)null;
        if (parent is null) errors.Add(line.Number, "parent", "There is no customer with this number or external id, here or in the file.");
        return parent is null ? row : row with { Fields = row.Fields with { ParentId = parent } };
    }

    protected override Customer New(ImportLine line, CustomerFields fields) => new() { Id = idOfLine[line.Number], Fields = fields, CreatedAt = Now, UpdatedAt = Now };

    /// <summary>No circles and at most ten levels, with all that the lines say about parents laid over the tree there is; parents come first.</summary>
    protected override Task<List<ImportEntry<Customer>>> Together(TenantSession session, List<ImportEntry<Customer>> entries, ImportErrors errors, CancellationToken cancellationToken)
    {
        var moved = entries.Where(e => e.After.Fields.ParentId != e.Before?.Fields.ParentId).ToDictionary(e => e.After.Id, e => e.Line);
        foreach (var entry in entries.Where(e => moved.ContainsKey(e.After.Id))) tree[entry.After.Id] = entry.After.Fields.ParentId;
        var levels = new Dictionary<Guid, int>();
        foreach (var (id, line) in moved)
            if (Level(id, levels) is 0) errors.Add(line, "parent", "A customer cannot be below itself.");
            else if (levels[id] > CustomerTree.MostLevels) errors.Add(line, "parent", $"Customers may stand at most {CustomerTree.MostLevels} levels deep.");
        if (moved.Count > 0)
            foreach (var id in tree.Keys.ToArray())
                if (!moved.ContainsKey(id) && Level(id, levels) > CustomerTree.MostLevels && Above(id).FirstOrDefault(moved.ContainsKey) is var mover && mover != default)
                    errors.Add(moved[mover], "parent", $"Customers below this one would stand more than {CustomerTree.MostLevels} levels deep.");
        return Task.FromResult(entries.OrderBy(e => Level(e.After.Id, levels)).ToList());
    }

    private IEnumerable<Guid> Above(Guid id)
    {
        for (var i = 0; i < 100 && tree.GetValueOrDefault(id) is { } parent; i++) yield return id = parent;
    }

    /// <summary>On which level a customer stands, from 1; 0 = below itself.</summary>
    private int Level(Guid id, Dictionary<Guid, int> levels)
    {
        if (levels.TryGetValue(id, out var known)) return known;
        var path = new List<Guid>();
        var seen = new HashSet<Guid>();
        var at = (Guid?)id;
        while (at is { } here && !levels.ContainsKey(here))
        {
            if (!seen.Add(here))
            {
                // those on the circle, and those that lead into it, have no level
                foreach (var lost in path) levels[lost] = 0;
                return 0;
            }

            path.Add(here);
            at = tree.GetValueOrDefault(here);
        }

        var level = at is { } top ? levels[top] : 0;
        var isLost = at is not null && level == 0;
        for (var i = path.Count - 1; i >= 0; i--) levels[path[i]] = isLost ? 0 : ++level;
        return levels[id];
    }

    protected override async Task<List<ImportEntry<Customer>>> Complete(TenantSession session, List<ImportEntry<Customer>> entries, CancellationToken cancellationToken)
    {
        var missing = entries.Count(e => e.After.Fields.Number is null);
        if (missing == 0) return entries;
        var numbers = new Queue<string>(await DirectoryNumbers.DrawMany(session, "customer", "customers", "C", missing, cancellationToken));
        return [.. entries.Select(e => e.After.Fields.Number is not null ? e : Numbered(e, numbers.Dequeue()))];

        static ImportEntry<Customer> Numbered(ImportEntry<Customer> entry, string number)
        {
            var after = entry.After with { Fields = entry.After.Fields with { Number = number } };
            return entry with { After = after, Changes = FieldDiff.Between(entry.Before?.Fields, after.Fields) };
        }
    }

    private static string[] Storable(string[] texts) => [.. texts.Where(t => !t.Contains('\0', StringComparison.Ordinal))];
}
