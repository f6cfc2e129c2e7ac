using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>A password that was tried.</summary>
internal sealed record TriedPassword(Attempt Attempt, bool IsRight, bool NeedsRehash);

/// <summary>Tries passwords: few at once, each counted before it is made, failures on the record.</summary>
internal sealed class PasswordTries(Passwords passwords, HashingSlots slots, AddressAttempts addresses, TimeProvider clock)
{
    public Task<HashingSlots.Slot?> TakeSlot(CancellationToken cancellationToken) => slots.Take(cancellationToken);

    public TimeSpan? LockedFor(string email) => addresses.LockedFor(email);

    public TimeSpan? Reserve(string email) => addresses.Reserve(email);

    public void GiveBack(string email) => addresses.GiveBack(email);

    public void Forget(string email) => addresses.Forget(email);

    /// <summary>Only while holding a slot.</summary>
    public string Hash(string password) => passwords.Hash(password);

    /// <summary>As long as <see cref="Check"/>, for an address that nobody has.</summary>
    public void CheckNothing(string password) => passwords.VerifyNothing(password);

    /// <summary>
    /// Counts an attempt and makes it; a problem when the account is locked. Only while holding a slot. For a wrong one the caller
    /// says <see cref="NoteFailure"/>.
    /// </summary>
    public async Task<Outcome<TriedPassword>> Check(TenantSession session, Guid userId, string password, CancellationToken cancellationToken)
    {
        var now = clock.Now();
        if (await Lockout.Reserve(session, userId, now, cancellationToken) is not { } attempt)
            return Lockout.Locked(await Lockout.Remaining(session, userId, now, cancellationToken));
        var (ok, needsRehash) = passwords.Verify(attempt.PasswordHash, password);
        return new TriedPassword(attempt, ok, needsRehash);
    }

    /// <summary>A counted attempt was wrong.</summary>
    public Task NoteFailure(TenantSession session, Guid userId, Attempt attempt, string factor, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            var now = clock.Now();
            await Audit.Write(session, new("auth.failed", now, null, "user", userId, new { factor }, origin), cancellationToken);
            if (attempt.Locks) await Audit.Write(session, new("auth.locked_out", now, null, "user", userId, new { until = now + Lockout.LockedFor }, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken);
}
