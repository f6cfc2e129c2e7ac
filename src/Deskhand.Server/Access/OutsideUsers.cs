using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>
/// People whom an outside issuer vouches for. The subject is a user's id here, or is linked to a user by (issuer, subject); never by
/// e-mail alone (security case 38). A subject seen for the first time in a tenant becomes a user, with the role of the token.
/// </summary>
internal sealed class OutsideUsers(Database database, UserAccounts accounts)
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
        var found = await Known(session, claims.Subject, issuer, cancellationToken) ?? await Make(session, claims, issuer, cancellationToken);
        return found is { } id ? (session.TenantId, id) : null;
    }

    private static async Task<Guid?> Known(TenantSession session, string subject, string issuer, CancellationToken cancellationToken)
    {
        var rows = await session.Query("""
            SELECT id FROM users WHERE tenant_id = $1 AND deleted_at IS NULL AND (id::text = $2 OR (external_issuer = $3 AND external_subject = $2))
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(subject), Rows.P(issuer));
        return rows.Count > 0 ? rows[0] : null;
    }

    private async Task<Guid?> Make(TenantSession session, JwtClaims claims, string issuer, CancellationToken cancellationToken)
    {
        if (claims.Email is not { } email) return null;
        var made = await accounts.Create(session, Actor.System(Via.Api), new UserFields
        {
            Email = email,
            Name = email.Length > 100 ? email[..100] : email,
            Role = Wire.Find<Role>(claims.Role ?? "") ?? Role.LightAgent,
            ExternalIdentity = new(issuer, claims.Subject),
        }, null, null, cancellationToken);
        return made.Problem switch
        {
            null => made.Value.Id,
            // a request beside this one made the same user; or the address belongs to somebody else until an administrator links the two
            { Kind: ProblemKind.Conflict } => await Known(session, claims.Subject, issuer, cancellationToken),
            _ => null,
        };
    }
}
