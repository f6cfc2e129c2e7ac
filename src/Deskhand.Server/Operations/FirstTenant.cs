using System.Security.Cryptography;
using Deskhand.Access;
using Deskhand.Data;
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

    /// <summary>
    /// Makes the first tenant unless there is one, all of it in one transaction: a start that is killed in the middle leaves nothing, and the next
    /// one begins anew. Of several instances that start together one makes it.
    /// </summary>
    public static async Task<FirstSignIn?> Ensure(Installation installation, IServiceProvider services, bool withDemonstration, CancellationToken cancellationToken)
    {
        var database = installation.Database.Database;
        var present = await database.AcrossTenants("SELECT slug FROM list_tenants() LIMIT 1", r => r.GetString(0), cancellationToken);
        if (present.Count > 0) return null;
        if (withDemonstration) Console.WriteLine("The first start: a desk is filled with demonstration data, which takes up to a minute (--empty for none) …");

        var settings = installation.Settings;
        var password = settings.AdminPassword ?? NewPassword();
        var now = DateTimeOffset.UtcNow;
        await using var session = database.For(Ids.New(now));
        var made = await session.Transact<FirstSignIn>(async () =>
        {
            var tenant = await CreateTenant.Run(session, new NewTenant(Slug, "Deskhand"), now, cancellationToken);
            if (tenant.Problem is { } taken) return taken;
            var user = await services.GetRequiredService<UserAccounts>().Create(session, Actor.System(Via.CommandLine),
                new UserFields { Email = settings.AdminEmail, Name = "Administrator", Role = Role.Admin }, password, null, cancellationToken);
            if (user.Problem is { } refused) return refused;
            if (withDemonstration) await DemoData.Fill(session, services, cancellationToken);
            return new FirstSignIn(session.TenantId, settings.AdminEmail, settings.AdminPassword is null ? password : null);
        }, cancellationToken);
        return made.Problem switch
        {
            null => made.Value,
            // another instance was quicker
            { Code: "slug_taken" } => null,
            var problem => throw new SettingsException($"The administrator of DESKHAND_ADMIN_EMAIL and DESKHAND_ADMIN_PASSWORD cannot be made: {string.Join(' ', problem.Errors.SelectMany(e => e.Value).DefaultIfEmpty(problem.Message))}"),
        };
    }

    /// <summary>About 95 random bits in five groups that can be read aloud.</summary>
    public static string NewPassword() =>
        string.Join('-', Enumerable.Range(0, 5).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 4)));
}
