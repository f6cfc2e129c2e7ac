using System.Collections.Concurrent;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Access;

/// <summary>
/// Finds the caller behind a bearer credential: the desk's own access token, an API token, or a token of an outside issuer.
/// </summary>
internal sealed class BearerTokens(JwtSecret secret, DeskhandSettings settings, Callers callers, Database database, OutsideUsers outside, TimeProvider clock, RemoteKeySet? keySet = null)
{
    /// <summary>The issuer of the desk's own access tokens.</summary>
    public const string OwnIssuer = "deskhand";

    public static readonly TimeSpan AccessTokenLife = TimeSpan.FromMinutes(15);
    private const int MostRemembered = 20_000;

    // a signature once verified holds until the token expires; who stands behind it is asked each time
    private readonly ConcurrentDictionary<string, Verified> verified = new(StringComparer.Ordinal);
    private readonly JwtRules own = new() { Algorithms = JwtAlgorithms.HS256, Keys = [secret.AccessTokenKey], Issuers = [OwnIssuer], Audience = OwnIssuer };

    /// <summary>An access token for a session.</summary>
    public string Sign(Guid tenantId, Guid userId, Guid sessionId, string email, Role role)
    {
        var now = clock.GetUtcNow();
        return Jwt.Sign(secret.AccessTokenKey, new JwtClaims
        {
            Issuer = OwnIssuer,
            Audience = [OwnIssuer],
            Subject = userId.ToString(),
            TenantId = tenantId.ToString(),
            SessionId = sessionId.ToString(),
            Email = email,
            Role = Wire.Name(role),
            IssuedAt = now,
            ExpiresAt = now + AccessTokenLife,
        });
    }

    /// <summary>Whether a credential has been good here before; it may have ended since.</summary>
    public bool Remembers(string credential) => verified.ContainsKey(credential) || apiTokens.ContainsKey(credential);

    /// <summary>The caller, or null when the credential is not, or no longer, good.</summary>
    public async ValueTask<Caller?> Find(string credential, CancellationToken cancellationToken)
    {
        if (SecretTokens.IsApiToken(credential)) return await OfApiToken(credential, cancellationToken);
        var now = clock.GetUtcNow();
        if (!verified.TryGetValue(credential, out var known) || known.Until <= now)
        {
            verified.TryRemove(credential, out _);
            known = await Verify(credential, now, cancellationToken);
            if (known is null) return null;
            if (verified.Count >= MostRemembered) verified.Clear();
            verified[credential] = known;
        }

        var caller = known.SessionId is { } session
            ? await callers.OfSession(known.TenantId, session, cancellationToken)
            : await callers.OfUser(known.TenantId, known.UserId, cancellationToken);
        return caller is null || caller.UserId != known.UserId ? null : caller.EndsAt is null ? caller with { EndsAt = known.Until } : caller;
    }

    private async ValueTask<Verified?> Verify(string token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (JwtVerification.Verify(token, own, now).Claims is { } mine)
            return Guid.TryParse(mine.TenantId, out var tenant) && Guid.TryParse(mine.Subject, out var user) && Guid.TryParse(mine.SessionId, out var session)
                ? new(tenant, user, session, mine.ExpiresAt)
                : null;
        return await OutsideClaims(token, now, cancellationToken) is { } claims && await outside.Find(claims, cancellationToken) is { } person
            ? new(person.TenantId, person.UserId, null, claims.ExpiresAt)
            : null;
    }

    private async ValueTask<JwtClaims?> OutsideClaims(string token, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> issuers = settings.JwtIssuer is { } issuer ? [issuer] : [];
        var rules = new JwtRules { Algorithms = JwtAlgorithms.HS256, Keys = [], Issuers = issuers, Audience = settings.JwtAudience };
        if (secret.OutsideKey is { } shared && JwtVerification.Verify(token, rules with { Keys = [shared] }, now).Claims is { } claims) return claims;
        if (keySet is null) return null;
        rules = rules with { Algorithms = JwtAlgorithms.RS256 | JwtAlgorithms.ES256 };
        var outcome = JwtVerification.Verify(token, rules with { Keys = await keySet.KeysAsync(cancellationToken) }, now);
        if (outcome.Refusal == JwtRefusal.UnknownKey)
            outcome = JwtVerification.Verify(token, rules with { Keys = await keySet.KeysAfterUnknownKeyAsync(cancellationToken) }, now);
        return outcome.Claims;
    }

    private async ValueTask<Caller?> OfApiToken(string token, CancellationToken cancellationToken)
    {
        if (!apiTokens.TryGetValue(token, out var id))
        {
            var rows = await database.AcrossTenants("SELECT tenant_id, id FROM find_api_token($1)", r => (r.GetGuid(0), r.GetGuid(1)), cancellationToken,
                new NpgsqlParameter<byte[]> { TypedValue = SecretTokens.Hash(token) });
            if (rows.Count == 0) return null;
            if (apiTokens.Count >= MostRemembered) apiTokens.Clear();
            apiTokens[token] = id = rows[0];
        }

        return await callers.OfApiToken(id.Item1, id.Item2, cancellationToken);
    }

    // which row a token belongs to never changes; whether the row is still good is asked each time
    private readonly ConcurrentDictionary<string, (Guid, Guid)> apiTokens = new(StringComparer.Ordinal);

    private sealed record Verified(Guid TenantId, Guid UserId, Guid? SessionId, DateTimeOffset Until);
}
