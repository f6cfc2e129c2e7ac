using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>POST /tickets</summary>
internal static class CreateTicket
{
    public static async Task<Created<TicketResponse>> Handle(TicketFields body, Caller caller, TicketDesk desk, CancellationToken cancellationToken)
    {
        var ticket = await desk.Create(caller.Actor, body, cancellationToken);
        return Answer.Created<TicketResponse>(ticket.Problem is { } problem ? problem : TicketResponse.From(ticket.Value), t => $"/api/v1/tickets/{t.Id}");
    }
}
