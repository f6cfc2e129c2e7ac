using System.Collections.Immutable;
using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>The answer to a sign-in or a refresh.</summary>
/// <param name="AccessToken">For <c>Authorization: Bearer …</c>; null when it is kept in a cookie.</param>
/// <param name="RefreshToken">Good for one use at <c>/auth/refresh</c>, which answers with the next one; null when it is kept in a cookie.</param>
/// <param name="ExpiresIn">Seconds that the access token lasts.</param>
/// <param name="User">Who is signed in.</param>
/// <param name="SessionId">The session, as <c>/auth/sessions</c> lists it.</param>
internal sealed record SignedIn(string? AccessToken, string? RefreshToken, int ExpiresIn, Me User, Guid SessionId);

/// <summary>A signed-in person, as told to that person.</summary>
internal sealed record Me
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Email { get; init; }

    public required Role Role { get; init; }

    /// <summary>Wire names such as <c>tickets:read</c>.</summary>
    public required ImmutableArray<string> Permissions { get; init; }

    public required TicketScope TicketScope { get; init; }

    public required IReadOnlyList<Guid> GroupIds { get; init; }

    /// <summary>The person's own, or else the tenant's.</summary>
    public required string Locale { get; init; }

    /// <summary>IANA name; the person's own, or else the tenant's.</summary>
    public required string TimeZone { get; init; }

    public required Guid TenantId { get; init; }

    /// <summary>The tenant's short name, as <c>tenant</c> at sign-in.</summary>
    public required string Tenant { get; init; }

    public required string TenantName { get; init; }

    /// <summary>Whether signing in takes a one-time code.</summary>
    public required bool TotpEnabled { get; init; }

    /// <summary>The person behind an id; null when not active. Locked against deactivation until the transaction ends when asked for.</summary>
    public static async Task<Me?> Find(TenantSession session, Guid userId, bool locked, CancellationToken cancellationToken)
    {
        var rows = await session.Query($"""
            SELECT u.id, u.name, u.email, u.role, u.ticket_scope,
                   ARRAY(SELECT m.group_id FROM group_members m JOIN groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id
                         WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND g.deleted_at IS NULL ORDER BY m.group_id),
                   coalesce(u.locale, t.locale), coalesce(u.time_zone, t.time_zone), t.slug, t.name,
                   EXISTS (SELECT 1 FROM credentials c WHERE c.tenant_id = u.tenant_id AND c.user_id = u.id AND c.totp_confirmed_at IS NOT NULL)
            FROM users u JOIN tenants t ON t.tenant_id = u.tenant_id
            WHERE u.tenant_id = $1 AND u.id = $2 AND u.active AND u.deleted_at IS NULL AND t.suspended_at IS NULL
            {(locked ? "FOR SHARE OF u" : null)}
            """, r => new Me
        {
            Id = r.GetGuid(0),
            Name = r.GetString(1),
            Email = r.GetString(2),
            Role = Wire.Find<Role>(r.GetString(3))!.Value,
            Permissions = Names(Access.Permissions.Of(Wire.Find<Role>(r.GetString(3))!.Value)),
            TicketScope = Wire.Find<TicketScope>(r.GetString(4))!.Value,
            GroupIds = r.GetFieldValue<Guid[]>(5),
            Locale = r.GetString(6),
            TimeZone = r.GetString(7),
            TenantId = session.TenantId,
            Tenant = r.GetString(8),
            TenantName = r.GetString(9),
            TotpEnabled = r.GetBoolean(10),
        }, cancellationToken, Rows.P(session.TenantId), Rows.P(userId));
        return rows.SingleOrDefault();
    }

    public static ImmutableArray<string> Names(PermissionSet permissions) => [.. permissions.Each().Select(Access.Permissions.Name)];
}
