using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>PUT or PATCH /tickets/{id}/status: one step in the tenant's workflow.</summary>
internal static class ChangeStatus
{
    /// <param name="Status">A status key of the tenant's workflow.</param>
    /// <param name="Reason">Why; stands in the status history.</param>
    internal sealed record StatusBody(string Status, string? Reason = null);

    public static Task<Answer<TicketResponse>> Handle(string id, StatusBody body, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        TicketAnswer.Of(id, request, caller, desk, _ => new TicketChange.ChangeStatus(body.Status, body.Reason), cancellationToken);
}

/// <summary>PUT /tickets/{id}/resolve: to the first solved status.</summary>
internal static class ResolveTicket
{
    /// <param name="Reason">What was done; stands in the status history.</param>
    internal sealed record ResolveBody(string? Reason = null);

    public static Task<Answer<TicketResponse>> Handle(string id, ResolveBody? body, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        TicketAnswer.Of(id, request, caller, desk, _ => new TicketChange.Resolve(body?.Reason), cancellationToken);
}
