using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A link as seen from one of its tickets.</summary>
/// <param name="Id">To take it away; null where the incident's <c>problemId</c> is the link.</param>
/// <param name="Kind">relates, duplicates, duplicated_by, blocks, blocked_by; incident of a problem, problem of an incident.</param>
/// <param name="Ticket">The other one.</param>
/// <param name="Subject">Of the other one.</param>
/// <param name="Status">Of the other one.</param>
/// <param name="StatusCategory">Of the other one.</param>
internal sealed record TicketLinkResponse(Guid? Id, string Kind, TicketName Ticket, string Subject, string Status, StatusCategory StatusCategory);

/// <summary>GET /tickets/{id}/links: those to tickets that the caller may read, then its problem or the newest hundred of its incidents; all of them are listed by <c>GET /tickets?problemId=</c>.</summary>
internal static class ListLinks
{
    private const int Most = 100;
    private const string Incident = "incident";

    public static async Task<Answer<Page<TicketLinkResponse>>> Handle(string id, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Answer.Ok<Page<TicketLinkResponse>>(Problem.NotFound("ticket"));
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(ticket.Id), Rows.P(ticket.Fields.ProblemId) };
        var scope = TicketScopes.Where(caller, parameters) is { } rule ? " AND " + rule : "";
        const string Other = "t.id, t.reference, t.number, t.subject, t.status, t.status_category";
        var links = await session.Query($"""
            (SELECT l.id, CASE WHEN l.kind = 'relates' OR l.from_id = $2 THEN l.kind WHEN l.kind = 'blocks' THEN 'blocked_by' ELSE 'duplicated_by' END, {Other}
             FROM (SELECT * FROM ticket_links WHERE tenant_id = $1 AND from_id = $2 UNION ALL SELECT * FROM ticket_links WHERE tenant_id = $1 AND to_id = $2) l
             JOIN tickets t ON t.tenant_id = $1 AND t.id = CASE WHEN l.from_id = $2 THEN l.to_id ELSE l.from_id END
             WHERE t.deleted_at IS NULL{scope} ORDER BY l.id)
            UNION ALL
            (SELECT NULL, 'problem', {Other} FROM tickets t WHERE t.tenant_id = $1 AND t.id = $3 AND t.deleted_at IS NULL{scope})
            UNION ALL
            (SELECT NULL, '{Incident}', {Other} FROM tickets t WHERE t.tenant_id = $1 AND t.problem_id = $2 AND t.deleted_at IS NULL{scope} ORDER BY t.id DESC LIMIT {Most})
            """, r => new TicketLinkResponse(r.Id(0), r.GetString(1), new(r.GetGuid(2), r.GetString(3), r.GetInt64(4)), r.GetString(5), r.GetString(6), Wire.Find<StatusCategory>(r.GetString(7))!.Value),
            cancellationToken, [.. parameters]);
        var unshown = links.Count(l => l.Kind == Incident) < Most ? 0 : (await session.Query(
            $"SELECT count(*) FROM tickets t WHERE t.tenant_id = $1 AND t.problem_id = $2 AND t.deleted_at IS NULL{scope}",
            r => r.GetInt64(0), cancellationToken, [.. parameters.Select(p => p.Clone())]))[0] - Most;
        return Answer.Ok<Page<TicketLinkResponse>>(new Page<TicketLinkResponse>(links, new(1, Math.Max(Most, links.Count), links.Count + unshown, false, null, unshown > 0)));
    }
}

/// <summary>POST /tickets/{id}/links: a link to another ticket, seen from both. A circle of tickets that wait for each other is refused.</summary>
internal static class CreateLink
{
    internal sealed record LinkBody
    {
        public required LinkKind Kind { get; init; }

        /// <summary>The other ticket.</summary>
        public required Guid TicketId { get; init; }
    }

    public static async Task<Created<TicketLinkResponse>> Handle(string id, LinkBody body, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Created(await session.Transact<TicketLinkResponse>(async () =>
        {
            if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Problem.NotFound("ticket");
            if (ticket.Id == body.TicketId) return Problem.Invalid("ticketId", "A ticket has no link to itself.");
            // circles are looked for over many tickets, of which only two are locked
            if (body.Kind is LinkKind.Blocks or LinkKind.BlockedBy)
                await session.Execute("SELECT pg_advisory_xact_lock(hashtextextended('deskhand blocks ' || $1::text, 0))", cancellationToken, Rows.P(session.TenantId));
            var link = TicketLink.Of(Ids.New(clock.GetUtcNow()), ticket.Id, body.Kind, body.TicketId);
            var decided = await desk.ChangeTogether(caller.Actor, [ticket.Id, body.TicketId], caller, _ => Task.FromResult<Outcome<ImmutableArray<TicketStep>>>(ImmutableArray.Create<TicketStep>(
                [new(link.FromId, new TicketChange.Link(link)), new(link.ToId, new TicketChange.Link(link))])), cancellationToken);
            if (decided.Problem is { } problem) return problem.Kind == ProblemKind.NotFound ? Problem.UnknownReference("ticketId", "ticket") : problem;
            var other = decided.Value.Single(d => d.After.Id == body.TicketId).After;
            return new TicketLinkResponse(link.Id, Wire.Name(body.Kind), new(other.Id, other.Reference, other.Number), other.Fields.Subject, other.Status, other.StatusCategory);
        }, cancellationToken), _ => $"/api/v1/tickets/{id}/links");
}

/// <summary>DELETE /tickets/{id}/links/{linkId}</summary>
internal static class DeleteLink
{
    public static async Task<NoContent> Handle(string id, Guid linkId, Caller caller, TenantSession session, TicketDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
        {
            if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Problem.NotFound("ticket");
            var links = await LinkRow.Find(linkId, ticket.Id, session, cancellationToken);
            if (links.Count == 0) return Problem.NotFound("link");
            // the other ticket may be hidden from the caller, or deleted: its end goes all the same
            var decided = await desk.ChangeTogether(caller.Actor, [links[0].FromId, links[0].ToId], null, async _ =>
                (await LinkRow.Find(linkId, ticket.Id, session, cancellationToken)).Count == 0 ? Problem.NotFound("link")
                    : ImmutableArray.Create<TicketStep>([new(links[0].FromId, new TicketChange.Unlink(links[0])), new(links[0].ToId, new TicketChange.Unlink(links[0]))]),
                cancellationToken, alsoDeleted: true);
            return decided.Problem is { } problem ? problem : default(Nothing);
        }, cancellationToken));
}

/// <summary>A link in its table.</summary>
internal static class LinkRow
{
    public static Task<List<TicketLink>> Find(Guid linkId, Guid ticketId, TenantSession session, CancellationToken cancellationToken) =>
        session.Query("SELECT id, kind, from_id, to_id FROM ticket_links WHERE tenant_id = $1 AND id = $2 AND (from_id = $3 OR to_id = $3)",
            r => new TicketLink(r.GetGuid(0), Wire.Find<LinkKind>(r.GetString(1))!.Value, r.GetGuid(2), r.GetGuid(3)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(linkId), Rows.P(ticketId));

    public static NpgsqlBatchCommand Save(Guid tenantId, TicketLink link, Guid? by, DateTimeOffset at) => TenantSession.Batched(
        "INSERT INTO ticket_links (tenant_id, id, kind, from_id, to_id, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        Rows.P(tenantId), Rows.P((Guid?)link.Id), Rows.P(Wire.Name(link.Kind)), Rows.P((Guid?)link.FromId), Rows.P((Guid?)link.ToId), Rows.P(by), Rows.P((DateTimeOffset?)at));

    public static NpgsqlBatchCommand Delete(Guid tenantId, TicketLink link) =>
        TenantSession.Batched("DELETE FROM ticket_links WHERE tenant_id = $1 AND id = $2", Rows.P(tenantId), Rows.P((Guid?)link.Id));

    /// <summary>What stands in the way of a link, as seen from one of its tickets.</summary>
    public static async Task<Known> LookUp(TenantSession session, Guid ticketId, TicketLink link, CancellationToken cancellationToken) => (await session.Query("""
        WITH RECURSIVE waits (id) AS (
            SELECT l.to_id FROM ticket_links l WHERE $4 = 'blocks' AND l.tenant_id = $1 AND l.from_id = $3 AND l.kind = 'blocks'
            UNION SELECT l.to_id FROM waits w JOIN ticket_links l ON l.tenant_id = $1 AND l.from_id = w.id AND l.kind = 'blocks')
        SELECT EXISTS (SELECT 1 FROM ticket_links WHERE tenant_id = $1 AND from_id = $2 AND to_id = $3 AND kind = $4 AND id <> $6),
            EXISTS (SELECT 1 FROM waits WHERE id = $2),
            (SELECT count(*)::int FROM ticket_links WHERE tenant_id = $1 AND (from_id = $5 OR to_id = $5))
        """, r => new Known { HasLink = r.GetBoolean(0), LinkClosesCircle = r.GetBoolean(1), Links = r.GetInt32(2) }, cancellationToken,
        Rows.P(session.TenantId), Rows.P(link.FromId), Rows.P(link.ToId), Rows.P(Wire.Name(link.Kind)), Rows.P(ticketId), Rows.P(link.Id)))[0];
}
