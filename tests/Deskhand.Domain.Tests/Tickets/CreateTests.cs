using Deskhand.Access;

namespace Deskhand.Tickets;

public sealed class CreateTests
{
    private static readonly TicketFields Plain = new() { Subject = "No signal" };

    public static TheoryData<string, string, StatusCategory> Starts => new()
    {
        { "support", "new", StatusCategory.New },
        { "classic", "new", StatusCategory.New },
        { "psa", "open", StatusCategory.Open },
        { "field", "new", StatusCategory.New },
    };

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_new_ticket_starts_in_the_first_status_of_its_workflow(string workflow, string status, StatusCategory category)
    {
        var decision = New(Plain, rules: Desk.Rulebook(ReadyWorkflows.Find(workflow)!));
        Assert.Equal((status, category), (decision.After.Status, decision.After.StatusCategory));
    }

    [Fact]
    public void A_new_ticket_has_version_1_one_event_and_one_line_of_history()
    {
        var decision = New(Plain);
        var ticket = decision.After;
        Assert.Equal((1, 1), (ticket.Version, ticket.Sequence));
        Assert.Equal(["ticket.created"], decision.Types());
        Assert.Equal(["status: - -> \"new\""], decision.History.Lines());
        Assert.Null(decision.Comment);
        Assert.Equal((Desk.Ticket, Desk.Ann, 0L, ""), (ticket.Id, ticket.CreatedBy, ticket.Number, ticket.Reference));
    }

    [Fact]
    public void Its_times_are_those_of_the_change_and_none_lies_ahead()
    {
        var ticket = New(Plain).After;
        Assert.Equal((Desk.Noon.AddMinutes(1), Desk.Noon.AddMinutes(1)), (ticket.CreatedAt, ticket.UpdatedAt));
        Assert.Equal((null, null, null, null, null), (ticket.FirstRespondedAt, ticket.SolvedAt, ticket.ClosedAt, ticket.DeletedAt, ticket.EscalatedAt));
    }

    [Fact]
    public void One_created_with_an_assignee_tells_of_the_assignment_after_the_creation()
    {
        var decision = New(Plain with { AssigneeId = Desk.Bob, GroupId = Desk.Group });
        Assert.Equal(["ticket.created", "ticket.assigned"], decision.Types());
        Assert.Equal(2, decision.After.Sequence);
        Assert.Empty(decision.Events[0].Changes);
        string[] lines = [$"assigneeId: - -> \"{Desk.Bob}\"", $"groupId: - -> \"{Desk.Group}\""];
        Assert.Equal(lines, decision.Events[1].Changes.Lines());
        Assert.Equal(["status: - -> \"new\"", .. lines], decision.History.Lines());
    }

    [Fact]
    public void A_contact_brings_its_customer_along() =>
        Assert.Equal(Desk.Customer, New(Plain with { ContactId = Desk.Contact }).After.Fields.CustomerId);

    [Fact]
    public void A_customer_without_a_contact_stays_the_one_named() =>
        Assert.Equal(Desk.OtherCustomer, New(Plain with { CustomerId = Desk.OtherCustomer }).After.Fields.CustomerId);

    [Fact]
    public void Without_contact_and_customer_there_is_no_customer_whatever_was_looked_up() =>
        Assert.Null(New(Plain).After.Fields.CustomerId);

    [Fact]
    public void Fields_are_kept_in_their_one_form()
    {
        var fields = New(Plain with { Subject = "  Help \r\n", Tags = ["VIP", " vip ", "a"], ExternalId = " ", Subcategory = " refund ", Category = "billing" }).After.Fields;
        Assert.Equal(("Help", "a vip", null, "refund"), (fields.Subject, string.Join(' ', fields.Tags), fields.ExternalId, fields.Subcategory));
    }

    [Fact]
    public void Creating_needs_the_right_to_create_and_creating_assigned_the_right_to_assign()
    {
        Assert.Equal("forbidden", Refusal(Plain, Desk.By(Desk.As(Role.LightAgent))).Code);
        var creator = Desk.By(Desk.With(Permission.TicketsCreate));
        Assert.Null(((Ticket?)null).Decide(new TicketChange.Create(Desk.Ticket, Plain), creator).Problem);
        Assert.Contains("tickets:assign", Refusal(Plain with { AssigneeId = Desk.Bob }, creator).Message, StringComparison.Ordinal);
        Assert.Contains("tickets:assign", Refusal(Plain with { GroupId = Desk.Group }, creator).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_may_not_assign_does_not_learn_which_agents_exist()
    {
        var blind = new Circumstances(Desk.With(Permission.TicketsCreate), Desk.Noon, Known.Nothing);
        Assert.Equal("forbidden", Refusal(Plain with { AssigneeId = Desk.Bob }, blind).Code);
    }

    [Fact]
    public void One_split_out_of_another_takes_over_what_that_one_has_whatever_became_of_it_since()
    {
        var original = Original;
        Assert.Equal(["category", "customFields.floor", "customFields.site"], ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, original.Fields), rules: Stricter).Errors.Keys);
        var split = Split(original.Fields, original, Known.Nothing with { Group = true }).Value.After.Fields;
        Assert.Equal(original.Fields with { AssigneeId = null, Tags = split.Tags }, split);
        // but not a group that is gone: nobody looks there
        split = Split(original.Fields, original, Known.Nothing).Value.After.Fields;
        Assert.Equal(original.Fields with { AssigneeId = null, GroupId = null, Tags = split.Tags }, split);
    }

    [Fact]
    public void What_is_said_of_one_split_out_of_another_is_checked_as_ever()
    {
        var (original, fields) = (Original, Original.Fields);
        Assert.Equal(["subject"], Split(fields with { Subject = " " }, original, Known.Nothing).Problem!.Errors.Keys);
        Assert.Equal(["customFields.floor"], Split(fields with { CustomFields = CustomValues.Parse("""{"floor":4}""") }, original, Known.Nothing).Problem!.Errors.Keys);
        Assert.Equal("customer_not_found", Split(fields with { CustomerId = Desk.OtherCustomer }, original, Known.Nothing).Problem!.Code);
        // an agent is never taken over, so the one that the original has is named anew
        var held = original with { Fields = fields with { AssigneeId = Desk.Bob } };
        foreach (var (assigned, code) in new[] { (fields with { AssigneeId = Desk.Bob }, "agent_not_found"), (fields with { GroupId = Desk.OtherGroup }, "group_not_found") })
        {
            Assert.Contains("tickets:assign", Split(assigned, held, Desk.AllKnown).Problem!.Message, StringComparison.Ordinal);
            Assert.Equal(code, Split(assigned, held, Known.Nothing with { Group = assigned.GroupId == Desk.Group }, Desk.Admin).Problem!.Code);
            Assert.Null(Split(assigned, held, Desk.AllKnown, Desk.Admin).Problem);
        }
    }

    [Fact]
    public void A_change_of_no_ticket_is_a_bug() =>
        Assert.Throws<ArgumentNullException>(() => ((Ticket?)null).Decide(new TicketChange.Resolve(null)));

    /// <summary>Rules under which the original could not be made any more.</summary>
    private static readonly Rulebook Stricter = Desk.Rulebook(ReadyWorkflows.Support, new("floor", "Floor", CustomFieldType.Number, [], Active: false), new("site", "Site", CustomFieldType.Text, [], Required: true));

    private static Ticket Original => Desk.In("open") with
    {
        Id = Desk.Id(60),
        Fields = Plain with
        {
            Category = "legacy",
            Subcategory = "old",
            CustomFields = CustomValues.Parse("""{"floor":3}"""),
            CustomerId = Desk.Customer,
            ContactId = Desk.Contact,
            LocationId = Desk.Location,
            AssetId = Desk.Asset,
            ProjectId = Desk.Project,
            GroupId = Desk.Group,
        },
    };

    private static Outcome<TicketDecision> Split(TicketFields fields, Ticket original, Known known, Actor? by = null) =>
        ((Ticket?)null).Decide(new TicketChange.Create(Desk.Ticket, fields, original), new(by ?? Desk.With(Permission.TicketsCreate), Desk.Noon, known), Stricter);

    private static TicketDecision New(TicketFields fields, Rulebook? rules = null) => ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, fields), rules: rules);

    private static Problem Refusal(TicketFields fields, Circumstances c) => ((Ticket?)null).Refused(new TicketChange.Create(Desk.Ticket, fields), c);
}
