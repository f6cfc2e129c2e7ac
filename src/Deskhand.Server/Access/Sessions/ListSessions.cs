using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>GET /auth/sessions: where the caller is signed in, the latest first.</summary>
internal static class ListSessions
{
    public static async Task<Answer<SessionList>> Handle(Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (OwnAccount.NeedsPerson(caller) is { } refused) return Answer.Ok<SessionList>(refused);
        return Answer.Ok<SessionList>(new SessionList(await session.Query("""
            SELECT id, user_agent, ip, created_at, last_used_at, expires_at FROM sessions
            WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3 ORDER BY last_used_at DESC, id DESC LIMIT 100
            """, r => new SessionResponse(
                r.GetGuid(0), r.Text(1), r.Text(2), r.GetFieldValue<DateTimeOffset>(3), r.GetFieldValue<DateTimeOffset>(4), r.GetFieldValue<DateTimeOffset>(5), r.GetGuid(0) == caller.SessionId),
            cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId), Rows.P(clock.GetUtcNow()))));
    }
}

internal sealed record SessionList(IReadOnlyList<SessionResponse> Data);

/// <summary>A place where the caller is signed in.</summary>
/// <param name="Id">To end it by.</param>
/// <param name="UserAgent">The program, as it named itself at the last refresh.</param>
/// <param name="Ip">The address of the last refresh.</param>
/// <param name="CreatedAt">The sign-in.</param>
/// <param name="LastUsedAt">To about a quarter of an hour: the last refresh.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed.</param>
/// <param name="Current">Whether this request belongs to it.</param>
internal sealed record SessionResponse(Guid Id, string? UserAgent, string? Ip, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, bool Current);
