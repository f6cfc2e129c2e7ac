using System.Collections.Immutable;

namespace Deskhand.Tickets;

/// <summary>Who may read a comment.</summary>
public enum Visibility
{
    /// <summary>The customer and the desk.</summary>
    Public,

    /// <summary>The desk alone: never reaches a customer by any way.</summary>
    Internal,
}

/// <summary>How a comment's body is written.</summary>
public enum BodyFormat
{
    Markdown,
    Plain,
    Html,
}

/// <summary>Something that shall happen to one ticket. A click, a mail, an API call and a timer all become one of these.</summary>
public abstract record TicketChange
{
    private TicketChange()
    {
    }

    /// <summary>A new ticket.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Fields">The editable fields.</param>
    /// <param name="From">The ticket that it is split out of: what it takes over from its fields is not checked again. Null = it comes by itself.</param>
    public sealed record Create(Guid Id, TicketFields Fields, Ticket? From = null) : TicketChange;

    /// <summary>The editable fields shall be these.</summary>
    public sealed record Edit(TicketFields Fields, string? Reason = null) : TicketChange;

    /// <summary>A step in the workflow.</summary>
    public sealed record ChangeStatus(string Status, string? Reason) : TicketChange;

    /// <summary>The work is done: to the first solved status within one step.</summary>
    public sealed record Resolve(string? Reason) : TicketChange;

    /// <summary>Another agent, another group, or nobody.</summary>
    /// <param name="AssigneeId">The agent; null = nobody.</param>
    /// <param name="GroupId">The group; null = none.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="BasedOnVersion">The version of the ticket that was seen; refused when somebody assigned it since. Null = that does not matter.</param>
    public sealed record Assign(Guid? AssigneeId, Guid? GroupId, string? Reason, long? BasedOnVersion = null) : TicketChange;

    /// <summary>A flag for the attention of management; the status stays.</summary>
    /// <param name="Level">1 to 3.</param>
    /// <param name="Reason">Why; required.</param>
    /// <param name="Reassign">Whether assignee and group change with it.</param>
    /// <param name="AssigneeId">The new assignee, when reassigned.</param>
    /// <param name="GroupId">The new group, when reassigned.</param>
    public sealed record Escalate(int Level, string? Reason, bool Reassign, Guid? AssigneeId, Guid? GroupId) : TicketChange;

    /// <summary>The flag is taken back.</summary>
    public sealed record Deescalate(string? Reason) : TicketChange;

    /// <summary>A rule tells an endpoint of the ticket, which stays as it is.</summary>
    public sealed record CallWebhook(Guid WebhookId) : TicketChange;

    /// <summary>An entry in the conversation.</summary>
    public sealed record AddComment(NewComment Comment) : TicketChange;

    /// <summary>Other words for a comment that stands.</summary>
    public sealed record EditComment(Comment Comment, string Body, BodyFormat Format) : TicketChange;

    /// <summary>A comment is taken back.</summary>
    public sealed record DeleteComment(Comment Comment) : TicketChange;

    /// <summary>A file is put to the ticket without a comment.</summary>
    public sealed record Attach(Guid AttachmentId, string Name) : TicketChange;

    /// <summary>A file is taken away.</summary>
    /// <param name="AttachmentId">The file.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Of">The comment it hangs on, or null when it was put to the ticket itself.</param>
    public sealed record Detach(Guid AttachmentId, string Name, Comment? Of = null) : TicketChange;

    /// <summary>The ticket goes out of sight; its history stays.</summary>
    public sealed record Delete(string? Reason) : TicketChange;

    /// <summary>A deleted ticket comes back.</summary>
    public sealed record Restore(string? Reason) : TicketChange;

    /// <summary>An earlier change is taken back, whatever the graph of the workflow says.</summary>
    public sealed record Revert(Reversal What, string? Reason = null) : TicketChange;

    /// <summary>Other tickets go into this one.</summary>
    /// <param name="Sources">They.</param>
    /// <param name="Merges">How each goes.</param>
    /// <param name="NoteId">The note that tells it.</param>
    /// <param name="Comment">What is said about it; stands in the note.</param>
    public sealed record TakeIn(ImmutableArray<Ticket> Sources, ImmutableArray<Merge> Merges, Guid NoteId, string? Comment) : TicketChange;

    /// <summary>This ticket goes into another: it closes, whatever the graph of the workflow says, and the other answers for it.</summary>
    public sealed record MergeInto(Merge Merge, Ticket Target, Guid NoteId, string? Comment) : TicketChange;

    /// <summary>Tickets that went into this one leave it again.</summary>
    /// <param name="Sources">They.</param>
    /// <param name="Tags">The tags that came with them and with nobody else.</param>
    /// <param name="Followers">The followers that came with them and with nobody else.</param>
    /// <param name="NoteId">The note that tells it.</param>
    public sealed record GiveBack(ImmutableArray<Ticket> Sources, ImmutableArray<string> Tags, ImmutableArray<Guid> Followers, Guid NoteId) : TicketChange;

    /// <summary>This ticket comes out of the one it went into, with what went along and the status it had.</summary>
    public sealed record ComeBack(Unmerge Unmerge, Ticket From, Guid NoteId) : TicketChange;

    /// <summary>A comment leaves for a new ticket.</summary>
    public sealed record SplitOff(Comment Comment, Ticket Into, Guid NoteId) : TicketChange;

    /// <summary>A link to another ticket, which gets the same change.</summary>
    public sealed record Link(TicketLink What) : TicketChange;

    /// <summary>A link is taken away, here and at the other ticket.</summary>
    public sealed record Unlink(TicketLink What) : TicketChange;

    /// <summary>Somebody follows the ticket.</summary>
    public sealed record Follow(Guid UserId) : TicketChange;

    /// <summary>Somebody follows it no more.</summary>
    public sealed record Unfollow(Guid UserId) : TicketChange;

    /// <summary>Time has passed, and an automation looks whether it applies.</summary>
    public sealed record Automate(Automation.Rule Rule) : TicketChange;

    /// <summary>The tenant has redefined something that the ticket carries; needs <c>settings:manage</c>.</summary>
    public sealed record Redefine(Redefinition What) : TicketChange;

    /// <summary>Time has passed; the clocks of the ticket are looked at. Changes nothing but them and what follows from them.</summary>
    public sealed record ClockTicked : TicketChange;
}

/// <summary>A comment to be.</summary>
public sealed record NewComment(Guid Id, string Body, BodyFormat Format, Visibility Visibility, ImmutableArray<Guid> AttachmentIds);

/// <summary>One entry of a ticket's conversation.</summary>
public sealed record Comment
{
    public required Guid Id { get; init; }

    public required ActorKind AuthorKind { get; init; }

    /// <summary>The user or contact who wrote it; null for the system.</summary>
    public Guid? AuthorId { get; init; }

    public required Visibility Visibility { get; init; }

    public required BodyFormat Format { get; init; }

    public required string Body { get; init; }

    public required Via Via { get; init; }

    public ImmutableArray<Guid> AttachmentIds { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EditedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }
}
