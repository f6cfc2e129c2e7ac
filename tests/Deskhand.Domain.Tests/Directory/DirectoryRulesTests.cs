using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Deskhand.Tickets;

namespace Deskhand.Directory;

public sealed class DirectoryRulesTests
{
    private static readonly CustomerFields Customer = new() { Name = "Acme" };
    private static readonly Guid Self = Guid.Parse("01900000-0000-7000-8000-000000000001");

    [Fact]
    public void Equal_things_have_one_form()
    {
        var typed = new CustomerFields
        {
            Name = " Acme ",
            Number = " C-1 ",
            Email = " Desk@ACME.Example ",
            Phone = " ",
            Website = "",
            Details = " \n",
            ExternalId = "",
            Domains = [" @Acme.Example", "acme.example"],
            Address = new() { Line1 = " 1 Long Street ", Line2 = " ", City = "", State = null, PostalCode = " 8001", Country = "za" },
        };
        var one = typed.Normalised();
        Assert.Equal(("Acme", "C-1", "Desk@acme.example"), (one.Name, one.Number, one.Email));
        Assert.True(one is { Phone: null, Website: null, Details: null, ExternalId: null });
        Assert.Equal("acme.example", Assert.Single(one.Domains));
        Assert.Equal(new Address { Line1 = "1 Long Street", PostalCode = "8001", Country = "ZA" }, one.Address);
        Assert.Empty(FieldDiff.Between(one, one.Normalised()));
        Assert.Empty((Customer with { Domains = default }).Normalised().Domains);
        Assert.NotNull((Customer with { Domains = [null!] }).Normalised().Check());

        var contact = new ContactFields
        {
            FirstName = " Ada ",
            LastName = " ",
            Email = "no-at",
            Title = " ",
            Identities = [new(IdentityKind.Email, "A@B.Example"), new(IdentityKind.Email, " A@b.example "), new(IdentityKind.Whatsapp, " 1@c.us"), new(IdentityKind.Phone, " ")],
        }.Normalised();
        Assert.Equal(("Ada", "", "no-at", null), (contact.FirstName, contact.LastName, contact.Email, contact.Title));
        Assert.Equal<ContactIdentity>([new(IdentityKind.Email, "A@b.example"), new(IdentityKind.Whatsapp, "1@c.us"), new(IdentityKind.Phone, "")], contact.Identities.AsEnumerable());
        Assert.NotNull((contact with { Identities = [null!] }).Normalised().Check());
        Assert.Empty((contact with { Identities = default }).Normalised().Identities);

        Assert.Equal("Depot", new LocationFields { Name = " Depot " }.Normalised().Name);
        Assert.Equal(("DR1", null), (new AssetFields { Number = " DR1 " }.Normalised().Number, new AssetFields { Number = "x", Name = " " }.Normalised().Name));
        Assert.Equal(("Sea Point", null, null), (new ProjectFields { Name = " Sea Point " }.Normalised().Name, new ProjectFields { Name = "x", Number = " " }.Normalised().Number, new ProjectFields { Name = "x", Details = "\n" }.Normalised().Details));
    }

    [Fact]
    public void Every_field_has_its_place_in_the_history()
    {
        AllTold(Customer);
        AllTold(new ContactFields { FirstName = "Ada" });
        AllTold(new LocationFields { Name = "Depot" });
        AllTold(new AssetFields { Number = "DR1" });

        static void AllTold<T>(T fields) where T : class, IFields<T>
        {
            var told = fields.Values().Select(v => v.Field.Split('.')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            var members = typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order(StringComparer.Ordinal);
            Assert.Equal(members, told);
        }
    }

    [Fact]
    public void Only_what_differs_is_told_and_of_something_new_what_it_has()
    {
        var after = Customer with { Name = "Zest", Address = new() { City = "Cape Town" }, CustomFields = CustomValues.Parse("""{"a":1}"""), ParentId = Self };
        Assert.Equal(
            ["name \"Acme\" \"Zest\"", "address.city  \"Cape Town\"", $"parentId  \"{Self}\"", "customFields {} {\"a\":1}"],
            FieldDiff.Between(Customer, after).Select(c => $"{c.Field} {c.From} {c.To}"));
        Assert.Equal(["name", "type", "tier", "domains", "customFields", "active"], FieldDiff.Between(null, Customer).Select(c => c.Field));
        Assert.All(FieldDiff.Between(null, Customer), c => Assert.Null(c.From));

        var asset = new AssetFields { Number = "DR1", InstalledOn = new(2026, 2, 28) };
        Assert.Equal(new FieldChange("installedOn", "\"2026-02-28\"", null), Assert.Single(FieldDiff.Between(asset, asset with { InstalledOn = null })));
        var contact = new ContactFields { FirstName = "Ada" };
        Assert.Equal("""[{"kind":"whatsapp","value":"1@c.us"}]""", Assert.Single(FieldDiff.Between(contact, contact with { Identities = [new(IdentityKind.Whatsapp, "1@c.us")] })).To);
    }

    [Fact]
    public void A_customer_has_only_so_many_custom_fields()
    {
        var many = CustomValues.Parse("{" + string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"f{i}\":1")) + "}");
        Assert.Equal(["customFields"], (Customer with { CustomFields = many }).Check()!.Errors.Keys);
        Assert.Equal(["customFields"], new ContactFields { FirstName = "Ada", CustomFields = many }.Check()!.Errors.Keys);
    }

    [Theory]
    [InlineData(1, 0, null)]
    [InlineData(9, 0, null)]
    [InlineData(10, 0, "parent_too_deep")]
    [InlineData(5, 4, null)]
    [InlineData(5, 5, "parent_too_deep")]
    public void The_tree_of_customers_has_a_bound(int above, int below, string? code) =>
        Assert.Equal(code, CustomerTree.Check(Self, [.. Enumerable.Range(2, above).Select(Other)], below)?.Code);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void No_customer_stands_below_itself(int place)
    {
        var chain = Enumerable.Range(2, 5).Select(Other).ToImmutableArray();
        Assert.Equal("parent_cycle", CustomerTree.Check(Self, chain.SetItem(place, Self), 0)!.Code);
    }

    private static Guid Other(int n) => Guid.Parse($"01900000-0000-7000-8000-{n:D12}");
}
