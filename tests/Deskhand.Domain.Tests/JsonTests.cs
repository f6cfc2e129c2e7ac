using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Tickets;
using FsCheck;
using FsCheck.Fluent;

namespace Deskhand;

public sealed class JsonTests
{
    [Fact]
    public void What_is_missing_has_no_JSON()
    {
        Assert.Null(Json.Of((string?)null));
        Assert.Null(Json.Of((Guid?)null));
        Assert.Null(Json.Of((DateTimeOffset?)null));
    }

    [Fact]
    public void Single_values_are_written_as_the_API_writes_them()
    {
        Assert.Equal("-3", Json.Of(-3));
        Assert.Equal("true false", Json.Of(true) + " " + Json.Of(false));
        Assert.Equal($"\"{Desk.Ann}\"", Json.Of(Desk.Ann));
        Assert.Equal("[\"a\",\"ü\"]", Json.Of((ImmutableArray<string>)["a", "ü"]));
        Assert.Equal("\"<ü> \\\"\\n\"", Json.Of("<ü> \"\n"));
        Assert.Equal("\"2026-11-20T10:00:00.123Z\"", Json.Of(new DateTimeOffset(2026, 11, 20, 12, 0, 0, 123, TimeSpan.FromHours(2))));
    }

    [Fact]
    public void Any_text_reads_back_as_it_was() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text => !IsWhole(text.Get) || JsonSerializer.Deserialize<string>(Json.Of(text.Get)!) == text.Get).QuickCheckThrowOnFailure();

    [Fact]
    public void Sec10_A_comment_is_written_with_its_words_only_where_the_customer_may_read_them()
    {
        Assert.Equal($$"""{"body":"Hi","id":"{{Desk.CommentId}}","visibility":"public"}""", Json.OfComment(Desk.Said(Visibility.Public, body: "Hi")));
        Assert.Equal($$"""{"id":"{{Desk.CommentId}}","visibility":"internal"}""", Json.OfComment(Desk.Said(Visibility.Internal, body: "Hi")));
    }

    private static bool IsWhole(string text)
    {
        var errors = new FieldErrors();
        errors.Text("x", text.Replace("\0", "", StringComparison.Ordinal), int.MaxValue);
        return errors.ToProblem() is null;
    }
}
