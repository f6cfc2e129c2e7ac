using System.Security.Cryptography;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Tenants;

namespace Deskhand.Operations;

/// <summary>How to sign in to a desk that was just made.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Email">The administrator.</param>
/// <param name="Password">The password when it was made here; null when the operator chose it.</param>
internal sealed record FirstSignIn(Guid TenantId, string Email, string? Password);

/// <summary>What an empty installation starts with: a tenant and its administrator.</summary>
internal static class FirstTenant
{
    public const string Slug = "desk";

    /// <summary>Makes the first tenant unless there is one. Of several instances that start together one makes it.</summary>
    public static async Task<FirstSignIn?> Ensure(Installation installation, CancellationToken cancellationToken)
    {
        var database = installation.Database.Database;
        var present = await database.AcrossTenants("SELECT slug FROM list_tenants() LIMIT 1", r => r.GetString(0), cancellationToken);
        if (present.Count > 0) return null;

        var made = await CreateTenant.Run(database, new NewTenant(Slug, "Deskhand"), DateTimeOffset.UtcNow, cancellationToken);
        // another instance was quicker
        if (made.Problem is not null) return null;
        var password = installation.Settings.AdminPassword ?? NewPassword();
        var user = await CreateUser(installation, made.Value, installation.Settings.AdminEmail, "Administrator", Role.Admin, password, cancellationToken);
        if (user.Problem is { } problem)
            throw new SettingsException($"The administrator of DESKHAND_ADMIN_EMAIL and DESKHAND_ADMIN_PASSWORD cannot be made: {string.Join(' ', problem.Errors.SelectMany(e => e.Value).DefaultIfEmpty(problem.Message))}");
        return new(made.Value, installation.Settings.AdminEmail, installation.Settings.AdminPassword is null ? password : null);
    }

    /// <summary>About 95 random bits in five groups that can be read aloud.</summary>
    public static string NewPassword() =>
        string.Join('-', Enumerable.Range(0, 5).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 4)));
}
