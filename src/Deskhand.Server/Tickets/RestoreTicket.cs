using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>POST /tickets/{id}/restore: a deleted ticket comes back, within 30 days. One that is not deleted stays as it is.</summary>
internal static class RestoreTicket
{
    /// <param name="Reason">Why; stands in the history.</param>
    internal sealed record RestoreBody(string? Reason = null);

    public static async Task<Answer<TicketResponse>> Handle(string id, RestoreBody? body, Caller caller, TenantSession session, TicketDesk desk, CancellationToken cancellationToken)
    {
        if (TicketAddress.Where(id, out var value) is not { } where) return Answer.Ok<TicketResponse>(Problem.NotFound("ticket"));
        var found = await session.Query($"SELECT t.id FROM tickets t WHERE t.tenant_id = $1 AND {where}", r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), value!);
        if (found.Count == 0) return Answer.Ok<TicketResponse>(Problem.NotFound("ticket"));
        var decided = await desk.ChangeTogether(caller.Actor, found, caller,
            _ => Task.FromResult<Outcome<ImmutableArray<TicketStep>>>(ImmutableArray.Create(new TicketStep(found[0], new TicketChange.Restore(body?.Reason)))),
            cancellationToken, alsoDeleted: true);
        return Answer.Ok<TicketResponse>(decided.Problem is { } problem ? problem : TicketResponse.From(decided.Value[0].After));
    }
}
