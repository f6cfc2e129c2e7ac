using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>POST /auth/login</summary>
internal static class SignIn
{
    public static async Task<Answer<SignedIn>> Handle(
        SignInRequest body, RequestOrigin origin, FrontDoor door, SessionCookies cookies, HttpResponse response, CancellationToken cancellationToken)
    {
        var outcome = await door.Enter(body, origin, cancellationToken);
        return Answer.Ok(outcome.Problem is null && body.Cookie ? cookies.Keep(outcome.Value, response) : outcome);
    }
}

/// <summary>Who wants in.</summary>
/// <param name="Email">In either case.</param>
/// <param name="Password">As it was set.</param>
/// <param name="Tenant">The tenant's short name; needed only when the address and password fit several.</param>
/// <param name="Totp">Six digits of the authenticator app, when there is a second factor.</param>
/// <param name="Cookie">For pages: the tokens are kept in cookies that scripts cannot read, and writes repeat the cookie <c>deskhand_csrf</c> as <c>X-CSRF-Token</c>.</param>
internal sealed record SignInRequest(string Email, string Password, string? Tenant = null, string? Totp = null, bool Cookie = false);

/// <summary>
/// Decides who comes in. An address that nobody has, a wrong password and an account that is not active answer alike, after the
/// same time (security case 36); what is right is told only to whoever knows the password.
/// </summary>
internal sealed class FrontDoor(Database database, PasswordTries tries, Sessions sessions, TotpSecrets totp, TimeProvider clock)
{
    /// <summary>More than a password takes, so that what happens beside the hashing does not show in the time.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    private static Problem Wrong { get; } = new(ProblemKind.Unauthenticated, "invalid_credentials", "The e-mail address or the password is wrong.");

    private static Problem CodeNeeded { get; } = new(ProblemKind.Unauthenticated, "totp_required", "Send the code of the authenticator app as totp.");

    private static Problem WrongCode { get; } = new(ProblemKind.Unauthenticated, "invalid_totp", "This code is wrong or has been used; wait for the next one.");

    public async Task<Outcome<SignedIn>> Enter(SignInRequest body, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var outcome = await Try(body, origin, cancellationToken);
        if (ReferenceEquals(outcome.Problem, Wrong))
        {
            var beats = Math.Ceiling(clock.GetElapsedTime(began) / Beat);
            var rest = beats * Beat - clock.GetElapsedTime(began);
            if (rest > TimeSpan.Zero) await Task.Delay(rest, clock, cancellationToken);
        }

        return outcome;
    }

    private async Task<Outcome<SignedIn>> Try(SignInRequest body, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var email = body.Email.Trim();
        if (tries.LockedFor(email) is { } already) return Lockout.Locked(already);
        using var slot = await tries.TakeSlot(cancellationToken);
        if (slot is null) return HashingSlots.Busy;
        if (tries.Reserve(email) is { } wait) return Lockout.Locked(wait);

        var accounts = await SignInAccounts.Find(database, email, body.Tenant, cancellationToken);
        var (right, wrong) = (new List<Candidate>(), new List<Candidate>());
        TimeSpan? locked = null;
        foreach (var (tenantId, userId) in accounts)
        {
            await using var session = database.For(tenantId);
            var tried = await tries.Check(session, userId, body.Password, cancellationToken);
            if (tried.Problem is { } problem) locked = problem.RetryAfter;
            else (tried.Value.IsRight ? right : wrong).Add(new(tenantId, userId, tried.Value.Attempt, tried.Value.NeedsRehash));
        }

        foreach (var who in wrong) await Settle(who, isOneRight: right.Count > 0, origin, cancellationToken);
        if (accounts.Count == 0) tries.CheckNothing(body.Password);
        if (right.Count == 0) return wrong.Count == 0 && locked is { } remaining ? Lockout.Locked(remaining) : Wrong;
        if (right.Count > 1) return await AskForTenant(email, right, cancellationToken);
        return await Complete(email, right[0], body, origin, cancellationToken);
    }

    /// <summary>A password that is right in one tenant is no failure in another where the same person has another one.</summary>
    private async Task Settle(Candidate who, bool isOneRight, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var session = database.For(who.TenantId);
        if (isOneRight) await Lockout.GiveBack(session, who.UserId, cancellationToken);
        else await tries.NoteFailure(session, who.UserId, who.Attempt, "password", origin, cancellationToken);
    }

    /// <summary>The password is right: the second factor, and then the session.</summary>
    private async Task<Outcome<SignedIn>> Complete(string email, Candidate who, SignInRequest body, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await using var session = database.For(who.TenantId);
        var now = clock.Now();
        long? step = null;
        if (who.Attempt.TotpSecret is { } kept)
        {
            if (string.IsNullOrEmpty(body.Totp))
            {
                tries.GiveBack(email);
                await Lockout.GiveBack(session, who.UserId, cancellationToken);
                return CodeNeeded;
            }

            step = totp.Open(kept, who.TenantId, who.UserId) is { } secret ? Totp.Match(secret, body.Totp, now, who.Attempt.TotpLastStep) : null;
            if (step is null) return await RefuseCode(session, who, origin, cancellationToken);
        }

        var rehashed = who.NeedsRehash ? tries.Hash(body.Password) : null;
        var outcome = await session.Transact<SignedIn>(async () =>
        {
            if (!await Lockout.Succeed(session, who.UserId, who.Attempt, step, rehashed, cancellationToken)) return step is null ? Wrong : WrongCode;
            if (await Me.Find(session, who.UserId, locked: true, cancellationToken) is not { } user) return Wrong;
            var signedIn = await sessions.Begin(session, user, origin, now, cancellationToken);
            await Audit.Write(session, new("auth.signed_in", now, Person(who.UserId), "user", who.UserId, new { secondFactor = step is not null }, origin), cancellationToken);
            return signedIn;
        }, cancellationToken);
        if (outcome.Problem is null) tries.Forget(email);
        return outcome;
    }

    private async Task<Outcome<SignedIn>> RefuseCode(TenantSession session, Candidate who, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await tries.NoteFailure(session, who.UserId, who.Attempt, "totp", origin, cancellationToken);
        return WrongCode;
    }

    private async Task<Outcome<SignedIn>> AskForTenant(string email, List<Candidate> right, CancellationToken cancellationToken)
    {
        tries.GiveBack(email);
        var slugs = new List<string>();
        foreach (var who in right)
        {
            await using var session = database.For(who.TenantId);
            await Lockout.GiveBack(session, who.UserId, cancellationToken);
            slugs.AddRange(await session.Query("SELECT slug FROM tenants WHERE tenant_id = $1", r => r.GetString(0), cancellationToken, Rows.P(who.TenantId)));
        }

        return Problem.Conflict("tenant_required", "This address belongs to several desks; send the short name of one as tenant.") with { Allowed = [.. slugs.Order(StringComparer.Ordinal)] };
    }

    private static Actor Person(Guid userId) => new(ActorKind.Agent, userId, PermissionSet.None, Via.Screen);

    private sealed record Candidate(Guid TenantId, Guid UserId, Attempt Attempt, bool NeedsRehash);
}
