using System.Collections.Concurrent;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Access;

/// <summary>
/// Who stands behind a session or an API token, kept for a short while. What ends or changes a right says so over
/// <c>NOTIFY deskhand_access</c>, and every instance forgets at once; while an instance cannot hear, it keeps nothing.
/// </summary>
internal sealed class Callers(Database database, DatabaseListener listener, TimeProvider clock)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<Guid, Kept> kept = new();
    private long generation;

    /// <summary>The one whose live session this is, or null.</summary>
    public ValueTask<Caller?> OfSession(Guid tenantId, Guid sessionId, CancellationToken cancellationToken) =>
        Find(tenantId, sessionId, SessionSql, isToken: false, cancellationToken);

    /// <summary>The one whose live API token this is, or null.</summary>
    public async ValueTask<Caller?> OfApiToken(Guid tenantId, Guid tokenId, CancellationToken cancellationToken) =>
        await Find(tenantId, tokenId, TokenSql, isToken: true, cancellationToken);

    /// <summary>The active user with an id, as somebody an outside issuer vouches for, or null.</summary>
    public ValueTask<Caller?> OfUser(Guid tenantId, Guid userId, CancellationToken cancellationToken) =>
        Find(tenantId, userId, UserSql, isToken: false, cancellationToken);

    /// <summary>Forgets what is kept of a user; null = of everybody.</summary>
    public void Forget(Guid? userId)
    {
        Interlocked.Increment(ref generation);
        foreach (var (key, entry) in kept)
            if (userId is null || entry.Caller.UserId == userId) kept.TryRemove(key, out _);
    }

    /// <summary>Says, inside the transaction that changes it, that what a user may do has changed; null = everybody. Heard by every instance on commit.</summary>
    public static Task Changed(TenantSession session, Guid? userId, CancellationToken cancellationToken) =>
        session.Notify("deskhand_access", userId.ToString() ?? "", cancellationToken);

    private async ValueTask<Caller?> Find(Guid tenantId, Guid id, string sql, bool isToken, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (listener.IsListening && kept.TryGetValue(id, out var found) && found.Until > now && found.Caller.TenantId == tenantId)
            return found.Caller.EndsAt <= now ? null : found.Caller;

        // read before the question, so that a change heard while it is under way is not overwritten by the older answer
        var asked = Interlocked.Read(ref generation);
        await using var session = database.For(tenantId);
        var rows = await session.Query(sql, r => Read(r, tenantId, id, sql), cancellationToken, Rows.P(tenantId), Rows.P(id), Rows.P(now));
        if (rows.Count == 0) return null;
        if (listener.IsListening && asked == Interlocked.Read(ref generation))
        {
            if (kept.Count > 50_000) kept.Clear();
            kept[id] = new(rows[0], now + KeptFor);
            // heard between the question above and now
            if (asked != Interlocked.Read(ref generation)) kept.TryRemove(id, out _);
        }

        if (isToken) await Touch(session, id, now, cancellationToken);
        return rows[0];
    }

    /// <summary>Last use, to the half minute that a caller is kept.</summary>
    private static async Task Touch(TenantSession session, Guid tokenId, DateTimeOffset now, CancellationToken cancellationToken) =>
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("UPDATE api_tokens SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)", cancellationToken,
                Rows.P(session.TenantId), Rows.P(tokenId), Rows.P(now));
            return default(Nothing);
        }, cancellationToken);

    private static Caller Read(NpgsqlDataReader r, Guid tenantId, Guid id, string sql)
    {
        var role = Wire.Find<Role>(r.GetString(3))!.Value;
        var permissions = Permissions.Of(role);
        if (!r.IsDBNull(6))
            permissions = permissions.And(Permissions.Of(r.GetFieldValue<string[]>(6).Select(Permissions.Find).OfType<Permission>()));
        return new Caller
        {
            TenantId = tenantId,
            UserId = r.GetGuid(0),
            Name = r.GetString(1),
            Email = r.GetString(2),
            Role = role,
            Permissions = permissions,
            Scope = Wire.Find<TicketScope>(r.GetString(4))!.Value,
            Groups = [.. r.GetFieldValue<Guid[]>(5).Order()],
            EndsAt = r.Instant(7),
            PageLimit = r.GetInt32(8),
            SessionId = ReferenceEquals(sql, SessionSql) ? id : null,
            TokenId = ReferenceEquals(sql, TokenSql) ? id : null,
        };
    }

    private const string Person = """
        SELECT u.id, u.name, u.email, u.role, u.ticket_scope,
               ARRAY(SELECT m.group_id FROM group_members m JOIN groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id
                     WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND g.deleted_at IS NULL),
        """;

    private const string Alive = "u.active AND u.deleted_at IS NULL AND t.suspended_at IS NULL";

    private const string SessionSql = Person + $"""
         NULL::text[], s.expires_at, t.page_limit
        FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id JOIN tenants t ON t.tenant_id = s.tenant_id
        WHERE s.tenant_id = $1 AND s.id = $2 AND s.ended_at IS NULL AND s.expires_at > $3 AND {Alive}
        """;

    private const string TokenSql = Person + $"""
         a.scopes, a.expires_at, t.page_limit
        FROM api_tokens a JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id JOIN tenants t ON t.tenant_id = a.tenant_id
        WHERE a.tenant_id = $1 AND a.id = $2 AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > $3) AND {Alive}
        """;

    private const string UserSql = Person + $"""
         NULL::text[], NULL::timestamptz, t.page_limit
        FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id
        WHERE u.tenant_id = $1 AND u.id = $2 AND $3 IS NOT NULL AND {Alive}
        """;

    private sealed record Kept(Caller Caller, DateTimeOffset Until);
}
