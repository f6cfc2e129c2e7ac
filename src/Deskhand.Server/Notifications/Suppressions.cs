using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Notifications;

/// <summary>An address that is written to no more, because mail servers said several times that it does not exist.</summary>
/// <param name="Id">The entry.</param>
/// <param name="Address">The address, in lower case.</param>
/// <param name="Bounces">How often it was refused, since a message to it was taken last.</param>
/// <param name="LastError">What the mail server said.</param>
/// <param name="LastBouncedAt">When it said so.</param>
/// <param name="SuppressedAt">Since when it is held back.</param>
internal sealed record SuppressionResponse(Guid Id, string Address, int Bounces, string LastError, DateTimeOffset LastBouncedAt, DateTimeOffset SuppressedAt)
{
    public const string Columns = "s.id, s.address, s.bounces, s.last_error, s.last_bounced_at, s.suppressed_at";

    public static SuppressionResponse Read(NpgsqlDataReader r) =>
        new(r.GetGuid(0), r.GetString(1), r.GetInt32(2), r.GetString(3), r.GetFieldValue<DateTimeOffset>(4), r.GetFieldValue<DateTimeOffset>(5));
}

/// <summary>Counts the refusals of addresses, in the transaction that notes what became of a message.</summary>
internal static class Suppression
{
    /// <summary>After so many refusals without a success between them an address is held back: one may be a mistake at the other side.</summary>
    public const int After = 3;

    /// <summary>The mail server says that there is no such mailbox.</summary>
    public static async Task Bounced(TenantSession session, string address, string error, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var began = await session.Query($"""
            INSERT INTO suppressions AS s (tenant_id, id, address, bounces, last_error, last_bounced_at) VALUES ($1, $2, lower($3), 1, $4, $5)
            ON CONFLICT (tenant_id, address) DO UPDATE SET bounces = s.bounces + 1, last_error = excluded.last_error, last_bounced_at = excluded.last_bounced_at,
                suppressed_at = coalesce(s.suppressed_at, CASE WHEN s.bounces + 1 >= {After} THEN excluded.last_bounced_at END)
            RETURNING s.id, s.suppressed_at = $5
            """, r => (Id: r.GetGuid(0), IsNow: !r.IsDBNull(1) && r.GetBoolean(1)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.P(address), Rows.P(error), Rows.P(now));
        if (began[0].IsNow)
            await Audit.Write(session, new AuditEntry("address.suppressed", now, Actor.System(Via.Timer), "suppression", began[0].Id), cancellationToken);
    }

    /// <summary>The mail server has taken a message: the address is there.</summary>
    public static Task<int> Succeeded(TenantSession session, string address, CancellationToken cancellationToken) =>
        session.Execute("DELETE FROM suppressions WHERE tenant_id = $1 AND address = lower($2)", cancellationToken, Rows.P(session.TenantId), Rows.P(address));
}

/// <summary>The parameters of GET /suppressions.</summary>
internal sealed record SuppressionQuery : PageQuery
{
    /// <summary>One address.</summary>
    public string? Address { get; init; }

    /// <summary>-suppressedAt (default) or suppressedAt.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /suppressions: the addresses that are held back, the latest first.</summary>
internal static class ListSuppressions
{
    public static async Task<Answer<Page<SuppressionResponse>>> Handle([AsParameters] SuppressionQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<SuppressionResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("suppressedAt", "s.suppressed_at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<SuppressionResponse>>(wrongOrder);
        var list = new KeysetList(session, SuppressionResponse.Columns, "suppressions s", "s");
        list.Where("s.suppressed_at IS NOT NULL");
        if (list.Text("address", "s.address = lower({0})", query.Address) is { } problem) return Answer.Ok<Page<SuppressionResponse>>(problem);
        return Answer.Ok(await list.Read(page.Value, order.Value, SuppressionResponse.Read, cancellationToken));
    }
}

/// <summary>DELETE /suppressions/{id}: the address is written to again, and counted from none. What was held back meanwhile goes by resend.</summary>
internal static class LiftSuppression
{
    public static async Task<NoContent> Handle(Guid id, Caller caller, TenantSession session, RequestOrigin origin, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
        {
            var lifted = await session.Execute("DELETE FROM suppressions WHERE tenant_id = $1 AND id = $2 AND suppressed_at IS NOT NULL", cancellationToken, Rows.P(session.TenantId), Rows.P(id));
            if (lifted == 0) return Problem.NotFound("suppression");
            await Audit.Write(session, new AuditEntry("address.released", Instants.Now(clock), caller.Actor, "suppression", id, null, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken));
}
