using System.Collections.Immutable;

namespace Deskhand.Tickets;

public sealed class UndoTests
{
    private static readonly ImmutableArray<FieldChange> Made = [new("priority", "\"normal\"", "\"high\""), new("tags", "[]", "[\"a\", \"b\"]"), new("status", "\"new\"", "\"resolved\"")];

    private static Ticket Present => Desk.In("resolved") is var t ? t with { Fields = t.Fields with { Priority = Priority.High, Tags = ["a", "b"] } } : throw new InvalidOperationException();

    [Fact]
    public void What_stands_as_it_was_made_goes_back_whatever_the_graph_says()
    {
        var decision = Present.Must(new TicketChange.Revert(Reversal.Of(Present, Made)));
        Assert.Equal(["priority: \"high\" -> \"normal\"", "tags: [\"a\",\"b\"] -> []", "status: \"resolved\" -> \"new\""], decision.History.Lines());
        Assert.Equal(["ticket.updated", "ticket.status_changed", "ticket.reopened"], decision.Types());
        Assert.Null(decision.After.SolvedAt);
    }

    [Theory]
    [InlineData("priority")]
    [InlineData("tags")]
    [InlineData("status")]
    public void What_was_changed_since_stays_and_is_told(string changed)
    {
        var present = changed switch
        {
            "priority" => Present with { Fields = Present.Fields with { Priority = Priority.Low } },
            "tags" => Present with { Fields = Present.Fields with { Tags = ["a", "b", "c"] } },
            _ => Desk.In("closed") with { Fields = Present.Fields },
        };
        var reversal = Reversal.Of(present, Made);
        Assert.Equal([changed], reversal.ChangedSince.Select(c => c.Field));
        var decision = present.Must(new TicketChange.Revert(reversal));
        Assert.Equal(Made.Select(m => m.Field).Where(f => f != changed), decision.History.Select(h => h.Field));
    }

    [Fact]
    public void A_deletion_goes_back_within_thirty_days()
    {
        var gone = Desk.In("open") with { DeletedAt = Desk.Noon };
        Assert.Equal(["ticket.restored"], gone.Must(new TicketChange.Restore("mistake"), Desk.By(Desk.Admin, 60 * 24 * 30)).Types());
        Assert.Equal("restore_ended", gone.Refused(new TicketChange.Restore(null), Desk.By(Desk.Admin, (60 * 24 * 30) + 1)).Code);
        var there = Desk.In("open");
        Assert.Same(there, there.Must(new TicketChange.Restore(null)).After);
    }

    [Fact]
    public void A_merged_ticket_is_restored_and_deleted_again_and_keeps_all_else()
    {
        var merged = Desk.In("closed") with { MergedIntoId = Desk.Id(60), DeletedAt = Desk.Noon };
        var made = new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)Desk.Noon));
        var back = merged.Must(new TicketChange.Revert(Reversal.Of(merged, [made])));
        Assert.Equal(["ticket.restored"], back.Types());
        Assert.Equal((null, merged.MergedIntoId, merged.Status), (back.After.DeletedAt, back.After.MergedIntoId, back.After.Status));
        Assert.Equal(["ticket.deleted"], back.After.Must(new TicketChange.Revert(Reversal.Of(back.After, back.History))).Types());
        foreach (var more in new[] { new FieldChange("priority", "\"low\"", "\"normal\""), new FieldChange("status", "\"resolved\"", "\"closed\"") })
        {
            Assert.Equal("ticket_merged", merged.Refused(new TicketChange.Revert(Reversal.Of(merged, [made, more]))).Code);
            Assert.Equal("ticket_merged", merged.Refused(new TicketChange.Revert(Reversal.Of(merged, [more]))).Code);
        }

        Assert.Equal("forbidden", merged.Refused(new TicketChange.Revert(Reversal.Of(merged, [made])), Desk.By(Desk.With(Access.Permission.TicketsUpdate))).Code);
    }

    [Fact]
    public void A_status_that_the_workflow_lost_cannot_be_gone_back_to() =>
        Assert.Equal("status_gone", Present.Refused(new TicketChange.Revert(Reversal.Of(Present, [new("status", "\"lost\"", "\"resolved\"")]))).Code);

    [Fact]
    public void Who_saw_the_ticket_before_somebody_assigned_it_is_told_instead_of_taking_it_over()
    {
        var taken = Desk.In("open").Must(new TicketChange.Assign(Desk.Bob, null, null, 5)).After;
        Assert.Equal(6, taken.AssignedVersion);
        var refused = taken.Refused(new TicketChange.Assign(Desk.Ann, null, null, 5));
        Assert.Equal(("assigned_meanwhile", Desk.Bob.ToString()), (refused.Code, refused.Present["assigneeId"]));
        Assert.Equal(Desk.Ann, taken.Must(new TicketChange.Assign(Desk.Ann, null, null, 6)).After.Fields.AssigneeId);
        Assert.Same(taken, taken.Must(new TicketChange.Assign(Desk.Bob, null, null, 5)).After);
        Assert.Equal("invalid", taken.Refused(new TicketChange.Assign(Desk.Ann, null, null, 7)).Code);
    }

    [Fact]
    public void An_incident_belongs_to_a_problem_and_to_nothing_else()
    {
        var incident = Desk.In("open") with { Fields = Desk.In("open").Fields with { Type = TicketType.Incident } };
        Outcome<TicketDecision> Of(Ticket ticket, Guid problem, TicketType? type) =>
            ticket.Decide(new TicketChange.Edit(ticket.Fields with { ProblemId = problem }), Desk.Knowing(Desk.AllKnown with { Problem = type }));
        Assert.Null(Of(incident, Desk.Id(50), TicketType.Problem).Problem);
        Assert.Equal("ticket_not_found", Of(incident, Desk.Id(50), null).Problem!.Code);
        Assert.Equal("invalid", Of(incident, Desk.Id(50), TicketType.Question).Problem!.Code);
        Assert.Equal("invalid", Of(incident, Desk.Ticket, TicketType.Problem).Problem!.Code);
        Assert.Equal("invalid", Of(Desk.In("open"), Desk.Id(50), TicketType.Problem).Problem!.Code);
    }
}
