using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Deskhand.Access;
using Deskhand.Server.Tests.Outbox;
using Xunit.Abstractions;

namespace Deskhand.Server.Tests.Realtime;

public sealed class EventStreamTests(Desk desk, ITestOutputHelper output) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_change_is_heard_at_once_as_ids_and_versions_without_content()
    {
        var agent = desk.Tenant.Agent;
        await using var listener = await EventListener.Open(agent);
        Assert.Equal("text/event-stream", listener.Response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no", listener.Response.Headers.GetValues("X-Accel-Buffering").Single());

        var id = await agent.NewTicket("A secret subject", new { assigneeId = agent.UserId });
        (await agent.Post($"/tickets/{id}/comments", new { body = "hello" })).Expect(201);
        (await agent.Put($"/tickets/{id}/escalate", new { reason = "urgent" })).Expect(200);
        (await agent.Put($"/tickets/{id}/resolve", new { })).Expect(200);
        await listener.Hears(h => h.Entity == id.ToString() && h.Data["sequence"]!.GetValue<long>() == 8);

        var mine = listener.Heard.Where(h => h.Entity == id.ToString()).ToList();
        Assert.Equal(["ticket:created", "ticket:assigned", "ticket:note_added", "ticket:sla_achieved", "ticket:escalated", "ticket:status_changed", "ticket:resolved", "ticket:sla_achieved"], mine.Select(h => h.Name));
        Assert.Equal(Enumerable.Range(1, 8).Select(n => (long)n), mine.Select(h => h.Data["sequence"]!.GetValue<long>()));
        Assert.Equal(["eventId", "eventType", "timestamp", "entity", "id", "version", "sequence"], mine[0].Data.AsObject().Select(m => m.Key));
        Assert.DoesNotContain(listener.Heard, h => h.Data.ToJsonString().Contains("secret", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_listener_that_comes_and_goes_misses_and_doubles_nothing_while_five_hundred_events_are_committed_in_parallel()
    {
        const int count = 500;
        var tenant = await desk.NewTenant("gaps");
        var start = (await EventsEnd(tenant)).ToString(CultureInfo.InvariantCulture);
        var heard = new List<Heard>();
        var writing = Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (i, _) => await tenant.Agent.NewTicket($"Number {i}"));
        var (last, sessions) = (start, 0);
        while (heard.Count < count)
        {
            await using var listener = await EventListener.Open(tenant.Agent, lastEventId: last);
            var until = Stopwatch.StartNew();
            while (until.ElapsedMilliseconds < 150 && heard.Count + listener.Heard.Count < count) await Task.Delay(10);
            heard.AddRange(listener.Heard);
            if (!listener.Heard.IsEmpty) last = heard[^1].Id.ToString(CultureInfo.InvariantCulture);
            Assert.True(++sessions < 400, $"only {heard.Count} heard");
        }

        await writing;
        output.WriteLine($"{sessions} connections");
        Assert.Equal(count, heard.Select(h => h.Entity).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(count, heard.Count);
        Assert.Equal(heard.Select(h => h.Id).Order(), heard.Select(h => h.Id));
    }

    [Fact]
    public async Task Many_listeners_hear_everything_within_a_moment()
    {
        var tenant = await desk.NewTenant("many");
        var listeners = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => EventListener.Open(tenant.Agent)));
        var committed = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < 100; i++)
        {
            committed[(await tenant.Agent.NewTicket()).ToString()] = Stopwatch.GetTimestamp();
            await Task.Delay(5);
        }

        await Eventually.Holds(() => Task.FromResult(listeners.All(l => l.Heard.Count == 100)), what: "all heard all");
        var took = listeners.SelectMany(l => l.Heard).Select(h => Stopwatch.GetElapsedTime(committed[h.Entity], h.At).TotalMilliseconds).Order().ToList();
        output.WriteLine($"answered to heard, 40 listeners: p50 {took[2000]:F1} ms, p90 {took[3600]:F1}, p99 {took[3960]:F1} ms");
        foreach (var listener in listeners) await listener.DisposeAsync();
        // the bar is 150 ms at p99 on a machine that does nothing else; here only looking by the clock, seconds later, must show
        Assert.True(took[2000] < 500, $"median {took[2000]} ms");
    }

    [Fact]
    public async Task Sec07_a_stream_ends_with_its_session_and_with_the_account()
    {
        var (leaving, dismissed) = (await desk.NewPerson(desk.Tenant, Role.Agent), await desk.NewPerson(desk.Tenant, Role.Agent));
        await using var one = await EventListener.Open(leaving);
        await using var two = await EventListener.Open(dismissed);

        await Change("UPDATE sessions SET ended_at = now(), ended_because = 'test' WHERE user_id = $1", leaving.UserId);
        await Change("UPDATE users SET active = false WHERE id = $1", dismissed.UserId);

        await one.Ends(3);
        await two.Ends(3);
        Assert.Equal(401, (await leaving.Get("/events/stream")).Status);
    }

    [Fact]
    public async Task Sec07_lost_rights_cut_what_is_heard_from_that_moment_and_new_ones_add_to_it()
    {
        var agent = desk.Tenant.Agent;
        var group = await NewGroup();
        var member = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Groups);
        await Change("INSERT INTO group_members (tenant_id, group_id, user_id, added_at) VALUES ((SELECT current_setting('app.tenant_id')::uuid), $2, $1, now())", member.UserId, group);
        await using var everybody = await EventListener.Open(agent);
        await using var listener = await EventListener.Open(member);

        var seen = await agent.NewTicket("for the group", new { groupId = group });
        await listener.Hears(h => h.Entity == seen.ToString());
        await Change("DELETE FROM group_members WHERE user_id = $1", member.UserId);
        var unseen = await agent.NewTicket("for the group", new { groupId = group });
        await everybody.Hears(h => h.Entity == unseen.ToString());
        await Change("INSERT INTO group_members (tenant_id, group_id, user_id, added_at) VALUES ((SELECT current_setting('app.tenant_id')::uuid), $2, $1, now())", member.UserId, group);
        var again = await agent.NewTicket("for the group", new { groupId = group });
        await listener.Hears(h => h.Entity == again.ToString());

        Assert.DoesNotContain(listener.Heard, h => h.Entity == unseen.ToString());
    }

    [Fact]
    public async Task Sec06_an_agent_hears_only_of_tickets_in_scope_also_when_catching_up()
    {
        var agent = desk.Tenant.Agent;
        var narrow = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Assigned);
        var start = (await EventsEnd(desk.Tenant)).ToString(CultureInfo.InvariantCulture);
        await using var live = await EventListener.Open(narrow);

        var others = await agent.NewTicket("mine", new { assigneeId = agent.UserId });
        var nobodys = await agent.NewTicket("free");
        var passed = await agent.NewTicket("taken away", new { assigneeId = narrow.UserId });
        await live.Hears(h => h.Entity == passed.ToString());
        (await agent.Put($"/tickets/{passed}/assign", new { assigneeId = agent.UserId })).Expect(200);
        (await agent.Delete($"/tickets/{nobodys}")).Expect(403);
        (await desk.Tenant.Admin.Delete($"/tickets/{nobodys}")).Expect(204);
        await live.Hears(h => h.Entity == nobodys.ToString() && h.Name == "ticket:deleted");

        await using var late = await EventListener.Open(narrow, $"?after={start}");
        await late.Hears(h => h.Name == "ticket:deleted");
        Assert.DoesNotContain(live.Heard.Concat(late.Heard), h => h.Entity == others.ToString());
        // what was heard while it was in scope is not told again once it is not
        Assert.DoesNotContain(late.Heard, h => h.Entity == passed.ToString());
    }

    [Fact]
    public async Task Sec01_another_tenant_hears_nothing()
    {
        await using var foreign = await EventListener.Open(desk.Foreign.Admin, "?after=0");
        await using var own = await EventListener.Open(desk.Tenant.Admin);

        var id = await desk.Tenant.Agent.NewTicket();
        await own.Hears(h => h.Entity == id.ToString());
        var theirs = await desk.Foreign.Agent.NewTicket();
        await foreign.Hears(h => h.Entity == theirs.ToString());

        Assert.DoesNotContain(foreign.Heard, h => h.Entity == id.ToString());
        Assert.Empty((await desk.Foreign.Admin.Get($"/events?entityId={id}")).Expect(200).At("data")!.AsArray());
    }

    [Fact]
    public async Task Sec10_who_may_not_read_notes_does_not_hear_of_them()
    {
        var token = await NewApiToken(desk.Tenant.Agent, "tickets:read");
        var blind = new Person(desk, desk.Tenant.Agent.UserId, "", token);
        await using var listener = await EventListener.Open(blind);
        await using var full = await EventListener.Open(desk.Tenant.Agent);
        var id = await desk.Tenant.Agent.NewTicket();

        (await desk.Tenant.Agent.Post($"/tickets/{id}/notes", new { body = "between us" })).Expect(201);
        (await desk.Tenant.Agent.Post($"/tickets/{id}/comments", new { body = "for all" })).Expect(201);
        // the answer keeps a promise, which is told behind it
        await listener.Hears(h => h.Entity == id.ToString() && h.Data["sequence"]!.GetValue<long>() == 4);
        await full.Hears(h => h.Entity == id.ToString() && h.Data["sequence"]!.GetValue<long>() == 4);

        Assert.Equal([1L, 3, 4], listener.Heard.Where(h => h.Entity == id.ToString()).Select(h => h.Data["sequence"]!.GetValue<long>()));
        Assert.Equal([1L, 2, 3, 4], full.Heard.Where(h => h.Entity == id.ToString()).Select(h => h.Data["sequence"]!.GetValue<long>()));
        Assert.Equal(403, (await blind.Get("/events")).Status);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_others_are_not_kept_waiting()
    {
        var tenant = await desk.NewTenant("slow");
        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(desk.Address.Host, desk.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/v1/events/stream HTTP/1.1\r\nHost: {desk.Address.Authority}\r\nAuthorization: Bearer {tenant.Agent.Token}\r\n\r\n"));
        await using var good = await EventListener.Open(tenant.Agent);
        var first = await tenant.Agent.NewTicket();
        await good.Hears(h => h.Entity == first.ToString());

        // far more than buffers hold
        var ids = Enumerable.Range(0, 1000).Select(_ => Guid.NewGuid()).ToArray();
        for (var sequence = 1L; sequence <= 25; sequence++) await Publish.Customers(desk, tenant, ids, sequence);
        await Eventually.Holds(() => Task.FromResult(good.Heard.Count >= 25_001 || good.Ended), 60);

        // the good one hears all; or was cut, and resumes where it was
        if (good.Ended)
        {
            await using var resumed = await EventListener.Open(tenant.Agent, lastEventId: good.LastId);
            await Eventually.Holds(() => Task.FromResult(good.Heard.Count + resumed.Heard.Count >= 25_001), 60);
        }

        var dropped = false;
        var buffer = new byte[65536];
        var until = DateTime.UtcNow.AddSeconds(30);
        while (!dropped && DateTime.UtcNow < until)
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                dropped = await socket.GetStream().ReadAsync(buffer, patience.Token) == 0;
            }
            catch (IOException)
            {
                dropped = true;
            }

        Assert.True(dropped);
    }

    [Theory]
    [InlineData("?after=soon")]
    [InlineData("?after=-1")]
    [InlineData("?access_token=abc")]
    public async Task A_wrong_parameter_is_refused(string query) => (await desk.Tenant.Agent.Get("/events/stream" + query)).Expect(400);

    [Fact]
    public async Task An_id_from_before_a_restored_backup_begins_at_the_end()
    {
        await using var listener = await EventListener.Open(desk.Tenant.Agent, lastEventId: "9000000000");

        var id = await desk.Tenant.Agent.NewTicket();

        await listener.Hears(h => h.Entity == id.ToString());
    }

    private Task<long> EventsEnd(TestTenant tenant) => desk.Scalar<long>(tenant.Id, "SELECT coalesce(max(position), 0) FROM event_stream");

    private Task<Guid> NewGroup() => Rights.NewGroup(desk, desk.Tenant);

    private Task<string> NewApiToken(Person owner, params string[] scopes) => Rights.NewApiToken(desk, desk.Tenant, owner, scopes);

    private Task Change(string sql, Guid user, Guid? more = null) => Rights.Change(desk, desk.Tenant, sql, user, more);
}
