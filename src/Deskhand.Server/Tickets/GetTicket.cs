using System.Collections.Concurrent;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>GET /tickets/{id}: by id, reference or number.</summary>
internal static class GetTicket
{
    /// <summary>A few: three forms of an address, and three scopes.</summary>
    private static readonly ConcurrentDictionary<(string Where, string? Scope), string> Shown = new();

    public static async Task<Answer<TicketResponse>> Handle(string id, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find(id, by => Shown.GetOrAdd(by, b => Statement(TicketShown.Columns, b)), TicketShown.Read, caller, session, cancellationToken);
        if (found is null) return Answer.Ok<TicketResponse>(Problem.NotFound("ticket"));
        if (found.MergedIntoId is null) return Answer.Ok<TicketResponse>(found);
        var final = (await MergeRow.Chain(found.Id, session, cancellationToken)).LastOrDefault()?.TargetId;
        var into = final is null ? null : await Find(final.Value.ToString(), caller, session, cancellationToken);
        return Answer.Ok<TicketResponse>(found with { MergedInto = into is null ? null : new(into.Id, into.Reference, into.Number) });
    }

    /// <summary>The ticket if it is there and the caller may read it; null either way otherwise.</summary>
    public static Task<Ticket?> Find(string address, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Find(address, by => Statement(TicketRow.Columns, by), TicketRow.Read, caller, session, cancellationToken);

    private static async Task<T?> Find<T>(
        string address, Func<(string Where, string? Scope), string> statement, Func<NpgsqlDataReader, T> read, Caller caller, TenantSession session, CancellationToken cancellationToken)
        where T : class
    {
        if (TicketAddress.Where(address, out var value) is not { } where) return null;
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), value! };
        var sql = statement((where, TicketScopes.Where(caller, parameters)));
        return (await session.Query(sql, read, cancellationToken, [.. parameters])).SingleOrDefault();
    }

    // The index is asked for the policy's tenant. Two comparisons with "=" would become one and a test that both are the same, above a look whose
    // every column it copies; as a function this one is a filter.
    private static string Statement(string columns, (string Where, string? Scope) by) =>
        $"SELECT {columns} FROM tickets t WHERE uuid_eq(t.tenant_id, $1) AND {by.Where} AND t.deleted_at IS NULL{(by.Scope is null ? "" : $" AND {by.Scope}")}";
}
