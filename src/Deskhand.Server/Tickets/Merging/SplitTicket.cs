using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>POST /tickets/{id}/split: a comment with its attachments becomes the first of a new ticket of the same customer, and the two are linked. Merging takes it back.</summary>
internal static class SplitTicket
{
    internal sealed record SplitBody
    {
        /// <summary>A comment of this ticket.</summary>
        public required Guid CommentId { get; init; }

        /// <summary>The new ticket's subject; as here unless said.</summary>
        public string? Subject { get; init; }

        public Priority? Priority { get; init; }

        public TicketType? Type { get; init; }

        /// <summary>The agent of the new ticket; nobody unless said.</summary>
        public Guid? AssigneeId { get; init; }

        /// <summary>The group of the new ticket; as here unless said.</summary>
        public Guid? GroupId { get; init; }
    }

    public static async Task<Created<TicketResponse>> Handle(
        string id, SplitBody body, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Created(await session.Transact<TicketResponse>(async () =>
        {
            if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } original) return Problem.NotFound("ticket");
            var now = Instants.Now(clock);
            var newId = Ids.New(now);
            Comment? comment = null;
            // the original is locked first, so that nobody moves the comment meanwhile
            var made = await desk.ChangeTogether(caller.Actor, [original.Id], caller, async tickets =>
            {
                var present = tickets[original.Id];
                comment = (await session.Query($"SELECT {CommentRow.Columns} FROM ticket_comments c WHERE c.tenant_id = $1 AND c.id = $2 AND c.ticket_id = $3 AND c.deleted_at IS NULL",
                    CommentRow.Read, cancellationToken, Rows.P(session.TenantId), Rows.P(body.CommentId), Rows.P(present.Id))).SingleOrDefault();
                if (comment is null || (comment.Visibility == Visibility.Internal && !caller.May(Permission.NotesRead))) return Problem.UnknownReference("commentId", "comment");
                // a group that is named is a new one, also when it is the same
                var taken = body.GroupId is null ? present : present with { Fields = present.Fields with { GroupId = null } };
                return ImmutableArray.Create(new TicketStep(newId, new TicketChange.Create(newId, Fields(present.Fields, body), taken)));
            }, cancellationToken);
            if (made.Problem is { } refused) return refused;
            var link = TicketLink.Of(Ids.New(now), original.Id, LinkKind.Relates, newId);
            var told = await desk.ChangeTogether(caller.Actor, [original.Id, newId], null, tickets => Task.FromResult<Outcome<ImmutableArray<TicketStep>>>(ImmutableArray.Create<TicketStep>(
            [
                new(original.Id, new TicketChange.SplitOff(comment!, tickets[newId], Ids.New(now))),
                new(original.Id, new TicketChange.Link(link)),
                new(newId, new TicketChange.Link(link)),
            ])), cancellationToken);
            return told.Problem is { } problem ? problem : TicketResponse.From(told.Value[^1].After);
        }, cancellationToken), t => $"/api/v1/tickets/{t.Id}");

    // What nobody names is taken over as it stands, as an edit of the original keeps it. What was deleted in the directory since keeps its row there, so
    // the original goes on naming it, and so does the new ticket: it is about the same customer and place.
    private static TicketFields Fields(TicketFields original, SplitBody body) => original with
    {
        Subject = body.Subject ?? original.Subject,
        // what the customer wrote first belongs to the original; the new one begins with the comment
        Description = "",
        Priority = body.Priority ?? original.Priority,
        Type = body.Type ?? original.Type,
        ProblemId = null,
        AssigneeId = body.AssigneeId,
        GroupId = body.GroupId ?? (body.AssigneeId is null ? original.GroupId : null),
        ExternalId = null,
        DueAt = null,
    };
}
