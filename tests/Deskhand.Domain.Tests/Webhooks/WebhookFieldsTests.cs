using System.Collections.Immutable;

namespace Deskhand.Webhooks;

public sealed class WebhookFieldsTests
{
    [Theory]
    [InlineData("*", "ticket.created", true)]
    [InlineData("ticket.*", "ticket.created", true)]
    [InlineData("ticket.*", "customer.created", false)]
    [InlineData("*.created", "customer.created", true)]
    [InlineData("*.created", "customer.updated", false)]
    [InlineData("*.*", "customer.updated", true)]
    [InlineData("ticket.sla_warning", "ticket.sla_warning", true)]
    [InlineData("ticket.sla_warning", "ticket.slaxwarning", false)]
    [InlineData("ticket", "ticket.created", false)]
    public void A_filter_lets_through_what_it_names(string pattern, string type, bool matches) => Assert.Equal(matches, WebhookFields.Matches(pattern, type));

    [Theory]
    [InlineData("ticket.sla_warning", "ticket.sla\\_warning")]
    [InlineData("ticket.*", "ticket.%")]
    [InlineData("*", "%")]
    public void A_filter_is_a_pattern_of_the_database(string pattern, string like) => Assert.Equal(like, WebhookFields.LikePattern(pattern));

    [Theory]
    [InlineData("")]
    [InlineData("hooks.example.com")]
    [InlineData("ftp://hooks.example.com/")]
    [InlineData("https://user:password@hooks.example.com/")]
    [InlineData("https://hooks.example.com/#part")]
    [InlineData("https://hooks.example.com/a b")]
    [InlineData("https://hooks.example.com/\u2028")]
    public void What_is_no_address_to_post_to_is_refused(string url) => Assert.Contains("url", new WebhookFields { Url = url }.Check()!.Errors.Keys);

    [Theory]
    [InlineData("Ticket.Created")]
    [InlineData("ticket")]
    [InlineData("ticket.*.more")]
    [InlineData("tick*.created")]
    [InlineData("ticket.created%")]
    [InlineData("")]
    public void What_is_no_event_is_refused(string pattern) => Assert.Contains("events", new WebhookFields { Url = "https://hooks.example.com/", Events = [pattern] }.Check()!.Errors.Keys);

    [Fact]
    public void No_event_at_all_and_too_many_are_refused_and_doubles_are_one()
    {
        var fields = new WebhookFields { Url = "https://hooks.example.com/" };
        Assert.Null(fields.Check());
        Assert.NotNull((fields with { Events = [] }).Check());
        Assert.NotNull((fields with { Events = [.. Enumerable.Repeat("ticket.created", 51)] }).Check());
        Assert.Equal(["customer.*", "ticket.created"], (fields with { Events = ["ticket.created", "customer.*", "ticket.created"] }).Normalised().Events.AsEnumerable());
    }

    [Theory]
    [InlineData("", "x")]
    [InlineData("Author ization", "x")]
    [InlineData("Authorization:", "x")]
    [InlineData("X-Ünicode", "x")]
    [InlineData("X-Line\r\nHost", "x")]
    [InlineData("Host", "x")]
    [InlineData("hOST", "x")]
    [InlineData("Content-Type", "x")]
    [InlineData("content-length", "0")]
    [InlineData("Webhook-Signature", "v1,x")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "close")]
    [InlineData("Cookie", "a=b")]
    [InlineData("Proxy-Authorization", "x")]
    [InlineData("User-Agent", "x")]
    [InlineData("Sec-Fetch-Mode", "x")]
    [InlineData("X-Key", "")]
    [InlineData("X-Key", "  ")]
    [InlineData("X-Key", null)]
    [InlineData("X-Key", "a\r\nHost: evil.example")]
    [InlineData("X-Key", "a\nb")]
    [InlineData("X-Key", "a\0b")]
    [InlineData("X-Key", "schlüssel")]
    [InlineData("X-Key", "\ud83d")]
    public void Sec29_What_is_no_header_of_ones_own_is_refused(string name, string? value) =>
        Assert.Contains("headers", WithHeaders((name, value!)).Normalised().Check()!.Errors.Keys);

    [Fact]
    public void Headers_are_ten_of_a_thousand_characters_and_each_is_there_once()
    {
        Assert.Null(WithHeaders(("Authorization", "Bearer abc"), ("X-Key!", new string('~', 1000)), ("Expires", "0")).Normalised().Check());
        Assert.NotNull(WithHeaders(("X-Key", new string('~', 1001))).Check());
        Assert.NotNull(WithHeaders((new string('x', 101), "x")).Check());
        Assert.NotNull(WithHeaders(("X-Key", "a"), ("x-kEY", "b")).Check());
        Assert.Null(WithHeaders([.. Enumerable.Range(0, 10).Select(i => ($"X-{i}", "x"))]).Check());
        Assert.NotNull(WithHeaders([.. Enumerable.Range(0, 11).Select(i => ($"X-{i}", "x"))]).Check());
        Assert.Equal("a b", WithHeaders(("X-Key", " a b\t")).Normalised().Headers["X-Key"]);
    }

    [Fact]
    public void A_header_that_stays_must_have_been_there_and_go_to_the_same_host()
    {
        var before = WithHeaders(("X-Key", "one")).WithoutValues();
        Assert.Equal(WebhookFields.Kept, before.Headers["X-Key"]);
        Assert.Equal([KeyValuePair.Create("X-Key", "***")], WithHeaders(("x-key", "***")).Keeping(before).Value.Headers);
        Assert.Equal([KeyValuePair.Create("x-key", "two")], WithHeaders(("x-key", "two")).Keeping(before).Value.Headers);
        Assert.Contains("no header X-Other", WithHeaders(("X-Other", "***")).Keeping(before).Problem!.Message, StringComparison.Ordinal);
        Assert.NotNull(WithHeaders(("X-Key", "***")).Keeping(null).Problem);
        Assert.Null((WithHeaders(("X-Key", "***")) with { Url = "https://hooks.example.com/elsewhere" }).Keeping(before).Problem);
        foreach (var url in new[] { "https://evil.example/", "https://hooks.example.com:8443/", "http://hooks.example.com/", "https://hooks.example.com.evil.example/" })
        {
            Assert.Contains("another host", (WithHeaders(("X-Key", "***")) with { Url = url }).Keeping(before).Problem!.Message, StringComparison.Ordinal);
            Assert.Null((WithHeaders(("X-Key", "anew")) with { Url = url }).Keeping(before).Problem);
            Assert.Null((WithHeaders() with { Url = url }).Keeping(before).Problem);
        }
    }

    [Fact]
    public void Of_a_header_it_is_told_that_it_got_a_value_and_not_which()
    {
        var before = WithHeaders(("X-Key", "one")).WithoutValues();
        var change = Assert.Single(WebhookFields.Changes(before, WithHeaders(("X-Key", "two"))));
        Assert.Equal(("headers", "[\"X-Key\"]", "[\"X-Key\"]"), (change.Field, change.From, change.To));
        Assert.Empty(WebhookFields.Changes(before, WithHeaders(("X-Key", "***"))));
        Assert.Equal(("[\"X-Key\"]", null), Told(before, WithHeaders()));
        Assert.Equal((null, "[\"A\",\"b\"]"), Told(WithHeaders(), WithHeaders(("b", "2"), ("A", "1"))));
        Assert.DoesNotContain("secret-one", string.Concat(WebhookFields.Changes(null, WithHeaders(("X-Key", "secret-one"))).Select(c => c.To)), StringComparison.Ordinal);

        static (string?, string?) Told(WebhookFields before, WebhookFields after) => (WebhookFields.Changes(before, after).Single().From, WebhookFields.Changes(before, after).Single().To);
    }

    private static WebhookFields WithHeaders(params (string Name, string Value)[] headers) =>
        new() { Url = "https://hooks.example.com/", Headers = headers.ToImmutableDictionary(h => h.Name, h => h.Value, StringComparer.Ordinal) };

    [Fact]
    public void History_and_events_tell_that_the_address_changed_and_not_the_part_of_it_that_may_be_a_key()
    {
        var before = new WebhookFields { Url = "https://hooks.example.com/T0/secret-one" };
        var change = Assert.Single(WebhookFields.Changes(before, before with { Url = "https://hooks.example.com/T0/secret-two" }));
        Assert.Equal(("url", "\"https://hooks.example.com/…\"", "\"https://hooks.example.com/…\""), (change.Field, change.From, change.To));
        Assert.Empty(WebhookFields.Changes(before, before));
        Assert.DoesNotContain("secret", string.Concat(WebhookFields.Changes(null, before).Select(c => c.To)), StringComparison.Ordinal);
    }
}
