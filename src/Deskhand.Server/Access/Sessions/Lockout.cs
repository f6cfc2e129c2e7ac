using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>An attempt on an account that has been counted, with what is needed to decide it.</summary>
/// <param name="PasswordHash">Null when the account has no password.</param>
/// <param name="TotpSecret">Sealed; null when there is no second factor.</param>
/// <param name="TotpLastStep">The last time step that was used.</param>
/// <param name="Locks">Whether the account is locked from now on unless this attempt is right.</param>
internal sealed record Attempt(string? PasswordHash, byte[]? TotpSecret, long? TotpLastStep, bool Locks);

/// <summary>
/// Counts attempts in the database before they are made, in one statement, so that any number of parallel attempts on any number of
/// instances share one count (security case 33). A right answer sets the count back.
/// </summary>
internal static class Lockout
{
    public const int MostAttempts = 10;
    public static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(15);

    /// <summary>Counts an attempt; null when the account is locked. Committed at once when called outside a transaction.</summary>
    public static async Task<Attempt?> Reserve(TenantSession session, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await session.Query($"""
            INSERT INTO credentials AS c (tenant_id, user_id, failed_attempts) VALUES ($1, $2, 1)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET
                failed_attempts = CASE WHEN c.locked_until IS NULL THEN c.failed_attempts + 1 ELSE 1 END,
                locked_until = CASE WHEN c.locked_until IS NULL AND c.failed_attempts + 1 >= {MostAttempts} THEN $4 END
            WHERE c.locked_until IS NULL OR c.locked_until <= $3
            RETURNING c.password_hash, CASE WHEN c.totp_confirmed_at IS NOT NULL THEN c.totp_secret END, c.totp_last_step, c.locked_until IS NOT NULL
            """, r => new Attempt(r.Text(0), r.IsDBNull(1) ? null : r.GetFieldValue<byte[]>(1), r.IsDBNull(2) ? null : r.GetInt64(2), r.GetBoolean(3)),
            cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(now), Rows.P(now + LockedFor));
        return rows.SingleOrDefault();
    }

    /// <summary>How long the account is still locked.</summary>
    public static async Task<TimeSpan> Remaining(TenantSession session, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var until = await session.Query("SELECT locked_until FROM credentials WHERE tenant_id = $1 AND user_id = $2 AND locked_until IS NOT NULL",
            r => r.GetFieldValue<DateTimeOffset>(0), cancellationToken, Rows.P(session.TenantId), Rows.P(userId));
        return until.Count == 0 || until[0] <= now ? TimeSpan.FromSeconds(1) : until[0] - now;
    }

    /// <summary>Takes an attempt back that was neither right nor wrong.</summary>
    public static Task GiveBack(TenantSession session, Guid userId, CancellationToken cancellationToken) =>
        session.Query("UPDATE credentials SET failed_attempts = greatest(failed_attempts - 1, 0), locked_until = NULL WHERE tenant_id = $1 AND user_id = $2 RETURNING user_id",
            r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(userId));

    /// <summary>
    /// Notes a right answer, inside the transaction that acts on it. False when meanwhile the password was changed or the time step of
    /// the one-time code was used by somebody else.
    /// </summary>
    public static async Task<bool> Succeed(TenantSession session, Guid userId, Attempt attempt, long? totpStep, string? rehashed, CancellationToken cancellationToken) =>
        await session.Execute("""
            UPDATE credentials SET failed_attempts = 0, locked_until = NULL, password_hash = coalesce($4, password_hash), totp_last_step = coalesce($5, totp_last_step)
            WHERE tenant_id = $1 AND user_id = $2 AND password_hash IS NOT DISTINCT FROM $3 AND ($5 IS NULL OR totp_last_step IS NULL OR totp_last_step < $5)
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(attempt.PasswordHash), Rows.P(rehashed), Rows.P(totpStep, NpgsqlTypes.NpgsqlDbType.Bigint)) == 1;

    public static Problem Locked(TimeSpan wait) =>
        new(ProblemKind.TooMany, "too_many_attempts", "Too many failed attempts. Wait a while, or ask an administrator for a link to set a new password.") { RetryAfter = wait };
}
