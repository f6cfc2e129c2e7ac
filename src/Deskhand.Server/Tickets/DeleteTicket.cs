using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>DELETE /tickets/{id}: out of sight; the history stays.</summary>
internal static class DeleteTicket
{
    public static async Task<NoContent> Handle(string id, string? reason, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is not null) return Answer.Done(expected);
        return Answer.Done(await desk.Change(caller.Actor, id, caller, expected.Value, _ => Task.FromResult<Outcome<TicketChange>>(new TicketChange.Delete(reason)), cancellationToken));
    }
}
