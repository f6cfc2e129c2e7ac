using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;

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
    private const int MostTold = 100;

    /// <param name="Reason">What was done; stands in the status history.</param>
    /// <param name="ResolveIncidents">Of a problem: solve its open incidents too. More than 20 are solved by a job.</param>
    internal sealed record ResolveBody(string? Reason = null, bool ResolveIncidents = false);

    public static async Task<Answer<TicketResponse>> Handle(
        string id, ResolveBody? body, HttpRequest request, Caller caller, TenantSession session, TicketDesk desk, JobDesk jobs, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<TicketResponse>(malformed);
        var decision = await desk.Change(caller.Actor, id, caller, expected.Value, _ => Task.FromResult<Outcome<TicketChange>>(new TicketChange.Resolve(body?.Reason)), cancellationToken);
        if (decision.Problem is { } problem) return Answer.Ok<TicketResponse>(problem);
        var solved = decision.Value.After;
        if (solved.Fields.Type != TicketType.Problem) return Answer.Ok<TicketResponse>(TicketResponse.From(solved));
        var open = await ResolveIncidents.Open(solved.Id, MostTold, caller, session, cancellationToken);
        Guid? job = null;
        if (body?.ResolveIncidents == true && open.Count > 0)
        {
            var asked = new ResolveIncidents.Asked(solved.Id, $"Solved with its problem {solved.Reference}");
            job = open.Count <= ResolveIncidents.AtMostAtOnce
                ? (await jobs.Do(ResolveIncidents.Name, asked, caller, cancellationToken)).Id
                : (await jobs.Start(ResolveIncidents.Name, asked, caller, cancellationToken)).Value.Id;
        }

        return Answer.Ok<TicketResponse>(TicketResponse.From(solved) with { OpenIncidents = open, IncidentsJobId = job });
    }
}
