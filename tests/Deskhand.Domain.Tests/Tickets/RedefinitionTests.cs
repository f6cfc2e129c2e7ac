using System.Collections.Immutable;
using System.Text.Json;

namespace Deskhand.Tickets;

public sealed class RedefinitionTests
{
    private static readonly ImmutableSortedDictionary<string, string?> NoMap = ImmutableSortedDictionary<string, string?>.Empty;

    [Theory]
    [InlineData("\"yes\"", CustomFieldType.Text, "", "\"yes\"")]
    [InlineData("12.5", CustomFieldType.Text, "", "\"12.5\"")]
    [InlineData("true", CustomFieldType.Text, "", "\"true\"")]
    [InlineData("[\"a\",\"b\"]", CustomFieldType.Text, "", "\"a, b\"")]
    [InlineData("\"12.5\"", CustomFieldType.Number, "", "12.5")]
    [InlineData("\"1e5\"", CustomFieldType.Number, "", null)]
    [InlineData("\"12,5\"", CustomFieldType.Number, "", null)]
    [InlineData("\"true\"", CustomFieldType.Boolean, "", "true")]
    [InlineData("\"yes\"", CustomFieldType.Boolean, "", null)]
    [InlineData("\"yes\"", CustomFieldType.Boolean, "yes=true", "true")]
    [InlineData("\"2026-02-28\"", CustomFieldType.Date, "", "\"2026-02-28\"")]
    [InlineData("\"2026-02-30\"", CustomFieldType.Date, "", null)]
    [InlineData("\"north\"", CustomFieldType.Select, "", "\"north\"")]
    [InlineData("\"East\"", CustomFieldType.Select, "", null)]
    [InlineData("\"East\"", CustomFieldType.Select, "East=south", "\"south\"")]
    [InlineData("\"East\"", CustomFieldType.Select, "East=west", null)]
    [InlineData("\"East\"", CustomFieldType.Select, "East=", "")]
    [InlineData("[\"north\"]", CustomFieldType.Select, "", "\"north\"")]
    [InlineData("[\"north\",\"south\"]", CustomFieldType.Select, "", null)]
    [InlineData("[\"north\",\"East\"]", CustomFieldType.Select, "East=", "\"north\"")]
    [InlineData("\"north\"", CustomFieldType.MultiSelect, "", "[\"north\"]")]
    [InlineData("[\"north\",\"East\"]", CustomFieldType.MultiSelect, "East=north", "[\"north\"]")]
    [InlineData("[\"north\",\"East\"]", CustomFieldType.MultiSelect, "", null)]
    [InlineData("[\"East\"]", CustomFieldType.MultiSelect, "East=", "")]
    public void A_value_follows_its_field_or_is_ambiguous(string value, CustomFieldType type, string map, string? expected)
    {
        var values = map.Length == 0 ? NoMap : NoMap.Add(map.Split('=')[0], map.Split('=')[1] is { Length: > 0 } to ? to : null);
        var field = new Redefinition.Field("f", new("f", "F", type, type is CustomFieldType.Select or CustomFieldType.MultiSelect ? ["north", "south"] : []), values);

        Assert.Equal(expected is not null, field.TryTake(JsonElement.Parse(value), out var taken));
        if (expected is not null) Assert.Equal(expected, taken.ValueKind == JsonValueKind.Undefined ? "" : taken.GetRawText());
    }

    [Fact]
    public void A_closed_ticket_follows_too_and_does_not_go_up_in_the_list()
    {
        var closed = Tagged(Desk.In("closed"), "a", "b");
        var decided = closed.Must(To(new Redefinition.Tag("a", "c")));

        Assert.Equal("b c", string.Join(' ', decided.After.Fields.Tags));
        Assert.Equal(Desk.Noon, decided.After.UpdatedAt);
        Assert.Equal(Desk.Noon.AddMinutes(1), decided.At);
        Assert.Equal((closed.Version + 1, closed.Sequence + 1), (decided.After.Version, decided.After.Sequence));
        Assert.Equal(["ticket.updated"], decided.Types());
        Assert.Equal(["tags: [\"a\",\"b\"] -> [\"b\",\"c\"]"], decided.History.Lines());
    }

    [Fact]
    public void Two_tags_that_become_one_are_there_once_and_a_tag_that_goes_leaves_the_others()
    {
        var ticket = Tagged(Desk.In("open"), "a", "b");
        Assert.Equal("b", Assert.Single(ticket.Must(To(new Redefinition.Tag("a", "b"))).After.Fields.Tags));
        Assert.Equal("b", Assert.Single(ticket.Must(To(new Redefinition.Tag("a", null))).After.Fields.Tags));
        EditTests.AssertUnchanged(ticket, To(new Redefinition.Tag("z", "y")));
    }

    [Fact]
    public void A_status_that_stands_in_another_category_takes_its_tickets_along()
    {
        var waiting = Desk.In("pending_customer");
        var held = waiting.Must(To(new Redefinition.Status("pending_customer", new("pending_customer", "Waiting", StatusCategory.OnHold))));
        Assert.Equal(StatusCategory.OnHold, held.After.StatusCategory);
        Assert.Equal(["statusCategory: \"pending\" -> \"on_hold\""], held.History.Lines());

        var solved = waiting.Must(To(new Redefinition.Status("pending_customer", new("done", "Done", StatusCategory.Solved))));
        Assert.Equal(Desk.Noon.AddMinutes(1), solved.After.SolvedAt);
        Assert.Equal(["ticket.status_changed", "ticket.resolved"], solved.Types());
        EditTests.AssertUnchanged(waiting, To(new Redefinition.Status("other", new("done", "Done", StatusCategory.Solved))));
        EditTests.AssertUnchanged(waiting, To(new Redefinition.Status("pending_customer", new("pending_customer", "Other name", StatusCategory.Pending))));
    }

    [Fact]
    public void A_closed_ticket_in_another_closed_status_keeps_its_times()
    {
        var closed = Desk.In("closed").Must(To(new Redefinition.Status("closed", new("archived", "Archived", StatusCategory.Closed)))).After;
        Assert.Equal(("archived", Desk.Noon, Desk.Noon), (closed.Status, closed.SolvedAt, closed.ClosedAt));
    }

    [Fact]
    public void A_subcategory_that_nothing_is_said_of_is_refused()
    {
        var ticket = Desk.In("open") with { Fields = new() { Subject = "No signal", Category = "legacy", Subcategory = "old" } };
        var into = Desk.Categories[1];
        Assert.Equal("ambiguous", ticket.Refused(To(new Redefinition.Category("legacy", into, NoMap))).Code);
        Assert.Equal("ambiguous", ticket.Refused(To(new Redefinition.Category("legacy", into, NoMap.Add("old", "none such")))).Code);
        Assert.Equal(("billing", "refund"), Of(ticket.Must(To(new Redefinition.Category("legacy", into, NoMap.Add("old", "refund"))))));
        Assert.Equal(("billing", null), Of(ticket.Must(To(new Redefinition.Category("legacy", into, NoMap.Add("old", null))))));
        EditTests.AssertUnchanged(ticket, To(new Redefinition.Category("other", into, NoMap)));

        static (string, string?) Of(TicketDecision d) => (d.After.Fields.Category, d.After.Fields.Subcategory);
    }

    [Fact]
    public void A_field_takes_its_value_to_another_key_and_type_and_leaves_the_other_fields()
    {
        var ticket = Desk.In("open") with { Fields = new() { Subject = "No signal", CustomFields = CustomValues.Parse("""{"floor":"3","site":"north"}""") } };
        var to = new Redefinition.Field("floor", new("level", "Level", CustomFieldType.Number, []), NoMap);
        Assert.Equal(CustomValues.Parse("""{"level":3,"site":"north"}"""), ticket.Must(To(to)).After.Fields.CustomFields);
        Assert.Equal(CustomValues.Parse("""{"site":"north"}"""), ticket.Must(To(to with { Values = NoMap.Add("3", null) })).After.Fields.CustomFields);
        Assert.Equal("ambiguous", ticket.Refused(To(to with { To = to.To with { Type = CustomFieldType.Boolean } })).Code);
        EditTests.AssertUnchanged(ticket, To(to with { From = "other" }));
    }

    private static TicketChange.Redefine To(Redefinition what) => new TicketChange.Redefine(what);

    private static Ticket Tagged(Ticket ticket, params ImmutableArray<string> tags) => ticket with { Fields = ticket.Fields with { Tags = tags } };
}
