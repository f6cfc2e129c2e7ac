using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

public sealed class StatusTests
{
    private static readonly DateTimeOffset Then = Desk.Noon.AddMinutes(1);

    [Theory]
    [InlineData("new", "open", "ticket.status_changed")]
    [InlineData("open", "in_progress", "ticket.status_changed")]
    [InlineData("open", "pending_customer", "ticket.status_changed")]
    [InlineData("pending_customer", "waiting_internal", "ticket.status_changed")]
    [InlineData("open", "resolved", "ticket.status_changed ticket.resolved")]
    [InlineData("new", "resolved", "ticket.status_changed ticket.resolved")]
    [InlineData("resolved", "open", "ticket.status_changed ticket.reopened")]
    [InlineData("resolved", "closed", "ticket.status_changed ticket.closed")]
    public void Each_step_publishes_the_change_first_and_then_what_it_means(string from, string to, string events)
    {
        var before = Desk.In(from);
        var decision = before.Must(new TicketChange.ChangeStatus(to, "so it is"));
        string[] line = [$"status: \"{from}\" -> \"{to}\""];
        Assert.Equal(events, string.Join(' ', decision.Types()));
        Assert.All(decision.Events, e => Assert.Equal(line, e.Changes.Lines()));
        Assert.Equal(line, decision.History.Lines());
        Assert.Equal("so it is", decision.Reason);
        Assert.Equal((before.Version + 1, before.Sequence + decision.Events.Length), (decision.After.Version, decision.After.Sequence));
    }

    [Fact]
    public void Solving_notes_when_and_closing_keeps_that_and_notes_its_own_time()
    {
        var solved = Desk.In("open").Must(new TicketChange.ChangeStatus("resolved", null)).After;
        Assert.Equal((Then, null), (solved.SolvedAt, solved.ClosedAt));
        var closed = solved.Must(new TicketChange.ChangeStatus("closed", null), Desk.By(Desk.Admin, minutes: 9)).After;
        Assert.Equal((Then, Desk.Noon.AddMinutes(9)), (closed.SolvedAt, closed.ClosedAt));
    }

    [Fact]
    public void Reopening_forgets_when_it_was_solved_and_solving_again_notes_the_new_time()
    {
        var open = Desk.In("resolved").Must(new TicketChange.ChangeStatus("in_progress", null)).After;
        Assert.Null(open.SolvedAt);
        Assert.Equal(Desk.Noon.AddMinutes(30), open.Must(new TicketChange.Resolve(null), Desk.By(Desk.Admin, minutes: 30)).After.SolvedAt);
    }

    [Fact]
    public void A_request_that_is_turned_down_is_solved_and_closed_at_once()
    {
        var decision = Desk.In("pending_approval", ReadyWorkflows.Field).Must(new TicketChange.ChangeStatus("closed", "no budget"), rules: Desk.Rulebook(ReadyWorkflows.Field));
        Assert.Equal((Then, Then), (decision.After.SolvedAt, decision.After.ClosedAt));
        Assert.Equal(["ticket.status_changed", "ticket.closed"], decision.Types());
    }

    [Theory]
    [InlineData("new")]
    [InlineData("open")]
    [InlineData("resolved")]
    public void The_status_it_has_already_changes_nothing(string status) => EditTests.AssertUnchanged(Desk.In(status), new TicketChange.ChangeStatus(status, "again"));

    [Fact]
    public void A_status_nobody_knows_is_refused() =>
        Assert.Equal((ProblemKind.Invalid, "invalid"), (Desk.In("open").Refused(new TicketChange.ChangeStatus("burning", null)).Kind, Desk.In("open").Refused(new TicketChange.ChangeStatus("burning", null)).Code));

    [Fact]
    public void A_ticket_whose_status_its_workflow_no_longer_knows_may_go_to_any_that_it_knows()
    {
        var stranded = Desk.In("waiting_internal");
        var refusal = stranded.Refused(new TicketChange.ChangeStatus("triaged", null), rules: Desk.Rulebook(ReadyWorkflows.Classic));
        Assert.Equal(ReadyWorkflows.Classic.Statuses.Select(s => s.Key), refusal.Allowed);
        var moved = stranded.Must(new TicketChange.ChangeStatus("on_hold", null), rules: Desk.Rulebook(ReadyWorkflows.Classic));
        Assert.Equal("on_hold", moved.After.Status);
    }

    [Theory]
    [InlineData("support", "open", "resolved")]
    [InlineData("classic", "new", "solved")]
    [InlineData("psa", "in_progress", "resolved")]
    [InlineData("field", "blocked", "resolved")]
    public void Resolving_goes_to_the_solved_status_within_one_step(string workflow, string from, string to)
    {
        var graph = ReadyWorkflows.Find(workflow)!;
        var decision = Desk.In(from, graph).Must(new TicketChange.Resolve("done"), rules: Desk.Rulebook(graph));
        Assert.Equal((to, StatusCategory.Solved, Then), (decision.After.Status, decision.After.StatusCategory, decision.After.SolvedAt!.Value));
        Assert.Equal(["ticket.status_changed", "ticket.resolved"], decision.Types());
    }

    [Fact]
    public void Resolving_what_is_solved_changes_nothing_but_still_needs_the_right()
    {
        EditTests.AssertUnchanged(Desk.In("resolved"), new TicketChange.Resolve("again"));
        Assert.Equal("forbidden", Desk.In("resolved").Refused(new TicketChange.Resolve(null), Desk.By(Desk.As(Role.LightAgent))).Code);
    }

    [Fact]
    public void Resolving_from_where_no_solved_status_is_near_is_refused_with_what_is()
    {
        var refusal = Desk.In("new", ReadyWorkflows.Field).Refused(new TicketChange.Resolve(null), rules: Desk.Rulebook(ReadyWorkflows.Field));
        Assert.Equal(("transition_not_allowed", "pending_approval triaged"), (refusal.Code, string.Join(' ', refusal.Allowed)));
    }

    [Fact]
    public void Resolving_in_a_workflow_without_a_solved_status_is_refused()
    {
        var bare = new Workflow("bare", [new("open", "Open", StatusCategory.Open), new("closed", "Closed", StatusCategory.Closed)], [new("open", "closed")]);
        var refusal = Desk.In("open", bare).Refused(new TicketChange.Resolve(null), rules: Desk.Rulebook(bare));
        Assert.Equal((ProblemKind.Conflict, "transition_not_allowed", "closed"), (refusal.Kind, refusal.Code, string.Join(' ', refusal.Allowed)));
    }

    [Fact]
    public void Moving_between_statuses_of_one_category_neither_solves_again_nor_reopens()
    {
        ImmutableArray<WorkflowStatus> statuses = [new("fixed", "Fixed", StatusCategory.Solved), new("answered", "Answered", StatusCategory.Solved)];
        var twice = new Workflow("twice", statuses, [new("fixed", "answered")]);
        var decision = Desk.In("fixed", twice).Must(new TicketChange.ChangeStatus("answered", null), rules: Desk.Rulebook(twice));
        Assert.Equal(["ticket.status_changed"], decision.Types());
        Assert.Equal(Desk.Noon, decision.After.SolvedAt);
    }

    public static TheoryData<string> OnClosed => ["Edit", "ChangeStatus", "Resolve", "Assign", "Escalate", "Deescalate", "AddComment", "EditComment", "DeleteComment", "Attach", "Detach"];

    [Theory]
    [MemberData(nameof(OnClosed))]
    public void A_closed_ticket_takes_no_change(string name)
    {
        var closed = Desk.In("closed");
        var refusal = closed.Refused(PermissionRefusalTests.Changes[name]);
        Assert.Equal((ProblemKind.Conflict, "ticket_closed"), (refusal.Kind, refusal.Code));
    }

    [Fact]
    public void A_closed_ticket_can_be_deleted() => Assert.Equal(["ticket.deleted"], Desk.In("closed").Must(new TicketChange.Delete(null)).Types());
}
