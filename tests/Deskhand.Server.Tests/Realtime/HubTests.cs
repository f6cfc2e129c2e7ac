using System.Net;
using Deskhand.Access;
using Deskhand.Realtime;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Realtime;

/// <summary>Who hears what over the hub, and from where on.</summary>
public sealed class HubTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_change_is_told_at_once_as_ids_and_versions_without_content()
    {
        var agent = desk.Tenant.Agent;
        await using var client = await HubClient.Open(agent);

        var id = await agent.NewTicket("A secret subject", new { assigneeId = agent.UserId });
        (await agent.Post($"/tickets/{id}/comments", new { body = "hello" })).Expect(201);
        (await agent.Put($"/tickets/{id}/escalate", new { reason = "urgent" })).Expect(200);
        (await agent.Put($"/tickets/{id}/resolve", new { })).Expect(200);
        await client.Hears(t => t.Id == id.ToString() && t.Data["sequence"]!.GetValue<long>() == 8);

        var mine = client.Heard.Where(t => t.Id == id.ToString()).ToList();
        Assert.Equal(["ticket:created", "ticket:assigned", "ticket:note_added", "ticket:sla_achieved", "ticket:escalated", "ticket:status_changed", "ticket:resolved", "ticket:sla_achieved"], mine.Select(t => t.Name));
        Assert.Equal(["position", "eventId", "eventType", "timestamp", "entity", "id", "version", "sequence"], mine[0].Data.Select(m => m.Key));
        Assert.Equal(mine.Select(t => t.Position).Order(), mine.Select(t => t.Position));
        Assert.DoesNotContain(client.Heard, t => t.Data.ToJsonString().Contains("secret", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("stream:begun", client.Heard.First().Name);
    }

    [Fact]
    public async Task A_client_hears_only_the_names_it_asked_for_and_of_its_own_notifications()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        await using var one = await HubClient.Open(agent, only: ["ticket:resolved", "notification:created"]);
        await using var two = await HubClient.Open(manager, only: ["ticket:resolved", "notification:created"]);

        var id = await manager.NewTicket("for somebody", new { assigneeId = agent.UserId });
        await one.Hears(t => t.Name == "notification:created");
        (await agent.Put($"/tickets/{id}/resolve", new { })).Expect(200);
        await one.Hears(t => t.Name == "ticket:resolved" && t.Id == id.ToString());
        await two.Hears(t => t.Name == "ticket:resolved" && t.Id == id.ToString());

        Assert.DoesNotContain(one.Heard, t => t.Name is "ticket:created" or "ticket:assigned");
        Assert.DoesNotContain(two.Heard, t => t.Name == "notification:created");
        Assert.Contains("malformed", await (await HubClient.Connect(desk.Address, agent.Token)).Try("Join", new { only = new[] { "ticket:exploded" } }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_comes_back_with_a_position_misses_and_doubles_nothing()
    {
        const int count = 300;
        var tenant = await desk.NewTenant("hubgaps");
        var first = await HubClient.Open(tenant.Agent);
        var position = first.Position;
        await first.DisposeAsync();
        var writing = Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => await tenant.Agent.NewTicket($"Number {i}"));
        List<Told> heard = [];
        while (heard.Count < count)
        {
            var had = heard.Count;
            await using var client = await HubClient.Open(tenant.Agent, position, ["ticket:created"]);
            await Eventually.Holds(() => Task.FromResult(client.Heard.Count > 1 + Math.Min(9, count - had - 1)), 60);
            client.Abort();
            var told = client.Heard.Where(t => t.Name == "ticket:created").ToList();
            heard.AddRange(told);
            position = told[^1].Position;
        }

        await writing;
        Assert.Equal(count, heard.Select(t => t.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(count, heard.Count);
        Assert.Equal(heard.Select(t => t.Position).Order(), heard.Select(t => t.Position));
    }

    [Fact]
    public async Task Whoever_was_away_too_long_or_comes_from_another_history_is_told_to_reload()
    {
        var tenant = await desk.NewTenant("away");
        await tenant.Agent.NewTicket();
        await using var live = await HubClient.Open(tenant.Agent);
        Assert.False(live.Heard.First().Data["reload"]!.GetValue<bool>());
        // customers, whose events are written as fast as the database takes them
        var before = live.Position;
        for (var sequence = 1; sequence <= 6; sequence++) await Publish.Customers(desk, tenant, 1000, sequence);
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM event_stream") == 6001, 60, "all have a position");
        await using var behind = await HubClient.Open(tenant.Agent, before);
        await using var ahead = await HubClient.Open(tenant.Agent, 9_000_000_000);
        await using var near = await HubClient.Open(tenant.Agent, behind.Position);

        Assert.True(behind.Heard.First().Data["reload"]!.GetValue<bool>());
        Assert.True(ahead.Heard.First().Data["reload"]!.GetValue<bool>());
        Assert.False(near.Heard.First().Data["reload"]!.GetValue<bool>());
        var id = await tenant.Agent.NewTicket();
        foreach (var client in new[] { behind, ahead, near }) await client.Hears(t => t.Id == id.ToString());
    }

    [Fact]
    public async Task Sec07_a_connection_ends_with_its_session_the_account_and_the_token()
    {
        var (leaving, dismissed, holder) = (await desk.NewPerson(desk.Tenant, Role.Agent), await desk.NewPerson(desk.Tenant, Role.Agent), await desk.NewPerson(desk.Tenant, Role.Agent));
        var token = await Rights.NewApiToken(desk, desk.Tenant, holder, "tickets:read");
        await using var one = await HubClient.Open(leaving);
        await using var two = await HubClient.Open(dismissed);
        await using var three = await HubClient.Connect(desk.Address, token);
        await three.Join();

        await Rights.Change(desk, desk.Tenant, "UPDATE sessions SET ended_at = now(), ended_because = 'test' WHERE user_id = $1", leaving.UserId);
        await Rights.Change(desk, desk.Tenant, "UPDATE users SET active = false WHERE id = $1", dismissed.UserId);
        await Rights.Change(desk, desk.Tenant, "UPDATE api_tokens SET revoked_at = now() WHERE user_id = $1", holder.UserId);

        foreach (var client in new[] { one, two, three })
        {
            await client.Hears(t => t.Name == "stream:ended" && t.Data["reason"]!.ToString() == "no_longer_allowed", called: "the reason");
            await client.Ends();
            Assert.True(client.MayReconnect);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<HttpRequestException>(() => HubClient.Connect(desk.Address, leaving.Token))).StatusCode);
    }

    [Fact]
    public async Task Sec07_lost_rights_cut_what_is_heard_from_that_moment_and_new_ones_add_to_it()
    {
        var agent = desk.Tenant.Agent;
        var group = await Rights.NewGroup(desk, desk.Tenant);
        var member = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Groups);
        const string Join = "INSERT INTO group_members (tenant_id, group_id, user_id, added_at) VALUES ((SELECT current_setting('app.tenant_id')::uuid), $2, $1, now())";
        await Rights.Change(desk, desk.Tenant, Join, member.UserId, group);
        await using var everybody = await HubClient.Open(agent);
        await using var client = await HubClient.Open(member);

        var seen = await agent.NewTicket("for the group", new { groupId = group });
        await client.Hears(t => t.Id == seen.ToString());
        await Rights.Change(desk, desk.Tenant, "DELETE FROM group_members WHERE user_id = $1", member.UserId);
        var unseen = await agent.NewTicket("for the group", new { groupId = group });
        await everybody.Hears(t => t.Id == unseen.ToString());
        await Rights.Change(desk, desk.Tenant, Join, member.UserId, group);
        var again = await agent.NewTicket("for the group", new { groupId = group });
        await client.Hears(t => t.Id == again.ToString());

        Assert.DoesNotContain(client.Heard, t => t.Id == unseen.ToString());
    }

    [Fact]
    public async Task Sec06_an_agent_hears_only_of_tickets_in_scope_also_when_catching_up()
    {
        var agent = desk.Tenant.Agent;
        var narrow = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Assigned);
        await using var live = await HubClient.Open(narrow);
        var start = live.Position;

        var others = await agent.NewTicket("mine", new { assigneeId = agent.UserId });
        var passed = await agent.NewTicket("taken away", new { assigneeId = narrow.UserId });
        await live.Hears(t => t.Id == passed.ToString());
        (await agent.Put($"/tickets/{passed}/assign", new { assigneeId = agent.UserId })).Expect(200);
        var own = await agent.NewTicket("stays", new { assigneeId = narrow.UserId });
        await live.Hears(t => t.Id == own.ToString());

        await using var late = await HubClient.Open(narrow, start);
        await late.Hears(t => t.Id == own.ToString());
        Assert.DoesNotContain(live.Heard.Concat(late.Heard), t => t.Id == others.ToString());
        Assert.DoesNotContain(late.Heard, t => t.Id == passed.ToString());
    }

    [Fact]
    public async Task Sec10_who_may_not_read_notes_does_not_hear_of_them()
    {
        await using var blind = await HubClient.Connect(desk.Address, await Rights.NewApiToken(desk, desk.Tenant, desk.Tenant.Agent, "tickets:read"));
        await blind.Join();
        var id = await desk.Tenant.Agent.NewTicket();

        (await desk.Tenant.Agent.Post($"/tickets/{id}/notes", new { body = "between us" })).Expect(201);
        (await desk.Tenant.Agent.Post($"/tickets/{id}/comments", new { body = "for all" })).Expect(201);
        await blind.Hears(t => t.Id == id.ToString() && t.Data["sequence"]!.GetValue<long>() == 4);

        Assert.Equal([1L, 3, 4], blind.Heard.Where(t => t.Id == id.ToString()).Select(t => t.Data["sequence"]!.GetValue<long>()));
    }

    [Fact]
    public async Task Sec01_another_tenant_hears_nothing()
    {
        await using var foreign = await HubClient.Open(desk.Foreign.Admin, 0);
        await using var own = await HubClient.Open(desk.Tenant.Admin);

        var id = await desk.Tenant.Agent.NewTicket();
        await own.Hears(t => t.Id == id.ToString());
        var theirs = await desk.Foreign.Agent.NewTicket();
        await foreign.Hears(t => t.Id == theirs.ToString());

        Assert.DoesNotContain(foreign.Heard, t => t.Id == id.ToString());
    }

    [Fact]
    public async Task Only_callers_with_a_good_credential_and_pages_of_this_desk_may_connect()
    {
        var agent = desk.Tenant.Agent;
        var apiToken = await Rights.NewApiToken(desk, desk.Tenant, agent, "tickets:read");
        var blind = await Rights.NewApiToken(desk, desk.Tenant, agent, "customers:read");

        Assert.Equal(HttpStatusCode.Unauthorized, await Refusal(null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Refusal("nonsense"));
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(blind));
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(agent.Token, o => o.SetRequestHeader("Origin", "https://elsewhere.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(agent.Token, o => o.SetRequestHeader("Origin", "null")));
        Assert.Equal(HttpStatusCode.BadRequest, await Refusal(agent.Token, query: "?after=1"));
        // a browser can send no header with a socket; a token that lasts shall not stand in an address
        Assert.Equal(HttpStatusCode.Unauthorized, await Refusal(null, query: "?access_token=" + apiToken));
        Assert.Equal(400, (await agent.Get("/tickets?access_token=" + agent.Token)).Status);
        await using var page = await HubClient.Connect(desk.Address, null, o => o.SetRequestHeader("Origin", $"http://{desk.Address.Authority}"), "?access_token=" + agent.Token);
        await page.Join();
    }

    [Fact]
    public async Task A_user_has_so_many_connections_and_no_more_over_both_ways()
    {
        var person = await desk.NewPerson(desk.Tenant, Role.Agent);
        List<HubClient> clients = [];
        for (var i = 0; i < Seats.MostOfOne - 1; i++) clients.Add(await HubClient.Open(person));
        await using var stream = await EventListener.Open(person);
        await using var other = await HubClient.Open(desk.Tenant.Agent);

        await using var tooMany = await HubClient.Connect(desk.Address, person.Token);
        await tooMany.Hears(t => t.Name == "stream:ended" && t.Data["reason"]!.ToString() == "too_many_connections");
        await tooMany.Ends();
        Assert.Equal(429, (await person.Get("/events/stream")).Status);

        clients[0].Abort();
        await Eventually.Holds(async () =>
        {
            await using var next = await HubClient.Connect(desk.Address, person.Token);
            var refusal = next.Try("Join", new { });
            return await Task.WhenAny(refusal, Task.Delay(2000)) == refusal && await refusal is null;
        }, 30, "a seat is free");
        foreach (var client in clients) await client.DisposeAsync();
    }

    private async Task<HttpStatusCode?> Refusal(string? token, Action<System.Net.WebSockets.ClientWebSocketOptions>? configure = null, string query = "") =>
        (await Assert.ThrowsAsync<HttpRequestException>(() => HubClient.Connect(desk.Address, token, configure, query))).StatusCode;
}
