using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Tickets;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>Contacts out of a file: each names its customer by number or external id, and is known again by its own external id, else by its e-mail address at that customer.</summary>
internal sealed class ContactImport(ChangeLog log, TimeProvider clock) : DirectoryImport<Contact, ContactFields>(ContactKind.One, log, clock)
{
    private readonly Dictionary<string, Guid> customers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Contact> byExternalId = new(StringComparer.Ordinal);
    private readonly Dictionary<(Guid Customer, string Email), Contact> byEmail = [];
    private readonly Dictionary<string, (int Line, Guid Id)> inFile = new(StringComparer.Ordinal);

    protected override ContactFields Blank => new() { FirstName = "" };

    protected override ImmutableArray<ImportColumn<ContactFields>> Columns { get; } =
    [
        new("customer", null, "customernumber", "customerno", "customerexternalid", "company", "account", "accountnumber"),
        new("externalId", (f, t) => f with { ExternalId = t }, "extid", "legacyid", "reference"),
        new("firstName", (f, t) => f with { FirstName = t ?? "" }, "first", "givenname", "forename"),
        new("lastName", (f, t) => f with { LastName = t ?? "" }, "last", "surname", "familyname"),
        new("title", (f, t) => f with { Title = t }, "jobtitle", "position", "role"),
        new("department", (f, t) => f with { Department = t }),
        new("email", (f, t) => f with { Email = t }, "mail", "emailaddress"),
        new("phoneOffice", (f, t) => f with { PhoneOffice = t }, "phone", "telephone", "tel", "businessphone", "workphone", "officephone"),
        new("phoneMobile", (f, t) => f with { PhoneMobile = t }, "mobile", "mobilephone", "cell", "cellphone"),
        new("phoneDirect", (f, t) => f with { PhoneDirect = t }, "direct", "directphone"),
        new("isPrimary", (f, t) => ImportCells.Flag(t, false, v => f with { IsPrimary = v }), "primary", "maincontact"),
        new("isBilling", (f, t) => ImportCells.Flag(t, false, v => f with { IsBilling = v }), "billing"),
        new("isTechnical", (f, t) => ImportCells.Flag(t, false, v => f with { IsTechnical = v }), "technical"),
        new("identities", (f, t) => Identities(t) is var read && read.Problem is { } wrong ? wrong : f with { Identities = Identities(t).Value }, "furtheraddresses"),
        new("customFields", (f, t) => ImportCells.AllCustom(t, v => f with { CustomFields = v })),
        new("active", (f, t) => ImportCells.Flag(t, true, v => f with { Active = v }), "isactive", "enabled"),
    ];

    protected override ImportColumn<ContactFields> Custom(string key, bool hasDecimalComma) =>
        new("custom." + key, (f, t) => f with { CustomFields = ImportCells.With(f.CustomFields, key, t, hasDecimalComma) });

    protected override async Task Load(TenantSession session, IReadOnlyList<ImportLine> lines, CancellationToken cancellationToken)
    {
        string[] names = [.. lines.Select(l => l["customer"]).OfType<string>().Where(Storable).Distinct(StringComparer.Ordinal)];
        string[] externalIds = [.. lines.Select(l => l["externalId"]).OfType<string>().Where(Storable).Distinct(StringComparer.Ordinal)];
        string[] emails = [.. lines.Select(l => l["email"]?.ToLowerInvariant()).OfType<string>().Where(Storable).Distinct(StringComparer.Ordinal)];
        foreach (var (id, number, externalId) in await session.Query("""
            SELECT id, number, external_id FROM customers WHERE tenant_id = $1 AND number = ANY ($2) AND deleted_at IS NULL
            UNION SELECT id, number, external_id FROM customers WHERE tenant_id = $1 AND external_id = ANY ($2) AND deleted_at IS NULL
            """, r => (r.GetGuid(0), r.GetString(1), r.Text(2)), cancellationToken, Rows.P(session.TenantId), Rows.P(names)))
        {
            customers[number] = id;
            if (externalId is not null) customers.TryAdd(externalId, id);
        }

        var ids = (await session.Query("""
            SELECT id FROM (
                SELECT id FROM contacts WHERE tenant_id = $1 AND external_id = ANY ($2) AND deleted_at IS NULL
                UNION SELECT id FROM contacts WHERE tenant_id = $1 AND email_key = ANY ($3) AND deleted_at IS NULL) found
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(externalIds), Rows.P(emails))).ToArray();
        // the customers first, as every change of a contact does; so nobody makes another one primary meanwhile
        Guid[] owners = [.. customers.Values.Distinct()];
        await session.Execute("""
            SELECT 1 FROM customers WHERE tenant_id = $1
            AND id IN (SELECT unnest($2) UNION SELECT customer_id FROM contacts WHERE tenant_id = $1 AND id = ANY ($3)) ORDER BY id FOR NO KEY UPDATE
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(owners), Rows.P(ids));
        foreach (var contact in await session.Db.Set<Contact>().Where(c => ids.Contains(c.Id) && c.DeletedAt == null).OrderBy(c => c.Id).ToListAsync(cancellationToken))
        {
            if (contact.Fields.ExternalId is { } externalId) byExternalId[externalId] = contact;
            if (contact.EmailKey is { } email) byEmail.TryAdd((contact.CustomerId, email), contact);
        }
    }

    protected override Contact? Match(ImportLine line, ImportErrors errors)
    {
        var (externalId, email) = (line["externalId"], line["email"]?.ToLowerInvariant());
        if (externalId is null && email is null)
            errors.Add(line.Number, null, "A line needs an externalId or an e-mail address, so that taking the file in twice makes no contact twice.");
        if (line["customer"] is not { } name)
        {
            errors.Add(line.Number, "customer", "Name the customer by number or external id.");
            return null;
        }

        if (!customers.TryGetValue(name, out var customer))
        {
            errors.Add(line.Number, "customer", "There is no customer with this number or external id; take the customers in first.");
            return null;
        }

        if (externalId is not null && byExternalId.TryGetValue(externalId, out var known))
        {
            if (known.CustomerId != customer) errors.Add(line.Number, "customer", "This contact belongs to another customer; a contact does not move.");
            return known;
        }

        // one with another external id is another person with the same address
        return email is not null && byEmail.TryGetValue((customer, email), out var same) && (externalId is null || same.Fields.ExternalId is null) ? same : null;
    }

    protected override Contact Refer(ImportLine line, Contact row, ImportErrors errors)
    {
        var customer = line["customer"] is { } name ? customers.GetValueOrDefault(name) : default;
        var key = line["externalId"] is { } externalId ? "externalId " + externalId : $"email {customer} {line["email"]?.ToLowerInvariant()}";
        if (!inFile.TryAdd(key, (line.Number, row.Id)) && inFile[key].Id != row.Id) errors.Add(line.Number, key.Split(' ')[0], $"Line {inFile[key].Line} has the same.");
        return row.CustomerId == default ? row with { CustomerId = customer } : row;
    }

    protected override Contact New(ImportLine line, ContactFields fields) => new() { Id = Ids.New(Now), CustomerId = default, Fields = fields, CreatedAt = Now, UpdatedAt = Now };

    /// <summary>At most one primary contact of a customer: whoever becomes it takes it from who is.</summary>
    protected override async Task<List<ImportEntry<Contact>>> Together(
        TenantSession session, List<ImportEntry<Contact>> entries, ImportErrors errors, CancellationToken cancellationToken)
    {
        var promoted = new Dictionary<Guid, ImportEntry<Contact>>();
        foreach (var entry in entries.Where(e => e.After.Fields.IsPrimary))
            if (!promoted.TryAdd(entry.After.CustomerId, entry)) errors.Add(entry.Line, "isPrimary", $"Line {promoted[entry.After.CustomerId].Line} is primary at the same customer already.");
        Guid[] owners = [.. promoted.Keys];
        Guid[] inHand = [.. entries.Select(e => e.After.Id)];
        var former = await session.Db.Set<Contact>().Where(c => owners.Contains(c.CustomerId) && c.Fields.IsPrimary && c.DeletedAt == null && !inHand.Contains(c.Id)).ToListAsync(cancellationToken);
        var demoted = former.Select(c => (Before: c, After: DirectoryBulk.Touch<Contact, ContactFields>(c with { Fields = c.Fields with { IsPrimary = false } }, Now)))
            .Select(c => new ImportEntry<Contact>(0, c.Before, c.After, FieldDiff.Between(c.Before.Fields, c.After.Fields)));
        // those who are it no longer before those who are it now
        return [.. demoted, .. entries.Where(e => e is { Before.Fields.IsPrimary: true, After.Fields.IsPrimary: false }), .. entries.Where(e => e is not { Before.Fields.IsPrimary: true, After.Fields.IsPrimary: false })];
    }

    /// <summary><c>whatsapp:27825550100@c.us; email:ann@home.example</c></summary>
    private static Outcome<ImmutableArray<ContactIdentity>> Identities(string? text)
    {
        var read = ImmutableArray.CreateBuilder<ContactIdentity>();
        foreach (var part in text?.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || Wire.Find<IdentityKind>(part[..colon].Trim().ToLowerInvariant()) is not { } kind) return ImportCells.Wrong("Further addresses look like whatsapp:27825550100@c.us; email:ann@home.example.");
            read.Add(new(kind, part[(colon + 1)..].Trim()));
        }

        return read.ToImmutable();
    }

    private static bool Storable(string text) => !text.Contains('\0', StringComparison.Ordinal);
}
