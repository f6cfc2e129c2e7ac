using System.Text;
using Deskhand.Http;
using Microsoft.AspNetCore.Http;

namespace Deskhand.Server.Tests.Http;

public sealed class CsvAnswerTests
{
    [Theory]
    [InlineData("=1+1")]
    [InlineData("+A1")]
    [InlineData("-A1")]
    [InlineData("@SUM(A1)")]
    [InlineData("|calc")]
    [InlineData("%0A")]
    [InlineData("\t=1")]
    [InlineData("\tplain")]
    [InlineData("\r=1")]
    [InlineData("\n=1")]
    [InlineData(" =1")]
    [InlineData("\u00a0=1")]
    [InlineData("\u200b=1")]
    [InlineData("\ufeff=1")]
    [InlineData("\u3164=1")]
    [InlineData("＝1")]
    [InlineData("＋1")]
    [InlineData("－1")]
    [InlineData("＠SUM(A1)")]
    [InlineData("+27 82 555 0100 x12")]
    [InlineData("-1+cmd|' /C calc'!A0")]
    [InlineData("+")]
    [InlineData(" +27 82 555 0100")]
    public void Sec24_What_a_spreadsheet_may_take_for_a_formula_becomes_text_and_can_be_read_back(string value)
    {
        Assert.Equal("'" + value, CsvText.Written(value));
        Assert.Equal(value, CsvText.Read(CsvText.Written(value)));
    }

    /// <summary>Where the list separator is a semicolon or a tab, a program that opens a file of ours begins a cell in the middle of a value.</summary>
    [Theory]
    [InlineData("x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y")]
    [InlineData("a\n=HYPERLINK(\"http://evil.example\")", "a\n'=HYPERLINK(\"http://evil.example\")")]
    [InlineData("a\t @SUM(A1)", "a\t' @SUM(A1)")]
    [InlineData("=1;=A1()", "'=1;'=A1()")]
    [InlineData("x;'=A1()", "x;''=A1()")]
    [InlineData("To do:\n- call\n- write; -5", "To do:\n- call\n- write; -5")]
    [InlineData("Dear Ann;\r\nall is well (again)", "Dear Ann;\r\nall is well (again)")]
    public void Sec24_What_may_become_a_cell_of_its_own_is_kept_from_calling_anything(string value, string written)
    {
        Assert.Equal(written, CsvText.Written(value));
        Assert.Equal(value, CsvText.Read(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Acme (Pty) Ltd")]
    [InlineData("+27 82 555 0100")]
    [InlineData("+27825550100")]
    [InlineData("+1 (212) 555-0100")]
    [InlineData("-12.50")]
    [InlineData("a=b")]
    [InlineData("'tis")]
    [InlineData("ann@acme.example")]
    [InlineData("2026-11-21")]
    public void Sec24_Telephone_numbers_and_ordinary_words_stay_as_they_are(string value)
    {
        Assert.Equal(value, CsvText.Written(value));
        Assert.Equal(value, CsvText.Read(value));
    }

    [Fact]
    public void Sec24_A_value_with_such_an_apostrophe_of_its_own_comes_back_too() =>
        Assert.All(["'=1", "''=1", "'", "''", "'+27 82 555 0100"], v => Assert.Equal(v, CsvText.Read(CsvText.Written(v))));

    [Fact]
    public async Task Quotes_commas_and_line_breaks_are_quoted_as_rfc_4180_says_and_lines_end_with_cr_lf()
    {
        var (text, context) = await Answer(bom: false, async rows => await rows.Write("a,b", "say \"hi\"", "two\r\nlines", null, "=1,2", "Zoë"), columns: ["a", "b", "c", "d", "e", "f"]);

        Assert.Equal("a,b,c,d,e,f\r\n\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\",,\"'=1,2\",Zoë\r\n", text);
        Assert.Equal("text/csv; charset=utf-8; header=present", context.Response.ContentType);
        Assert.Equal("attachment; filename=\"things.csv\"", context.Response.Headers.ContentDisposition);
        Assert.Equal("nosniff", context.Response.Headers.XContentTypeOptions);
    }

    [Fact]
    public async Task The_mark_for_excel_comes_first_when_it_is_asked_for() =>
        Assert.StartsWith("\ufeffn,m\r\n", (await Answer(bom: true, _ => Task.CompletedTask)).Text, StringComparison.Ordinal);

    [Fact]
    public async Task Rows_that_cannot_be_read_to_the_end_are_no_answer() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Answer(bom: false, async rows =>
        {
            await rows.Write("1", "2");
            throw new InvalidOperationException("The database has gone.");
        }));

    [Fact]
    public async Task Rows_are_sent_on_while_more_are_read()
    {
        var body = new MemoryStream();
        var sentBeforeTheEnd = 0L;
        await Answer(bom: false, async rows =>
        {
            for (var i = 0; i < 10_000; i++) await rows.Write("a value", "another value");
            sentBeforeTheEnd = body.Length;
        }, body);

        Assert.InRange(body.Length - sentBeforeTheEnd, 1, 128 * 1024);
    }

    private static async Task<(string Text, HttpContext Context)> Answer(bool bom, Func<CsvRows, Task> write, MemoryStream? body = null, string[]? columns = null)
    {
        var context = new DefaultHttpContext();
        context.Response.Body = body ??= new MemoryStream();
        await new CsvAnswer(new CsvTable("things.csv", columns ?? ["n", "m"], (rows, _) => write(rows), bom)).ExecuteAsync(context);
        return (Encoding.UTF8.GetString(body.ToArray()), context);
    }
}
