namespace Deskhand.Notifications;

/// <summary>What a notice tells of; the wire name is the name of its template (SPEC §6).</summary>
public enum NoticeKind
{
    /// <summary>To the requester: an acknowledgement. To a group: something new in its queue.</summary>
    TicketCreated,

    /// <summary>To the new assignee.</summary>
    TicketAssigned,

    /// <summary>To the requester, when the ticket is solved.</summary>
    TicketStatusChanged,

    /// <summary>To the requester an agent's public words; to the desk the words of others.</summary>
    TicketNewComment,

    /// <summary>To the assignee: a target is near.</summary>
    TicketSlaWarning,

    /// <summary>To assignee and managers: a target was missed.</summary>
    TicketSlaBreach,

    /// <summary>To the requester: how was it?</summary>
    SatisfactionSurvey,

    /// <summary>To a new user; about no ticket.</summary>
    Invitation,

    /// <summary>To a user; about no ticket.</summary>
    PasswordReset,

    /// <summary>What a rule says in its own words.</summary>
    Message,

    /// <summary>To assignee or administrators: a mail did not reach its recipient. In the desk only.</summary>
    MailFailed,
}

/// <summary>The rule by which the recipients of a notice are found.</summary>
public enum NoticeTo
{
    /// <summary>The ticket's contact.</summary>
    Requester,

    /// <summary>The ticket's assignee; the members of its group while it has none.</summary>
    Assignee,

    /// <summary>Who follows the ticket.</summary>
    Followers,

    /// <summary>The members of the ticket's group.</summary>
    Group,

    /// <summary>Managers and administrators.</summary>
    Managers,

    /// <summary>The user named.</summary>
    User,
}

/// <summary>
/// Something that somebody shall be told because of a change. Who exactly, and by which channel, is found when it is written down: the actor is
/// never told of the own change, and nobody of a ticket that is out of sight.
/// </summary>
/// <param name="Kind">What it tells of, hence its template.</param>
/// <param name="To">Who is told.</param>
public sealed record Notice(NoticeKind Kind, NoticeTo To)
{
    /// <summary>The user, with <see cref="NoticeTo.User"/>.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The comment it tells of, if any.</summary>
    public Guid? CommentId { get; init; }

    /// <summary>It tells of an internal note: it goes to users and never to a contact, whatever <see cref="To"/> says.</summary>
    public bool IsOfNote { get; init; }

    /// <summary>The words that came with the request are left out, because whoever sent them may have given the address of somebody else (security case 15).</summary>
    public bool HidesWords { get; init; }

    /// <summary>The words of a <see cref="NoticeKind.Message"/>; plain text. Null with any other kind.</summary>
    public string? Text { get; init; }
}
