using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>What no change of a user may do.</summary>
internal static class UserGuards
{
    /// <summary>Changes of a tenant's users wait for each other until the transaction ends.</summary>
    public static Task TakeTurns(TenantSession session, CancellationToken cancellationToken) =>
        session.Execute("SELECT pg_advisory_xact_lock(7236004, hashtext($1))", cancellationToken, Rows.P(session.TenantId.ToString()));

    /// <summary>A role that can do more than the one who gives it, takes it or acts on its holder is out of reach; so an API token cannot be used to gain what it lacks.</summary>
    public static Problem? Exceeds(Actor by, Role role)
    {
        var granted = Permissions.Of(role);
        return granted.And(by.Permissions) == granted
            ? null
            : new Problem(ProblemKind.Forbidden, "role_too_high", $"You may not manage the role {Wire.Name(role)}: it can do more than you can.");
    }

    /// <summary>A tenant keeps at least one active administrator.</summary>
    public static async Task<Problem?> LastAdministrator(TenantSession session, User before, User after, CancellationToken cancellationToken)
    {
        if (!IsAdministrator(before) || IsAdministrator(after)) return null;
        var others = await session.Query("SELECT 1 FROM users WHERE tenant_id = $1 AND id <> $2 AND role = 'admin' AND active AND deleted_at IS NULL LIMIT 1",
            r => r.GetInt32(0), cancellationToken, Rows.P(session.TenantId), Rows.P(before.Id));
        return others.Count > 0 ? null : Problem.Conflict("last_admin", "This is the last active administrator; make another one first.");

        static bool IsAdministrator(User user) => user is { Role: Role.Admin, Active: true, DeletedAt: null };
    }

    /// <summary>Addresses and external identities belong to one user. Asked while it is this transaction's turn.</summary>
    public static async Task<Problem?> Taken(TenantSession session, User user, CancellationToken cancellationToken)
    {
        if (user.DeletedAt is not null) return null;
        var taken = await session.Query("""
            SELECT lower(email) = lower($3) FROM users WHERE tenant_id = $1 AND id <> $2 AND deleted_at IS NULL
            AND (lower(email) = lower($3) OR (external_issuer = $4 AND external_subject = $5))
            """, r => r.GetBoolean(0), cancellationToken, Rows.P(session.TenantId), Rows.P(user.Id), Rows.P(user.Email), Rows.P(user.ExternalIssuer), Rows.P(user.ExternalSubject));
        if (taken.Count == 0) return null;
        return taken.Contains(true)
            ? Problem.Conflict("email_taken", "Another user has this e-mail address.") with { Errors = Problem.Invalid("email", "Another user has it.").Errors }
            : Problem.Conflict("external_identity_taken", "Another user has this external identity.") with { Errors = Problem.Invalid("externalIdentity", "Another user has it.").Errors };
    }
}

/// <summary>Shuts a user out.</summary>
internal static class EndAccess
{
    /// <summary>Every session, refresh token, API token and link of a user, from the commit on.</summary>
    public static async Task Everywhere(TenantSession session, Guid userId, string because, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await Sessions.EndAll(session, userId, except: null, because, now, cancellationToken);
        await ApiTokens.RevokeAll(session, userId, now, cancellationToken);
        await OneTimeTokens.VoidAll(session, userId, now, cancellationToken);
    }
}
