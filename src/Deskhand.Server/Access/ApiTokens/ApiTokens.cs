using System.Collections.Immutable;
using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>A token that has just been made: the only time its secret is shown.</summary>
internal sealed record MadeApiToken(Guid Id, string Name, string Hint, ImmutableArray<string> Scopes, Guid UserId, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string Token);

/// <summary>Tokens for programs. One can do what its scopes and its owner's role both allow, as of each request.</summary>
internal static class ApiTokens
{
    /// <summary>More than anybody keeps an eye on.</summary>
    private const int MostOfOneUser = 100;

    /// <summary>Makes a token for a user, with scopes out of what both that user and the maker may do.</summary>
    public static async Task<Outcome<MadeApiToken>> Create(
        TenantSession session, Actor by, Guid userId, NewApiToken wanted, DateTimeOffset now, RequestOrigin? origin, CancellationToken cancellationToken) =>
        await session.Transact<MadeApiToken>(async () =>
        {
            // locked, so that a deactivation does not pass by
            var owners = await session.Query("SELECT role FROM users WHERE tenant_id = $1 AND id = $2 AND active AND deleted_at IS NULL FOR SHARE",
                r => Wire.Find<Role>(r.GetString(0))!.Value, cancellationToken, Rows.P(session.TenantId), Rows.P(userId));
            if (owners.Count == 0) return Problem.UnknownReference("userId", "user");
            if (Check(wanted, Permissions.Of(owners[0]).And(by.Permissions), now) is { } invalid) return invalid;
            var count = await session.Query("SELECT count(*) FROM api_tokens WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL",
                r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(userId));
            if (count[0] >= MostOfOneUser) return Problem.Conflict("too_many_tokens", $"There are {MostOfOneUser} tokens already; delete some first.");

            var token = SecretTokens.NewApiToken();
            var made = new MadeApiToken(Ids.New(now), wanted.Name.Trim(), SecretTokens.Hint(token), [.. wanted.Scopes.Distinct(StringComparer.Ordinal)], userId, now, wanted.ExpiresAt, token);
            await session.Execute("INSERT INTO api_tokens (tenant_id, id, user_id, name, hint, hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                cancellationToken, Rows.P(session.TenantId), Rows.P(made.Id), Rows.P(userId), Rows.P(made.Name), Rows.P(made.Hint), Rows.P(SecretTokens.Hash(token)),
                Rows.P(made.Scopes.ToArray()), Rows.P(now), Rows.P(wanted.ExpiresAt));
            await Audit.Write(session, new("api_token.created", now, by, "api_token", made.Id, new { name = made.Name, userId, scopes = made.Scopes, expiresAt = made.ExpiresAt }, origin), cancellationToken);
            return made;
        }, cancellationToken);

    /// <summary>Ends one token.</summary>
    public static async Task<Outcome<Nothing>> Revoke(TenantSession session, Actor by, Guid id, Func<Guid, bool> mayRevokeOf, DateTimeOffset now, RequestOrigin? origin, CancellationToken cancellationToken) =>
        await session.Transact<Nothing>(async () =>
        {
            var found = await session.Query("SELECT user_id, name FROM api_tokens WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL FOR UPDATE",
                r => (UserId: r.GetGuid(0), Name: r.GetString(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(id));
            if (found.Count == 0 || !mayRevokeOf(found[0].UserId)) return Problem.NotFound("API token");
            await session.Execute("UPDATE api_tokens SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(now));
            await Callers.Changed(session, found[0].UserId, cancellationToken);
            await Audit.Write(session, new("api_token.deleted", now, by, "api_token", id, new { name = found[0].Name, userId = found[0].UserId }, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken);

    /// <summary>Ends all tokens of a user. The caller says that the user's rights have changed.</summary>
    public static async Task RevokeAll(TenantSession session, Guid userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        await session.Execute("UPDATE api_tokens SET revoked_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL",
            cancellationToken, Rows.P(session.TenantId), Rows.P(userId), Rows.P(now));

    private static Problem? Check(NewApiToken wanted, PermissionSet grantable, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        errors.Required("name", wanted.Name, 100);
        errors.Unless(wanted.Scopes.Length > 0, "scopes", "At least one scope.");
        errors.Unless(wanted.ExpiresAt is null || wanted.ExpiresAt > now, "expiresAt", "This is in the past.");
        var allowed = Me.Names(grantable);
        foreach (var scope in wanted.Scopes.Where(s => !allowed.Contains(s, StringComparer.Ordinal)).Take(10))
        {
            var shown = scope.Length > 50 ? scope[..50] + "…" : scope;
            errors.Add("scopes", Permissions.Find(scope) is null ? $"There is no scope \"{shown}\"." : $"You cannot give the scope {shown}: you do not have it.");
        }

        return errors.ToProblem() is { } problem ? problem with { Allowed = problem.Errors.ContainsKey("scopes") ? allowed : [] } : null;
    }
}

/// <summary>The body of POST /api-tokens.</summary>
internal sealed record NewApiToken
{
    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>Permissions, for example <c>tickets:read</c>.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>Null: until it is deleted.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
