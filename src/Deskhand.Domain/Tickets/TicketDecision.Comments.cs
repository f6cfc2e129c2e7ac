using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <content>The conversation of a ticket, and its files.</content>
public sealed partial record TicketDecision
{
    private static Outcome<TicketDecision> Commented(Ticket before, NewComment entry, Rulebook rulebook, Circumstances c)
    {
        var needed = entry.Visibility == Visibility.Public ? Permission.CommentsWrite : Permission.NotesWrite;
        if (Lacks(c, needed) is { } lacking) return lacking;
        if (TicketRules.CheckBody(entry.Body, required: entry.AttachmentIds.IsEmpty) is { } invalid) return invalid;
        if (entry.AttachmentIds.Length > TicketRules.AttachmentCount) return Problem.Invalid("attachmentIds", $"A comment may have at most {TicketRules.AttachmentCount} attachments.");
        foreach (var upload in entry.AttachmentIds)
            if (!c.Known.Uploads.Contains(upload)) return Problem.UnknownReference("attachmentIds", "attachment");

        var comment = new Comment
        {
            Id = entry.Id,
            AuthorKind = c.By.Kind,
            AuthorId = c.By.Id,
            Visibility = entry.Visibility,
            Format = entry.Format,
            Body = entry.Body,
            Via = c.By.Via,
            AttachmentIds = entry.AttachmentIds,
            CreatedAt = c.Now,
        };
        var after = Touch(before, c);
        var history = ImmutableArray.Create(new FieldChange("comments", null, Json.OfComment(comment)));
        var events = ImmutableArray.Create(new TicketEvent("ticket.commented", [], comment));
        if (comment.Visibility == Visibility.Public && comment.AuthorKind == ActorKind.Agent && before.FirstRespondedAt is null)
            after = after with { FirstRespondedAt = c.Now };
        if (comment.AuthorKind == ActorKind.Contact
            && rulebook.Workflow.Find(before.Status) is { } status && rulebook.Workflow.ReopenedFrom(status) is { } open)
        {
            after = Enter(after, open, c);
            history = history.Add(TicketDiff.Status(before, after));
            events = events.AddRange(StatusEvents(before, after));
        }

        return Write(after, history, null, events) with { Comment = comment };
    }

    private static Outcome<TicketDecision> CommentEdited(Ticket before, TicketChange.EditComment edit, Circumstances c)
    {
        if (LacksRightTo(edit.Comment, c) is { } lacking) return lacking;
        if (edit.Comment.DeletedAt is not null) return Problem.NotFound("comment");
        if (TicketRules.CheckBody(edit.Body, required: edit.Comment.AttachmentIds.IsEmpty) is { } invalid) return invalid;
        if (string.Equals(edit.Comment.Body, edit.Body, StringComparison.Ordinal) && edit.Comment.Format == edit.Format) return Unchanged(before);
        // told to the millisecond, and of a note it is all that is told: so two edits always differ in it
        var comment = edit.Comment with { Body = edit.Body, Format = edit.Format, EditedAt = edit.Comment.EditedAt?.AddMilliseconds(1) is { } after && after > c.Now ? after : c.Now };
        var change = new FieldChange("comments", Json.OfComment(edit.Comment), Json.OfComment(comment));
        return Write(Touch(before, c), [change], null, [new("ticket.updated", [change], comment)]) with { Comment = comment };
    }

    private static Outcome<TicketDecision> CommentDeleted(Ticket before, Comment comment, Circumstances c)
    {
        if (LacksRightTo(comment, c) is { } lacking) return lacking;
        if (comment.DeletedAt is not null) return Unchanged(before);
        var gone = comment with { DeletedAt = c.Now };
        var change = new FieldChange("comments", Json.OfComment(comment), null);
        return Write(Touch(before, c), [change], null, [new("ticket.updated", [change], gone)]) with { Comment = gone };
    }

    private static Outcome<TicketDecision> Attached(Ticket before, TicketChange.Attach attach, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        var errors = new FieldErrors();
        errors.Required("name", attach.Name, TicketRules.FileNameLength);
        return errors.ToProblem() is { } invalid
            ? invalid
            : Updated(before, new FieldChange("attachments", null, Json.OfAttachment(attach.AttachmentId, attach.Name, Visibility.Public)), c);
    }

    /// <summary>What hangs on a comment goes by the rule of its words.</summary>
    private static Outcome<TicketDecision> Detached(Ticket before, TicketChange.Detach detach, Circumstances c)
    {
        if ((detach.Of is { } comment ? LacksRightTo(comment, c) : Lacks(c, Permission.TicketsUpdate)) is { } lacking) return lacking;
        return Updated(before, new FieldChange("attachments", Json.OfAttachment(detach.AttachmentId, detach.Name, detach.Of?.Visibility ?? Visibility.Public), null), c);
    }

    /// <summary>One's own words may be changed by who may write such words; those of others by who may delete tickets.</summary>
    private static Problem? LacksRightTo(Comment comment, Circumstances c)
    {
        var own = comment.AuthorKind == c.By.Kind && comment.AuthorId == c.By.Id;
        return Lacks(c, !own ? Permission.TicketsDelete : comment.Visibility == Visibility.Public ? Permission.CommentsWrite : Permission.NotesWrite);
    }
}
