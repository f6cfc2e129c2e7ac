using Deskhand.Access;

namespace Deskhand.Server.Tests.Automation;

public sealed class RoutingTests(Desk desk) : IClassFixture<Desk>
{
    [Theory]
    [InlineData("round_robin")]
    [InlineData("least_busy")]
    public async Task Fifty_tickets_at_once_are_spread_evenly_and_nobody_gets_more_than_they_can(string mode)
    {
        var tenant = await desk.NewTenant(mode.Replace('_', '-'));
        var (group, members) = await Group(tenant, mode, 5);
        (await tenant.Admin.Put($"/users/{members[4].UserId}/availability", new { capacity = 3 })).Expect(200);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => tenant.Agent.NewTicket($"Line {i}", new { groupId = group })));
        var held = new List<string?>();
        foreach (var member in members) held.Add((await tenant.Admin.Get($"/users/{member.UserId}/availability")).Expect(200)["openTickets"]);
        Assert.Equal("3", held[4]);
        Assert.Equal(47, held.Take(4).Sum(h => int.Parse(h!, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(held.Take(4), h => Assert.True(h is "11" or "12", $"somebody holds {h}"));
    }

    [Fact]
    public async Task Who_is_away_full_or_without_the_skill_is_passed_over()
    {
        var tenant = await desk.NewTenant("skilled");
        var (group, members) = await Group(tenant, "skill", 3);
        (await members[0].Put($"/users/{members[0].UserId}/availability", new { available = false })).Expect(200);
        (await tenant.Admin.Put($"/users/{members[0].UserId}/availability", new { available = false, skills = new[] { "fibre" } })).Expect(200);
        (await tenant.Admin.Put($"/users/{members[1].UserId}/availability", new { skills = new[] { "Fibre" }, capacity = 1 })).Expect(200);
        Assert.Equal(members[1].UserId.ToString(), await Assigned(new { groupId = group, tags = new[] { "fibre" } }));
        // nobody is left, and the ticket waits in the queue of the group
        Assert.Null(await Assigned(new { groupId = group, tags = new[] { "fibre" } }));
        Assert.Null(await Assigned(new { groupId = group, tags = new[] { "radio" } }));
        (await tenant.Admin.Put($"/groups/{group}/routing", new { mode = "round_robin" })).Expect(200);
        Assert.Equal(members[2].UserId.ToString(), await Assigned(new { groupId = group }));

        // by assignment to the group too, with a trace
        var ticket = await tenant.Agent.NewTicket();
        Assert.Equal(members[2].UserId.ToString(), (await tenant.Agent.Put($"/tickets/{ticket}/assign", new { groupId = group })).Expect(200)["assigneeId"]);
        Assert.Equal("routing:round_robin", (await tenant.Agent.Get($"/tickets/{ticket}/rules")).Expect(200)["data.0.rule.name"]);
        (await tenant.Admin.Put($"/groups/{group}/routing", new { mode = "none" })).Expect(200);
        Assert.Null(await Assigned(new { groupId = group }));

        async Task<string?> Assigned(object fields) => (await tenant.Agent.Get($"/tickets/{await tenant.Agent.NewTicket("Line", fields)}")).Expect(200)["assigneeId"];
    }

    [Fact]
    public async Task Coming_and_going_is_ones_own_and_the_rest_is_not()
    {
        var (agent, admin) = (desk.Tenant.Agent, desk.Tenant.Admin);
        (await agent.Put($"/users/{agent.UserId}/availability", new { available = false })).Expect(200);
        (await agent.Put($"/users/{agent.UserId}/availability", new { available = false, capacity = 2 })).Expect(403);
        (await agent.Put($"/users/{admin.UserId}/availability", new { available = false })).Expect(403);
        var set = (await admin.Put($"/users/{agent.UserId}/availability", new { capacity = 2, skills = new[] { " Fibre " } }, ("If-Match", "\"1\""))).Expect(200);
        Assert.Equal(("true", "2", "fibre", "2"), (set["available"], set["capacity"], set["skills.0"], set["version"]));
        (await admin.Put($"/users/{agent.UserId}/availability", new { capacity = -1 })).Expect(422);
        (await admin.Put($"/groups/{Guid.NewGuid()}/routing", new { mode = "none" })).Expect(404);
    }

    private async Task<(string Group, List<Person> Members)> Group(TestTenant tenant, string mode, int size)
    {
        var group = (await tenant.Admin.Post("/groups", new { name = "Lines" })).Expect(201)["id"]!;
        var members = new List<Person>();
        for (var i = 0; i < size; i++)
        {
            members.Add(await desk.NewPerson(tenant, Role.Agent));
            Assert.InRange((await tenant.Admin.Put($"/groups/{group}/members/{members[i].UserId}")).Status, 200, 204);
        }

        (await tenant.Admin.Put($"/groups/{group}/routing", new { mode })).Expect(200);
        return (group, members);
    }
}
