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
