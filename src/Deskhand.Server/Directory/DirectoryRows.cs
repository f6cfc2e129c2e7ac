using Deskhand.Data;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Directory;

/// <summary>
/// Customers and contacts as a search shows them ahead of tickets: found and read by one statement each, because nearly every search asks for them
/// and a mapped read takes a transaction of its own. All other lists are mapped (<see cref="DirectoryMapping"/>).
/// </summary>
internal static class DirectoryRows
{
    /// <summary>The best by names (<c>search_directory</c>), in the order of their names.</summary>
    public static NpgsqlBatchCommand Customers(Guid tenantId, string names, int most) => TenantSession.Batched($"""
        SELECT id, number, name, type, tier, email, phone, website, address_line1, address_line2, address_city, address_state, address_postal_code, address_country,
            domains, details, parent_id, custom_fields::text, external_id, active, version, created_at, updated_at
        FROM customers WHERE tenant_id = $1 AND deleted_at IS NULL AND id = ANY (ARRAY(SELECT id FROM search_directory('customers', $2, {most}) id)) ORDER BY name_key, id
        """, Rows.P(tenantId), Rows.P(names));

    /// <summary>The same of contacts.</summary>
    public static NpgsqlBatchCommand Contacts(Guid tenantId, string names, int most) => TenantSession.Batched($"""
        SELECT id, customer_id, first_name, last_name, title, department, email, phone_office, phone_mobile, phone_direct, is_primary, is_billing, is_technical,
            identities::text, custom_fields::text, external_id, active, version, created_at, updated_at
        FROM contacts WHERE tenant_id = $1 AND deleted_at IS NULL AND id = ANY (ARRAY(SELECT id FROM search_directory('contacts', $2, {most}) id)) ORDER BY name_key, id
        """, Rows.P(tenantId), Rows.P(names));

    public static CustomerResponse Customer(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        Number = r.GetString(1),
        Name = r.GetString(2),
        Type = Wire.Find<CustomerType>(r.GetString(3))!.Value,
        Tier = Wire.Find<Tier>(r.GetString(4))!.Value,
        Email = r.Text(5),
        Phone = r.Text(6),
        Website = r.Text(7),
        Address = new() { Line1 = r.Text(8), Line2 = r.Text(9), City = r.Text(10), State = r.Text(11), PostalCode = r.Text(12), Country = r.Text(13) },
        Domains = [.. r.GetFieldValue<string[]>(14)],
        Details = r.Text(15),
        ParentId = r.Id(16),
        CustomFields = CustomValues.Parse(r.GetString(17)),
        ExternalId = r.Text(18),
        Active = r.GetBoolean(19),
        Version = r.GetInt64(20),
        CreatedAt = r.GetFieldValue<DateTimeOffset>(21),
        UpdatedAt = r.GetFieldValue<DateTimeOffset>(22),
    };

    public static ContactResponse Contact(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        CustomerId = r.GetGuid(1),
        FirstName = r.GetString(2),
        LastName = r.GetString(3),
        Title = r.Text(4),
        Department = r.Text(5),
        Email = r.Text(6),
        PhoneOffice = r.Text(7),
        PhoneMobile = r.Text(8),
        PhoneDirect = r.Text(9),
        IsPrimary = r.GetBoolean(10),
        IsBilling = r.GetBoolean(11),
        IsTechnical = r.GetBoolean(12),
        Identities = DirectoryMapping.ReadIdentities(r.GetString(13)),
        CustomFields = CustomValues.Parse(r.GetString(14)),
        ExternalId = r.Text(15),
        Active = r.GetBoolean(16),
        Version = r.GetInt64(17),
        CreatedAt = r.GetFieldValue<DateTimeOffset>(18),
        UpdatedAt = r.GetFieldValue<DateTimeOffset>(19),
    };
}
