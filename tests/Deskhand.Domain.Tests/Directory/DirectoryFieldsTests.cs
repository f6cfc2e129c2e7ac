using Deskhand.Tickets;

namespace Deskhand.Directory;

public sealed class DirectoryFieldsTests
{
    private static readonly CustomerFields Customer = new() { Name = "Acme" };
    private static readonly ContactFields Contact = new() { FirstName = "Ada" };
    private static readonly LocationFields Location = new() { Name = "Depot" };
    private static readonly AssetFields Asset = new() { Number = "DR1734315" };
    private static readonly string Long = new('x', 10_001);

    public static TheoryData<string, CustomerFields> BadCustomers => new()
    {
        { "name", Customer with { Name = " " } },
        { "name", Customer with { Name = "a\r\nb" } },
        { "name", Customer with { Name = Long } },
        { "number", Customer with { Number = Long } },
        { "email", Customer with { Email = "nobody" } },
        { "email", Customer with { Email = "a@example.test\n" } },
        { "phone", Customer with { Phone = "call me" } },
        { "website", Customer with { Website = "javascript:alert(1)" } },
        { "address.line1", Customer with { Address = new() { Line1 = Long } } },
        { "address.line2", Customer with { Address = new() { Line2 = "a\nb" } } },
        { "address.city", Customer with { Address = new() { City = Long } } },
        { "address.state", Customer with { Address = new() { State = Long } } },
        { "address.postalCode", Customer with { Address = new() { PostalCode = Long } } },
        { "address.country", Customer with { Address = new() { Country = "za" } } },
        { "address.country", Customer with { Address = new() { Country = "ZAF" } } },
        { "domains", Customer with { Domains = ["acme"] } },
        { "domains", Customer with { Domains = ["127.0.0.1"] } },
        { "domains", Customer with { Domains = ["acme.example\n"] } },
        { "domains", Customer with { Domains = ["@acme.example"] } },
        { "domains", Customer with { Domains = [null!] } },
        { "domains", Customer with { Domains = [.. Enumerable.Range(0, 51).Select(i => $"a{i}.example")] } },
        { "details", Customer with { Details = Long } },
        { "details", Customer with { Details = "a\0b" } },
        { "externalId", Customer with { ExternalId = Long } },
        { "customFields.a", Customer with { CustomFields = CustomValues.Parse("""{"a":"x\u0000"}""") } },
        { "customFields.a", Customer with { CustomFields = CustomValues.Parse("""{"a":1e-20000}""") } },
        { "customFields.a", Customer with { CustomFields = CustomValues.Parse("""{"a":[{"b":"\u0000"}]}""") } },
        { "customFields.a", Customer with { CustomFields = CustomValues.Parse("""{"a":{"\u0000":1}}""") } },
        { "customFields.\0", Customer with { CustomFields = CustomValues.Parse("""{"\u0000":1}""") } },
    };

    public static TheoryData<string, ContactFields> BadContacts => new()
    {
        { "firstName", Contact with { FirstName = "" } },
        { "firstName", Contact with { FirstName = "Ada\r\nBcc: all" } },
        { "lastName", Contact with { LastName = Long } },
        { "title", Contact with { Title = Long } },
        { "department", Contact with { Department = Long } },
        { "email", Contact with { Email = "<ada@example.test>" } },
        { "phoneOffice", Contact with { PhoneOffice = "1" } },
        { "phoneMobile", Contact with { PhoneMobile = "1" } },
        { "phoneDirect", Contact with { PhoneDirect = "1" } },
        { "externalId", Contact with { ExternalId = Long } },
        { "customFields.a", Contact with { CustomFields = CustomValues.Parse("""{"a":1e300}""") } },
        { "identities", Contact with { Identities = [new(IdentityKind.Email, "nobody")] } },
        { "identities", Contact with { Identities = [new(IdentityKind.Phone, "none")] } },
        { "identities", Contact with { Identities = [new(IdentityKind.Whatsapp, " ")] } },
        { "identities", Contact with { Identities = [null!] } },
        { "identities", Contact with { Identities = [.. Enumerable.Range(100, 21).Select(i => new ContactIdentity(IdentityKind.Phone, $"{i}"))] } },
    };

    [Theory]
    [MemberData(nameof(BadCustomers), DisableDiscoveryEnumeration = true)]
    public void A_customer_that_breaks_a_rule_is_refused_by_the_name_of_its_member(string field, CustomerFields fields) =>
        Assert.Equal([field], fields.Check()!.Errors.Keys);

    [Theory]
    [MemberData(nameof(BadContacts), DisableDiscoveryEnumeration = true)]
    public void A_contact_that_breaks_a_rule_is_refused_by_the_name_of_its_member(string field, ContactFields fields) =>
        Assert.Equal([field], fields.Check()!.Errors.Keys);

    [Fact]
    public void A_location_and_an_asset_are_held_to_the_same_rules()
    {
        Assert.Equal(["address.country", "externalId", "name"], (Location with { Name = "a\nb", Address = new() { Country = "Z" }, ExternalId = Long }).Check()!.Errors.Keys);
        Assert.Equal(["name", "number"], (Asset with { Number = "", Name = Long }).Check()!.Errors.Keys);
        Assert.Equal(["details", "endsOn", "externalId", "name", "number"],
            new ProjectFields { Name = "", Number = "a\0b", Details = "a\0b", ExternalId = Long, StartsOn = new(2026, 2, 2), EndsOn = new(2026, 2, 1) }.Check()!.Errors.Keys);
    }

    [Fact]
    public void What_names_only_itself_is_accepted()
    {
        Assert.Null(Customer.Check());
        Assert.Null((Customer with { Domains = default }).Check());
        Assert.Null(Contact.Check());
        Assert.Null((Contact with { Identities = default }).Check());
        Assert.Null(Location.Check());
        Assert.Null(Asset.Check());
    }

    [Fact]
    public void What_is_filled_in_well_is_accepted()
    {
        Assert.Null((Customer with
        {
            Number = "C-1",
            Type = CustomerType.Residential,
            Tier = Tier.Platinum,
            Email = "desk@acme.example",
            Phone = "+27 21 555 0100",
            Website = "https://acme.example",
            Address = new() { Line1 = "1 Long Street", Line2 = "Flat 2", City = "Cape Town", State = "WC", PostalCode = "8001", Country = "ZA" },
            Domains = ["acme.example", "mail.acme.example"],
            Details = "two\nlines",
            ParentId = Desk.OtherCustomer,
            ExternalId = "X-1",
            Active = false,
            CustomFields = CustomValues.Parse("""{"a":[1.5,"x",true,{"b":null}]}"""),
        }).Check());
        Assert.Null((Contact with
        {
            LastName = "Lovelace",
            Title = "Countess",
            Department = "Engines",
            Email = "ada@acme.example",
            PhoneOffice = "0215550100",
            PhoneMobile = "0825550100",
            PhoneDirect = "112",
            IsPrimary = true,
            IsBilling = true,
            IsTechnical = true,
            ExternalId = "X-2",
            Active = false,
            Identities = [new(IdentityKind.Email, "ada@example.test"), new(IdentityKind.Phone, "+27825550100"), new(IdentityKind.Whatsapp, "27825550100@c.us")],
        }).Check());
        Assert.Null((Location with { Type = LocationType.Remote, IsPrimary = true, IsBilling = true, IsShipping = true, ExternalId = "X-3", Active = false }).Check());
        Assert.Null((Asset with { Name = "Fibre", ProjectId = Desk.Group, InstalledOn = new(2026, 11, 20), CustomerId = Desk.Customer, LocationId = Desk.Location }).Check());
    }
}
