using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Tickets;

/// <summary>GET /tickets/{id}/history: every changed field, newest first.</summary>
internal static class ListTicketHistory
{
    public static Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        TicketHistory.Of(id, null, page, caller, session, cancellationToken);
}

/// <summary>GET /tickets/{id}/status-history: from, to, who, when, why.</summary>
internal static class ListStatusHistory
{
    public static Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        TicketHistory.Of(id, ["status"], page, caller, session, cancellationToken);
}

/// <summary>GET /tickets/{id}/assignments: who had it, and who gave it to whom.</summary>
internal static class ListAssignments
{
    public static Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        TicketHistory.Of(id, ["assigneeId", "groupId"], page, caller, session, cancellationToken);
}

/// <summary>The history of a ticket, for a caller who may read it.</summary>
internal static class TicketHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Of(
        string address, string[]? fields, PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (await GetTicket.Find(address, caller, session, cancellationToken) is not { } ticket) return Answer.Ok<Page<HistoryRow>>(Problem.NotFound("ticket"));
        // what was noted internally stays among those who may read notes
        var hidden = caller.May(Permission.NotesRead) ? null : "AND (h.field NOT IN ('comments', 'attachments') OR coalesce(h.to_value, h.from_value) ->> 'visibility' IS DISTINCT FROM 'internal')";
        return Answer.Ok(await HistoryOf.Read(ticket.Id, fields, hidden, page, caller, session, cancellationToken));
    }
}
