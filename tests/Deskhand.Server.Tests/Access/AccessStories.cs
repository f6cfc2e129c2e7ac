using System.Text.Json.Nodes;
using Deskhand.Access;
using Deskhand.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Access;

/// <summary>What the tests of sign-in and accounts do again and again.</summary>
internal static class AccessStories
{
    public const string Password = "a quiet horse at noon";

    /// <summary>Somebody who has a password.</summary>
    public static async Task<User> NewAccount(this Desk desk, TestTenant tenant, Role role = Role.Agent, string? email = null, string? password = Password)
    {
        await using var session = desk.Database.For(tenant.Id);
        var made = await desk.Services.GetRequiredService<UserAccounts>().Create(session, Actor.System(Via.CommandLine),
            new UserFields { Email = email ?? $"p{Guid.NewGuid():N}@{tenant.Slug}.example", Name = "Pat", Role = role }, password, null, CancellationToken.None);
        return made.Value;
    }

    public static Task<Reply> Login(this Desk desk, string email, string password = Password, string? tenant = null, string? totp = null) =>
        desk.Nobody().Post("/auth/login", new JsonObject { ["email"] = email, ["password"] = password, ["tenant"] = tenant, ["totp"] = totp }.ToJsonString());

    public static Task<Reply> Refresh(this Desk desk, string? token) => desk.Nobody().Post("/auth/refresh", new { refreshToken = token });

    /// <summary>Nobody, or whoever has a token.</summary>
    public static Person Nobody(this Desk desk, string token = "") => new(desk, Guid.Empty, "", token.Length == 0 ? null! : token);

    public static async Task<Person> SignedIn(this Desk desk, User user, string password = Password) =>
        new(desk, user.Id, user.Email, (await desk.Login(user.Email, password)).Expect(200)["accessToken"]!);

    /// <summary>The actions in the audit log about somebody, in order.</summary>
    public static async Task<string[]> Audited(this Desk desk, Guid tenantId, Guid target)
    {
        await using var session = desk.Database.For(tenantId);
        return [.. await session.Query("SELECT action FROM audit_log WHERE tenant_id = $1 AND target_id = $2 ORDER BY id", r => r.GetString(0), CancellationToken.None, Rows.P(tenantId), Rows.P(target.ToString()))];
    }
}
