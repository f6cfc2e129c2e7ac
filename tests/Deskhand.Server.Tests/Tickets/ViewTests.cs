using Deskhand.Access;
using Deskhand.Data;

namespace Deskhand.Server.Tests.Tickets;

public sealed class ViewTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_new_desk_has_five_views_that_show_and_count_what_they_say()
    {
        var tenant = await desk.NewTenant("ready");
        var (agent, admin) = (tenant.Agent, tenant.Admin);
        var mine = await admin.NewTicket("Mine", new { assigneeId = agent.UserId });
        var free = await admin.NewTicket("Free", new { priority = "urgent" });
        var solved = await admin.NewTicket("Solved", new { assigneeId = admin.UserId });
        (await admin.Put($"/tickets/{solved}/resolve", new { })).Expect(200);
        var views = (await agent.Get("/views")).Expect(200).At("data")!.AsArray().ToDictionary(v => v!["name"]!.ToString(), v => v!["id"]!.ToString());
        Assert.Equal(["My open tickets", "Unassigned", "All open", "Urgent", "Recently solved"], views.Keys);
        var counts = (await agent.Get("/views/counts")).Expect(200).At("data")!.AsArray().ToDictionary(c => c!["id"]!.ToString(), c => c!["count"]!.GetValue<int>());
        foreach (var (name, expected) in new (string, Guid[])[] { ("My open tickets", [mine]), ("Unassigned", [free]), ("All open", [free, mine]), ("Urgent", [free]), ("Recently solved", [solved]) })
        {
            Assert.Equal(expected.Select(e => e.ToString()), (await agent.Get($"/views/{views[name]}/tickets")).Expect(200).At("data")!.AsArray().Select(t => t!["id"]!.ToString()));
            Assert.Equal(expected.Length, counts[views[name]]);
        }

        Assert.Single((await agent.Get($"/views/{views["All open"]}/tickets?limit=1&sort=createdAt")).Expect(200).At("data")!.AsArray());
        Assert.Equal("Mis tickets abiertos", Deskhand.Search.ReadyViews.In("es")[0].Name);
    }

    [Fact]
    public async Task A_view_is_made_changed_and_deleted_with_history_and_events()
    {
        var agent = desk.Tenant.Agent;
        var made = (await agent.Post("/views", new { name = " Pressing ", conditions = "priority>=high is:unsolved", sort = "-priority", columns = new[] { "subject", "status" }, groupBy = "status" })).Expect(201);
        Assert.Equal(("Pressing", "personal", agent.UserId.ToString(), "1"), (made["name"], made["visibility"], made["ownerId"], made["version"]));
        var id = made["id"];
        Assert.Equal(made.Text, (await agent.Get($"/views/{id}")).Expect(200).Text);
        Assert.Equal("2", (await agent.Patch($"/views/{id}", new { conditions = "priority:urgent" })).Expect(200)["version"]);
        Assert.Equal("2", (await agent.Patch($"/views/{id}", new { conditions = "priority:urgent" })).Expect(200)["version"]);
        (await agent.Patch($"/views/{id}", new { name = "Stale" }, ("If-Match", "\"1\""))).Expect(412);
        (await agent.Put($"/views/{id}", new { name = "Whole", conditions = "" })).Expect(200);
        (await agent.Delete($"/views/{id}")).Expect(204);
        (await agent.Get($"/views/{id}")).Expect(404);
        Assert.Equal(["view.created", "view.updated", "view.updated", "view.deleted"],
            await List("SELECT type FROM events WHERE entity_id = $1 ORDER BY sequence", id!));
        Assert.Equal(4, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM audit_log WHERE target_id = $1", Rows.P(id)));
        Assert.True(await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM history WHERE entity_id = $1::uuid", Rows.P(id)) >= 6);
    }

    [Theory]
    [InlineData("status:opne", 7)]
    [InlineData("tag:a \"b", 6)]
    [InlineData("assignee:nobody", 9)]
    public async Task Conditions_that_mean_nothing_are_not_saved_and_say_where(string conditions, int position)
    {
        var reply = (await desk.Tenant.Agent.Post("/views", new { name = "Broken", conditions })).Expect(400);
        Assert.Equal(("query_syntax", position.ToString()), (reply["code"], reply["position"]));
        Assert.NotNull(reply.At("errors.conditions"));
    }

    [Fact]
    public async Task Other_members_are_checked_too()
    {
        var agent = desk.Tenant.Agent;
        foreach (var body in new object[] { new { name = "", conditions = "" }, new { name = "x", conditions = "", sort = "colour" }, new { name = "x", conditions = "", columns = new[] { "colour" } }, new { name = "x", conditions = "", groupBy = "colour" } })
            (await agent.Post("/views", body)).Expect(422);
        (await desk.Tenant.Manager.Post("/views", new { name = "x", conditions = "", visibility = "group" })).Expect(422);
        (await agent.Post("/views", new { name = "x" })).Expect(400);
        (await agent.Get("/views/counts?ids=x")).Expect(400);
    }

    [Fact]
    public async Task Sec06_A_view_is_seen_by_whom_it_is_for_and_shows_only_their_tickets()
    {
        var tenant = await desk.NewTenant("for-whom");
        var (agent, manager) = (tenant.Agent, tenant.Manager);
        var narrow = await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned);
        var own = (await agent.Post("/views", new { name = "Own", conditions = "" })).Expect(201)["id"];
        foreach (var other in new[] { manager, tenant.Admin, narrow })
        {
            (await other.Get($"/views/{own}")).Expect(404);
            (await other.Get($"/views/{own}/tickets")).Expect(404);
            (await other.Patch($"/views/{own}", new { name = "Mine now" })).Expect(404);
            (await other.Delete($"/views/{own}")).Expect(404);
            Assert.Empty((await other.Get($"/views/counts?ids={own}")).Expect(200).At("data")!.AsArray());
            (await other.Put("/views/order", new { viewIds = new[] { own } })).Expect(404);
        }

        (await agent.Post("/views", new { name = "Everybody's", conditions = "", visibility = "shared" })).Expect(403);
        (await agent.Patch($"/views/{own}", new { visibility = "shared" })).Expect(403);
        var shared = (await manager.Post("/views", new { name = "Everything", conditions = "", visibility = "shared" })).Expect(201)["id"];
        (await agent.Patch($"/views/{shared}", new { name = "x" })).Expect(403);
        (await agent.Delete($"/views/{shared}")).Expect(403);

        var group = (await tenant.Admin.Post("/groups", new { name = "Few" })).Expect(201)["id"];
        (await tenant.Admin.Put($"/groups/{group}/members/{agent.UserId}")).Expect(204);
        var ofGroup = (await manager.Post("/views", new { name = "Of few", conditions = "", visibility = "group", groupId = group })).Expect(201)["id"];
        (await agent.Get($"/views/{ofGroup}")).Expect(200);
        (await narrow.Get($"/views/{ofGroup}")).Expect(404);

        await tenant.Admin.NewTicket("Hidden", new { assigneeId = agent.UserId });
        var seen = await tenant.Admin.NewTicket("Seen", new { assigneeId = narrow.UserId });
        var listed = (await narrow.Get($"/views/{shared}/tickets")).Expect(200);
        Assert.Equal(seen.ToString(), Assert.Single(listed.At("data")!.AsArray())!["id"]!.ToString());
        Assert.Equal("1", (await narrow.Get($"/views/counts?ids={shared}")).Expect(200)["data.0.count"]);
        Assert.Equal("2", (await agent.Get($"/views/counts?ids={shared}")).Expect(200)["data.0.count"]);
    }

    [Fact]
    public async Task The_order_of_views_is_each_persons_own()
    {
        var tenant = await desk.NewTenant("order");
        async Task<List<string>> Order(Person person) => [.. (await person.Get("/views")).Expect(200).At("data")!.AsArray().Select(v => v!["id"]!.ToString())];
        var before = await Order(tenant.Agent);
        (await tenant.Agent.Put("/views/order", new { viewIds = new[] { before[3], before[1], before[3] } })).Expect(204);
        Assert.Equal([before[3], before[1], before[0], before[2], before[4]], await Order(tenant.Agent));
        Assert.Equal(before, await Order(tenant.Manager));
        var added = (await tenant.Agent.Post("/views", new { name = "New", conditions = "" })).Expect(201)["id"];
        Assert.Equal(added, (await Order(tenant.Agent))[^1]);
        var page = (await tenant.Agent.Get("/views?limit=4")).Expect(200);
        Assert.Equal("6", page["pagination.total"]);
        Assert.Equal(2, (await tenant.Agent.Get($"/views?limit=4&cursor={page["pagination.nextCursor"]}")).Expect(200).At("data")!.AsArray().Count);
    }

    [Fact]
    public async Task A_view_that_does_not_fit_any_more_says_so_and_never_fails()
    {
        var tenant = await desk.NewTenant("broken");
        var field = (await tenant.Admin.Post("/custom-fields", new { key = "floor", label = "Floor", type = "number" })).Expect(201)["id"];
        var view = (await tenant.Agent.Post("/views", new { name = "Upstairs", conditions = "cf.floor>2" })).Expect(201)["id"];
        (await tenant.Agent.Get($"/views/{view}/tickets")).Expect(200);
        (await tenant.Admin.Delete($"/custom-fields/{field}")).Expect(204);
        var broken = (await tenant.Agent.Get($"/views/{view}/tickets")).Expect(409);
        Assert.Equal(("view_broken", "0"), (broken["code"], broken["position"]));
        var count = (await tenant.Agent.Get($"/views/counts?ids={view}")).Expect(200);
        Assert.Null(count["data.0.count"]);
        Assert.Contains("does not fit", count["data.0.problem"], StringComparison.Ordinal);
        (await tenant.Agent.Patch($"/views/{view}", new { name = "Was upstairs" })).Expect(200);
        (await tenant.Agent.Patch($"/views/{view}", new { conditions = "is:unsolved" })).Expect(200);
        (await tenant.Agent.Get($"/views/{view}/tickets")).Expect(200);
    }

    private async Task<List<string>> List(string sql, string id)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        return await session.Query(sql, r => r.GetString(0), CancellationToken.None, Rows.P(Guid.Parse(id)));
    }
}
