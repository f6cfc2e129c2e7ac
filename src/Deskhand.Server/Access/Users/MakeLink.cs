using Deskhand.Data;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Access;

/// <summary>POST /users/{id}/invite: a link by which the user sets a first password; mailed too where mail is set up.</summary>
internal static class InviteUser
{
    public static Task<Answer<LinkResponse>> Handle(Guid id, Caller caller, RequestOrigin origin, TenantSession session, DeskhandSettings settings, AccountMail mail, TimeProvider clock, CancellationToken cancellationToken) =>
        AccountLink.Make(id, LinkPurpose.Invitation, caller, origin, session, settings, mail, clock, cancellationToken);
}

/// <summary>POST /users/{id}/reset-link: a link by which the user sets another password; mailed too where mail is set up.</summary>
internal static class MakeResetLink
{
    public static Task<Answer<LinkResponse>> Handle(Guid id, Caller caller, RequestOrigin origin, TenantSession session, DeskhandSettings settings, AccountMail mail, TimeProvider clock, CancellationToken cancellationToken) =>
        AccountLink.Make(id, LinkPurpose.PasswordReset, caller, origin, session, settings, mail, clock, cancellationToken);
}

/// <summary>A link for one person; shown once.</summary>
/// <param name="Link">To be handed over. The token stands behind #, where servers and proxies on the way do not see it.</param>
/// <param name="ExpiresAt">When it is no longer good.</param>
internal sealed record LinkResponse(string Link, DateTimeOffset ExpiresAt);

internal static class AccountLink
{
    public static async Task<Answer<LinkResponse>> Make(
        Guid id, LinkPurpose purpose, Caller caller, RequestOrigin origin, TenantSession session, DeskhandSettings settings, AccountMail mail, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(await session.Transact<LinkResponse>(async () =>
        {
            if (await session.Db.Set<User>().SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null, cancellationToken) is not { } user) return Problem.NotFound("user");
            if (UserGuards.Exceeds(caller.Actor, user.Role) is { } tooHigh) return tooHigh;
            if (!user.Active) return Problem.Conflict("user_inactive", "This user is deactivated.");
            if (purpose == LinkPurpose.Invitation && await HasPassword(session, id, cancellationToken))
                return Problem.Conflict("already_joined", "This user has a password already; make a reset link instead.");
            var now = clock.Now();
            var (token, expiresAt) = await OneTimeTokens.Make(session, id, purpose, now, cancellationToken);
            await mail.Send(session, user.Id, user.Email, purpose, token, caller.Actor, now, cancellationToken);
            await Audit.Write(session, new(purpose == LinkPurpose.Invitation ? "user.invited" : "user.reset_link_made", now, caller.Actor, "user", id, new { expiresAt }, origin), cancellationToken);
            return new LinkResponse(Address(settings, purpose, token), expiresAt);
        }, cancellationToken));

    // never from the request: a forged Host header would send the token to somebody else's server (security case 34)
    private static string Address(DeskhandSettings settings, LinkPurpose purpose, string token) =>
        $"{settings.PublicUrl.AbsoluteUri.TrimEnd('/')}/{(purpose == LinkPurpose.Invitation ? "invitation" : "reset-password")}#{token}";

    private static async Task<bool> HasPassword(TenantSession session, Guid userId, CancellationToken cancellationToken) =>
        (await session.Query("SELECT 1 FROM credentials WHERE tenant_id = $1 AND user_id = $2 AND password_hash IS NOT NULL", r => r.GetInt32(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(userId))).Count > 0;
}
