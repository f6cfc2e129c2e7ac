using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;

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
        if (Exceeds(by, fields.Role) is { } tooHigh) return tooHigh;
        // hashed before the transaction begins: it takes longer than everything in it
        var hash = password is null ? null : passwords.Hash(password);
        return await session.Transact<User>(async () =>
        {
            var now = Now;
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
            if (await Taken(session, user, cancellationToken) is { } taken) return taken;
            session.Db.Add(user);
            await session.Db.SaveChangesAsync(cancellationToken);
            await session.Execute("INSERT INTO credentials (tenant_id, user_id, password_hash) VALUES ($1, $2, $3)",
                cancellationToken, Rows.P(session.TenantId), Rows.P(user.Id), Rows.P(hash));
            await Note(session, "user.created", by, null, user, origin, cancellationToken);
            return user;
        }, cancellationToken);
    }

    /// <summary>A role that can do more than the one who gives or takes it (an API token without the right, too) is out of reach.</summary>
    public static Problem? Exceeds(Actor by, Role role)
    {
        var granted = Permissions.Of(role);
        return granted.And(by.Permissions) == granted
            ? null
            : new Problem(ProblemKind.Forbidden, "role_too_high", $"You may not manage the role {Wire.Name(role)}: it can do more than you can.");
    }

    public static DateTimeOffset ToMicroseconds(DateTimeOffset now) => new(now.UtcTicks / 10 * 10, TimeSpan.Zero);

    // the database keeps microseconds: what is answered now must equal what is read later
    private DateTimeOffset Now => ToMicroseconds(clock.GetUtcNow());

    private static async Task<Problem?> Taken(TenantSession session, User user, CancellationToken cancellationToken)
    {
        await session.Execute("SELECT pg_advisory_xact_lock(7236004, hashtext($1))", cancellationToken, Rows.P(session.TenantId.ToString()));
        var taken = await session.Query("""
            SELECT lower(email) = lower($3) FROM users WHERE tenant_id = $1 AND id <> $2 AND deleted_at IS NULL
            AND (lower(email) = lower($3) OR (external_issuer = $4 AND external_subject = $5))
            """, r => r.GetBoolean(0), cancellationToken, Rows.P(session.TenantId), Rows.P(user.Id), Rows.P(user.Email), Rows.P(user.ExternalIssuer), Rows.P(user.ExternalSubject));
        if (taken.Count == 0) return null;
        return taken[0]
            ? Problem.Conflict("email_taken", "Another user has this e-mail address.") with { Errors = Problem.Invalid("email", "Another user has it.").Errors }
            : Problem.Conflict("external_identity_taken", "Another user has this external identity.") with { Errors = Problem.Invalid("externalIdentity", "Another user has it.").Errors };
    }

    /// <summary>History, event and audit entry of a change that has been saved.</summary>
    private async Task Note(TenantSession session, string type, Actor by, User? before, User after, RequestOrigin? origin, CancellationToken cancellationToken)
    {
        var changes = User.Changes(before, after);
        var response = await UserResponse.Find(session, after.Id, cancellationToken) ?? UserResponse.From(after, []);
        var draft = new EventDraft(type, "user", after.Id, after.Sequence, after.UpdatedAt, [("user", response)], before is null ? [] : changes);
        await log.Write(session, new Happened("user", after.Id, after.UpdatedAt, by, changes, [draft]), cancellationToken);
        await Audit.Write(session, new(type, after.UpdatedAt, by, "user", after.Id, Detail(after, changes), origin), cancellationToken);
    }

    private static object Detail(User user, ImmutableArray<FieldChange> changes) =>
        new { email = user.Email, role = user.Role, changed = changes.Select(c => c.Field).ToArray() };
}
