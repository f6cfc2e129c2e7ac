using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Realtime;

/// <summary>Changes what people may do under the server, and says so, as the use cases do.</summary>
internal static class Rights
{
    public static async Task Change(Desk desk, TestTenant tenant, string sql, Guid user, Guid? more = null)
    {
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute(sql, CancellationToken.None, more is { } id ? [Rows.P(user), Rows.P(id)] : [Rows.P(user)]);
            await Callers.Changed(session, user, CancellationToken.None);
            return default(Nothing);
        }, CancellationToken.None);
    }

    public static async Task<Guid> NewGroup(Desk desk, TestTenant tenant)
    {
        var id = Ids.New(DateTimeOffset.UtcNow);
        await Change(desk, tenant, "INSERT INTO groups (tenant_id, id, name, created_at, updated_at) SELECT current_setting('app.tenant_id')::uuid, $2, $2::text, now(), now() WHERE $1::uuid IS NOT NULL", Guid.NewGuid(), id);
        return id;
    }

    public static async Task<string> NewApiToken(Desk desk, TestTenant tenant, Person owner, params string[] scopes)
    {
        var token = SecretTokens.NewApiToken();
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("INSERT INTO api_tokens (tenant_id, id, user_id, name, hint, hash, scopes, created_at) VALUES ($1, $2, $3, 'test', 'test', $4, $5, now())", CancellationToken.None,
                Rows.P(tenant.Id), Rows.P(Guid.NewGuid()), Rows.P(owner.UserId), Rows.P(SecretTokens.Hash(token)), Rows.P(scopes));
            return default(Nothing);
        }, CancellationToken.None);
        return token;
    }
}

/// <summary>Events without the work of changes.</summary>
internal static class Publish
{
    /// <summary>An update of so many customers that do not exist, in one transaction.</summary>
    public static Task Customers(Desk desk, TestTenant tenant, int count, long sequence) =>
        Customers(desk, tenant, [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid())], sequence);

    public static async Task Customers(Desk desk, TestTenant tenant, Guid[] customers, long sequence)
    {
        var now = DateTimeOffset.UtcNow;
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            var drafts = customers.Select(id => new EventDraft("customer.updated", "customer", id, sequence, now, [("customer", new { id, version = sequence })], []));
            await desk.Services.GetRequiredService<ChangeLog>().Write(session, new Happened("customer", customers[0], now, Actor.System(Via.Import), [], [.. drafts]), CancellationToken.None);
            return default(Nothing);
        }, CancellationToken.None);
    }
}
