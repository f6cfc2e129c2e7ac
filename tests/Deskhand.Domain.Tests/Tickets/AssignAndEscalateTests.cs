namespace Deskhand.Tickets;

public sealed class AssignAndEscalateTests
{
    private static readonly Ticket Before = Desk.In("open");
    private static readonly Ticket Mine = Before with { Fields = Before.Fields with { AssigneeId = Desk.Ann, GroupId = Desk.Group } };
    private static readonly Ticket Loud = Before with { EscalationLevel = 1, EscalationReason = "vip", EscalatedAt = Desk.Noon };

    [Fact]
    public void Assigning_tells_whom_and_leaves_status_and_fields_alone()
    {
        var decision = Mine.Must(new TicketChange.Assign(Desk.Bob, Desk.Group, "holiday"));
        Assert.Equal(["ticket.assigned"], decision.Types());
        Assert.Equal([$"assigneeId: \"{Desk.Ann}\" -> \"{Desk.Bob}\""], decision.History.Lines());
        Assert.Equal(decision.History.Lines(), decision.Events[0].Changes.Lines());
        Assert.Equal("holiday", decision.Reason);
        Assert.Equal(Mine with { Fields = decision.After.Fields, Version = 6, AssignedVersion = 6, Sequence = 8, UpdatedAt = Desk.Noon.AddMinutes(1), AssignedAt = Desk.Noon.AddMinutes(1) }, decision.After);
        Assert.Equal(Mine.Fields with { AssigneeId = Desk.Bob }, decision.After.Fields);
    }

    [Fact]
    public void Assigning_to_nobody_is_told_too() =>
        Assert.Equal(
            [$"assigneeId: \"{Desk.Ann}\" -> -", $"groupId: \"{Desk.Group}\" -> -"],
            Mine.Must(new TicketChange.Assign(null, null, null), Desk.Knowing(Known.Nothing)).History.Lines());

    [Fact]
    public void Assigning_to_whom_it_is_assigned_changes_nothing() =>
        EditTests.AssertUnchanged(Mine, new TicketChange.Assign(Desk.Ann, Desk.Group, "again"), Desk.Knowing(Known.Nothing));

    [Fact]
    public void An_unknown_agent_group_or_a_stranger_to_the_group_is_refused()
    {
        Assert.Equal("agent_not_found", Refusal(Desk.AllKnown with { Assignee = false }));
        Assert.Equal("group_not_found", Refusal(Desk.AllKnown with { Group = false }));
        Assert.Equal("invalid", Refusal(Desk.AllKnown with { AssigneeInGroup = false }));

        static string Refusal(Known known) => Before.Refused(new TicketChange.Assign(Desk.Bob, Desk.Group, null), Desk.Knowing(known)).Code;
    }

    [Fact]
    public void A_group_or_agent_that_is_gone_does_not_stand_in_the_way_of_the_other()
    {
        Assert.Null(Mine.Must(new TicketChange.Assign(null, Desk.Group, null), Desk.Knowing(Known.Nothing)).After.Fields.AssigneeId);
        Assert.Null(Mine.Must(new TicketChange.Assign(Desk.Ann, null, null), Desk.Knowing(Known.Nothing)).After.Fields.GroupId);
    }

    [Fact]
    public void An_agent_who_stays_must_belong_to_the_new_group()
    {
        var known = new Known { Group = true, Assignee = true };
        Assert.Contains("assigneeId", Mine.Refused(new TicketChange.Assign(Desk.Ann, Desk.OtherGroup, null), Desk.Knowing(known)).Errors.Keys);
    }

    [Fact]
    public void Escalating_raises_the_flag_and_leaves_the_status()
    {
        var decision = Before.Must(new TicketChange.Escalate(2, "platinum", false, Desk.Bob, Desk.Group));
        Assert.Equal(["ticket.escalated"], decision.Types());
        Assert.Equal(["escalationLevel: 0 -> 2", "escalationReason: - -> \"platinum\""], decision.History.Lines());
        Assert.Equal((2, "platinum", Desk.Noon.AddMinutes(1)), (decision.After.EscalationLevel, decision.After.EscalationReason, decision.After.EscalatedAt!.Value));
        Assert.Equal((Before.Status, Before.Fields), (decision.After.Status, decision.After.Fields));
        Assert.Equal("platinum", decision.Reason);
    }

    [Fact]
    public void Escalating_with_another_assignee_tells_of_both_in_that_order()
    {
        var decision = Before.Must(new TicketChange.Escalate(1, "loud", true, Desk.Bob, Desk.Group));
        Assert.Equal(["ticket.escalated", "ticket.assigned"], decision.Types());
        Assert.Equal(["escalationLevel", "escalationReason"], decision.Events[0].Changes.Select(c => c.Field));
        Assert.Equal(["assigneeId", "groupId"], decision.Events[1].Changes.Select(c => c.Field));
        Assert.Equal(4, decision.History.Length);
        Assert.Equal((6, 9), (decision.After.Version, decision.After.Sequence));
    }

    [Fact]
    public void Escalating_to_the_same_level_keeps_its_time_and_to_another_sets_it()
    {
        Assert.Equal(Desk.Noon, Loud.Must(new TicketChange.Escalate(1, "press", false, null, null)).After.EscalatedAt);
        Assert.Equal(Desk.Noon.AddMinutes(1), Loud.Must(new TicketChange.Escalate(3, "vip", false, null, null)).After.EscalatedAt);
        Assert.Equal(["ticket.assigned"], Loud.Must(new TicketChange.Escalate(1, "vip", true, Desk.Bob, null)).Types());
    }

    [Fact]
    public void Escalating_as_it_is_changes_nothing() => EditTests.AssertUnchanged(Loud, new TicketChange.Escalate(1, "vip", false, null, null));

    [Theory]
    [InlineData(0, "why", "level")]
    [InlineData(4, "why", "level")]
    [InlineData(-1, "why", "level")]
    [InlineData(1, null, "reason")]
    [InlineData(1, "  ", "reason")]
    [InlineData(1, "a\0b", "reason")]
    public void A_level_outside_1_to_3_or_no_reason_is_refused(int level, string? reason, string field) =>
        Assert.Equal([field], Before.Refused(new TicketChange.Escalate(level, reason, false, null, null)).Errors.Keys);

    [Fact]
    public void Escalating_to_an_unknown_agent_is_refused() =>
        Assert.Equal("agent_not_found", Before.Refused(new TicketChange.Escalate(1, "loud", true, Desk.Bob, null), Desk.Knowing(Known.Nothing)).Code);

    [Fact]
    public void Taking_the_flag_back_is_an_update()
    {
        var decision = Loud.Must(new TicketChange.Deescalate("calm again"));
        Assert.Equal(["ticket.updated"], decision.Types());
        Assert.Equal(["escalationLevel: 1 -> 0", "escalationReason: \"vip\" -> -"], decision.History.Lines());
        Assert.Equal((0, null, null), (decision.After.EscalationLevel, decision.After.EscalationReason, decision.After.EscalatedAt));
        Assert.Equal("calm again", decision.Reason);
    }

    [Fact]
    public void Taking_back_a_flag_that_is_not_there_changes_nothing() => EditTests.AssertUnchanged(Before, new TicketChange.Deescalate(null));
}
