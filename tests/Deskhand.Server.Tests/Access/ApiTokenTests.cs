namespace Deskhand.Server.Tests.Access;

public sealed class ApiTokenTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Sec39_a_token_is_shown_once_and_dead_when_deleted()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var me = await desk.SignedIn(user);
        var made = (await me.Post("/api-tokens", new { name = "CI", scopes = new[] { "tickets:read", "tickets:create" }, expiresAt = DateTimeOffset.UtcNow.AddDays(30) })).Expect(201);
        var secret = made["token"]!;
        Assert.StartsWith("dh_", secret, StringComparison.Ordinal);
        var token = desk.Nobody(secret);
        (await token.Get("/tickets")).Expect(200);
        (await token.Get("/users")).Expect(403);

        foreach (var reader in new[] { me, desk.Tenant.Admin, token })
        {
            var list = (await reader.Get("/api-tokens")).Expect(200);
            Assert.Contains(list.At("data")!.AsArray(), t => t!["id"]!.ToString() == made["id"]);
            Assert.DoesNotContain(secret, list.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(secret, (await desk.Tenant.Admin.Get("/audit-log")).Text + (await desk.Tenant.Admin.Get("/users")).Text, StringComparison.Ordinal);
        Assert.NotNull((await me.Get("/api-tokens")).Expect(200)["data.0.lastUsedAt"]);
        (await desk.Tenant.Agent.Delete($"/api-tokens/{made["id"]}")).Expect(404);
        (await desk.Foreign.Admin.Delete($"/api-tokens/{made["id"]}")).Expect(404);
        (await me.Delete($"/api-tokens/{made["id"]}")).Expect(204);
        (await token.Get("/tickets")).Expect(401);
    }

    [Fact]
    public async Task Scopes_are_known_ones_that_the_maker_has()
    {
        var agent = desk.Tenant.Agent;
        var unknown = (await agent.Post("/api-tokens", new { name = "x", scopes = new[] { "tickets:read", "tickets:everything" } })).Expect(422);
        Assert.Contains("tickets:read", unknown.At("allowed")!.AsArray().Select(a => a!.ToString()));
        var above = (await agent.Post("/api-tokens", new { name = "x", scopes = new[] { "users:manage" } })).Expect(422);
        Assert.DoesNotContain("users:manage", above.At("allowed")!.AsArray().Select(a => a!.ToString()));
        (await agent.Post("/api-tokens", new { name = " ", scopes = Array.Empty<string>(), expiresAt = "2020-01-01T00:00:00Z" })).Expect(422);
        (await agent.Post("/api-tokens", new { name = "x", scopes = new[] { "tickets:read" }, userId = desk.Tenant.Admin.UserId })).Expect(400);
    }

    [Fact]
    public async Task A_token_ends_by_itself()
    {
        var made = (await desk.Tenant.Agent.Post("/api-tokens", new { name = "short", scopes = new[] { "tickets:read" }, expiresAt = DateTimeOffset.UtcNow.AddSeconds(2) })).Expect(201);
        var token = desk.Nobody(made["token"]!);
        (await token.Get("/tickets")).Expect(200);
        await Task.Delay(2100);
        (await token.Get("/tickets")).Expect(401);
    }

    [Fact]
    public async Task The_audit_log_is_filtered_paged_and_only_ever_appended_to()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var admin = desk.Tenant.Admin;
        for (var i = 0; i < 3; i++) (await admin.Patch($"/users/{user.Id}", new { name = $"Name {i}" })).Expect(200);
        var log = (await admin.Get($"/audit-log?actor={admin.UserId}&action=user.updated&target={user.Id}&targetType=user&limit=2&from=2020-01-01T00:00:00Z")).Expect(200);
        Assert.Equal(3, log.At("pagination.total")!.GetValue<int>());
        Assert.Equal(admin.UserId.ToString(), log["data.0.actor.id"]);
        Assert.Equal("127.0.0.1", log["data.0.ip"]);
        var rest = (await admin.Get($"/audit-log?action=user.updated&target={user.Id}&limit=2&cursor={log["pagination.nextCursor"]}")).Expect(200);
        Assert.Single(rest.At("data")!.AsArray());
        (await admin.Get("/audit-log?from=monday")).Expect(400);
        (await desk.Tenant.Manager.Get("/audit-log")).Expect(403);
        Assert.Empty((await desk.Foreign.Admin.Get($"/audit-log?target={user.Id}")).Expect(200).At("data")!.AsArray());
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => desk.Scalar<string>(desk.Tenant.Id, "DELETE FROM audit_log RETURNING action"));
        Assert.Equal("42501", refused.SqlState);
    }
}
