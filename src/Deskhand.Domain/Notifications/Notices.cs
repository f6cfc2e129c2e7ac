using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Notifications;

/// <summary>Who is told of a change of a ticket. Decided by its events, so whatever makes an event (a click, a rule, a clock) notifies alike.</summary>
public static class Notices
{
    /// <summary>The notices that follow from what was decided.</summary>
    /// <param name="decision">The change with all that follows from it, but for notices.</param>
    /// <param name="c">Who, when.</param>
    public static ImmutableArray<Notice> Of(TicketDecision decision, Circumstances c)
    {
        // what was brought over from another desk is old news
        if (c.By.Via == Via.Import || decision.After.DeletedAt is not null) return [];
        var notices = ImmutableArray.CreateBuilder<Notice>();
        foreach (var e in decision.WholeEvents) notices.AddRange(Of(e, decision.After, c));
        return notices.ToImmutable();
    }

    private static IEnumerable<Notice> Of(TicketEvent e, Ticket after, Circumstances c) => e.Type switch
    {
        "ticket.created" => [.. Requester(NoticeKind.TicketCreated, after, c, hidesWords: c.By.Kind is ActorKind.Contact or ActorKind.Ai),
            .. after.Fields is { GroupId: not null, AssigneeId: null } ? [new Notice(NoticeKind.TicketCreated, NoticeTo.Group)] : Array.Empty<Notice>()],
        "ticket.assigned" => after.Fields.AssigneeId is { } assignee && e.Changes.Any(f => f.Field == "assigneeId")
            ? [new Notice(NoticeKind.TicketAssigned, NoticeTo.User) { UserId = assignee }] : [],
        "ticket.resolved" => [.. Requester(NoticeKind.TicketStatusChanged, after, c), .. Requester(NoticeKind.SatisfactionSurvey, after, c)],
        "ticket.commented" => e.Comment is { } comment ? OfComment(comment, after, c) : [],
        "ticket.sla_warning" => [new Notice(NoticeKind.TicketSlaWarning, NoticeTo.Assignee)],
        "ticket.sla_breached" => [new Notice(NoticeKind.TicketSlaBreach, NoticeTo.Assignee), new Notice(NoticeKind.TicketSlaBreach, NoticeTo.Managers)],
        _ => [],
    };

    /// <summary>Public words of the desk go to the requester; all words to those who work on the ticket; a note to nobody else (security cases 10, 18).</summary>
    private static IEnumerable<Notice> OfComment(Comment comment, Ticket after, Circumstances c)
    {
        var isNote = comment.Visibility == Visibility.Internal;
        if (!isNote && comment.AuthorKind != ActorKind.Contact)
            foreach (var notice in Requester(NoticeKind.TicketNewComment, after, c)) yield return notice with { CommentId = comment.Id };
        foreach (var to in new[] { NoticeTo.Assignee, NoticeTo.Followers })
            yield return new Notice(NoticeKind.TicketNewComment, to) { CommentId = comment.Id, IsOfNote = isNote };
    }

    private static IEnumerable<Notice> Requester(NoticeKind kind, Ticket after, Circumstances c, bool hidesWords = false)
    {
        // a contact who solves the own ticket need not be told; the acknowledgement of the own request is the point of it
        if (after.Fields.ContactId is not { } contact) yield break;
        if (kind == NoticeKind.TicketStatusChanged && c.By.Kind == ActorKind.Contact && c.By.Id == contact) yield break;
        yield return new Notice(kind, NoticeTo.Requester) { HidesWords = hidesWords };
    }
}
