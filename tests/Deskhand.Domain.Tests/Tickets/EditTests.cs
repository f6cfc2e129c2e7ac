using Deskhand.Access;

namespace Deskhand.Tickets;

public sealed class EditTests
{
    private static readonly Ticket Before = Desk.In("open");
    private static readonly DateTimeOffset Due = new(2026, 12, 1, 8, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string> EachField => new()
    {
        { "subject", "\"No signal\" -> \"Still none\"" },
        { "description", "\"\" -> \"a\\nb\"" },
        { "priority", "\"normal\" -> \"urgent\"" },
        { "type", "\"question\" -> \"incident\"" },
        { "category", "\"general_inquiry\" -> \"billing\"" },
        { "subcategory", "- -> \"refund\"" },
        { "tags", "[] -> [\"vip\"]" },
        { "customFields", "{} -> {\"floor\":3}" },
        { "channel", "\"api\" -> \"ad_hoc\"" },
        { "customerId", $"- -> \"{Desk.Customer}\"" },
        { "contactId", $"- -> \"{Desk.Contact}\"" },
        { "locationId", $"- -> \"{Desk.Location}\"" },
        { "assetId", $"- -> \"{Desk.Asset}\"" },
        { "externalId", "- -> \"X-1\"" },
        { "dueAt", "- -> \"2026-12-01T08:00:00.000Z\"" },
    };

    [Theory]
    [MemberData(nameof(EachField))]
    public void Each_field_is_told_by_its_name_with_both_values(string field, string change)
    {
        var before = field switch
        {
            "subcategory" => Before with { Fields = Before.Fields with { Category = "billing" } },
            "contactId" or "locationId" => Before with { Fields = Before.Fields with { CustomerId = Desk.Customer } },
            _ => Before,
        };
        var f = before.Fields;
        var fields = field switch
        {
            "subject" => f with { Subject = "Still none" },
            "description" => f with { Description = "a\nb" },
            "priority" => f with { Priority = Priority.Urgent },
            "type" => f with { Type = TicketType.Incident },
            "category" => f with { Category = "billing" },
            "subcategory" => f with { Subcategory = "refund" },
            "tags" => f with { Tags = ["vip"] },
            "customFields" => f with { CustomFields = CustomValues.Parse("""{"floor":3}""") },
            "channel" => f with { Channel = Channel.AdHoc },
            "customerId" => f with { CustomerId = Desk.Customer },
            "contactId" => f with { ContactId = Desk.Contact },
            "locationId" => f with { LocationId = Desk.Location },
            "assetId" => f with { AssetId = Desk.Asset },
            "externalId" => f with { ExternalId = "X-1" },
            "dueAt" => f with { DueAt = Due },
            _ => throw new ArgumentOutOfRangeException(nameof(field)),
        };
        var rules = Desk.Rulebook(ReadyWorkflows.Support, new CustomFieldDefinition("floor", "Floor", CustomFieldType.Number, []));
        var decision = before.Must(new TicketChange.Edit(fields, "because"), rules: rules);
        Assert.Equal([$"{field}: {change}"], decision.History.Lines());
        Assert.Equal(["ticket.updated"], decision.Types());
        Assert.Equal(decision.History.Lines(), decision.Events[0].Changes.Lines());
        Assert.Equal("because", decision.Reason);
        Assert.Equal((before.Version + 1, before.Sequence + 1), (decision.After.Version, decision.After.Sequence));
    }

    [Fact]
    public void Assignment_is_told_apart_and_after_the_other_fields()
    {
        var decision = Edit(Before.Fields with { Priority = Priority.High, AssigneeId = Desk.Bob, GroupId = Desk.Group });
        Assert.Equal(["ticket.updated", "ticket.assigned"], decision.Types());
        Assert.Equal(["priority"], decision.Events[0].Changes.Select(c => c.Field));
        Assert.Equal(["assigneeId", "groupId"], decision.Events[1].Changes.Select(c => c.Field));
        Assert.Equal(["priority", "assigneeId", "groupId"], decision.History.Select(c => c.Field));
        Assert.Equal(Before.Sequence + 2, decision.After.Sequence);
        Assert.Equal(Before.Version + 1, decision.After.Version);
    }

    [Fact]
    public void Assignment_alone_publishes_no_update() =>
        Assert.Equal(["ticket.assigned"], Edit(Before.Fields with { GroupId = Desk.Group }).Types());

    [Fact]
    public void The_same_fields_in_another_spelling_change_nothing()
    {
        var before = Before with { Fields = Before.Fields with { Tags = ["a", "vip"], DueAt = Due, CustomFields = CustomValues.Parse("""{"a":1,"b":[true]}""") } };
        var again = before.Fields with
        {
            Subject = " No signal ",
            Tags = ["VIP", "a", "vip"],
            ExternalId = "",
            DueAt = Due.ToOffset(TimeSpan.FromHours(2)).AddTicks(1234),
            CustomFields = CustomValues.Parse("""{ "b": [true], "a": 1.0 }"""),
        };
        AssertUnchanged(before, new TicketChange.Edit(again));
    }

    [Fact]
    public void Another_spelling_of_the_same_number_is_not_taken_over_beside_a_real_change()
    {
        var before = Before with { Fields = Before.Fields with { CustomFields = CustomValues.Parse("""{"floor":1.0}""") } };
        var decision = before.Must(new TicketChange.Edit(before.Fields with { Priority = Priority.High, CustomFields = CustomValues.Parse("""{"floor":1}""") }));
        Assert.Equal(["priority"], decision.History.Select(c => c.Field));
        Assert.Same(before.Fields.CustomFields, decision.After.Fields.CustomFields);
    }

    [Fact]
    public void A_due_instant_is_kept_in_UTC_and_in_milliseconds_as_it_is_written()
    {
        var due = Edit(Before.Fields with { DueAt = new DateTimeOffset(2026, 12, 1, 10, 0, 0, 5, TimeSpan.FromHours(2)).AddTicks(4321) }).After.Fields.DueAt!.Value;
        Assert.Equal((Due.AddMilliseconds(5), TimeSpan.Zero), (due, due.Offset));
    }

    [Fact]
    public void Nothing_changed_is_not_refused_even_where_the_rules_have_changed_since()
    {
        var before = Before with { Fields = Before.Fields with { Category = "gone", CustomerId = Desk.Customer, CustomFields = CustomValues.Parse("""{"gone":1}""") } };
        AssertUnchanged(before, new TicketChange.Edit(before.Fields), Desk.Knowing(Known.Nothing));
        Assert.Equal(["priority"], before.Must(new TicketChange.Edit(before.Fields with { Priority = Priority.Low }), Desk.Knowing(Known.Nothing)).History.Select(c => c.Field));
    }

    [Fact]
    public void Naming_only_the_contact_sets_the_ticket_to_its_customer()
    {
        var before = Before with { Fields = Before.Fields with { CustomerId = Desk.OtherCustomer } };
        var after = before.Must(new TicketChange.Edit(before.Fields with { CustomerId = null, ContactId = Desk.Contact })).After;
        Assert.Equal(Desk.Customer, after.Fields.CustomerId);
    }

    [Fact]
    public void A_contact_that_is_gone_leaves_the_ticket_with_the_customer_it_has()
    {
        var before = Before with { Fields = Before.Fields with { CustomerId = Desk.Customer, ContactId = Desk.Contact } };
        AssertUnchanged(before, new TicketChange.Edit(before.Fields with { CustomerId = null }), Desk.Knowing(Known.Nothing));
    }

    [Fact]
    public void Editing_needs_the_right_to_update_and_assigning_the_right_to_assign()
    {
        var change = new TicketChange.Edit(Before.Fields with { Subject = "Other", GroupId = Desk.Group });
        Assert.Contains("tickets:update", Before.Refused(change, Desk.By(Desk.As(Role.LightAgent))).Message, StringComparison.Ordinal);
        Assert.Contains("tickets:assign", Before.Refused(change, Desk.By(Desk.With(Permission.TicketsUpdate))).Message, StringComparison.Ordinal);
        Assert.Null(Before.Decide(change, Desk.By(Desk.As(Role.Agent))).Problem);
    }

    [Fact]
    public void The_reason_is_held_to_the_same_rules_as_elsewhere()
    {
        var fields = Before.Fields with { Priority = Priority.High };
        Assert.Contains("reason", Before.Refused(new TicketChange.Edit(fields, "a\0b")).Errors.Keys);
        Assert.Contains("reason", Before.Refused(new TicketChange.Edit(fields, new string('x', TicketRules.ReasonLength + 1))).Errors.Keys);
    }

    [Fact]
    public void Time_does_not_run_backwards_on_a_ticket()
    {
        var late = Before with { UpdatedAt = Desk.Noon.AddHours(1) };
        var after = late.Must(new TicketChange.Edit(late.Fields with { Priority = Priority.Low }), Desk.By(Desk.Admin, minutes: -5)).After;
        Assert.Equal((late.UpdatedAt, late.Version + 1), (after.UpdatedAt, after.Version));
        Assert.Equal(Desk.Noon.AddMinutes(1), Edit(Before.Fields with { Priority = Priority.Low }).After.UpdatedAt);
    }

    internal static void AssertUnchanged(Ticket before, TicketChange change, Circumstances? c = null)
    {
        var decision = before.Must(change, c);
        Assert.Same(before, decision.After);
        Assert.Empty(decision.History);
        Assert.Empty(decision.Events);
        Assert.Null(decision.Comment);
    }

    private static TicketDecision Edit(TicketFields fields) => Before.Must(new TicketChange.Edit(fields));
}
