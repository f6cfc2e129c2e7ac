using Deskhand.Access;
using Deskhand.Data;

namespace Deskhand.Server.Tests.Tickets;

public sealed class TicketStatsTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Statistics_count_what_there_is_and_how_long_it_took()
    {
        var tenant = await desk.NewTenant("stats");
        var empty = (await tenant.Agent.Get("/tickets/stats?priority=low")).Expect(200);
        Assert.Equal(("0", "0", ""), (empty["total"], empty["byStatus.new"], empty["resolution.medianHours"] ?? ""));

        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
            ids.Add(await tenant.Agent.NewTicket($"T{i}", new { priority = i < 2 ? "high" : "normal", channel = i < 3 ? "email" : "web", category = "billing", assigneeId = i < 4 ? tenant.Agent.UserId : (Guid?)null }));
        // answered after 1, 2 and 6 hours, solved after 10 and 30; one of each long ago
        await Execute(tenant, "UPDATE tickets SET created_at = now() - interval '9 days', updated_at = now(), first_responded_at = now() - interval '9 days' + make_interval(hours => $2) WHERE id = $1", (ids[0], 1), (ids[1], 2), (ids[2], 6));
        await Execute(tenant, "UPDATE tickets SET status = 'resolved', status_category = 'solved', solved_at = created_at + make_interval(hours => $2) WHERE id = $1", (ids[0], 10), (ids[1], 30));
        await Execute(tenant, "UPDATE tickets SET created_at = now() - make_interval(days => $2), updated_at = now() - interval '40 days', first_responded_at = now() - interval '50 days', solved_at = now() - interval '45 days' WHERE id = $1", (ids[3], 90));

        var stats = (await tenant.LightAgent.Get("/tickets/stats")).Expect(200);
        Assert.Equal(("6", "2", "4", "2", "0"), (stats["total"], stats["unassigned"], stats["byStatus.new"], stats["byStatus.resolved"], stats["byStatus.closed"]));
        Assert.Equal(("2", "4", "0"), (stats["byStatusCategory.solved"], stats["byStatusCategory.new"], stats["byStatusCategory.on_hold"]));
        Assert.Equal(("2", "4", "0"), (stats["byPriority.high"], stats["byPriority.normal"], stats["byPriority.urgent"]));
        Assert.Equal(("3", "3", "6"), (stats["byChannel.email"], stats["byChannel.web"], stats["byCategory.billing"]));
        Assert.Equal((tenant.Agent.UserId.ToString(), "Agent of stats", "4"), (stats["byAssignee.0.id"], stats["byAssignee.0.name"], stats["byAssignee.0.count"]));
        Assert.Equal(("2", "5", "0", "2"), (stats["createdLast7Days"], stats["createdLast30Days"], stats["solvedLast7Days"], stats["solvedLast30Days"]));
        Assert.Equal(("3", "2", "3"), (stats["firstResponse.count"], stats["firstResponse.medianHours"], stats["firstResponse.averageHours"]));
        Assert.Equal(("2", "20"), (stats["resolution.count"], stats["resolution.medianHours"]));

        Assert.Equal("2", (await tenant.Agent.Get("/tickets/stats?priority=high&status=resolved")).Expect(200)["total"]);
        Assert.Equal("4", (await tenant.Agent.Get("/tickets/stats?assignee=me")).Expect(200)["total"]);
        Assert.Equal("0", (await tenant.Manager.Get("/tickets/stats?assignee=me")).Expect(200)["total"]);
        (await tenant.Agent.Get("/tickets/stats?page=1")).Expect(400);
        (await tenant.Agent.Get("/tickets/stats?status=nothing")).Expect(400);
    }

    [Fact]
    public async Task The_backlog_is_told_day_by_day_in_the_desks_time_zone()
    {
        var tenant = await desk.NewTenant("backlog");
        (await tenant.Admin.Patch("/settings", new { timeZone = "Pacific/Auckland" })).Expect(200);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++) ids.Add(await tenant.Agent.NewTicket($"B{i}"));
        // by the day's number before today there: 40 and 10 days ago, 10 days ago and solved 3 days ago, 40 days ago and solved 35 days ago; the last one today
        const string DaysAgo = "(date_trunc('day', now() AT TIME ZONE 'Pacific/Auckland') + interval '1 minute' - make_interval(days => $2)) AT TIME ZONE 'Pacific/Auckland'";
        await Execute(tenant, $"UPDATE tickets SET created_at = {DaysAgo} WHERE id = $1", (ids[0], 40), (ids[1], 10), (ids[2], 10), (ids[3], 40));
        await Execute(tenant, $"UPDATE tickets SET status = 'resolved', status_category = 'solved', solved_at = {DaysAgo} WHERE id = $1", (ids[2], 3), (ids[3], 35));

        var stats = (await tenant.Agent.Get("/tickets/stats")).Expect(200);
        var days = stats.At("backlog")!.AsArray().Select(d => (Date: d!["date"]!.ToString(), Moves: $"{d["created"]}-{d["solved"]}={d["unsolved"]}")).ToList();
        Assert.Equal(30, days.Count);
        var today = TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("Pacific/Auckland"));
        Assert.Equal([.. Enumerable.Range(0, 30).Select(i => today.AddDays(i - 29).ToString("yyyy-MM-dd", null))], days.Select(d => d.Date));
        Assert.Equal([.. Enumerable.Repeat("0-0=1", 19), "2-0=3", .. Enumerable.Repeat("0-0=3", 6), "0-1=2", "0-0=2", "0-0=2", "1-0=3"], days.Select(d => d.Moves));
        Assert.Equal("0", (await tenant.Agent.Get("/tickets/stats?priority=urgent")).Expect(200)["backlog.29.unsolved"]);
    }

    [Fact]
    public async Task Sec06_Statistics_count_only_what_the_asker_may_see()
    {
        var tenant = await desk.NewTenant("stats-scope");
        var group = Guid.CreateVersion7();
        await Execute(tenant, "INSERT INTO groups (tenant_id, id, name, created_at, updated_at) SELECT current_setting('app.tenant_id')::uuid, $1, 'g' || $2, now(), now()", (group, 1));
        await tenant.Agent.NewTicket("mine", new { assigneeId = tenant.Agent.UserId });
        await tenant.Agent.NewTicket("nobody's");
        await tenant.Agent.NewTicket("the group's", new { groupId = group });
        var assigned = await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned);
        var groups = await desk.NewPerson(tenant, Role.Agent, TicketScope.Groups);

        Assert.Equal("3", (await tenant.Agent.Get("/tickets/stats")).Expect(200)["total"]);
        var narrow = (await assigned.Get("/tickets/stats")).Expect(200);
        Assert.Equal(("2", 0), (narrow["total"], narrow.At("byAssignee")!.AsArray().Count));
        Assert.Equal("0", (await groups.Get("/tickets/stats")).Expect(200)["total"]);
        Assert.Equal("0", (await desk.Foreign.Admin.Get("/tickets/stats?priority=normal")).Expect(200)["total"]);
    }

    [Fact]
    public async Task Many_who_ask_at_once_cost_one_count()
    {
        var tenant = await desk.NewTenant("stats-once");
        await tenant.Agent.NewTicket();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => tenant.Agent.Get("/tickets/stats")));
        Assert.Single(answers.Select(a => a.Expect(200)["asOf"]).Distinct(StringComparer.Ordinal));
    }

    private async Task Execute(TestTenant tenant, string sql, params (Guid Id, int N)[] rows)
    {
        await using var session = desk.Database.For(tenant.Id);
        foreach (var (id, n) in rows) await session.Transact<int>(async () => await session.Execute(sql, default, Rows.P(id), Rows.P(n)), default);
    }
}
