using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>Somebody who follows a ticket.</summary>
internal sealed record FollowerResponse(Guid Id, string Name, string Email);

/// <summary>GET /tickets/{id}/followers, by name.</summary>
internal static class ListFollowers
{
    public static async Task<Answer<Page<FollowerResponse>>> Handle(string id, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Answer.Ok<Page<FollowerResponse>>(Problem.NotFound("ticket"));
        var followers = await session.Query("SELECT u.id, u.name, u.email FROM users u WHERE u.tenant_id = $1 AND u.id = ANY ($2) ORDER BY u.name, u.id",
            r => new FollowerResponse(r.GetGuid(0), r.GetString(1), r.GetString(2)), cancellationToken, Rows.P(session.TenantId), Rows.P(ticket.FollowerIds.ToArray()));
        return Answer.Ok<Page<FollowerResponse>>(new Page<FollowerResponse>(followers, new(1, TicketRules.FollowerCount, followers.Count, false, null, false)));
    }
}

/// <summary>PUT /tickets/{id}/followers/{userId}: an active user who may read the ticket follows it. Oneself may any reader; another needs <c>tickets:update</c>.</summary>
internal static class AddFollower
{
    public static Task<NoContent> Handle(string id, Guid userId, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Change(caller.Actor, id, caller, version, _ => Task.FromResult<Outcome<TicketChange>>(new TicketChange.Follow(userId)), cancellationToken));
}

/// <summary>DELETE /tickets/{id}/followers/{userId}: somebody follows the ticket no more.</summary>
internal static class RemoveFollower
{
    public static Task<NoContent> Handle(string id, Guid userId, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Change(caller.Actor, id, caller, version, _ => Task.FromResult<Outcome<TicketChange>>(new TicketChange.Unfollow(userId)), cancellationToken));
}

/// <summary>Who may follow.</summary>
internal static class Followers
{
    /// <summary>Whether a user may read a ticket; null when there is no such active user.</summary>
    public static async Task<bool?> MayRead(TenantSession session, Ticket ticket, Guid userId, CancellationToken cancellationToken)
    {
        var found = await session.Query("""
            SELECT u.ticket_scope, ARRAY(SELECT g.group_id FROM group_members g WHERE g.tenant_id = u.tenant_id AND g.user_id = u.id)
            FROM users u WHERE u.tenant_id = $1 AND u.id = $2 AND u.active AND u.deleted_at IS NULL
            """, r => (Scope: Wire.Find<TicketScope>(r.GetString(0))!.Value, Groups: r.GetFieldValue<Guid[]>(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(userId));
        return found.Count == 0 ? null : TicketScopes.MayRead(found[0].Scope, userId, found[0].Groups, ticket.Fields.AssigneeId, ticket.Fields.GroupId);
    }
}
