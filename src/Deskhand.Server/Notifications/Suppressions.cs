using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
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

/// <summary>An address in events: that it is held back, or is written to again.</summary>
/// <param name="Id">The same for an address each time, and that of its suppression.</param>
/// <param name="Address">The address, in lower case.</param>
/// <param name="Bounces">How often it was refused, since a message to it was taken last.</param>
/// <param name="LastError">What the mail server said.</param>
/// <param name="SuppressedAt">Since when it is held back; null = it is not.</param>
internal sealed record SuppressedAddress(Guid Id, string Address, int Bounces, string LastError, DateTimeOffset? SuppressedAt);

/// <summary>
/// Counts the refusals of addresses, in the transaction that notes what became of a message. That an address is held back, and that it is no more, stands in
/// history, events and audit log.
/// </summary>
internal static class Suppression
{
    /// <summary>After so many refusals without a success between them an address is held back: one may be a mistake at the other side.</summary>
    public const int After = 3;

    private const string Entity = "address";
    private const string Columns = "s.id, s.address, s.bounces, s.last_error, s.suppressed_at, s.sequence";

    /// <summary>The mail server says that there is no such mailbox.</summary>
    public static async Task Bounced(TenantSession session, string address, string error, DateTimeOffset now, ChangeLog log, CancellationToken cancellationToken)
    {
        var counted = await session.Query($"""
            INSERT INTO suppressions AS s (tenant_id, id, address, bounces, last_error, last_bounced_at) VALUES ($1, $2, lower($3), 1, $4, $5)
            ON CONFLICT (tenant_id, address) DO UPDATE SET bounces = s.bounces + 1, last_error = excluded.last_error, last_bounced_at = excluded.last_bounced_at,
                suppressed_at = coalesce(s.suppressed_at, CASE WHEN s.bounces + 1 >= {After} THEN excluded.last_bounced_at END),
                sequence = s.sequence + CASE WHEN s.suppressed_at IS NULL AND s.bounces + 1 >= {After} THEN 1 ELSE 0 END
            RETURNING {Columns}
            """, Read, cancellationToken, Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.P(address), Rows.P(error), Rows.P(now));
        // counted one by one, so that one refusal alone is the last straw
        if (counted[0].Address is { SuppressedAt: not null, Bounces: After } held) await Tell(session, "suppressed", held, null, counted[0].Sequence, Actor.System(Via.Timer), now, null, log, cancellationToken);
    }

    /// <summary>The mail server has taken a message: the address is there. One that was held back meanwhile is so no more.</summary>
    public static async Task Succeeded(TenantSession session, string address, DateTimeOffset now, ChangeLog log, CancellationToken cancellationToken)
    {
        var released = await session.Query($"""
            WITH before AS (SELECT b.id, b.suppressed_at FROM suppressions b WHERE b.tenant_id = $1 AND b.address = lower($2) FOR UPDATE),
            forgotten AS (DELETE FROM suppressions s USING before b WHERE s.tenant_id = $1 AND s.id = b.id AND s.sequence = 0 AND b.suppressed_at IS NULL)
            UPDATE suppressions s SET bounces = 0, suppressed_at = NULL, sequence = s.sequence + CASE WHEN b.suppressed_at IS NULL THEN 0 ELSE 1 END
            FROM before b WHERE s.tenant_id = $1 AND s.id = b.id AND (b.suppressed_at IS NOT NULL OR (s.sequence > 0 AND s.bounces > 0))
            RETURNING {Columns}, b.suppressed_at
            """, r => (Read(r).Address, r.GetInt64(5), Since: r.Instant(6)), cancellationToken, Rows.P(session.TenantId), Rows.P(address));
        if (released is [(var free, var sequence, { } since)]) await Tell(session, "released", free, since, sequence, Actor.System(Via.Timer), now, null, log, cancellationToken);
    }

    /// <summary>Somebody lifts it: the address is counted anew. False = it is not held back.</summary>
    public static async Task<bool> Lift(TenantSession session, Guid id, Actor by, DateTimeOffset now, RequestOrigin origin, ChangeLog log, CancellationToken cancellationToken)
    {
        var lifted = await session.Query($"""
            WITH before AS (SELECT b.id, b.suppressed_at FROM suppressions b WHERE b.tenant_id = $1 AND b.id = $2 AND b.suppressed_at IS NOT NULL FOR UPDATE)
            UPDATE suppressions s SET bounces = 0, suppressed_at = NULL, sequence = s.sequence + 1 FROM before b WHERE s.tenant_id = $1 AND s.id = b.id
            RETURNING {Columns}, b.suppressed_at
            """, r => (Read(r).Address, Sequence: r.GetInt64(5), Since: r.Instant(6)), cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        if (lifted.Count == 0) return false;
        await Tell(session, "released", lifted[0].Address, lifted[0].Since, lifted[0].Sequence, by, now, origin, log, cancellationToken);
        return true;
    }

    private static async Task Tell(
        TenantSession session, string what, SuppressedAddress address, DateTimeOffset? since, long sequence, Actor by, DateTimeOffset now, RequestOrigin? origin, ChangeLog log, CancellationToken cancellationToken)
    {
        var draft = new EventDraft($"{Entity}.{what}", Entity, address.Id, sequence, now, [(Entity, address)], []);
        await log.Write(session, new Happened(Entity, address.Id, now, by, [new FieldChange("suppressedAt", Json.Of(since), Json.Of(address.SuppressedAt))], [draft]), cancellationToken);
        await Audit.Write(session, new AuditEntry($"{Entity}.{what}", now, by, "suppression", address.Id, null, origin), cancellationToken);
    }

    private static (SuppressedAddress Address, long Sequence) Read(NpgsqlDataReader r) =>
        (new(r.GetGuid(0), r.GetString(1), r.GetInt32(2), r.GetString(3), r.Instant(4)), r.GetInt64(5));
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
    public static async Task<NoContent> Handle(Guid id, Caller caller, TenantSession session, ChangeLog log, RequestOrigin origin, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
            await Suppression.Lift(session, id, caller.Actor, Instants.Now(clock), origin, log, cancellationToken) ? default(Nothing) : Problem.NotFound("suppression"), cancellationToken));
}
