using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>
/// POST /auth/refresh: the next pair of tokens. A refresh token is good once. Who brings one that was used stole it, or was stolen
/// from: the session ends (RFC 9700 §4.14.2). Only a request that was already under way when the winner's was decided is merely refused,
/// for two tabs that wake up together are no theft.
/// </summary>
internal static class RefreshSession
{
    private static Problem Invalid { get; } = new(ProblemKind.Unauthenticated, "invalid_refresh_token", "This refresh token is not, or no longer, good; sign in again.");

    public static async Task<Answer<SignedIn>> Handle(
        RefreshRequest body, HttpContext context, RequestOrigin origin, Database database, Sessions sessions, SessionCookies cookies, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (body.RefreshToken is { } shown) return Answer.Ok(await Refresh(shown, origin, database, sessions, clock, cancellationToken));
        if (SessionCookies.RefreshToken(context.Request) is not { } kept) return Answer.Ok<SignedIn>(Invalid);
        var outcome = await Refresh(kept, origin, database, sessions, clock, cancellationToken);
        return Answer.Ok(outcome.Problem is null ? cookies.Keep(outcome.Value, context.Response) : outcome);
    }

    private static async Task<Outcome<SignedIn>> Refresh(
        string token, RequestOrigin origin, Database database, Sessions sessions, TimeProvider clock, CancellationToken cancellationToken)
    {
        var arrived = clock.Now();
        if (token.Length > 200) return Invalid;
        var hash = SecretTokens.Hash(token);
        var found = await database.AcrossTenants("SELECT tenant_id, session_id FROM find_refresh_token($1)", r => (TenantId: r.GetGuid(0), SessionId: r.GetGuid(1)),
            cancellationToken, Rows.P(hash));
        if (found.Count != 1) return Invalid;

        await using var session = database.For(found[0].TenantId);
        var outcome = await session.Transact<SignedIn?>(async () =>
        {
            var now = clock.Now();
            // of parallel requests one finds the token unused: the others wait for its row
            var won = await session.Execute("UPDATE refresh_tokens SET used_at = $3 WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL",
                cancellationToken, Rows.P(session.TenantId), Rows.P(hash), Rows.P(now)) == 1;
            if (!won)
            {
                await OnReuse(session, hash, found[0].SessionId, arrived, origin, cancellationToken);
                return (SignedIn?)null;
            }

            return await Renew(session, found[0].SessionId, origin, now, cancellationToken) is { } user
                ? await sessions.Equip(session, found[0].SessionId, user, now, cancellationToken)
                : Invalid;
        }, cancellationToken);
        return outcome.Problem is null && outcome.Value is { } signedIn ? signedIn : Invalid;
    }

    private static async Task<Me?> Renew(TenantSession session, Guid sessionId, RequestOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var users = await session.Query("""
            UPDATE sessions SET last_used_at = $3, expires_at = least($4, created_at + $5), user_agent = $6, ip = $7
            WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3 RETURNING user_id
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(sessionId), Rows.P(now), Rows.P(now + Sessions.IdleFor),
            Rows.P(Sessions.LastsAtMost), Rows.P(origin.UserAgent), Rows.P(origin.Ip));
        if (users.Count == 0) return null;
        // older ones could not have been used any more; until then a used one must be recognised
        await session.Execute("DELETE FROM refresh_tokens WHERE tenant_id = $1 AND session_id = $2 AND created_at < $3",
            cancellationToken, Rows.P(session.TenantId), Rows.P(sessionId), Rows.P(now - Sessions.IdleFor));
        return await Me.Find(session, users[0], locked: true, cancellationToken);
    }

    private static async Task OnReuse(TenantSession session, byte[] hash, Guid sessionId, DateTimeOffset arrived, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var owners = await session.Query("""
            SELECT s.user_id FROM refresh_tokens r JOIN sessions s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
            WHERE r.tenant_id = $1 AND r.hash = $2 AND r.used_at <= $3
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(hash), Rows.P(arrived));
        if (owners.Count == 0 || !await Sessions.End(session, owners[0], sessionId, "refresh_token_reused", arrived, cancellationToken)) return;
        await Audit.Write(session, new("auth.refresh_token_reused", arrived, null, "user", owners[0], new { sessionId }, origin), cancellationToken);
    }
}

/// <summary>What shall be renewed.</summary>
/// <param name="RefreshToken">The last one that was answered; without it, the one in the cookie.</param>
internal sealed record RefreshRequest(string? RefreshToken = null);
