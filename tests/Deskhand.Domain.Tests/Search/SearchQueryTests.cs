using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Search;

public sealed class SearchQueryTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("printer offline", "word printer | word offline")]
    [InlineData("  printer\t\n offline ", "word printer | word offline")]
    [InlineData("\"no signal\"", "phrase no signal")]
    [InlineData("“no signal”", "phrase no signal")]
    [InlineData("\"say \\\"hi\\\" \\\\ \\n\"", "phrase say \"hi\" \\ \\n")]
    [InlineData("print*", "beginning print")]
    [InlineData("-spam -\"bad words\" -tag:x", "not word spam | not phrase bad words | not tag: x")]
    [InlineData("status:open,pending", "status: open, pending")]
    [InlineData("status:open status:pending", "status: open, pending")]
    [InlineData("-status:open -status:pending", "not status: open | not status: pending")]
    [InlineData("STATUS:open", "status: open")]
    [InlineData("customer:\"Acme, Ltd\",none", "customer: Acme, Ltd, none")]
    [InlineData("priority>=high created>2026-01-01 updated<4hours due<=tomorrow", "priority>= high | created> 2026-01-01 | updated< 4hours | due<= tomorrow")]
    [InlineData("created:>2026-01-01 priority=high", "created> 2026-01-01 | priority: high")]
    [InlineData("cf.floor:3", "cf.floor: 3")]
    [InlineData("Re: printer 12:30 https://x.example/a?b=c 5\" 1>2 ...", "word Re: | word printer | word 12:30 | word https://x.example/a?b=c | word 5\" | word 1>2")]
    [InlineData("- -- !? \"\" *", "")]
    [InlineData("\"a\"b", "phrase a | word b")]
    [InlineData("is:escalated has:attachment", "is: escalated | has: attachment")]
    public void A_query_is_read(string text, string expected) => Assert.Equal(expected, Told(SearchQuery.Parse(text).Value));

    [Theory]
    [InlineData("a \"b", 2, "not closed")]
    [InlineData("customer:\"Acme", 9, "not closed")]
    [InlineData("colour:red", 0, "no field colour")]
    [InlineData("ok -colour:red", 4, "no field colour")]
    [InlineData("status:", 7, "value is missing")]
    [InlineData("status:open, x", 12, "value is missing")]
    [InlineData("status:,", 7, "value is missing")]
    [InlineData("status>open", 0, "cannot be compared")]
    [InlineData("customer:\"Acme\"x", 15, "a blank or a comma")]
    [InlineData("priority>low,high", 13, "takes one value")]
    [InlineData("nla:breached", 0, "no field")]
    [InlineData("a\0b", 1, "U+0000")]
    public void What_cannot_be_read_is_refused_with_its_position(string text, int position, string message)
    {
        var problem = SearchQuery.Parse(text).Problem!;
        Assert.Equal((ProblemKind.Malformed, "query_syntax", position), (problem.Kind, problem.Code, problem.Position));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains("q", problem.Errors.Keys);
    }

    [Fact]
    public void Half_a_character_is_refused() => Assert.Equal(5, SearchQuery.Parse("half \ud83d").Problem!.Position);

    [Fact]
    public void An_unknown_field_is_answered_with_those_there_are() => Assert.Contains("assignee", SearchQuery.Parse("colour:red").Problem!.Allowed);

    [Fact]
    public void A_query_is_bounded()
    {
        Assert.Null(SearchQuery.Parse(new string('a', 500)).Problem);
        Assert.Equal(500, SearchQuery.Parse(new string('a', 501)).Problem!.Position);
        Assert.Null(SearchQuery.Parse(string.Join(' ', Enumerable.Repeat("a", 30))).Problem);
        Assert.NotNull(SearchQuery.Parse(string.Join(' ', Enumerable.Repeat("a", 31))).Problem);
        Assert.NotNull(SearchQuery.Parse("tag:" + string.Join(',', Enumerable.Repeat("a", 31))).Problem);
    }

    [Theory]
    [InlineData("printer off", "word printer | beginning off")]
    [InlineData("printer off ", "word printer | word off")]
    [InlineData("printer -off", "word printer | not word off")]
    [InlineData("\"off\"", "phrase off")]
    [InlineData("Re:", "word Re:")]
    public void A_last_word_that_is_being_typed_is_a_beginning(string text, string expected) => Assert.Equal(expected, Told(SearchQuery.Parse(text, typing: true).Value));

    [Fact]
    public void No_text_makes_the_parser_throw() => Prop.ForAll(Queries, text =>
    {
        var read = SearchQuery.Parse(text);
        return read.Problem is null ? read.Value.Terms.Length <= SearchQuery.MostTerms : read.Problem.Position is { } at && at >= 0 && at <= Math.Max(text.Length, 1);
    }).Check(Thorough);

    [Fact]
    public void A_printed_query_is_read_as_the_same_query() => Prop.ForAll(Queries, ArbMap.Default.ArbFor<bool>(), (text, typing) =>
    {
        var read = SearchQuery.Parse(text, typing);
        if (read.Problem is not null) return true;
        var printed = read.Value.ToString();
        // what is escaped may grow beyond the bound
        return printed.Length > SearchQuery.MostCharacters || Told(SearchQuery.Parse(printed).Value) == Told(read.Value);
    }).Check(Thorough);

    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(5000);

    private static readonly Arbitrary<string> Queries = Arb.From(Gen.OneOf(
        ArbMap.Default.GeneratorFor<string?>().Select(t => t ?? ""),
        Gen.Elements("status", "tag", "cf.x", "created", "priority", "sla", "nope", ":", "<", ">", "<=", ">=", "=", ",", "\"", "\\", "-", "*", " ", " ", " ", "a", "b c", "é", "\t", "\0", "\ud83d", "\U0001F600", "2026-01-01", "4hours", "//", "“", ".")
            .ArrayOf().Select(string.Concat)));

    private static string Told(SearchQuery query) => string.Join(" | ", query.Terms.Select(t => (t.Negated ? "not " : "") + t switch
    {
        SearchText w => $"{Wire.Name(w.Kind)} {w.Text}",
        SearchClause c => $"{SearchFields.Name(c.Field, c.Key)}{SearchFields.Sign(c.Comparison)} {string.Join(", ", c.Values.Select(v => v.Text))}",
        _ => "?",
    }));
}
