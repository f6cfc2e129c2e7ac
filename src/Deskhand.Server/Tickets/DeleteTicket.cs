using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>DELETE /tickets/{id}: out of sight; the history stays.</summary>
internal static class DeleteTicket
{
    public static Task<NoContent> Handle(string id, string? reason, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Change(caller.Actor, id, caller, version, _ => Task.FromResult<Outcome<TicketChange>>(new TicketChange.Delete(reason)), cancellationToken));
}
