using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>Begins and ends sessions. A refresh token is worth something only while its session lives.</summary>
internal sealed class Sessions(BearerTokens tokens)
{
    /// <summary>A session that is not refreshed for so long is over.</summary>
    public static readonly TimeSpan IdleFor = TimeSpan.FromDays(30);

    /// <summary>However much it is used, a session is over after so long.</summary>
    public static readonly TimeSpan LastsAtMost = TimeSpan.FromDays(90);

    /// <summary>A new session with a new id.</summary>
    public async Task<SignedIn> Begin(TenantSession session, Me user, RequestOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = Ids.New(now);
        await session.Execute("""
            INSERT INTO sessions (tenant_id, id, user_id, user_agent, ip, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(user.Id), Rows.P(origin.UserAgent), Rows.P(origin.Ip), Rows.P(now), Rows.P(now + IdleFor));
        return await Equip(session, id, user, now, cancellationToken);
    }

    /// <summary>The next pair of tokens of a session.</summary>
    public async Task<SignedIn> Equip(TenantSession session, Guid sessionId, Me user, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var refresh = SecretTokens.NewRefreshToken();
        await session.Execute("INSERT INTO refresh_tokens (tenant_id, hash, session_id, created_at) VALUES ($1, $2, $3, $4)",
            cancellationToken, Rows.P(session.TenantId), Rows.P(SecretTokens.Hash(refresh)), Rows.P(sessionId), Rows.P(now));
        return new SignedIn(tokens.Sign(session.TenantId, user.Id, sessionId, user.Email, user.Role), refresh, (int)BearerTokens.AccessTokenLife.TotalSeconds, user, sessionId);
    }

    /// <summary>Ends one session, of this user only. False when there is no such live session.</summary>
    public static async Task<bool> End(TenantSession session, Guid userId, Guid sessionId, string because, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = await session.Execute("UPDATE sessions SET ended_at = $4, ended_because = $5 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND ended_at IS NULL AND expires_at > $4",
            cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(sessionId), Rows.P(now), Rows.P(because));
        if (ended > 0) await Callers.Changed(session, userId, cancellationToken);
        return ended > 0;
    }

    /// <summary>Ends all sessions of a user but one, and says that the user's rights have changed.</summary>
    public static async Task<int> EndAll(TenantSession session, Guid userId, Guid? except, string because, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = await session.Execute("UPDATE sessions SET ended_at = $4, ended_because = $5 WHERE tenant_id = $1 AND user_id = $2 AND id IS DISTINCT FROM $3 AND ended_at IS NULL",
            cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(except), Rows.P(now), Rows.P(because));
        await Callers.Changed(session, userId, cancellationToken);
        return ended;
    }
}
