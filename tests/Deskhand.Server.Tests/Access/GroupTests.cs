using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class GroupTests(Desk desk) : IClassFixture<Desk>
{
    private Person Admin => desk.Tenant.Admin;

    [Fact]
    public async Task A_group_gains_and_loses_members_and_tells_it()
    {
        var made = (await Admin.Post("/groups", new { name = "Field " + Guid.NewGuid(), description = "Two lines\nare fine" })).Expect(201);
        var (id, agent) = (made["id"]!, desk.Tenant.Agent);
        Assert.Equal("name_taken", (await Admin.Post("/groups", new { name = made["name"]!.ToUpperInvariant() })).Expect(409)["code"]);
        (await Admin.Put($"/groups/{id}/members/{agent.UserId}")).Expect(204);
        (await Admin.Put($"/groups/{id}/members/{agent.UserId}")).Expect(204);
        (await Admin.Put($"/groups/{id}/members/{desk.Foreign.Agent.UserId}")).Expect(404);
        (await desk.Foreign.Admin.Put($"/groups/{id}/members/{desk.Foreign.Agent.UserId}")).Expect(404);
        Assert.Equal(agent.UserId.ToString(), (await agent.Get($"/groups/{id}/members")).Expect(200)["data.0.id"]);
        Assert.Equal(agent.UserId.ToString(), (await agent.Get($"/users?group={id}")).Expect(200)["data.0.id"]);
        Assert.Equal(id, (await agent.Get("/groups?member=me")).Expect(200)["data.0.id"]);
        Assert.Equal(agent.UserId.ToString(), (await agent.Get($"/groups/{id}")).Expect(200)["memberIds.0"]);
        (await Admin.Delete($"/groups/{id}/members/{agent.UserId}")).Expect(204);
        (await Admin.Delete($"/groups/{id}/members/{agent.UserId}")).Expect(404);
        Assert.Equal("4", (await Admin.Patch($"/groups/{id}", new { description = (string?)null })).Expect(200)["version"]);
        (await agent.Delete($"/groups/{id}")).Expect(403);
        (await Admin.Delete($"/groups/{id}", ("If-Match", "\"3\""))).Expect(412);
        (await Admin.Delete($"/groups/{id}")).Expect(204);
        (await Admin.Get($"/groups/{id}")).Expect(404);
        Assert.Equal("group.created group.updated group.updated group.updated group.deleted",
            await desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'"));
        Assert.Equal(["group.created", "group.member_added", "group.member_removed", "group.updated", "group.deleted"], await desk.Audited(desk.Tenant.Id, Guid.Parse(id)));
    }

    [Fact]
    public async Task Membership_decides_at_once_what_a_group_scoped_agent_sees()
    {
        var group = (await Admin.Post("/groups", new { name = "Queue " + Guid.NewGuid() })).Expect(201)["id"]!;
        var agent = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Groups);
        var ticket = await Admin.NewTicket("Queued", new { groupId = group });
        (await agent.Get($"/tickets/{ticket}")).Expect(404);
        (await Admin.Put($"/groups/{group}/members/{agent.UserId}")).Expect(204);
        (await agent.Get($"/tickets/{ticket}")).Expect(200);
        (await Admin.Delete($"/groups/{group}/members/{agent.UserId}")).Expect(204);
        (await agent.Get($"/tickets/{ticket}")).Expect(404);
    }

    [Fact]
    public async Task A_group_with_open_tickets_stays_and_says_how_many_wait()
    {
        var group = (await Admin.Post("/groups", new { name = "Busy " + Guid.NewGuid() })).Expect(201)["id"]!;
        await Admin.NewTicket("One", new { groupId = group });
        var ticket = await Admin.NewTicket("Two", new { groupId = group });
        var refused = (await Admin.Delete($"/groups/{group}")).Expect(409);
        Assert.Equal("group_has_open_tickets", refused["code"]);
        Assert.StartsWith("2 open tickets", refused["detail"], StringComparison.Ordinal);
        (await Admin.Delete($"/tickets/{ticket}")).Expect(204);
        Assert.StartsWith("1 open ticket ", (await Admin.Delete($"/groups/{group}")).Expect(409)["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_deleted_leaves_the_groups()
    {
        var group = (await Admin.Post("/groups", new { name = "Small " + Guid.NewGuid() })).Expect(201)["id"]!;
        var user = await desk.NewAccount(desk.Tenant);
        (await Admin.Put($"/groups/{group}/members/{user.Id}")).Expect(204);
        (await Admin.Delete($"/users/{user.Id}")).Expect(204);
        Assert.Empty((await Admin.Get($"/groups/{group}")).Expect(200).At("memberIds")!.AsArray());
    }
}
