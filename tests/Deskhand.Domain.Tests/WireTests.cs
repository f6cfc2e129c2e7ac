using System.Text.RegularExpressions;
using Deskhand.Access;
using Deskhand.Tickets;

namespace Deskhand;

public sealed class WireTests
{
    public static TheoryData<Type> Enums => [.. typeof(Wire).Assembly.GetExportedTypes().Where(t => t.IsEnum)];

    [Theory]
    [MemberData(nameof(Enums))]
    public void Every_enum_has_distinct_snake_case_names_that_read_back(Type type) =>
        typeof(WireTests).GetMethod(nameof(NamesReadBack), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, null);

    [Fact]
    public void Names_of_several_words_are_joined_by_underscores()
    {
        Assert.Equal("on_hold", Wire.Name(StatusCategory.OnHold));
        Assert.Equal("ad_hoc", Wire.Name(Channel.AdHoc));
        Assert.Equal("light_agent", Wire.Name(Role.LightAgent));
        Assert.Equal("multi_select", Wire.Name(CustomFieldType.MultiSelect));
    }

    [Fact]
    public void The_names_are_those_of_the_public_contract()
    {
        Assert.Equal("email web api chat phone whatsapp qcontact construction internal ad_hoc ai", string.Join(' ', Wire.All<Channel>()));
        Assert.Equal("question incident problem task", string.Join(' ', Wire.All<TicketType>()));
        Assert.Equal("low normal high urgent", string.Join(' ', Wire.All<Priority>()));
        Assert.Equal("new open pending on_hold solved closed", string.Join(' ', Wire.All<StatusCategory>()));
        Assert.Equal("admin manager agent light_agent", string.Join(' ', Wire.All<Role>()));
        Assert.Equal("all groups assigned", string.Join(' ', Wire.All<TicketScope>()));
    }

    [Fact]
    public void Priority_also_reads_medium_and_critical_but_never_writes_them()
    {
        Assert.Equal(Priority.Normal, Wire.Find<Priority>("medium"));
        Assert.Equal(Priority.Urgent, Wire.Find<Priority>("critical"));
        Assert.DoesNotContain("medium", Wire.All<Priority>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Open")]
    [InlineData("OPEN")]
    [InlineData("onHold")]
    [InlineData("3")]
    [InlineData("critical")]
    public void Other_spellings_numbers_and_names_of_other_enums_are_not_read(string name) => Assert.Null(Wire.Find<StatusCategory>(name));

    private static void NamesReadBack<T>() where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        Assert.All(values, v => Assert.Matches(new Regex("^[a-z]+(_[a-z]+)*$", RegexOptions.None, TimeSpan.FromSeconds(1)), Wire.Name(v)));
        Assert.All(values, v => Assert.Equal(v, Wire.Find<T>(Wire.Name(v))));
        Assert.Equal(values.Select(Wire.Name), Wire.All<T>());
        Assert.Equal(values.Length, Wire.All<T>().Distinct(StringComparer.Ordinal).Count());
    }
}
