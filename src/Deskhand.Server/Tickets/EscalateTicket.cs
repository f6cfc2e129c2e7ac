using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>PUT /tickets/{id}/escalate: a flag with a reason; the status stays.</summary>
internal static class EscalateTicket
{
    /// <param name="Reason">Why.</param>
    /// <param name="Level">1 to 3.</param>
    /// <param name="AssigneeId">Hand the ticket to this agent as well.</param>
    /// <param name="GroupId">Hand the ticket to this group as well.</param>
    internal sealed record EscalateBody(string Reason, int Level = 1, Guid? AssigneeId = null, Guid? GroupId = null);

    public static Task<Answer<TicketResponse>> Handle(string id, EscalateBody body, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        TicketAnswer.Of(id, request, caller, desk,
            _ => new TicketChange.Escalate(body.Level, body.Reason, (body.AssigneeId ?? body.GroupId) is not null, body.AssigneeId, body.GroupId), cancellationToken);
}

/// <summary>DELETE /tickets/{id}/escalate: the flag is taken back.</summary>
internal static class DeescalateTicket
{
    public static Task<Answer<TicketResponse>> Handle(string id, string? reason, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        TicketAnswer.Of(id, request, caller, desk, _ => new TicketChange.Deescalate(reason), cancellationToken);
}
