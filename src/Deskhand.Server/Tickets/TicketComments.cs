using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A comment as the API shows it.</summary>
internal sealed record CommentResponse(
    Guid Id, Guid TicketId, Visibility Visibility, BodyFormat Format, string Body, ActorKind AuthorKind, Guid? AuthorId, Via Via,
    IReadOnlyList<Guid> AttachmentIds, DateTimeOffset CreatedAt, DateTimeOffset? EditedAt)
{
    /// <summary>Only in the answer to a comment that says what it was based on: what had arrived since, and the caller may read. Empty = nothing.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<NewerComment>? Newer { get; init; }

    public static CommentResponse From(Guid ticketId, Comment c) =>
        new(c.Id, ticketId, c.Visibility, c.Format, c.Body, c.AuthorKind, c.AuthorId, c.Via, c.AttachmentIds, c.CreatedAt, c.EditedAt);
}

/// <summary>A comment that arrived while another was being written.</summary>
internal sealed record NewerComment(Guid CommentId, ActorKind AuthorKind, DateTimeOffset At);

/// <summary>GET /tickets/{id}/comments, oldest first; notes only to those who may read them.</summary>
internal static class ListComments
{
    public static async Task<Answer<Page<CommentResponse>>> Handle(
        string id, string? page, string? limit, string? skip, string? take, string? cursor, string? sort, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var request = PageRequest.Read(page, limit, skip, take, cursor, caller.PageLimit);
        if (request.Problem is { } malformed) return Answer.Ok<Page<CommentResponse>>(malformed);
        if (sort is not (null or "createdAt" or "-createdAt"))
            return Answer.Ok<Page<CommentResponse>>(Problem.Malformed("sort", "Comments are sorted by createdAt or -createdAt.") with { Allowed = ["createdAt", "-createdAt"] });
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Answer.Ok<Page<CommentResponse>>(Problem.NotFound("ticket"));

        var newestFirst = sort is "-createdAt";
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(ticket.Id) };
        var where = "c.tenant_id = $1 AND c.ticket_id = $2 AND c.deleted_at IS NULL";
        if (!caller.May(Permission.NotesRead)) where += " AND c.visibility = 'public'";
        var total = (await session.Query($"SELECT count(*) FROM ticket_comments c WHERE {where}", r => r.GetInt64(0), cancellationToken, [.. parameters.Select(p => p.Clone())]))[0];
        if (request.Value.Cursor is { } place)
        {
            var values = Cursors.Read(place, newestFirst ? "-createdAt" : "createdAt", 2);
            if (values.Problem is { } stale) return Answer.Ok<Page<CommentResponse>>(stale);
            if (Cursors.Instant(values.Value[0]) is not { } at || !Guid.TryParse(values.Value[1], out var last))
                return Answer.Ok<Page<CommentResponse>>(Problem.Malformed("cursor", "This is not a cursor."));
            parameters.Add(Rows.P(at));
            parameters.Add(Rows.P(last));
            where += $" AND (c.created_at, c.id) {(newestFirst ? "<" : ">")} ($3, $4)";
        }

        var direction = newestFirst ? "DESC" : "ASC";
        var rows = await session.Query($"""
            SELECT {CommentRow.Columns} FROM ticket_comments c WHERE {where}
            ORDER BY c.created_at {direction}, c.id {direction} OFFSET {request.Value.Skip} LIMIT {request.Value.Limit + 1}
            """, CommentRow.Read, cancellationToken, [.. parameters]);
        var more = rows.Count > request.Value.Limit;
        if (more) rows.RemoveAt(request.Value.Limit);
        var next = more ? Cursors.Write(newestFirst ? "-createdAt" : "createdAt", Cursors.Instant(rows[^1].CreatedAt), rows[^1].Id.ToString()) : null;
        var pagination = new Pagination(request.Value.Cursor is null ? request.Value.Page : null, request.Value.Limit, total, false, next, more);
        return Answer.Ok<Page<CommentResponse>>(new Page<CommentResponse>([.. rows.Select(c => CommentResponse.From(ticket.Id, c))], pagination));
    }
}

/// <summary>GET /comments/{id}</summary>
internal static class GetComment
{
    public static async Task<Answer<CommentResponse>> Handle(Guid id, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var rows = await session.Query($"SELECT {CommentRow.Columns}, c.ticket_id FROM ticket_comments c WHERE c.tenant_id = $1 AND c.id = $2 AND c.deleted_at IS NULL",
            r => (Comment: CommentRow.Read(r), TicketId: r.GetGuid(r.FieldCount - 1)), cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        return Answer.Ok<CommentResponse>(
            rows.Count == 1 && (rows[0].Comment.Visibility == Visibility.Public || caller.May(Permission.NotesRead))
            && await GetTicket.Find(rows[0].TicketId.ToString(), caller, session, cancellationToken) is { } ticket
                ? CommentResponse.From(ticket.Id, rows[0].Comment)
                : Problem.NotFound("comment"));
    }
}

/// <summary>POST /tickets/{id}/comments and /tickets/{id}/notes.</summary>
internal static class AddComment
{
    internal sealed record CommentBody
    {
        public required string Body { get; init; }

        public BodyFormat Format { get; init; } = BodyFormat.Markdown;

        /// <summary>Who may read it; public unless said, internal at /notes.</summary>
        public Visibility? Visibility { get; init; }

        /// <summary>Uploads of the caller's that are not yet part of a comment.</summary>
        public ImmutableArray<Guid> AttachmentIds { get; init; } = [];

        /// <summary>The version of the ticket that the writer saw. The comment is taken in any case; the answer tells what had arrived since.</summary>
        public long? BasedOnVersion { get; init; }
    }

    /// <summary>How often a comment follows its ticket from merge to merge.</summary>
    private const int Tries = 20;

    /// <summary>Not shown to anybody: the ticket answers by another, to which the comment goes.</summary>
    private static readonly Problem Elsewhere = Problem.Conflict("ticket_merged", "This ticket is being merged by others at this moment; try again.");

    public static Task<Created<CommentResponse>> Handle(
        string id, CommentBody body, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken) =>
        Add(id, body, body.Visibility ?? Visibility.Public, caller, session, desk, clock, cancellationToken);

    public static async Task<Created<CommentResponse>> Add(
        string id, CommentBody body, Visibility visibility, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken)
    {
        var ids = body.AttachmentIds.IsDefault ? [] : body.AttachmentIds.Distinct().ToImmutableArray();
        var comment = new NewComment(Ids.New(clock.GetUtcNow()), body.Body, body.Format, visibility, ids);
        var address = id;
        Outcome<CommentResponse> outcome = Elsewhere;
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            Guid? merged = null;
            outcome = await session.TransactApart<CommentResponse>(async () =>
            {
                var decision = await desk.Change(caller.Actor, address, caller, null, ticket =>
                {
                    merged = ticket.MergedIntoId is null ? null : ticket.Id;
                    return Task.FromResult<Outcome<TicketChange>>(merged is not null ? Elsewhere
                        : body.BasedOnVersion is { } version && attempt == 1 && (version < 1 || version > ticket.Version)
                            ? Problem.Invalid("basedOnVersion", $"The ticket has no such version; the present one is {ticket.Version}.")
                        : new TicketChange.AddComment(comment));
                }, cancellationToken);
                if (decision.Problem is { } problem) return problem;
                var after = decision.Value.After;
                var response = CommentResponse.From(after.Id, decision.Value.Comment!);
                // versions of a ticket that was merged say nothing of the one that answers for it
                return body.BasedOnVersion is not { } seen ? response
                    : response with { Newer = attempt > 1 ? [] : await Newer(after.Id, seen, comment.Id, caller, session, cancellationToken) };
            }, cancellationToken);
            if (!ReferenceEquals(outcome.Problem, Elsewhere) || merged is not { } source) break;
            // asked without a lock: tickets are locked one at a time here, or in the order of their ids
            if ((await MergeRow.Chain(source, session, cancellationToken)).LastOrDefault() is { } last) address = last.TargetId.ToString();
        }

        if (outcome.Problem?.Kind == ProblemKind.NotFound && address != id && outcome.Problem.Code == "not_found")
            outcome = Problem.Conflict("ticket_merged", "This ticket was merged into one that you may not see.");
        return Answer.Created(outcome, c => $"/api/v1/comments/{c.Id}");
    }

    private static Task<List<NewerComment>> Newer(Guid ticketId, long seen, Guid own, Caller caller, TenantSession session, CancellationToken cancellationToken) => session.Query("""
        SELECT c.id, c.author_kind, c.created_at FROM ticket_comments c
        WHERE c.tenant_id = $1 AND c.ticket_id = $2 AND c.deleted_at IS NULL AND c.ticket_version > $3 AND c.id <> $4 AND (c.visibility = 'public' OR $5)
        ORDER BY c.created_at, c.id LIMIT 100
        """, r => new NewerComment(r.GetGuid(0), Wire.Find<ActorKind>(r.GetString(1))!.Value, r.GetFieldValue<DateTimeOffset>(2)), cancellationToken,
        Rows.P(session.TenantId), Rows.P(ticketId), Rows.P(seen), Rows.P(own), Rows.P(caller.May(Permission.NotesRead)));
}

/// <summary>POST /tickets/{id}/notes: internal unless said otherwise.</summary>
internal static class AddNote
{
    public static Task<Created<CommentResponse>> Handle(string id, AddComment.CommentBody body, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken) =>
        AddComment.Add(id, body, body.Visibility ?? Visibility.Internal, caller, session, desk, clock, cancellationToken);
}

/// <summary>PATCH /comments/{id}: other words.</summary>
internal static class EditComment
{
    internal sealed record CommentEdit
    {
        public required string Body { get; init; }

        public BodyFormat Format { get; init; } = BodyFormat.Markdown;
    }

    public static async Task<Answer<CommentResponse>> Handle(Guid id, MergePatch<CommentEdit> body, Caller caller, TenantSession session, TicketDesk desk, CancellationToken cancellationToken)
    {
        var decision = await CommentAt.Change(id, caller, session, desk, comment =>
        {
            var edit = body.ApplyTo(new CommentEdit { Body = comment.Body, Format = comment.Format });
            return edit.Problem is { } problem ? problem : new TicketChange.EditComment(comment, edit.Value.Body, edit.Value.Format);
        }, cancellationToken);
        return Answer.Ok<CommentResponse>(decision.Problem is { } problem ? problem : CommentResponse.From(decision.Value.TicketId, decision.Value.Comment));
    }
}

/// <summary>DELETE /comments/{id}.</summary>
internal static class DeleteComment
{
    public static async Task<NoContent> Handle(Guid id, Caller caller, TenantSession session, TicketDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(await CommentAt.Change(id, caller, session, desk, comment => new TicketChange.DeleteComment(comment), cancellationToken));
}

/// <summary>A comment addressed by its own id: its ticket is found first, because a change of a comment is a change of its ticket.</summary>
internal static class CommentAt
{
    private const int Tries = 20;

    /// <summary>Not shown to anybody: the comment went to another ticket before its own was locked.</summary>
    private static readonly Problem Elsewhere = Problem.Conflict("busy", "This comment is being moved at this moment; try again.");

    public static async Task<Outcome<(Guid TicketId, Comment Comment)>> Change(
        Guid id, Caller caller, TenantSession session, TicketDesk desk, Func<Comment, Outcome<TicketChange>> toChange, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await session.TransactApart(() => Try(id, caller, session, desk, toChange, cancellationToken), cancellationToken);
            if (!ReferenceEquals(outcome.Problem, Elsewhere) || attempt == Tries) return outcome;
        }
    }

    private static async Task<Outcome<(Guid TicketId, Comment Comment)>> Try(
        Guid id, Caller caller, TenantSession session, TicketDesk desk, Func<Comment, Outcome<TicketChange>> toChange, CancellationToken cancellationToken)
    {
        var tickets = await session.Query("SELECT ticket_id FROM ticket_comments WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
            r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        if (tickets.Count == 0) return Problem.NotFound("comment");
        Comment? present = null;
        var decision = await desk.Change(caller.Actor, tickets[0].ToString(), caller, null, async ticket =>
        {
            // read again now that the ticket is locked
            var found = await session.Query($"SELECT {CommentRow.Columns}, c.ticket_id FROM ticket_comments c WHERE c.tenant_id = $1 AND c.id = $2 AND c.deleted_at IS NULL",
                r => (Comment: CommentRow.Read(r), TicketId: r.GetGuid(r.FieldCount - 1)), cancellationToken, Rows.P(session.TenantId), Rows.P(id));
            if (found.Count == 0 || (found[0].Comment.Visibility == Visibility.Internal && !caller.May(Permission.NotesRead))) return Problem.NotFound("comment");
            if (found[0].TicketId != ticket.Id) return Elsewhere;
            present = found[0].Comment;
            return toChange(present);
        }, cancellationToken);
        if (decision.Problem is { } problem) return problem.Kind == ProblemKind.NotFound ? Problem.NotFound("comment") : problem;
        return (decision.Value.After.Id, decision.Value.Comment ?? present!);
    }
}
