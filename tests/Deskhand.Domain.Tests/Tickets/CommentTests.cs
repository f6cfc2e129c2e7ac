using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;

namespace Deskhand.Tickets;

public sealed class CommentTests
{
    private const string Secret = "The customer is a nuisance";
    private static readonly Ticket Before = Desk.In("open");
    private static readonly DateTimeOffset Then = Desk.Noon.AddMinutes(1);

    [Fact]
    public void A_comment_says_who_when_how_and_through_what()
    {
        var decision = Before.Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public, "On our way", Desk.Upload)));
        var comment = decision.Comment!;
        Assert.Equal(
            (Desk.CommentId, ActorKind.Agent, Desk.Ann, Visibility.Public, BodyFormat.Markdown, "On our way", Via.Api, Then),
            (comment.Id, comment.AuthorKind, comment.AuthorId!.Value, comment.Visibility, comment.Format, comment.Body, comment.Via, comment.CreatedAt));
        Assert.Equal(Desk.Upload, Assert.Single(comment.AttachmentIds));
        Assert.Equal((null, null), (comment.EditedAt, comment.DeletedAt));
        Assert.Equal(["ticket.commented"], decision.Types());
        Assert.Empty(decision.Events[0].Changes);
        Assert.Same(comment, decision.Events[0].Comment);
        Assert.Equal((Before.Version + 1, Before.Sequence + 1), (decision.After.Version, decision.After.Sequence));
        Assert.Equal($$"""{"body":"On our way","id":"{{Desk.CommentId}}","visibility":"public"}""", Assert.Single(decision.History).To);
    }

    [Theory]
    [InlineData(ActorKind.Agent, Visibility.Public, true)]
    [InlineData(ActorKind.Agent, Visibility.Internal, false)]
    [InlineData(ActorKind.Contact, Visibility.Public, false)]
    [InlineData(ActorKind.System, Visibility.Public, false)]
    [InlineData(ActorKind.Ai, Visibility.Public, false)]
    public void The_first_response_is_the_first_public_word_of_an_agent(ActorKind kind, Visibility visibility, bool counts)
    {
        var after = Before.Must(new TicketChange.AddComment(Desk.Saying(visibility)), Desk.By(Desk.Admin with { Kind = kind })).After;
        Assert.Equal(counts ? Then : null, after.FirstRespondedAt);
    }

    [Fact]
    public void The_first_response_stays_the_first()
    {
        var answered = Before with { FirstRespondedAt = Desk.Noon };
        Assert.Equal(Desk.Noon, answered.Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public))).After.FirstRespondedAt);
    }

    [Theory]
    [InlineData("support", "pending_customer", "open", "ticket.commented ticket.status_changed")]
    [InlineData("support", "resolved", "open", "ticket.commented ticket.status_changed ticket.reopened")]
    [InlineData("classic", "pending", "open", "ticket.commented ticket.status_changed")]
    [InlineData("classic", "solved", "open", "ticket.commented ticket.status_changed ticket.reopened")]
    [InlineData("psa", "resolved", "open", "ticket.commented ticket.status_changed ticket.reopened")]
    [InlineData("field", "resolved", "in_progress", "ticket.commented ticket.status_changed ticket.reopened")]
    [InlineData("support", "new", "new", "ticket.commented")]
    [InlineData("support", "in_progress", "in_progress", "ticket.commented")]
    [InlineData("support", "waiting_internal", "waiting_internal", "ticket.commented")]
    [InlineData("field", "pending_approval", "pending_approval", "ticket.commented")]
    public void A_customers_reply_reopens_what_is_pending_or_solved(string workflow, string from, string to, string events)
    {
        var graph = ReadyWorkflows.Find(workflow)!;
        var before = Desk.In(from, graph);
        var decision = before.Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public)), Desk.By(Desk.Requester), Desk.Rulebook(graph));
        Assert.Equal((to, graph.Find(to)!.Category), (decision.After.Status, decision.After.StatusCategory));
        Assert.Equal(events, string.Join(' ', decision.Types()));
        Assert.Equal(from == to ? ["comments"] : ["comments", "status"], decision.History.Select(h => h.Field));
        Assert.Equal((before.Version + 1, before.Sequence + decision.Events.Length), (decision.After.Version, decision.After.Sequence));
        Assert.Null(decision.After.SolvedAt);
        Assert.Null(decision.After.FirstRespondedAt);
    }

    [Fact]
    public void Words_of_the_desk_reopen_nothing() =>
        Assert.Equal("resolved", Desk.In("resolved").Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public))).After.Status);

    [Fact]
    public void A_status_the_workflow_no_longer_knows_takes_a_reply_and_stays() =>
        Assert.Equal("resolved", Desk.In("resolved").Must(new TicketChange.AddComment(Desk.Saying(Visibility.Public)), Desk.By(Desk.Requester), Desk.Rulebook(ReadyWorkflows.Classic)).After.Status);

    [Theory]
    [InlineData("", "body")]
    [InlineData(" \n ", "body")]
    [InlineData("a\0b", "body")]
    public void A_comment_says_something_that_can_be_stored(string body, string field) =>
        Assert.Equal([field], Before.Refused(new TicketChange.AddComment(Desk.Saying(Visibility.Public, body))).Errors.Keys);

    [Fact]
    public void A_comment_has_at_most_100000_characters_and_no_half_characters()
    {
        Assert.Null(Before.Decide(new TicketChange.AddComment(Desk.Saying(Visibility.Public, new string('x', 100_000)))).Problem);
        Assert.NotNull(Before.Decide(new TicketChange.AddComment(Desk.Saying(Visibility.Public, new string('x', 100_001)))).Problem);
        Assert.NotNull(Before.Decide(new TicketChange.AddComment(Desk.Saying(Visibility.Public, "\ud83d"))).Problem);
    }

    [Fact]
    public void A_file_may_come_without_words_and_must_be_the_actors_own_upload()
    {
        Assert.Null(Before.Decide(new TicketChange.AddComment(Desk.Saying(Visibility.Public, "", Desk.Upload))).Problem);
        var refusal = Before.Refused(new TicketChange.AddComment(Desk.Saying(Visibility.Public, "See", Desk.Upload, Desk.Id(99))));
        Assert.Equal((ProblemKind.NotFound, "attachment_not_found"), (refusal.Kind, refusal.Code));
        Assert.Contains("attachmentIds", refusal.Errors.Keys);
    }

    [Fact]
    public void Editing_keeps_who_said_it_to_whom_and_when()
    {
        var said = Desk.Said(Visibility.Public, body: "Teh router");
        var decision = Before.Must(new TicketChange.EditComment(said, "The router", BodyFormat.Markdown));
        Assert.Equal(said with { Body = "The router", Format = BodyFormat.Markdown, EditedAt = Then }, decision.Comment);
        Assert.Equal(["ticket.updated"], decision.Types());
        var change = Assert.Single(decision.Events[0].Changes);
        Assert.Equal(change, Assert.Single(decision.History));
        Assert.Contains("Teh router", change.From!, StringComparison.Ordinal);
        Assert.Contains("The router", change.To!, StringComparison.Ordinal);
        Assert.Equal(Before.Version + 1, decision.After.Version);
    }

    [Fact]
    public void Editing_to_the_same_words_changes_nothing_and_to_none_is_refused()
    {
        var said = Desk.Said(Visibility.Public);
        EditTests.AssertUnchanged(Before, new TicketChange.EditComment(said, said.Body, said.Format));
        Assert.Contains("body", Before.Refused(new TicketChange.EditComment(said, " ", said.Format)).Errors.Keys);
        Assert.Null(Before.Decide(new TicketChange.EditComment(said with { AttachmentIds = [Desk.Upload] }, "", said.Format)).Problem);
    }

    [Fact]
    public void Deleting_marks_the_comment_and_tells_what_is_gone()
    {
        var said = Desk.Said(Visibility.Public);
        var decision = Before.Must(new TicketChange.DeleteComment(said));
        Assert.Equal(said with { DeletedAt = Then }, decision.Comment);
        Assert.Equal(["ticket.updated"], decision.Types());
        var change = Assert.Single(decision.History);
        Assert.Equal(("comments", Json.OfComment(said), null), (change.Field, change.From, change.To));
    }

    [Fact]
    public void A_comment_that_is_gone_is_neither_edited_nor_deleted_again()
    {
        var gone = Desk.Said(Visibility.Public) with { DeletedAt = Desk.Noon };
        Assert.Equal("not_found", Before.Refused(new TicketChange.EditComment(gone, "Back", BodyFormat.Plain)).Code);
        EditTests.AssertUnchanged(Before, new TicketChange.DeleteComment(gone));
    }

    [Fact]
    public void Words_are_ones_own_only_where_kind_and_id_agree()
    {
        var agent = Desk.By(Desk.With(Permission.CommentsWrite));
        Assert.Null(Before.Decide(new TicketChange.EditComment(Desk.Said(Visibility.Public), "Mine", BodyFormat.Plain), agent).Problem);
        Assert.NotNull(Before.Decide(new TicketChange.EditComment(Desk.Said(Visibility.Public, author: Desk.Bob), "Mine", BodyFormat.Plain), agent).Problem);
        Assert.NotNull(Before.Decide(new TicketChange.EditComment(Desk.Said(Visibility.Public, ActorKind.Contact), "Mine", BodyFormat.Plain), agent).Problem);
    }

    public static TheoryData<string> OnNotes => ["add", "edit", "edit by another", "delete"];

    [Theory]
    [MemberData(nameof(OnNotes))]
    public void Sec10_The_words_of_a_note_stand_in_no_history_row_and_no_event_value(string what)
    {
        var note = Desk.Said(Visibility.Internal, body: Secret);
        TicketChange change = what switch
        {
            "add" => new TicketChange.AddComment(Desk.Saying(Visibility.Internal, Secret)),
            "edit" => new TicketChange.EditComment(note, Secret + " indeed", BodyFormat.Plain),
            "edit by another" => new TicketChange.EditComment(note with { AuthorId = Desk.Bob }, Secret + " indeed", BodyFormat.Plain),
            _ => new TicketChange.DeleteComment(note),
        };
        var decision = Before.Must(change);
        var told = JsonSerializer.Serialize(decision.History) + JsonSerializer.Serialize(decision.Events.Select(e => e.Changes)) + decision.Reason;
        Assert.DoesNotContain("nuisance", told, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Desk.CommentId.ToString(), told, StringComparison.Ordinal);
        Assert.Equal(Visibility.Internal, decision.Comment!.Visibility);
    }

    [Theory]
    [InlineData("photo.jpg\r\nX-Evil: 1")]
    [InlineData("a\0.jpg")]
    [InlineData("  ")]
    public void Sec19_A_file_name_with_line_breaks_or_control_characters_is_refused(string name) =>
        Assert.Equal(["name"], Before.Refused(new TicketChange.Attach(Desk.Upload, name)).Errors.Keys);

    [Fact]
    public void Files_come_and_go_as_updates()
    {
        var came = Before.Must(new TicketChange.Attach(Desk.Upload, "plan \"A\".pdf"));
        Assert.Equal([$$"""attachments: - -> {"id":"{{Desk.Upload}}","name":"plan \"A\".pdf","visibility":"public"}"""], came.History.Lines());
        var went = came.After.Must(new TicketChange.Detach(Desk.Upload, "plan.pdf"));
        Assert.Equal([$$"""attachments: {"id":"{{Desk.Upload}}","name":"plan.pdf","visibility":"public"} -> -"""], went.History.Lines());
        Assert.Equal(["ticket.updated"], came.Types());
        Assert.Equal(["ticket.updated"], went.Types());
        Assert.Equal((Before.Version + 2, Before.Sequence + 2), (went.After.Version, went.After.Sequence));
    }

    [Fact]
    public void What_hangs_on_a_comment_is_taken_away_by_who_may_take_back_its_words()
    {
        var note = Desk.Said(Visibility.Internal);
        var own = new TicketChange.Detach(Desk.Upload, "secret.pdf", note);
        Assert.Null(Before.Decide(own, Desk.By(Desk.With(Permission.NotesWrite))).Problem);
        Assert.Equal("forbidden", Before.Refused(own, Desk.By(Desk.With(Permission.TicketsUpdate))).Code);
        Assert.Equal("forbidden", Before.Refused(own with { Of = note with { AuthorId = Desk.Bob } }, Desk.By(Desk.With(Permission.NotesWrite))).Code);
        Assert.Null(Before.Decide(own with { Of = note with { AuthorId = Desk.Bob } }, Desk.By(Desk.With(Permission.TicketsDelete))).Problem);
    }

    [Fact]
    public void Sec10_The_name_of_a_file_on_a_note_stands_in_no_history_row_and_no_event_value()
    {
        var decision = Before.Must(new TicketChange.Detach(Desk.Upload, "secret.pdf", Desk.Said(Visibility.Internal)));
        Assert.Equal([$$"""attachments: {"id":"{{Desk.Upload}}","visibility":"internal"} -> -"""], decision.History.Lines());
        Assert.Equal(decision.History.Lines(), Assert.Single(decision.Events).Changes.Lines());
    }

    [Fact]
    public void The_edit_of_a_note_tells_that_it_was_edited_also_twice_within_a_millisecond()
    {
        var note = Desk.Said(Visibility.Internal);
        var first = Before.Must(new TicketChange.EditComment(note, "One", BodyFormat.Plain));
        var second = first.After.Must(new TicketChange.EditComment(first.Comment!, "Two", BodyFormat.Plain));
        foreach (var change in first.Events.Concat(second.Events).SelectMany(e => e.Changes)) Assert.NotEqual(change.From, change.To);
        Assert.Equal("2026-11-20T12:01:00.001Z", JsonDocument.Parse(second.History[0].To!).RootElement.GetProperty("editedAt").GetString());
    }

    [Fact]
    public void A_comment_has_a_limit_of_files()
    {
        var uploads = Enumerable.Range(0, TicketRules.AttachmentCount + 1).Select(Desk.Id).ToImmutableArray();
        Assert.Equal(["attachmentIds"], Before.Refused(new TicketChange.AddComment(Desk.Saying(Visibility.Public, "x", uploads))).Errors.Keys);
    }

    [Fact]
    public void Deleting_a_ticket_is_told_once()
    {
        var decision = Before.Must(new TicketChange.Delete("spam"));
        Assert.Equal(["ticket.deleted"], decision.Types());
        Assert.Equal(["deletedAt: - -> \"2026-11-20T12:01:00.000Z\""], decision.History.Lines());
        Assert.Equal((Then, "spam"), (decision.After.DeletedAt!.Value, decision.Reason));
        EditTests.AssertUnchanged(decision.After, new TicketChange.Delete("again"));
    }

    public static TheoryData<TicketChange> WithReasons =>
    [
        new TicketChange.ChangeStatus("in_progress", "a\0b"),
        new TicketChange.Resolve("a\0b"),
        new TicketChange.Assign(Desk.Bob, null, "a\0b"),
        new TicketChange.Deescalate("a\0b"),
        new TicketChange.Delete("a\0b"),
    ];

    [Theory]
    [MemberData(nameof(WithReasons))]
    public void A_reason_must_be_storable_wherever_one_is_given(TicketChange change) => Assert.Equal(["reason"], Before.Refused(change).Errors.Keys);
}
