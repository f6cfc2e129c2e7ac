using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>
/// People whom an outside issuer vouches for. The subject is a user's id here, or is linked to a user by (issuer, subject); never by
/// e-mail alone (SECURITY-CASES 38). A subject seen for the first time in a tenant becomes a user, with the role of the token.
/// </summary>
internal sealed class OutsideUsers(Database database, TimeProvider clock)
{
    /// <summary>The issuer that stands for tokens without an <c>iss</c>: whoever shares the secret.</summary>
    private const string SharedSecret = "shared-secret";

    public async ValueTask<(Guid TenantId, Guid UserId)?> Find(JwtClaims claims, CancellationToken cancellationToken)
    {
        var tenants = await database.AcrossTenants(
            "SELECT tenant_id FROM list_tenants() WHERE (tenant_id::text = $1 OR slug = $1) AND suspended_at IS NULL",
            r => r.GetGuid(0), cancellationToken, Rows.P(claims.TenantId));
        if (tenants.Count != 1) return null;

        await using var session = database.For(tenants[0]);
        var issuer = claims.Issuer ?? SharedSecret;
        var found = await session.Transact<Guid?>(async () =>
        {
            var rows = await session.Query("""
                SELECT id FROM users WHERE tenant_id = $1 AND deleted_at IS NULL
                AND (id::text = $2 OR (external_issuer = $3 AND external_subject = $2))
                """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(claims.Subject), Rows.P(issuer));
            if (rows.Count > 0) return rows[0];
            if (claims.Email is not { } email || new FieldErrors() is var errors && !IsAddress(errors, email)) return (Guid?)null;

            // an address that is taken already belongs to somebody else until an administrator links the two
            var made = await session.Query("""
                INSERT INTO users (tenant_id, id, email, name, role, external_issuer, external_subject, created_at, updated_at)
                VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING RETURNING id
                """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(Ids.New(clock.GetUtcNow())), Rows.P(email),
                Rows.P(Wire.Name(Wire.Find<Role>(claims.Role ?? "") ?? Role.LightAgent)), Rows.P(issuer), Rows.P(claims.Subject), Rows.P(clock.GetUtcNow()));
            return made.Count > 0 ? made[0] : (Guid?)null;
        }, cancellationToken);
        return found.Value is { } id ? (tenants[0], id) : null;
    }

    private static bool IsAddress(FieldErrors errors, string email)
    {
        errors.Email("email", email);
        return errors.ToProblem() is null;
    }
}
