namespace Deskhand.Tickets;

public sealed class DefinitionTests
{
    private static readonly CategoryFields Billing = new() { Key = "billing", Name = "Billing", Subcategories = ["invoice"] };
    private static readonly CustomFieldFields Site = new() { Key = "site", Label = "Site", Type = CustomFieldType.Select, Options = ["north", "south"] };

    public static TheoryData<string, CategoryFields> BadCategories => new()
    {
        { "key", Billing with { Key = "" } },
        { "key", Billing with { Key = "Billing" } },
        { "key", Billing with { Key = "1st" } },
        { "key", Billing with { Key = "a-b" } },
        { "key", Billing with { Key = "billing\n" } },
        { "key", Billing with { Key = new string('a', 61) } },
        { "name", Billing with { Name = " " } },
        { "name", Billing with { Name = "a\0" } },
        { "subcategories", Billing with { Subcategories = ["a", "a"] } },
        { "subcategories", Billing with { Subcategories = [""] } },
        { "subcategories", Billing with { Subcategories = [.. Enumerable.Range(0, 101).Select(i => $"s{i}")] } },
        { "position", Billing with { Position = -1 } },
    };

    [Theory]
    [MemberData(nameof(BadCategories))]
    public void A_category_says_what_is_wrong_with_it(string field, CategoryFields fields) => Assert.Equal([field], fields.Check()!.Errors.Keys);

    public static TheoryData<string, CustomFieldFields> BadFields => new()
    {
        { "key", Site with { Key = "a.b" } },
        { "label", Site with { Label = "" } },
        { "options", Site with { Options = [] } },
        { "options", Site with { Options = ["x", "x"] } },
        { "options", Site with { Type = CustomFieldType.Text } },
        { "position", Site with { Position = 10_001 } },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public void A_custom_field_says_what_is_wrong_with_it(string field, CustomFieldFields fields) => Assert.Equal([field], fields.Check()!.Errors.Keys);

    [Fact]
    public void Good_ones_are_tidied_and_tell_what_changed()
    {
        var tidy = (Billing with { Key = " billing ", Name = " Bills ", Subcategories = [" invoice "] }).Normalised();
        Assert.Null(tidy.Check());
        Assert.Equal(["name: \"Billing\" -> \"Bills\""], Directory.FieldDiff.Between(Billing, tidy).Lines());
        Assert.Null(Site.Normalised().Check());
        Assert.Null((Site with { Type = CustomFieldType.Text, Options = default }).Normalised().Check());
        Assert.Empty((Billing with { Subcategories = default }).Normalised().Subcategories);
        Assert.Equal(["type: \"select\" -> \"multi_select\""], Directory.FieldDiff.Between(Site, Site with { Type = CustomFieldType.MultiSelect }).Lines());
    }
}
