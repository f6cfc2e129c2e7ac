using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Search;

public sealed class SearchSnippetTests
{
    [Theory]
    [InlineData("printer", "The Printer prints", "The [Printer] prints")]
    [InlineData("print*", "The Printer prints", "The [Printer] [prints]")]
    [InlineData("conexion", "La conexión falla", "La [conexión] falla")]
    [InlineData("TICKET-2026-000001", "see TICKET-2026-000001", "see [TICKET]-[2026]-[000001]")]
    [InlineData("\"no signal\" -printer", "no signal, printer", "[no] [signal], printer")]
    [InlineData("<b>", "<b>bold</b>", "<[b]>bold</[b]>")]
    [InlineData("école", "ecole ÉCOLE e\u0301cole école", "[ecole] [ÉCOLE] [e\u0301cole] [école]")]
    [InlineData("zebra", "nothing", "nothing")]
    public void What_was_found_is_marked(string query, string text, string expected) => Assert.Equal(expected, Marked(SearchSnippet.Of(text, Words(query), 200)));

    [Fact]
    public void Other_forms_of_a_word_are_marked_by_its_stem() =>
        Assert.Equal("[Instalaciones] nuevas", Marked(SearchSnippet.Of("Instalaciones nuevas", new SearchWords(SearchQuery.Parse("instalación").Value, ["instal"]), 200)));

    [Fact]
    public void A_long_text_is_cut_around_the_first_place()
    {
        var snippet = SearchSnippet.Of(string.Concat(Enumerable.Repeat("lorem ipsum ", 100)) + "needle " + string.Concat(Enumerable.Repeat("dolor sit ", 100)), Words("needle"), 200);
        Assert.InRange(snippet.Text.Length, 150, 204);
        Assert.Contains("[needle]", Marked(snippet), StringComparison.Ordinal);
    }

    [Fact]
    public void Marks_lie_inside_the_text_and_in_order() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), Gen.Choose(1, 60).ToArbitrary(), (text, most) =>
    {
        var snippet = SearchSnippet.Of(text.Get, Words("a* b 1"), most);
        var end = 0;
        foreach (var mark in snippet.Marks)
        {
            if (mark.Start < end || mark.Length < 1 || mark.Start + mark.Length > snippet.Text.Length) return false;
            end = mark.Start + mark.Length;
        }

        return true;
    }).QuickCheckThrowOnFailure();

    private static SearchWords Words(string query) => new(SearchQuery.Parse(query).Value, []);

    private static string Marked(SearchSnippet snippet) =>
        snippet.Marks.Reverse().Aggregate(snippet.Text, (text, m) => text.Insert(m.Start + m.Length, "]").Insert(m.Start, "["));
}
