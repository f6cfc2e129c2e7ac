using Deskhand.Access;
using Deskhand.Data;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>Programs that call with an API token.</summary>
internal static class TokenHolders
{
    /// <summary>A new person of a role, calling by a token that allows only the given permissions of it.</summary>
    public static async Task<Person> NewTokenHolder(this Desk desk, TestTenant tenant, Role role, params Permission[] scopes)
    {
        var owner = await desk.NewPerson(tenant, role);
        var token = SecretTokens.NewApiToken();
        var now = DateTimeOffset.UtcNow;
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<int>(async () => await session.Execute(
            "INSERT INTO api_tokens (tenant_id, id, user_id, name, hint, hash, scopes, created_at) VALUES ($1, $2, $3, 'test', 'dh_', $4, $5, $6)", default,
            Rows.P(tenant.Id), Rows.P(Ids.New(now)), Rows.P(owner.UserId), Rows.P(SecretTokens.Hash(token)), Rows.P(scopes.Select(Permissions.Name).ToArray()), Rows.P(now)), default);
        return new Person(desk, owner.UserId, owner.Email, token);
    }
}
