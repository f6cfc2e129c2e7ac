using FsCheck;
using FsCheck.Fluent;

namespace Deskhand;

public sealed class FieldErrorsTests
{
    [Fact]
    public void Nothing_wrong_is_no_problem() => Assert.Null(new FieldErrors().ToProblem());

    [Fact]
    public void All_messages_are_collected_by_member_in_order()
    {
        var errors = new FieldErrors();
        errors.Add("b", "one");
        errors.Unless(false, "a", "two");
        errors.Unless(true, "a", "never");
        errors.Add("b", "three");
        var problem = errors.ToProblem()!;
        Assert.Equal((ProblemKind.Invalid, "invalid"), (problem.Kind, problem.Code));
        Assert.Equal(["a", "b"], problem.Errors.Keys);
        Assert.Equal("one three", string.Join(' ', problem.Errors["b"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    public void Required_text_is_not_blank(string? text) => Assert.Equal(["This is required."], Said(e => e.Required("name", text, 10)));

    [Theory]
    [InlineData("a\r\nBcc: all@example.test")]
    [InlineData("a\nb")]
    [InlineData("a\n")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("a\u001bb")]
    [InlineData("a\u007fb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u009bb")]
    [InlineData("a\u2028b")]
    [InlineData("a\u2029b")]
    public void Sec19_A_line_holds_no_line_break_and_no_control_character(string text)
    {
        Assert.Equal(["Line breaks and control characters are not allowed here."], Said(e => e.Optional("name", text, 50)));
        Assert.Equal(["Line breaks and control characters are not allowed here."], Said(e => e.Required("name", text, 50)));
    }

    [Theory]
    [InlineData("a@example.test\n")]
    [InlineData("a@example.test\r\nBcc: b@example.test")]
    [InlineData("a\n@example.test")]
    [InlineData("a@exam\rple.test")]
    [InlineData("a\0@example.test")]
    public void Sec19_An_address_holds_no_line_break(string text) => Assert.NotEmpty(Said(e => e.Email("email", text)));

    [Theory]
    [InlineData("+27 21 555 0100\n")]
    [InlineData("+27\r\n21")]
    public void Sec19_A_telephone_number_holds_no_line_break(string text) => Assert.NotEmpty(Said(e => e.Phone("phone", text)));

    [Theory]
    [InlineData("https://example.test/\n")]
    [InlineData(" https://example.test/")]
    [InlineData("https://example.test/a\r\nSet-Cookie: a=b")]
    [InlineData("https://example.test/a\0b")]
    [InlineData("https://example.test/a b")]
    public void Sec19_A_web_address_holds_no_line_break_and_no_space(string text) => Assert.NotEmpty(Said(e => e.WebAddress("website", text)));

    [Fact]
    public void A_text_of_many_lines_may_break_them_but_holds_no_NUL()
    {
        Assert.Empty(Said(e => e.Text("body", "one\r\ntwo\tthree", 50)));
        Assert.Equal(["The character U+0000 is not allowed."], Said(e => e.Text("body", "one\0two", 50)));
    }

    [Fact]
    public void Lengths_are_limited_to_the_character()
    {
        Assert.Empty(Said(e => e.Optional("name", "abc", 3)));
        Assert.Equal(["This may have at most 3 characters; it has 4."], Said(e => e.Optional("name", "abcd", 3)));
        Assert.Equal(["This may have at most 3 characters; it has 4."], Said(e => e.Text("name", "abcd", 3)));
    }

    [Fact]
    public void Lone_surrogates_cannot_be_stored()
    {
        // not InlineData: an attribute's text passes through UTF-8, which is the very thing that cannot hold them
        foreach (var half in (string[])["\ud83d", "a\ud83d", "\ude00a", "\ude00\ud83d"])
        {
            Assert.Equal(["This is not valid Unicode text."], Said(e => e.Optional("name", half, 50)));
            Assert.Equal(["This is not valid Unicode text."], Said(e => e.Text("name", half, 50)));
            Assert.NotEmpty(Said(e => e.Email("name", half + "@example.test")));
            Assert.NotEmpty(Said(e => e.WebAddress("name", "https://example.test/" + half)));
        }
    }

    [Fact]
    public void Text_is_accepted_exactly_when_UTF8_can_hold_it()
    {
        var unit = Gen.OneOf(Gen.Choose(0x20, 0x7e), Gen.Choose(0xd7f0, 0xe010), Gen.Elements(0xd83d, 0xde00)).Select(c => (char)c);
        Prop.ForAll(unit.ArrayOf().Select(u => new string(u)).ToArbitrary(), text =>
            Said(e => e.Text("body", text, 1000)).Count == 0 == IsUtf8(text)).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Theory]
    [InlineData("a@example.test", true)]
    [InlineData("first.last+tag@mail.example.co.za", true)]
    [InlineData("jürgen@exämple.test", true)]
    [InlineData("a@example", false)]
    [InlineData("a@@example.test", false)]
    [InlineData("a b@example.test", false)]
    [InlineData("<a@example.test>", false)]
    [InlineData("a@example.test, b@example.test", false)]
    [InlineData("a@-example.test", false)]
    [InlineData("a@.test", false)]
    [InlineData("@example.test", false)]
    [InlineData("", false)]
    public void An_email_address_is_one_address(string address, bool good) => Assert.Equal(good, Said(e => e.Email("email", address)).Count == 0);

    [Fact]
    public void An_email_address_has_at_most_254_characters()
    {
        Assert.Empty(Said(e => e.Email("email", new string('a', 254 - 13) + "@example.test")));
        Assert.NotEmpty(Said(e => e.Email("email", new string('a', 255 - 13) + "@example.test")));
    }

    [Theory]
    [InlineData("+27 (0)21 555-0100", true)]
    [InlineData("0215550100 x12", true)]
    [InlineData("112", true)]
    [InlineData("11", false)]
    [InlineData("call me", false)]
    [InlineData("", false)]
    [InlineData("12345678901234567890123456789012345678901", false)]
    public void A_telephone_number_is_digits_and_separators(string number, bool good) => Assert.Equal(good, Said(e => e.Phone("phone", number)).Count == 0);

    [Theory]
    [InlineData("https://example.test/a?b=c#d", true)]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("ftp://example.test", false)]
    [InlineData("//example.test", false)]
    [InlineData("/tickets", false)]
    [InlineData("example.test", false)]
    public void A_web_address_is_absolute_http(string address, bool good) => Assert.Equal(good, Said(e => e.WebAddress("website", address)).Count == 0);

    [Fact]
    public void What_is_missing_is_not_wrong_unless_required()
    {
        Assert.Empty(Said(e => e.Optional("x", null, 1)));
        Assert.Empty(Said(e => e.Text("x", null, 1)));
        Assert.Empty(Said(e => e.Email("x", null)));
        Assert.Empty(Said(e => e.Phone("x", null)));
        Assert.Empty(Said(e => e.WebAddress("x", null)));
    }

    private static bool IsUtf8(string text)
    {
        try
        {
            new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text);
            return true;
        }
        catch (System.Text.EncoderFallbackException)
        {
            return false;
        }
    }

    private static IReadOnlyList<string> Said(Action<FieldErrors> check)
    {
        var errors = new FieldErrors();
        check(errors);
        return [.. errors.ToProblem()?.Errors.Values.SelectMany(m => m) ?? []];
    }

    [Fact]
    public void Of_very_many_members_the_first_hundred_are_told()
    {
        var errors = new FieldErrors();
        for (var i = 0; i < 1000; i++) errors.Add($"field{i}", "No.");
        errors.Add("field0", "Again no.");
        Assert.Equal(100, errors.ToProblem()!.Errors.Count);
        Assert.Equal(2, errors.ToProblem()!.Errors["field0"].Length);
    }
}
