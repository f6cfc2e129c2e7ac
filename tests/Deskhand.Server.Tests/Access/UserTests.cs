using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class UserTests(Desk desk) : IClassFixture<Desk>
{
    private Person Admin => desk.Tenant.Admin;

    [Fact]
    public async Task A_user_lives_from_creation_to_deletion_and_history_events_and_audit_tell_it()
    {
        var email = $"{Guid.NewGuid():N}@acme.example";
        var made = (await Admin.Post("/users", new { email, name = "Sipho", role = "agent", externalIdentity = new { issuer = "https://id.example", subject = email } })).Expect(201);
        var id = made["id"]!;
        Assert.Equal("all", made["ticketScope"]);
        Assert.DoesNotContain("password", made.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("email_taken", (await Admin.Post("/agents", new { email = email.ToUpperInvariant(), name = "Twin" })).Expect(409)["code"]);
        Assert.Equal("external_identity_taken", (await Admin.Post("/users", new { email = "x" + email, name = "Twin", externalIdentity = new { issuer = "https://id.example", subject = email } })).Expect(409)["code"]);

        var patched = (await Admin.Patch($"/agents/{id}", new { ticketScope = "groups", locale = "es", timeZone = "Africa/Johannesburg" })).Expect(200);
        Assert.Equal("2", patched["version"]);
        Assert.Equal("Sipho", patched["name"]);
        (await Admin.Patch($"/users/{id}", new { ticketScope = "groups" })).Expect(200);
        (await Admin.Patch($"/users/{id}", new { name = "S" }, ("If-Match", "\"1\""))).Expect(412);
        var replaced = (await Admin.Put($"/users/{id}", new { email, name = "Sipho N" }, ("If-Match", "\"2\""))).Expect(200);
        Assert.Null(replaced["externalIdentity"]);
        (await Admin.Patch($"/users/{id}", new { active = false })).Expect(400);
        (await Admin.Patch($"/users/{id}", new { tenantId = desk.Foreign.Id })).Expect(400);
        (await Admin.Patch($"/users/{id}", new { timeZone = "Mars/Base", locale = "klingon", email = "no", name = " " })).Expect(422);

        Assert.Equal("false", (await Admin.Post($"/users/{id}/deactivate")).Expect(200)["active"]!.ToLowerInvariant());
        Assert.Equal("true", (await Admin.Post($"/users/{id}/reactivate")).Expect(200)["active"]!.ToLowerInvariant());
        (await Admin.Delete($"/users/{id}")).Expect(204);
        (await Admin.Get($"/users/{id}")).Expect(404);
        (await Admin.Post("/users", new { email, name = "Successor" })).Expect(201);

        Assert.Equal("user.created user.updated user.updated user.deactivated user.updated user.deleted",
            await desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'"));
        Assert.Equal(["user.created", "user.updated", "user.updated", "user.deactivated", "user.updated", "user.deleted"], await desk.Audited(desk.Tenant.Id, Guid.Parse(id)));
    }

    [Fact]
    public async Task The_history_of_a_user_can_be_read()
    {
        var user = await desk.NewAccount(desk.Tenant);
        (await Admin.Patch($"/users/{user.Id}", new { role = "manager" })).Expect(200);
        var history = (await desk.Tenant.Agent.Get($"/users/{user.Id}/history?limit=1")).Expect(200);
        Assert.Equal("role", history["data.0.field"]);
        Assert.Equal("manager", history["data.0.to"]);
        (await desk.Foreign.Admin.Get($"/users/{user.Id}/history")).Expect(404);
    }

    [Fact]
    public async Task Sec37_deactivation_and_a_change_of_role_end_sessions_refresh_and_api_tokens_at_once()
    {
        foreach (var change in new Func<Guid, Task<Reply>>[] { id => Admin.Post($"/users/{id}/deactivate"), id => Admin.Patch($"/users/{id}", new { role = "light_agent" }), id => Admin.Delete($"/users/{id}") })
        {
            var user = await desk.NewAccount(desk.Tenant);
            var signedIn = (await desk.Login(user.Email)).Expect(200);
            var me = desk.Nobody(signedIn["accessToken"]!);
            var token = desk.Nobody((await me.Post("/api-tokens", new { name = "script", scopes = new[] { "tickets:read" } })).Expect(201)["token"]!);
            (await token.Get("/tickets")).Expect(200);
            Assert.InRange((await change(user.Id)).Status, 200, 204);
            (await me.Get("/tickets")).Expect(401);
            (await token.Get("/tickets")).Expect(401);
            (await desk.Refresh(signedIn["refreshToken"])).Expect(401);
        }
    }

    [Fact]
    public async Task A_changed_scope_holds_for_the_next_request()
    {
        var ticket = await desk.Tenant.Agent.NewTicket();
        (await desk.Tenant.Agent.Put($"/tickets/{ticket}/assign", new { assigneeId = desk.Tenant.Agent.UserId })).Expect(200);
        var user = await desk.NewAccount(desk.Tenant);
        var me = await desk.SignedIn(user);
        (await me.Get($"/tickets/{ticket}")).Expect(200);
        (await Admin.Patch($"/users/{user.Id}", new { ticketScope = "assigned" })).Expect(200);
        (await me.Get($"/tickets/{ticket}")).Expect(404);
    }

    [Fact]
    public async Task The_last_active_administrator_stays_even_against_two_at_once()
    {
        var tenant = await desk.NewTenant($"t{Guid.NewGuid():N}");
        var second = await desk.NewPerson(tenant, Role.Admin);
        var replies = await Task.WhenAll(
            tenant.Admin.Patch($"/users/{second.UserId}", new { role = "agent" }),
            second.Patch($"/users/{tenant.Admin.UserId}", new { role = "agent" }));
        Assert.Equal(1L, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM users WHERE role = 'admin' AND active AND deleted_at IS NULL"));
        Assert.Contains(replies, r => r.Status == 200);

        var left = replies[0].Status == 200 ? tenant.Admin : second;
        Assert.Equal("last_admin", (await left.Post($"/users/{left.UserId}/deactivate")).Expect(409)["code"]);
        (await left.Delete($"/users/{left.UserId}")).Expect(409);
        (await left.Patch($"/users/{left.UserId}", new { role = "manager" })).Expect(409);
    }

    [Fact]
    public async Task Users_are_listed_filtered_sorted_and_paged()
    {
        var tenant = await desk.NewTenant($"t{Guid.NewGuid():N}");
        for (var i = 0; i < 5; i++) await desk.NewAccount(tenant, email: $"agent{i}@list.example");
        var agent = tenant.Agent;
        Assert.Equal(9, (await agent.Get("/users")).Expect(200).At("pagination.total")!.GetValue<int>());
        Assert.Equal(6, (await agent.Get("/users?role=agent&active=true")).Expect(200).At("data")!.AsArray().Count);
        Assert.Equal(7, (await agent.Get("/agents?role=agent&role=admin")).Expect(200).At("data")!.AsArray().Count);
        Assert.Equal("agent3@list.example", (await agent.Get("/users?search=AGENT3")).Expect(200)["data.0.email"]);
        foreach (var sort in new[] { "name", "-email", "role", "-createdAt", "updatedAt" })
        {
            var all = (await agent.Get($"/users?sort={sort}")).Expect(200).At("data")!.AsArray().Select(u => u!["id"]!.ToString()).ToList();
            var walked = new List<string>();
            for (string? cursor = ""; cursor is not null;)
            {
                var page = (await agent.Get($"/users?sort={sort}&limit=2" + (cursor.Length > 0 ? $"&cursor={cursor}" : ""))).Expect(200);
                walked.AddRange(page.At("data")!.AsArray().Select(u => u!["id"]!.ToString()));
                cursor = page["pagination.nextCursor"];
            }

            Assert.Equal(all, walked);
        }

        foreach (var wrong in new[] { "role=boss", "active=maybe", "group=x", "sort=password", "cursor=abc", "limit=0", "page=0", "nonsense=1", "createdAfter=yesterday" })
            (await agent.Get($"/users?{wrong}")).Expect(400);
        (await tenant.LightAgent.Post("/users", new { email = "a@b.example", name = "x" })).Expect(403);
    }
}
