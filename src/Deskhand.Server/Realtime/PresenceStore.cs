using System.Collections.Immutable;
using System.Globalization;
using Deskhand.Data;

namespace Deskhand.Realtime;

/// <summary>What an instance says over NOTIFY when somebody comes, goes or types.</summary>
/// <param name="Instance">Which process says it.</param>
/// <param name="TenantId">Of whose tickets.</param>
/// <param name="Tickets">Where; null = too many to name.</param>
internal sealed record PresenceSaid(Guid Instance, Guid TenantId, IReadOnlyList<Guid>? Tickets)
{
    /// <summary>A payload of NOTIFY takes 8,000 bytes.</summary>
    private const int MostNamed = 200;

    /// <summary>Null when it says nothing that can be understood.</summary>
    public static PresenceSaid? Read(string? payload)
    {
        if (payload?.Split(' ') is not [var instance, var tenant, var tickets] || !Guid.TryParse(instance, out var from) || !Guid.TryParse(tenant, out var tenantId)) return null;
        return new PresenceSaid(from, tenantId, tickets == "*" ? null : [.. tickets.Split(',').Select(t => Guid.Parse(t, CultureInfo.InvariantCulture))]);
    }

    public override string ToString() => $"{Instance} {TenantId} {(Tickets is { Count: <= MostNamed } ? string.Join(',', Tickets) : "*")}";
}

/// <summary>A connection of this process at a ticket.</summary>
/// <param name="TicketId">The ticket.</param>
/// <param name="ConnectionId">The connection, <see cref="EventReader.Id"/>.</param>
/// <param name="UserId">Whose connection it is.</param>
/// <param name="TypingFor">How long it counts as typing yet.</param>
internal sealed record PresenceRow(Guid TicketId, Guid ConnectionId, Guid UserId, TimeSpan TypingFor);

/// <summary>A ticket with those who look at it.</summary>
/// <param name="TicketId">The ticket.</param>
/// <param name="Place">Where it stands, which decides who may see this.</param>
/// <param name="People">Everybody who is there, those who came first in front.</param>
/// <param name="LapsesIn">After which time somebody's presence or typing ends unless it is renewed.</param>
internal sealed record PresenceFound(Guid TicketId, TicketPlace Place, ImmutableArray<PersonHere> People, TimeSpan? LapsesIn);

/// <summary>The table of who looks at what. Instants are the database's, so that the clocks of instances need not agree.</summary>
internal sealed class PresenceStore(Guid tenantId, Database database)
{
    /// <summary>How long a row holds that nobody renews: the longest that somebody is shown after the instance has died.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);

    /// <summary>Writes who is there and takes away who is gone, and tells the other instances.</summary>
    public async Task Save(IReadOnlyList<PresenceRow> here, IReadOnlyList<(Guid Ticket, Guid Connection)> gone, PresenceSaid? said, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute(
            [
                TenantSession.Batched("""
                    DELETE FROM ticket_presence p USING unnest($2, $3) AS gone (ticket_id, connection_id)
                    WHERE p.tenant_id = $1 AND p.ticket_id = gone.ticket_id AND p.connection_id = gone.connection_id
                    """, Rows.P(tenantId), Rows.P(gone.Select(g => g.Ticket).ToArray()), Rows.P(gone.Select(g => g.Connection).ToArray())),
                TenantSession.Batched("""
                    INSERT INTO ticket_presence (tenant_id, ticket_id, connection_id, user_id, since, typing_until, until)
                    SELECT $1, h.ticket_id, h.connection_id, h.user_id, now(), CASE WHEN h.typing > 0 THEN now() + h.typing * interval '1 millisecond' END, now() + $6 * interval '1 second'
                    FROM unnest($2, $3, $4, $5) AS h (ticket_id, connection_id, user_id, typing)
                    ON CONFLICT (tenant_id, ticket_id, connection_id) DO UPDATE SET typing_until = excluded.typing_until, until = excluded.until
                    """, Rows.P(tenantId), Rows.P(here.Select(h => h.TicketId).ToArray()), Rows.P(here.Select(h => h.ConnectionId).ToArray()), Rows.P(here.Select(h => h.UserId).ToArray()),
                    Rows.P(here.Select(h => (int)h.TypingFor.TotalMilliseconds).ToArray()), Rows.P((int)Lease.TotalSeconds)),
            ], cancellationToken);
            // only unlogged rows are written: the commit, which takes turns because of the NOTIFY, does not wait for the disk
            if (said is not null) await session.Notify(PresenceBoard.Channel, said.ToString(), cancellationToken);
            return default(Nothing);
        }, cancellationToken);
    }

    /// <summary>Those of the tickets that exist, with who looks at them.</summary>
    public async Task<List<PresenceFound>> Read(IReadOnlyCollection<Guid> tickets, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        var rows = await session.Query("""
            SELECT t.id, t.assignee_id, t.group_id, t.deleted_at IS NOT NULL, p.user_id, u.name, p.since, p.typing, p.lapses
            FROM tickets t
            LEFT JOIN LATERAL (
                SELECT user_id, min(since) AS since, coalesce(bool_or(typing_until > now()), false) AS typing,
                       (1000 * extract(epoch FROM min(least(until, CASE WHEN typing_until > now() THEN typing_until END)) - now()))::int AS lapses
                FROM ticket_presence WHERE tenant_id = $1 AND ticket_id = t.id AND until > now() GROUP BY user_id) p ON true
            LEFT JOIN users u ON u.tenant_id = $1 AND u.id = p.user_id
            WHERE t.tenant_id = $1 AND t.id = ANY ($2) ORDER BY t.id, p.since, p.user_id
            """, r => (Ticket: r.GetGuid(0), Place: new TicketPlace(r.Id(1), r.Id(2), r.GetBoolean(3)),
                Person: r.IsDBNull(4) ? null : new PersonHere(r.GetGuid(4), r.GetString(5), r.GetBoolean(7), r.GetFieldValue<DateTimeOffset>(6)),
                Lapses: r.IsDBNull(8) ? (TimeSpan?)null : TimeSpan.FromMilliseconds(r.GetInt32(8))), cancellationToken, Rows.P(tenantId), Rows.P(tickets.ToArray()));
        return [.. rows.GroupBy(r => r.Ticket).Select(g => new PresenceFound(g.Key, g.First().Place, [.. g.Select(r => r.Person).OfType<PersonHere>()], g.Min(r => r.Lapses)))];
    }
}
