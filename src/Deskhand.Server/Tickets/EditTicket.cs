using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>PUT /tickets/{id}: the editable fields become these.</summary>
internal static class ReplaceTicket
{
    public static Task<Answer<TicketResponse>> Handle(string id, TicketFields body, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        TicketAnswer.Of(id, request, caller, desk, _ => new TicketChange.Edit(body), cancellationToken);
}

/// <summary>PATCH /tickets/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchTicket
{
    public static Task<Answer<TicketResponse>> Handle(string id, MergePatch<TicketFields> body, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        TicketAnswer.Of(id, request, caller, desk, ticket =>
        {
            if (body.Members.Contains("status", StringComparer.Ordinal))
                return Problem.Malformed("status", "The status changes at PUT /tickets/{id}/status, which says what may follow.") with { Code = "unknown_member" };
            var fields = body.ApplyTo(ticket.Fields);
            return fields.Problem is { } problem ? problem : new TicketChange.Edit(fields.Value);
        }, cancellationToken);
}

/// <summary>The answer to a change of a ticket: the ticket as it is now.</summary>
internal static class TicketAnswer
{
    public static Task<Answer<TicketResponse>> Of(
        string id, HttpRequest request, Caller caller, TicketDesk desk, Func<Ticket, Outcome<TicketChange>> toChange, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(caller.Actor, id, caller, version, t => Task.FromResult(toChange(t)), cancellationToken), d => TicketResponse.From(d.After));
}
