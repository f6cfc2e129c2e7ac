using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>POST /auth/password: the caller's own. The other sessions end, and so do the API tokens unless they are to be kept.</summary>
internal static class ChangePassword
{
    public static async Task<NoContent> Handle(
        ChangePasswordRequest body, Caller caller, RequestOrigin origin, TenantSession session, PasswordTries tries, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (PasswordPolicy.Refusal(body.NewPassword, caller.Email) is { } refusal) return Answer.Done<Nothing>(Problem.Invalid("newPassword", refusal));
        return Answer.Done(await OwnAccount.Proven(caller, body.CurrentPassword, "currentPassword", origin, session, tries, async attempt =>
        {
            var hash = tries.Hash(body.NewPassword);
            return await session.Transact<Nothing>(async () =>
            {
                var now = clock.Now();
                if (!await Lockout.Succeed(session, caller.UserId, attempt, null, null, cancellationToken)) return OwnAccount.WrongPassword("currentPassword");
                await StoredPassword.Replace(session, caller.UserId, hash, now, cancellationToken);
                await Sessions.EndAll(session, caller.UserId, caller.SessionId, "password_changed", now, cancellationToken);
                await OneTimeTokens.VoidAll(session, caller.UserId, now, cancellationToken);
                if (!body.KeepApiTokens) await ApiTokens.RevokeAll(session, caller.UserId, now, cancellationToken);
                await Audit.Write(session, new("auth.password_changed", now, caller.Actor, "user", caller.UserId, new { keptApiTokens = body.KeepApiTokens }, origin), cancellationToken);
                return default(Nothing);
            }, cancellationToken);
        }, cancellationToken));
    }
}

/// <summary>A planned change of one's own password.</summary>
/// <param name="CurrentPassword">Proves that it is the owner who asks.</param>
/// <param name="NewPassword">At least ten characters.</param>
/// <param name="KeepApiTokens">True when nobody else can have got at them.</param>
internal sealed record ChangePasswordRequest(string CurrentPassword, string NewPassword, bool KeepApiTokens = false);
