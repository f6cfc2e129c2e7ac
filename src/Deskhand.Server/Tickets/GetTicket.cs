using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>GET /tickets/{id}: by id, reference or number.</summary>
internal static class GetTicket
{
    public static async Task<Answer<TicketResponse>> Handle(string id, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find(id, caller, session, cancellationToken);
        if (found is null) return Answer.Ok<TicketResponse>(Problem.NotFound("ticket"));
        if (found.MergedIntoId is null) return Answer.Ok<TicketResponse>(TicketResponse.From(found));
        var final = (await MergeRow.Chain(found.Id, session, cancellationToken)).LastOrDefault()?.TargetId;
        var into = final is null ? null : await Find(final.Value.ToString(), caller, session, cancellationToken);
        return Answer.Ok<TicketResponse>(TicketResponse.From(found) with { MergedInto = into is null ? null : new(into.Id, into.Reference, into.Number) });
    }

    /// <summary>The ticket if it is there and the caller may read it; null either way otherwise.</summary>
    public static async Task<Ticket?> Find(string address, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (TicketAddress.Where(address, out var value) is not { } where) return null;
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), value! };
        var scope = TicketScopes.Where(caller, parameters) is { } rule ? " AND " + rule : "";
        // The index is asked for the policy's tenant. Two comparisons with "=" would become one and a test that both are the same, above a look whose
        // every column it copies; as a function this one is a filter.
        var found = await session.Query($"SELECT {TicketRow.Columns} FROM tickets t WHERE uuid_eq(t.tenant_id, $1) AND {where} AND t.deleted_at IS NULL{scope}",
            TicketRow.Read, cancellationToken, [.. parameters]);
        return found.SingleOrDefault();
    }
}
