using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Realtime;

/// <summary>Who looks at which ticket, and who is told.</summary>
public sealed class PresenceTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Those_at_a_ticket_see_each_other_come_type_and_go()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        var ticket = await agent.NewTicket();
        await using var one = await HubClient.Open(agent);
        await using var two = await HubClient.Open(manager);
        await using var elsewhere = await HubClient.Open(desk.Tenant.Admin);

        await one.Call("Look", ticket);
        await one.Sees(ticket, $"{agent.UserId}");
        await two.Call("Look", ticket);
        await one.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}");
        await two.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}");
        await two.Call("Type", ticket, true);
        await one.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}*");
        await two.Call("Type", ticket, false);
        await one.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}");
        await two.Call("LookAway", ticket);
        await one.Sees(ticket, $"{agent.UserId}");

        var last = one.Heard.Last(t => t.Name == "ticket:presence").Data;
        Assert.Equal(["id", "people", "count"], last.Select(m => m.Key));
        Assert.Equal(["userId", "name", "typing", "since"], last["people"]![0]!.AsObject().Select(m => m.Key));
        Assert.DoesNotContain(elsewhere.Heard, t => t.Name == "ticket:presence");
    }

    [Fact]
    public async Task A_user_with_two_windows_is_one_person_who_stays_until_the_last_is_closed()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        var ticket = await agent.NewTicket();
        await using var watcher = await HubClient.Open(manager);
        await watcher.Call("Look", ticket);
        var first = await HubClient.Open(agent);
        await using var second = await HubClient.Open(agent);
        await first.Call("Look", ticket);
        await second.Call("Look", ticket);
        await second.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}");
        await Eventually.Holds(async () => await RowsOf(ticket) == 3, what: "a row for each window");

        first.Abort();
        await Eventually.Holds(async () => await RowsOf(ticket) == 2, 60, "the closed window's row is gone");
        await watcher.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}");
        second.Abort();
        await watcher.Sees(ticket, $"{manager.UserId}");
    }

    [Fact]
    public async Task Typing_ends_by_itself()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        var ticket = await agent.NewTicket();
        await using var one = await HubClient.Open(agent);
        await using var two = await HubClient.Open(manager);
        await one.Call("Look", ticket);
        await two.Call("Look", ticket);

        await two.Call("Type", ticket, true);

        await one.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}*");
        await one.Sees(ticket, $"{agent.UserId}", $"{manager.UserId}");
    }

    [Fact]
    public async Task Those_of_an_instance_that_died_are_gone_when_their_time_is_over()
    {
        var agent = desk.Tenant.Agent;
        var ticket = await agent.NewTicket();
        // what a killed instance leaves behind: a row that nobody renews
        await Rights.Change(desk, desk.Tenant, """
            INSERT INTO ticket_presence (tenant_id, ticket_id, connection_id, user_id, since, until)
            SELECT current_setting('app.tenant_id')::uuid, $2, gen_random_uuid(), $1, now(), now() + interval '4 seconds'
            """, desk.Tenant.Manager.UserId, ticket);
        await using var client = await HubClient.Open(agent);

        await client.Call("Look", ticket);

        await client.Sees(ticket, $"{agent.UserId}", $"{desk.Tenant.Manager.UserId}");
        await client.Sees(ticket, $"{agent.UserId}");
    }

    [Fact]
    public async Task Sec01_Sec06_foreign_unknown_and_unreadable_tickets_are_refused_alike_and_nobody_is_seen_there()
    {
        var agent = desk.Tenant.Agent;
        var narrow = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Assigned);
        var foreign = await desk.Foreign.Agent.NewTicket();
        var others = await agent.NewTicket("not for everybody", new { assigneeId = agent.UserId });
        var deleted = await agent.NewTicket("gone");
        (await desk.Tenant.Admin.Delete($"/tickets/{deleted}")).Expect(204);
        await using var owner = await HubClient.Open(desk.Foreign.Agent);
        await owner.Call("Look", foreign);
        await owner.Sees(foreign, $"{desk.Foreign.Agent.UserId}");
        await using var client = await HubClient.Open(narrow);

        foreach (var ticket in new[] { foreign, Guid.NewGuid(), others, deleted })
        {
            Assert.EndsWith("HubException: not_found: There is no such ticket.", await client.Try("Look", ticket), StringComparison.Ordinal);
            Assert.Contains("not_looking", await client.Try("Type", ticket, true), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(client.Heard, t => t.Name == "ticket:presence");
        Assert.Equal([$"{desk.Foreign.Agent.UserId}"], owner.Present(foreign)!);
        Assert.Equal(0, await RowsOf(foreign));
    }

    [Fact]
    public async Task Sec07_who_may_no_longer_read_a_ticket_leaves_it_and_sees_nobody_there()
    {
        var agent = desk.Tenant.Agent;
        var narrow = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Assigned);
        var (passed, kept) = (await agent.NewTicket("passed on", new { assigneeId = narrow.UserId }), await agent.NewTicket("kept", new { assigneeId = narrow.UserId }));
        await using var one = await HubClient.Open(agent);
        await using var two = await HubClient.Open(narrow);
        foreach (var ticket in new[] { passed, kept })
        {
            await one.Call("Look", ticket);
            await two.Call("Look", ticket);
            await two.Sees(ticket, $"{agent.UserId}", $"{narrow.UserId}");
        }

        // the ticket moves away from its reader
        (await agent.Put($"/tickets/{passed}/assign", new { assigneeId = agent.UserId })).Expect(200);
        await two.Sees(passed);
        await one.Sees(passed, $"{agent.UserId}");
        Assert.Contains("not_found", await two.Try("Look", passed), StringComparison.Ordinal);

        // the reader's rights move away from the ticket
        await Rights.Change(desk, desk.Tenant, "UPDATE users SET ticket_scope = 'groups' WHERE id = $1", narrow.UserId);
        await two.Sees(kept, $"{agent.UserId}", $"{narrow.UserId}");
        (await agent.Put($"/tickets/{kept}/assign", new { assigneeId = agent.UserId })).Expect(200);
        await two.Sees(kept);
        await one.Sees(kept, $"{agent.UserId}");
    }

    [Fact]
    public async Task A_connection_shows_so_many_tickets_and_no_more()
    {
        var agent = desk.Tenant.Agent;
        await using var client = await HubClient.Open(agent);
        for (var i = 0; i < 20; i++) await client.Call("Look", await agent.NewTicket());

        var more = await agent.NewTicket();
        Assert.Contains("too_many_tickets", await client.Try("Look", more), StringComparison.Ordinal);
    }

    private Task<long> RowsOf(Guid ticket) => desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM ticket_presence WHERE ticket_id = $1", Rows.P(ticket));
}
