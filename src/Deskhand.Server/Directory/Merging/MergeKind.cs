using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Data;

namespace Deskhand.Directory;

/// <summary>What is particular to merging one kind of entry.</summary>
internal abstract class MergeKind<TRow, TFields>(Kind<TRow, TFields> kind, string ticketColumn, string ticketField) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
{
    public Kind<TRow, TFields> Kind { get; } = kind;

    /// <summary>The column by which tickets name it.</summary>
    public string TicketColumn { get; } = ticketColumn;

    /// <summary>The same as a member.</summary>
    public string TicketField { get; } = ticketField;

    /// <summary>Fields that can be taken from a source.</summary>
    public abstract ImmutableArray<string> Takeable { get; }

    /// <summary>The fields of the target with empty ones filled.</summary>
    public abstract TFields Merged(TRow target, TRow[] sources);

    /// <summary>What goes along to the target, or why it cannot.</summary>
    public virtual Task<Outcome<List<Move>>> Moves(TenantSession session, TRow target, TRow[] sources, CancellationToken cancellationToken) => Task.FromResult<Outcome<List<Move>>>(new List<Move>());

    /// <summary>Says why what was made cannot stay; it is taken back then.</summary>
    public virtual Task<Problem?> Unfit(TenantSession session, Guid targetId, CancellationToken cancellationToken) => Task.FromResult<Problem?>(null);
}

internal sealed class MergedCustomers() : MergeKind<Customer, CustomerFields>(CustomerKind.One, "customer_id", "customerId")
{
    public static MergedCustomers One { get; } = new();

    public override ImmutableArray<string> Takeable { get; } = ["name", "type", "tier", "email", "phone", "website", "address", "details", "externalId", "active"];

    public override CustomerFields Merged(Customer target, Customer[] sources)
    {
        var (t, all) = (target.Fields, sources.Select(s => s.Fields).ToArray());
        return t with
        {
            Email = t.Email ?? all.Select(f => f.Email).FirstOrDefault(v => v is not null),
            Phone = t.Phone ?? all.Select(f => f.Phone).FirstOrDefault(v => v is not null),
            Website = t.Website ?? all.Select(f => f.Website).FirstOrDefault(v => v is not null),
            Details = t.Details ?? all.Select(f => f.Details).FirstOrDefault(v => v is not null),
            // an address is one thing: parts of two make a place that there is not
            Address = t.Address == new Address() ? all.Select(f => f.Address).FirstOrDefault(a => a != new Address()) ?? t.Address : t.Address,
            Domains = [.. t.Domains.Concat(all.SelectMany(f => f.Domains)).Distinct(StringComparer.Ordinal).Take(50)],
            CustomFields = Tickets.CustomValues.From(all.Reverse().SelectMany(f => f.CustomFields.Each).Concat(t.CustomFields.Each).ToLookup(v => v.Key, StringComparer.Ordinal).Select(g => g.Last()).Take(Tidy.MostCustomFields)),
        };
    }

    public override async Task<Outcome<List<Move>>> Moves(TenantSession session, Customer target, Customer[] sources, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. sources.Select(s => s.Id)];
        var chain = await session.Query("""
            WITH RECURSIVE up (id, parent_id, level) AS (
                SELECT id, parent_id, 1 FROM customers WHERE tenant_id = $1 AND id = $2
                UNION ALL
                SELECT c.id, c.parent_id, up.level + 1 FROM customers c JOIN up ON c.id = up.parent_id WHERE c.tenant_id = $1 AND up.level < 100)
            SELECT id FROM up WHERE level > 1 ORDER BY level
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(target.Id));
        var above = chain.SkipWhile(ids.Contains).ToList();
        if (above.Exists(ids.Contains))
            return Problem.Invalid("sourceIds", "One of these stands above the target with others between them, which would then stand below themselves; merge the other way round.") with { Code = "parent_cycle" };

        var moves = new List<Move>();
        Guid? parent = above.Count > 0 ? above[0] : null;
        if (target.Fields.ParentId != parent) moves.Add(new("customer", target.Id, "parentId", Value(target.Fields.ParentId), Value(parent)));
        foreach (var (type, table, column, field) in new[]
        {
            ("contact", "contacts", "customer_id", "customerId"), ("location", "locations", "customer_id", "customerId"), ("asset", "assets", "customer_id", "customerId"),
            ("project", "projects", "customer_id", "customerId"), ("customer", "customers", "parent_id", "parentId"),
        })
        {
            moves.AddRange(await session.Query($"SELECT id, {column} FROM {table} WHERE tenant_id = $1 AND {column} = ANY ($2) AND deleted_at IS NULL AND id <> $3 AND id <> ALL ($2) ORDER BY id",
                r => new Move(type, r.GetGuid(0), field, Value(r.GetGuid(1)), Value(target.Id)), cancellationToken, Rows.P(session.TenantId), Rows.P(ids), Rows.P(target.Id)));
        }

        foreach (var (type, table) in new[] { ("contact", "contacts"), ("location", "locations") })
        {
            // one primary stays: the target's own, else that of the first source
            var primary = await session.Query($"SELECT id FROM {table} WHERE tenant_id = $1 AND (customer_id = $2 OR customer_id = ANY ($3)) AND is_primary AND deleted_at IS NULL ORDER BY customer_id <> $2, customer_id",
                r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(target.Id), Rows.P(ids));
            moves.AddRange(primary.Skip(1).Select(id => new Move(type, id, "isPrimary", JsonElement.Parse("true"), JsonElement.Parse("false"))));
        }

        return moves;
    }

    public override async Task<Problem?> Unfit(TenantSession session, Guid targetId, CancellationToken cancellationToken)
    {
        var levels = (await session.Query("""
            WITH RECURSIVE down (id, level) AS (
                SELECT $2, 0
                UNION ALL
                SELECT c.id, down.level + 1 FROM customers c JOIN down ON c.parent_id = down.id WHERE c.tenant_id = $1 AND c.deleted_at IS NULL AND down.level < 100),
            up (id, parent_id, level) AS (
                SELECT id, parent_id, 1 FROM customers WHERE tenant_id = $1 AND id = $2
                UNION ALL
                SELECT c.id, c.parent_id, up.level + 1 FROM customers c JOIN up ON c.id = up.parent_id WHERE c.tenant_id = $1 AND up.level < 100)
            SELECT (SELECT max(level) FROM down) + (SELECT max(level) FROM up)
            """, r => r.GetInt32(0), cancellationToken, Rows.P(session.TenantId), Rows.P(targetId)))[0];
        return levels <= CustomerTree.MostLevels ? null
            : Problem.Invalid("sourceIds", $"Customers may stand at most {CustomerTree.MostLevels} levels deep; this would make {levels}.") with { Code = "parent_too_deep" };
    }

    private static JsonElement? Value(Guid? id) => id is { } known ? JsonElement.Parse(Json.Of((Guid?)known)!) : null;
}

internal sealed class MergedContacts() : MergeKind<Contact, ContactFields>(ContactKind.One, "contact_id", "contactId")
{
    public static MergedContacts One { get; } = new();

    public override ImmutableArray<string> Takeable { get; } = ["firstName", "lastName", "title", "department", "email", "phoneOffice", "phoneMobile", "phoneDirect", "externalId", "active"];

    public override ContactFields Merged(Contact target, Contact[] sources)
    {
        var (t, all) = (target.Fields, sources.Select(s => s.Fields).ToArray());
        var merged = t with
        {
            LastName = t.LastName.Length > 0 ? t.LastName : all.Select(f => f.LastName).FirstOrDefault(v => v.Length > 0) ?? "",
            Title = t.Title ?? all.Select(f => f.Title).FirstOrDefault(v => v is not null),
            Department = t.Department ?? all.Select(f => f.Department).FirstOrDefault(v => v is not null),
            Email = t.Email ?? all.Select(f => f.Email).FirstOrDefault(v => v is not null),
            PhoneOffice = t.PhoneOffice ?? all.Select(f => f.PhoneOffice).FirstOrDefault(v => v is not null),
            PhoneMobile = t.PhoneMobile ?? all.Select(f => f.PhoneMobile).FirstOrDefault(v => v is not null),
            PhoneDirect = t.PhoneDirect ?? all.Select(f => f.PhoneDirect).FirstOrDefault(v => v is not null),
            IsPrimary = t.IsPrimary || all.Any(f => f.IsPrimary),
            IsBilling = t.IsBilling || all.Any(f => f.IsBilling),
            IsTechnical = t.IsTechnical || all.Any(f => f.IsTechnical),
            CustomFields = Tickets.CustomValues.From(all.Reverse().SelectMany(f => f.CustomFields.Each).Concat(t.CustomFields.Each).ToLookup(v => v.Key, StringComparer.Ordinal).Select(g => g.Last()).Take(Tidy.MostCustomFields)),
        };
        // what has no field left is an address all the same: the person is still found by it
        var phones = new[] { merged.PhoneOffice, merged.PhoneMobile, merged.PhoneDirect };
        var further = all.Select(f => f.Email).OfType<string>().Where(v => !string.Equals(v, merged.Email, StringComparison.OrdinalIgnoreCase)).Select(v => new ContactIdentity(IdentityKind.Email, v))
            .Concat(all.SelectMany(f => new[] { f.PhoneOffice, f.PhoneMobile, f.PhoneDirect }).OfType<string>().Where(v => !phones.Contains(v, StringComparer.Ordinal)).Select(v => new ContactIdentity(IdentityKind.Phone, v)));
        return merged with { Identities = [.. t.Identities.Concat(all.SelectMany(f => f.Identities)).Concat(further).Distinct().Take(20)] };
    }

    public override Task<Outcome<List<Move>>> Moves(TenantSession session, Contact target, Contact[] sources, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<List<Move>>>(Array.Exists(sources, s => s.CustomerId != target.CustomerId)
            ? Problem.Invalid("sourceIds", "These contacts belong to different customers; merge the customers first.")
            : new List<Move>());
}
