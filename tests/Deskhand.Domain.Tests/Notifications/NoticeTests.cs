using Deskhand.Tickets;

namespace Deskhand.Notifications;

public sealed class NoticeTests
{
    private static readonly Ticket Open = Desk.In("open") with { Fields = Desk.In("open").Fields with { ContactId = Desk.Contact, AssigneeId = Desk.Bob, GroupId = Desk.Group } };

    private static IEnumerable<string> Lines(TicketDecision decision) =>
        decision.Notices.Select(n => $"{Wire.Name(n.Kind)} -> {Wire.Name(n.To)}{(n.IsOfNote ? " (note)" : "")}{(n.HidesWords ? " (no words)" : "")}");

    [Fact]
    public void A_public_reply_goes_to_the_requester_and_to_those_who_work_on_the_ticket() =>
        Assert.Equal(["ticket_new_comment -> requester", "ticket_new_comment -> assignee", "ticket_new_comment -> followers"],
            Lines(Open.Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public)))));

    [Fact]
    public void Sec10_Sec18_A_note_goes_to_the_desk_and_never_to_the_requester() =>
        Assert.Equal(["ticket_new_comment -> assignee (note)", "ticket_new_comment -> followers (note)"],
            Lines(Open.Must(new TicketChange.AddComment(Desk.Saying(Visibility.Internal)))));

    [Fact]
    public void The_requesters_own_words_go_to_the_desk_only() =>
        Assert.Equal(["ticket_new_comment -> assignee", "ticket_new_comment -> followers"],
            Lines(Open.Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public)), Desk.By(Desk.Requester))));

    [Fact]
    public void A_solved_ticket_is_told_of_and_asks_how_it_was() =>
        Assert.Equal(["ticket_status_changed -> requester", "satisfaction_survey -> requester"], Lines(Open.Must(new TicketChange.Resolve("Done"))));

    [Theory]
    [InlineData("pending_customer")]
    [InlineData("in_progress")]
    public void Other_steps_are_not_worth_a_message(string status) => Assert.Empty(Open.Must(new TicketChange.ChangeStatus(status, null)).Notices);

    [Fact]
    public void A_new_assignee_is_told_and_a_new_group_alone_is_not()
    {
        var notice = Assert.Single(Open.Must(new TicketChange.Assign(Desk.Ann, Desk.Group, null)).Notices);
        Assert.Equal((NoticeKind.TicketAssigned, NoticeTo.User, Desk.Ann), (notice.Kind, notice.To, notice.UserId!.Value));
        Assert.Empty(Open.Must(new TicketChange.Assign(Desk.Bob, Desk.OtherGroup, null)).Notices);
        Assert.Empty(Open.Must(new TicketChange.Assign(null, Desk.Group, null)).Notices);
    }

    [Theory]
    [InlineData(ActorKind.Contact, true)]
    [InlineData(ActorKind.Ai, true)]
    [InlineData(ActorKind.Agent, false)]
    public void Sec15_The_acknowledgement_of_a_request_from_outside_repeats_nothing_of_it(ActorKind kind, bool hides)
    {
        var fields = new TicketFields { Subject = "Win a prize", ContactId = Desk.Contact };
        var decision = ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, fields), Desk.By(Desk.Admin with { Kind = kind }));
        Assert.Equal([hides ? "ticket_created -> requester (no words)" : "ticket_created -> requester"], Lines(decision));
    }

    [Fact]
    public void What_waits_in_a_group_is_told_to_its_members()
    {
        var decision = ((Ticket?)null).Must(new TicketChange.Create(Desk.Ticket, new() { Subject = "No signal", GroupId = Desk.Group }));
        Assert.Equal(["ticket_created -> group"], Lines(decision));
    }

    [Fact]
    public void Nobody_is_told_of_what_was_brought_over_from_elsewhere() =>
        Assert.Empty(Open.Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public)), Desk.By(Desk.Admin with { Via = Via.Import })).Notices);

    [Theory]
    [InlineData("ticket.sla_warning", "ticket_sla_warning -> assignee")]
    [InlineData("ticket.sla_breached", "ticket_sla_breach -> assignee|ticket_sla_breach -> managers")]
    public void The_clocks_events_notify_like_any_other(string type, string lines) =>
        Assert.Equal(lines.Split('|'), Notices.Of(new TicketDecision { After = Open, Events = [new(type, [])] }, Desk.By(Actor.System(Via.Timer)))
            .Select(n => $"{Wire.Name(n.Kind)} -> {Wire.Name(n.To)}"));
}
