using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Tickets;

public sealed class CustomValuesTests
{
    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{ "b" : "\u0078", "a" : 1.0 }""", true)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":1}""", """{"b":1}""", false)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"a":1,"b":null}""", """{"a":1}""", true)]
    [InlineData("{}", "{ }", true)]
    [InlineData("""{"a":null}""", "{}", true)]
    public void They_are_compared_by_content(string one, string other, bool same)
    {
        var (left, right) = (CustomValues.Parse(one), CustomValues.Parse(other));
        Assert.Equal(same, left.Equals(right));
        Assert.Equal(same, left.Equals((object)right));
        if (same) Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }

    [Fact]
    public void They_equal_themselves_and_nothing_else_at_all()
    {
        var values = CustomValues.Parse("""{"a":1}""");
        Assert.True(values.Equals(values));
        Assert.False(values.Equals(null));
        Assert.False(values.Equals("a"));
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var value = Gen.Elements("1", "-2.50", "true", "\"x\"", "\"\\u00e9\\n\"", "[\"a\",\"b\"]", "null", "{\"n\":[1]}");
        var pairs = Gen.Elements("a", "b", "floor", "Ä").SelectMany(k => value.Select(v => KeyValuePair.Create(k, JsonDocument.Parse(v).RootElement))).ArrayOf();
        Prop.ForAll(pairs.ToArbitrary(), p =>
        {
            var values = CustomValues.From(p);
            Assert.Equal(values, CustomValues.Parse(values.ToJson()));
            Assert.Equal(values.ToJson(), values.ToString());
            Assert.Equal(values.Count, values.Each.Count());
            Assert.Equal(values.Each.Select(e => e.Key).Order(StringComparer.Ordinal), values.Each.Select(e => e.Key));
            Assert.All(values.Each, e => Assert.True(JsonElement.DeepEquals(e.Value, values.Find(e.Key)!.Value)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void They_outlive_the_document_they_were_read_from()
    {
        CustomValues values;
        using (var document = JsonDocument.Parse("""{"a":"kept"}""")) values = CustomValues.From([KeyValuePair.Create("a", document.RootElement.GetProperty("a"))]);
        Assert.Equal("kept", values.Find("a")!.Value.GetString());
        Assert.Null(values.Find("b"));
    }

    [Fact]
    public void None_is_always_the_same()
    {
        Assert.Same(CustomValues.Empty, CustomValues.Parse("{}"));
        Assert.Same(CustomValues.Empty, CustomValues.From([]));
        Assert.Same(CustomValues.Empty, CustomValues.Parse("""{"a":null}"""));
        Assert.Equal("{}", CustomValues.Empty.ToJson());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":[\"\\ud800\"]}")]
    [InlineData("{\"a\":{\"b\":\"\\ud800\"}}")]
    [InlineData("{\"a\":{\"\\ud800\":1}}")]
    [InlineData("{\"\\ud800\":1}")]
    public void What_is_no_JSON_object_of_valid_text_is_told_as_such(string json) => Assert.ThrowsAny<JsonException>(() => CustomValues.Parse(json));
}
