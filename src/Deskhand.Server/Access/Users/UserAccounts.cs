using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Access;

/// <summary>
/// The one door to a user's account, for the API, the command line and tokens of outside issuers. Changes of a tenant's users take
/// turns, so that the last administrator cannot be lost to two at once.
/// </summary>
internal sealed class UserAccounts(ChangeLog log, Passwords passwords, TimeProvider clock)
{
    /// <summary>Makes a user.</summary>
    /// <param name="session">Of the user's tenant; joined when it is in a transaction.</param>
    /// <param name="by">Who makes it; may give no role that can do more than the giver.</param>
    /// <param name="fields">The user.</param>
    /// <param name="password">Null: there is none until an invitation is accepted.</param>
    /// <param name="origin">For the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Outcome<User>> Create(
        TenantSession session, Actor by, UserFields fields, string? password, RequestOrigin? origin, CancellationToken cancellationToken)
    {
        if (fields.Check() is { } invalid) return invalid;
        if (password is not null && PasswordPolicy.Refusal(password, fields.Email) is { } refusal) return Problem.Invalid("password", refusal);
        if (UserGuards.Exceeds(by, fields.Role) is { } tooHigh) return tooHigh;
        // hashed before the transaction begins: it takes longer than everything in it
        var hash = password is null ? null : passwords.Hash(password);
        return await session.Transact<User>(async () =>
        {
            await UserGuards.TakeTurns(session, cancellationToken);
            var now = clock.Now();
            var user = new User
            {
                Id = Ids.New(now),
                Email = "",
                Name = "",
                Role = Role.Agent,
                TicketScope = TicketScope.All,
                Sequence = 1,
                CreatedAt = now,
                UpdatedAt = now,
            }.With(fields);
            if (await UserGuards.Taken(session, user, cancellationToken) is { } taken) return taken;
            session.Db.Add(user);
            await session.Db.SaveChangesAsync(cancellationToken);
            await session.Execute("INSERT INTO credentials (tenant_id, user_id, password_hash) VALUES ($1, $2, $3)",
                cancellationToken, Rows.P(session.TenantId), Rows.P(user.Id), Rows.P(hash));
            await Note(session, "user.created", by, null, user, origin, cancellationToken);
            return user;
        }, cancellationToken);
    }

    /// <summary>The editable fields become what <paramref name="toFields"/> makes of them.</summary>
    public Task<Outcome<User>> Edit(
        TenantSession session, Actor by, Guid id, long? ifMatch, Func<UserFields, Outcome<UserFields>> toFields, RequestOrigin? origin, CancellationToken cancellationToken) =>
        Change(session, by, id, ifMatch, user =>
        {
            var fields = toFields(user.Fields());
            if (fields.Problem is { } problem) return problem;
            return fields.Value.Check() is { } invalid ? invalid : user.With(fields.Value);
        }, origin, cancellationToken);

    /// <summary>Shuts a user out, or lets the user in again: then without the former sessions and tokens.</summary>
    public Task<Outcome<User>> SetActive(TenantSession session, Actor by, Guid id, bool active, RequestOrigin? origin, CancellationToken cancellationToken) =>
        Change(session, by, id, null, user => user with { Active = active }, origin, cancellationToken);

    /// <summary>Takes a user out of sight. Address and external identity are free again; the history stays.</summary>
    public Task<Outcome<User>> Delete(TenantSession session, Actor by, Guid id, long? ifMatch, RequestOrigin? origin, CancellationToken cancellationToken) =>
        Change(session, by, id, ifMatch, user => user with { Active = false, DeletedAt = clock.Now() }, origin, cancellationToken);

    private Task<Outcome<User>> Change(
        TenantSession session, Actor by, Guid id, long? ifMatch, Func<User, Outcome<User>> alter, RequestOrigin? origin, CancellationToken cancellationToken) =>
        session.Transact<User>(async () =>
        {
            await UserGuards.TakeTurns(session, cancellationToken);
            if (await session.Db.Set<User>().SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null, cancellationToken) is not { } before) return Problem.NotFound("user");
            if (ifMatch is { } version && version != before.Version) return Problem.Stale(version, before.Version);
            var altered = alter(before);
            if (altered.Problem is { } problem) return problem;
            if (altered.Value == before) return before;
            var after = altered.Value with { Version = before.Version + 1, Sequence = before.Sequence + 1, UpdatedAt = clock.Now() };
            if ((UserGuards.Exceeds(by, before.Role) ?? UserGuards.Exceeds(by, after.Role)) is { } tooHigh) return tooHigh;
            if (await UserGuards.LastAdministrator(session, before, after, cancellationToken) is { } last) return last;
            if (await UserGuards.Taken(session, after, cancellationToken) is { } taken) return taken;

            session.Db.Replace(before with { }, after);
            await session.Db.SaveChangesAsync(cancellationToken);
            session.Db.ChangeTracker.Clear();
            if (after.DeletedAt is not null) await GroupMembers.LeaveAll(session, log, by, after.Id, after.UpdatedAt, cancellationToken);
            await Enforce(session, before, after, cancellationToken);
            var type = after.DeletedAt is not null ? "user.deleted" : before.Active && !after.Active ? "user.deactivated" : "user.updated";
            await Note(session, type, by, before, after, origin, cancellationToken);
            return after;
        }, cancellationToken);

    /// <summary>What a change means for whoever is signed in as that user, from the commit on (security case 37).</summary>
    private static async Task Enforce(TenantSession session, User before, User after, CancellationToken cancellationToken)
    {
        if (!after.Active) await EndAccess.Everywhere(session, after.Id, after.DeletedAt is null ? "deactivated" : "deleted", after.UpdatedAt, cancellationToken);
        else if (before.Role != after.Role) await EndAccess.Everywhere(session, after.Id, "role_changed", after.UpdatedAt, cancellationToken);
        else await Callers.Changed(session, after.Id, cancellationToken);
    }

    /// <summary>History, event and audit entry of a change that has been saved.</summary>
    private async Task Note(TenantSession session, string type, Actor by, User? before, User after, RequestOrigin? origin, CancellationToken cancellationToken)
    {
        var changes = User.Changes(before, after);
        var draft = new EventDraft(type, "user", after.Id, after.Sequence, after.UpdatedAt, [("user", UserResponse.From(after))], before is null ? [] : changes);
        await log.Write(session, new Happened("user", after.Id, after.UpdatedAt, by, changes, [draft]), cancellationToken);
        await Audit.Write(session, new(type, after.UpdatedAt, by, "user", after.Id,
            new { email = after.Email, role = after.Role, changes = before is null ? ImmutableArray<string>.Empty : [.. changes.Select(c => $"{c.Field}: {c.From ?? "null"} -> {c.To ?? "null"}")] }, origin), cancellationToken);
    }
}

internal static class Clocks
{
    /// <summary>The present instant in the database's microseconds: what is answered now must equal what is read later.</summary>
    public static DateTimeOffset Now(this TimeProvider clock) => new(clock.GetUtcNow().UtcTicks / 10 * 10, TimeSpan.Zero);
}
