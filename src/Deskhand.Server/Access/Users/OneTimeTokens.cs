using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>What a link is good for.</summary>
internal enum LinkPurpose
{
    Invitation,
    PasswordReset,
}

/// <summary>The tokens in links by which a password is set: one use, short life, only the latest of its kind is good.</summary>
internal static class OneTimeTokens
{
    public static readonly TimeSpan InvitationLife = TimeSpan.FromDays(7);
    public static readonly TimeSpan ResetLife = TimeSpan.FromHours(24);

    public static Problem Invalid { get; } = new(ProblemKind.Invalid, "invalid_token", "This link is not, or no longer, good; ask for a new one.");

    public static async Task<(string Token, DateTimeOffset ExpiresAt)> Make(TenantSession session, Guid userId, LinkPurpose purpose, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var token = SecretTokens.NewLinkToken();
        var expiresAt = now + (purpose == LinkPurpose.Invitation ? InvitationLife : ResetLife);
        await session.Execute("UPDATE one_time_tokens SET used_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND used_at IS NULL",
            cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(Name(purpose)), Rows.P(now));
        await session.Execute("INSERT INTO one_time_tokens (tenant_id, id, user_id, purpose, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            cancellationToken, Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.P(userId), Rows.P(Name(purpose)), Rows.P(SecretTokens.Hash(token)), Rows.P(now), Rows.P(expiresAt));
        return (token, expiresAt);
    }

    /// <summary>The tenant that a token belongs to, and its row; null for one that never was.</summary>
    public static async Task<(Guid TenantId, Guid Id)?> Find(Database database, string token, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > 200) return null;
        var rows = await database.AcrossTenants("SELECT tenant_id, id FROM find_one_time_token($1)", r => (r.GetGuid(0), r.GetGuid(1)), cancellationToken, Rows.P(SecretTokens.Hash(token)));
        return rows.Count == 1 ? rows[0] : null;
    }

    /// <summary>Whose live token this is, with the address; null when it is not good any more. Marks it as used when told to, once.</summary>
    public static async Task<(Guid UserId, string Email)?> Redeem(
        TenantSession session, Guid id, LinkPurpose purpose, bool use, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string live = """
            o.tenant_id = $1 AND o.id = $2 AND o.purpose = $3 AND o.used_at IS NULL AND o.expires_at > $4
            AND u.tenant_id = o.tenant_id AND u.id = o.user_id AND u.active AND u.deleted_at IS NULL
            AND t.tenant_id = o.tenant_id AND t.suspended_at IS NULL
            """;
        var rows = await session.Query(
            use ? $"UPDATE one_time_tokens o SET used_at = $4 FROM users u, tenants t WHERE {live} RETURNING u.id, u.email"
                : $"SELECT u.id, u.email FROM one_time_tokens o, users u, tenants t WHERE {live}",
            r => (r.GetGuid(0), r.GetString(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(Name(purpose)), Rows.P(now));
        return rows.Count == 1 ? rows[0] : null;
    }

    public static Task VoidAll(TenantSession session, Guid userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.Execute("UPDATE one_time_tokens SET used_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND used_at IS NULL",
            cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(now));

    private static string Name(LinkPurpose purpose) => purpose switch { LinkPurpose.Invitation => "invitation", LinkPurpose.PasswordReset => "password_reset" };
}
