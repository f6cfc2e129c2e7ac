using Deskhand.Data;
using Deskhand.Http;
using Microsoft.AspNetCore.Mvc;

namespace Deskhand.Access;

/// <summary>POST /auth/totp/setup: a secret for an authenticator app. It counts only once a code of it was confirmed.</summary>
internal static class SetUpTotp
{
    public static async Task<Answer<TotpSetup>> Handle(Caller caller, TenantSession session, TotpSecrets secrets, CancellationToken cancellationToken)
    {
        if (OwnAccount.NeedsPerson(caller) is { } refused) return Answer.Ok<TotpSetup>(refused);
        var secret = Totp.NewSecret();
        return Answer.Ok(await session.Transact<TotpSetup>(async () =>
        {
            var pending = await session.Execute("""
                INSERT INTO credentials AS c (tenant_id, user_id, totp_secret) VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET totp_secret = $3, totp_last_step = NULL WHERE c.totp_confirmed_at IS NULL
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId), Rows.P(secrets.Seal(secret, session.TenantId, caller.UserId)));
            return pending == 1
                ? new TotpSetup(Base32.Encode(secret), Totp.KeyUri(secret, "Deskhand", caller.Email))
                : Problem.Conflict("totp_active", "There is a second factor already; turn it off first.");
        }, cancellationToken));
    }
}

/// <summary>What an authenticator app needs; shown once.</summary>
/// <param name="Secret">To be typed, in base 32.</param>
/// <param name="Uri">To be shown as a QR code.</param>
internal sealed record TotpSetup(string Secret, string Uri);

/// <summary>POST /auth/totp/confirm: from now on signing in takes a code.</summary>
internal static class ConfirmTotp
{
    public static async Task<NoContent> Handle(
        ConfirmTotpRequest body, Caller caller, RequestOrigin origin, TenantSession session, PasswordTries tries, TotpSecrets secrets, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (OwnAccount.NeedsPerson(caller) is { } refused) return Answer.Done<Nothing>(refused);
        var now = clock.Now();
        if (await Lockout.Reserve(session, caller.UserId, now, cancellationToken) is not { } attempt)
            return Answer.Done<Nothing>(Lockout.Locked(await Lockout.Remaining(session, caller.UserId, now, cancellationToken)));

        var kept = (await session.Query("SELECT totp_secret FROM credentials WHERE tenant_id = $1 AND user_id = $2 AND totp_secret IS NOT NULL AND totp_confirmed_at IS NULL",
            r => r.GetFieldValue<byte[]>(0), cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId))).SingleOrDefault();
        var step = kept is not null && secrets.Open(kept, session.TenantId, caller.UserId) is { } secret ? Totp.Match(secret, body.Code, now, null) : null;
        if (kept is not null && step is null)
        {
            await tries.NoteFailure(session, caller.UserId, attempt, "totp", origin, cancellationToken);
            return Answer.Done<Nothing>(Problem.Invalid("code", "This code is wrong, or too old.") with { Code = "invalid_totp" });
        }

        await Lockout.GiveBack(session, caller.UserId, cancellationToken);
        if (kept is null) return Answer.Done<Nothing>(Problem.Conflict("totp_not_set_up", "There is nothing to confirm; set it up first."));
        return Answer.Done(await session.Transact<Nothing>(async () =>
        {
            var confirmed = await session.Execute("UPDATE credentials SET totp_confirmed_at = $4, totp_last_step = $5 WHERE tenant_id = $1 AND user_id = $2 AND totp_secret = $3 AND totp_confirmed_at IS NULL",
                cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId), Rows.P(kept), Rows.P(now), Rows.P(step!.Value));
            if (confirmed == 0) return Problem.Conflict("totp_not_set_up", "There is nothing to confirm; set it up first.");
            await Audit.Write(session, new("auth.totp_enabled", now, caller.Actor, "user", caller.UserId, null, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken));
    }
}

internal sealed record ConfirmTotpRequest(string Code);

/// <summary>DELETE /auth/totp: takes the password, and ends the other sessions.</summary>
internal static class TurnOffTotp
{
    public static async Task<NoContent> Handle(
        [FromBody] TurnOffTotpRequest body, Caller caller, RequestOrigin origin, TenantSession session, PasswordTries tries, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await OwnAccount.Proven(caller, body.Password, "password", origin, session, tries, attempt => session.Transact<Nothing>(async () =>
        {
            var now = clock.Now();
            if (!await Lockout.Succeed(session, caller.UserId, attempt, null, null, cancellationToken)) return OwnAccount.WrongPassword("password");
            if (!await StoredTotp.Remove(session, caller.UserId, cancellationToken)) return Problem.NotFound("second factor");
            await Sessions.EndAll(session, caller.UserId, caller.SessionId, "totp_disabled", now, cancellationToken);
            await Audit.Write(session, new("auth.totp_disabled", now, caller.Actor, "user", caller.UserId, null, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken), cancellationToken));
}

internal sealed record TurnOffTotpRequest(string Password);

/// <summary>DELETE /users/{id}/totp: for somebody who lost the device. Everything signed in as that user ends.</summary>
internal static class ResetUserTotp
{
    public static async Task<NoContent> Handle(Guid id, Caller caller, RequestOrigin origin, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
        {
            var now = clock.Now();
            var roles = await session.Query("SELECT role FROM users WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL", r => Wire.Find<Role>(r.GetString(0))!.Value,
                cancellationToken, Rows.P(session.TenantId), Rows.P(id));
            if (roles.Count == 0) return Problem.NotFound("user");
            if (UserGuards.Exceeds(caller.Actor, roles[0]) is { } tooHigh) return tooHigh;
            if (!await StoredTotp.Remove(session, id, cancellationToken)) return Problem.NotFound("second factor");
            await EndAccess.Everywhere(session, id, "totp_reset", now, cancellationToken);
            await Audit.Write(session, new("user.totp_reset", now, caller.Actor, "user", id, null, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken));
}

internal static class StoredTotp
{
    public static async Task<bool> Remove(TenantSession session, Guid userId, CancellationToken cancellationToken) =>
        await session.Execute("UPDATE credentials SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL WHERE tenant_id = $1 AND user_id = $2 AND totp_secret IS NOT NULL",
            cancellationToken, Rows.P(session.TenantId), Rows.P(userId)) == 1;
}
