using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Outbox;

namespace Deskhand.Tenants;

/// <summary>
/// Shuts a tenant's desk, or opens it again. While it is shut nobody comes in: not by sign-in, session, API token, outside token or link,
/// and what listens is cut off at once. Its data stay as they are. Sessions end for good; API tokens work again when it is opened.
/// Not in the API, as all that is above tenants.
/// </summary>
internal static class SuspendTenant
{
    /// <summary>Whether anything changed: false when it was so already.</summary>
    public static Task<Outcome<bool>> Run(TenantSession session, bool suspend, Actor by, ChangeLog log, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.Transact<bool>(async () =>
        {
            var at = suspend ? now : (DateTimeOffset?)null;
            var changed = await session.Query("""
                UPDATE tenants t SET suspended_at = $2, version = t.version + 1, updated_at = $3 FROM (SELECT suspended_at FROM tenants WHERE tenant_id = $1 FOR UPDATE) AS was
                WHERE t.tenant_id = $1 AND (was.suspended_at IS NULL) = ($2 IS NOT NULL) RETURNING was.suspended_at
                """, r => r.Instant(0), cancellationToken, Rows.P(session.TenantId), Rows.P(at), Rows.P(now));
            if (changed is not [var since]) return false;
            if (suspend)
                await session.Execute("UPDATE sessions SET ended_at = $2, ended_because = 'tenant_suspended' WHERE tenant_id = $1 AND ended_at IS NULL",
                    cancellationToken, Rows.P(session.TenantId), Rows.P(now));
            await log.Write(session, new Happened("settings", session.TenantId, now, by, [new("suspendedAt", Json.Of(since), Json.Of(at))], []), cancellationToken);
            await Audit.Write(session, new(suspend ? "tenant.suspended" : "tenant.resumed", now, by, "tenant", session.TenantId), cancellationToken);
            await Callers.Changed(session, null, cancellationToken);
            return true;
        }, cancellationToken);
}
