using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>A file as the API shows it.</summary>
internal sealed record AttachmentResponse(
    Guid Id, string Name, long Size, string ContentType, string Sha256, DateTimeOffset CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? TicketId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? CommentId = null)
{
    public static AttachmentResponse From(Attachment a) => new(a.Id, a.Name, a.Size, a.ContentType, a.Hash, a.CreatedAt, a.TicketId, a.CommentId);
}

/// <summary>POST /uploads: a file before the comment exists that it shall hang on; its uploader's alone until then, and gone after a day without one.</summary>
internal static class Upload
{
    public static async Task<Created<AttachmentResponse>> Handle(
        HttpRequest request, Caller caller, TenantSession session, AttachmentStore store, VirusScanner scanner, DeskhandSettings settings, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!caller.May(Permission.CommentsWrite) && !caller.May(Permission.NotesWrite)) return Answer(Problem.Forbidden(Permissions.Name(Permission.CommentsWrite)));
        var received = await ReceivedFile.From(request, caller, store, scanner, settings, clock, cancellationToken);
        if (received.Problem is { } problem) return Answer(problem);
        await using var file = received.Value;
        return Answer(await session.Transact<AttachmentResponse>(
            async () => AttachmentResponse.From(await AttachmentRow.Insert(file, null, caller, session, cancellationToken)), cancellationToken));
    }

    internal static Created<AttachmentResponse> Answer(Outcome<AttachmentResponse> outcome) => Http.Answer.Created(outcome, a => $"/api/v1/attachments/{a.Id}");
}

/// <summary>POST /tickets/{id}/attachments: a file put to the ticket itself.</summary>
internal static class AttachFile
{
    public static async Task<Created<AttachmentResponse>> Handle(
        string id, HttpRequest request, Caller caller, TenantSession session, TicketDesk desk, AttachmentStore store, VirusScanner scanner, DeskhandSettings settings, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        // asked before the file comes in, and again when it is here and the ticket is locked
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Upload.Answer(Problem.NotFound("ticket"));
        var received = await ReceivedFile.From(request, caller, store, scanner, settings, clock, cancellationToken);
        if (received.Problem is { } problem) return Upload.Answer(problem);
        await using var file = received.Value;
        Attachment? row = null;
        var decision = await desk.Change(caller.Actor, ticket.Id.ToString(), caller, null, async present =>
        {
            row = await AttachmentRow.Insert(file, present.Id, caller, session, cancellationToken);
            return new TicketChange.Attach(file.Id, file.Name);
        }, cancellationToken);
        if (decision.Problem is not { } refused) return Upload.Answer(AttachmentResponse.From(row!));
        // refused is rolled back for certain; after an error nobody knows, and Housekeeping asks the table later
        file.File.Discard();
        return Upload.Answer(refused);
    }
}

/// <summary>GET /tickets/{id}/attachments: those of the ticket itself and of its comments, oldest first; those of notes only to those who may read notes.</summary>
internal static class ListAttachments
{
    public static async Task<Answer<Page<AttachmentResponse>>> Handle(
        string id, string? page, string? limit, string? skip, string? take, string? cursor, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await Read(id, page, limit, skip, take, cursor, caller, session, cancellationToken));

    private static async Task<Outcome<Page<AttachmentResponse>>> Read(
        string id, string? page, string? limit, string? skip, string? take, string? cursor, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var asked = PageRequest.Read(page, limit, skip, take, cursor, caller.PageLimit);
        if (asked.Problem is { } malformed) return malformed;
        var request = asked.Value;
        (DateTimeOffset, Guid)? after = null;
        if (request.Cursor is { } place)
        {
            var values = Cursors.Read(place, "createdAt", 2);
            if (values.Problem is { } stale) return stale;
            if (Cursors.Instant(values.Value[0]) is not { } at || !Guid.TryParse(values.Value[1], out var last)) return Problem.Malformed("cursor", "This is not a cursor.");
            after = (at, last);
        }

        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Problem.NotFound("ticket");
        var total = await AttachmentRow.CountOf(ticket.Id, caller, session, cancellationToken);
        var rows = await AttachmentRow.Of(ticket.Id, after, request.Skip, request.Limit + 1, caller, session, cancellationToken);
        var more = rows.Count > request.Limit;
        if (more) rows.RemoveAt(request.Limit);
        var next = more ? Cursors.Write("createdAt", Cursors.Instant(rows[^1].CreatedAt), rows[^1].Id.ToString()) : null;
        return new Page<AttachmentResponse>([.. rows.Select(AttachmentResponse.From)],
            new(request.Cursor is null ? request.Page : null, request.Limit, total, false, next, more));
    }
}

/// <summary>DELETE /attachments/{id}: out of sight. The file of a ticket stays in the store with its history, that of an upload goes.</summary>
internal static class DeleteAttachment
{
    public static async Task<NoContent> Handle(
        Guid id, Caller caller, TenantSession session, TicketDesk desk, AttachmentStore store, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
        {
            if (await AttachmentRow.Find(id, caller, session, cancellationToken) is not { } file) return Problem.NotFound("attachment");
            if (file.TicketId is not { } ticketId)
            {
                if (!await AttachmentRow.Delete(file, Instants.Now(clock), session, cancellationToken)) return Problem.NotFound("attachment");
                session.OnCommitted(() => store.Remove(file.StorageKey));
                return default(Nothing);
            }

            var decision = await desk.Change(caller.Actor, ticketId.ToString(), caller, null, async _ =>
            {
                if (!await AttachmentRow.Delete(file, Instants.Now(clock), session, cancellationToken)) return Problem.NotFound("attachment");
                var comment = file.CommentId is not { } commentId ? null : (await session.Query(
                    $"SELECT {CommentRow.Columns} FROM ticket_comments c WHERE c.tenant_id = $1 AND c.id = $2", CommentRow.Read, cancellationToken,
                    Rows.P(session.TenantId), Rows.P(commentId)))[0];
                return new TicketChange.Detach(file.Id, file.Name, comment);
            }, cancellationToken);
            return decision.Problem is { } problem ? problem.Kind == ProblemKind.NotFound ? Problem.NotFound("attachment") : problem : default(Nothing);
        }, cancellationToken));
}
