using Deskhand.Automation;
using Deskhand.Data;

namespace Deskhand.Tickets;

/// <summary>Chooses the member of a group who gets the next ticket.</summary>
internal static class AgentRouting
{
    /// <summary>
    /// Who is next, and has had a turn with it; null when nobody is there, or all have as much as they can. The choices of a tenant take turns, until
    /// the transaction ends, so that each sees what those before it gave.
    /// </summary>
    public static async Task<Guid?> Next(TenantSession session, Question.Router asked, CancellationToken cancellationToken)
    {
        await TakeTurn(session, cancellationToken);
        // a statement of its own: it sees what was committed before the lock was given
        var found = await session.Query($"""
            SELECT m.user_id FROM group_members m
            JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id AND u.active AND u.deleted_at IS NULL AND u.role <> 'light_agent'
            LEFT JOIN availability a ON a.tenant_id = m.tenant_id AND a.user_id = m.user_id
            LEFT JOIN routing_turns r ON r.tenant_id = m.tenant_id AND r.group_id = m.group_id AND r.user_id = m.user_id
            CROSS JOIN LATERAL (SELECT count(*) AS n FROM tickets t WHERE t.tenant_id = $1 AND t.assignee_id = m.user_id AND t.deleted_at IS NULL AND t.status_category IN ('new', 'open', 'pending', 'on_hold')) held
            WHERE m.tenant_id = $1 AND m.group_id = $2 AND coalesce(a.available, true) AND (a.capacity IS NULL OR held.n < a.capacity) AND ($3::text[] IS NULL OR a.skills && $3)
            ORDER BY {(asked.Mode == RoutingMode.RoundRobin ? "" : "held.n, ")}r.turn NULLS FIRST, m.user_id LIMIT 1
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(asked.GroupId),
            Rows.P(asked.Mode == RoutingMode.Skill ? asked.Skills.Items.ToArray() : null, NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text));
        if (found.Count == 0) return null;
        await session.Execute("""
            INSERT INTO routing_turns (tenant_id, group_id, user_id, turn)
            SELECT $1, $2, $3, coalesce(max(turn), 0) + 1 FROM routing_turns WHERE tenant_id = $1 AND group_id = $2
            ON CONFLICT (tenant_id, group_id, user_id) DO UPDATE SET turn = excluded.turn
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(asked.GroupId), Rows.P(found[0]));
        return found[0];
    }

    /// <summary>Waits until nobody else chooses for the tenant, and lets nobody until the transaction ends.</summary>
    public static Task TakeTurn(TenantSession session, CancellationToken cancellationToken) =>
        session.Execute("SELECT pg_advisory_xact_lock(hashtextextended('routing ' || $1, 0))", cancellationToken, Rows.P(session.TenantId.ToString()));
}
