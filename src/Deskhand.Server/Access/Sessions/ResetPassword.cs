using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>POST /auth/password/reset: sets another password by a link. Everything that was signed in as this user ends.</summary>
internal static class ResetPassword
{
    public static async Task<NoContent> Handle(PasswordResetRequest body, RequestOrigin origin, PasswordByLink link, CancellationToken cancellationToken) =>
        Answer.Done(await link.Set(LinkPurpose.PasswordReset, body.Token, body.Password, null, origin, cancellationToken));
}

internal sealed record PasswordResetRequest(string Token, string Password);

/// <summary>POST /auth/invitation/accept: sets a first password, and the name if it is given.</summary>
internal static class AcceptInvitation
{
    public static async Task<NoContent> Handle(InvitationRequest body, RequestOrigin origin, PasswordByLink link, CancellationToken cancellationToken) =>
        Answer.Done(await link.Set(LinkPurpose.Invitation, body.Token, body.Password, body.Name, origin, cancellationToken));
}

internal sealed record InvitationRequest(string Token, string Password, string? Name = null);

/// <summary>Sets a password for whoever brings a link's token.</summary>
internal sealed class PasswordByLink(Database database, PasswordTries tries, UserAccounts accounts, TimeProvider clock)
{
    public async Task<Outcome<Nothing>> Set(LinkPurpose purpose, string token, string password, string? name, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (await OneTimeTokens.Find(database, token, cancellationToken) is not var (tenantId, id)) return OneTimeTokens.Invalid;
        await using var session = database.For(tenantId);
        // looked at first, so that a dead link costs no hashing and a poor password does not use up a good link
        if (await OneTimeTokens.Redeem(session, id, purpose, use: false, clock.Now(), cancellationToken) is not var (_, email)) return OneTimeTokens.Invalid;
        if (PasswordPolicy.Refusal(password, email) is { } refusal) return Problem.Invalid("password", refusal);
        string hash;
        using (var slot = await tries.TakeSlot(cancellationToken))
        {
            if (slot is null) return HashingSlots.Busy;
            hash = tries.Hash(password);
        }

        var outcome = await session.Transact<Nothing>(async () =>
        {
            var now = clock.Now();
            // one UPDATE: of parallel uses one finds it unused
            if (await OneTimeTokens.Redeem(session, id, purpose, use: true, now, cancellationToken) is not var (userId, _)) return OneTimeTokens.Invalid;
            var self = new Actor(ActorKind.Agent, userId, Permissions.All, Via.Screen);
            if (name is not null && await accounts.Edit(session, self, userId, null, fields => fields with { Name = name }, origin, cancellationToken) is { Problem: { } wrong }) return wrong;
            await StoredPassword.Replace(session, userId, hash, now, cancellationToken);
            await EndAccess.Everywhere(session, userId, "password_reset", now, cancellationToken);
            await Audit.Write(session, new(purpose == LinkPurpose.Invitation ? "auth.invitation_accepted" : "auth.password_reset", now, self, "user", userId, null, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken);
        if (outcome.Problem is null) tries.Forget(email);
        return outcome;
    }
}

/// <summary>The stored hash of a password.</summary>
internal static class StoredPassword
{
    /// <summary>Sets it, and lifts a lock.</summary>
    public static Task Replace(TenantSession session, Guid userId, string hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.Execute("""
            INSERT INTO credentials (tenant_id, user_id, password_hash, password_set_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET password_hash = $3, password_set_at = $4, failed_attempts = 0, locked_until = NULL
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(hash), Rows.P(now));
}
