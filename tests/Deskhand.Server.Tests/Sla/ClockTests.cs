using Deskhand.Data;

namespace Deskhand.Server.Tests.Sla;

/// <summary>Clocks in life: over HTTP, with the sweep running, and a clock that the test sets.</summary>
public sealed class ClockTests(SlaDesks desk) : IClassFixture<SlaDesks>
{
    [Fact]
    public async Task A_new_ticket_has_the_clocks_of_the_ready_policy_and_shows_the_next_due_instant()
    {
        await desk.Renew(desk.Tenant);
        await SlaDesks.WithoutTriggers(desk.Tenant);
        var agent = desk.Tenant.Agent;
        var made = (await agent.Post("/tickets", new { subject = "Broken", priority = "urgent" })).Expect(201);
        Assert.Equal("ok", made["sla.state"]);
        Assert.Equal(Instant(made["createdAt"]).AddMinutes(15), Instant(made["sla.nextDueAt"]));
        var status = (await agent.Get($"/tickets/{made["id"]}/sla-status")).Expect(200);
        Assert.Equal("Standard", status["policy.name"]);
        Assert.Equal(["first_response running 15", "resolution running 240"], Clocks(status));
        Assert.Equal(made["sla.nextDueAt"], (await agent.Get($"/tickets/{made["id"]}")).Expect(200)["sla.nextDueAt"]);
    }

    [Fact]
    public async Task Sec49_Thresholds_are_told_by_the_timer_once_each_and_in_order_and_the_ticket_is_escalated()
    {
        await desk.Renew(desk.Tenant);
        await SlaDesks.WithoutTriggers(desk.Tenant);
        var (agent, tenant) = (desk.Tenant.Agent, desk.Tenant);
        var id = await agent.NewTicket("Watched", new { priority = "urgent" });
        var before = (await agent.Get($"/tickets/{id}")).Expect(200);
        await desk.Pass(desk.Tenant, TimeSpan.FromMinutes(12));
        await desk.Swept();
        Assert.Equal(["ticket.sla_warning first_response 75"], await desk.Told(tenant, id));
        Assert.Equal("at_risk", (await agent.Get($"/tickets/{id}")).Expect(200)["sla.state"]);
        await desk.Pass(desk.Tenant, TimeSpan.FromMinutes(10));
        await desk.Swept();
        Assert.Equal(["ticket.sla_warning first_response 75", "ticket.sla_breached first_response 100", "ticket.escalated"], await desk.Told(tenant, id));
        var after = (await agent.Get($"/tickets/{id}")).Expect(200);
        Assert.Equal(("breached", "1", before["updatedAt"]), (after["sla.state"], after["escalationLevel"], after["updatedAt"]));
        Assert.True(after.At("version")!.GetValue<long>() > before.At("version")!.GetValue<long>());
        Assert.Contains("first response", after["escalationReason"], StringComparison.Ordinal);

        var history = (await agent.Get($"/tickets/{id}/history?limit=100")).Expect(200).At("data")!.AsArray();
        Assert.All(history.Where(h => h!["field"]!.ToString() is "sla" or "escalationLevel"), h => Assert.Equal(("system", "timer"), (h!["actor"]!["kind"]!.ToString(), h["via"]!.ToString())));
        Assert.Equal(2, history.Count(h => h!["field"]!.ToString() == "sla"));
        await desk.Pass(desk.Tenant, TimeSpan.FromHours(10));
        await desk.Swept();
        Assert.Equal(["ticket.sla_warning resolution 75", "ticket.sla_breached resolution 100"], (await desk.Told(tenant, id)).Skip(3));
    }

    [Fact]
    public async Task An_answer_in_time_is_an_achievement_and_one_that_comes_late_is_not()
    {
        await desk.Renew(desk.Tenant);
        await SlaDesks.WithoutTriggers(desk.Tenant);
        var (agent, tenant) = (desk.Tenant.Agent, desk.Tenant);
        var soon = await agent.NewTicket("Soon", new { priority = "high" });
        (await agent.Post($"/tickets/{soon}/comments", new { body = "On it" })).Expect(201);
        Assert.Equal(["ticket.sla_achieved first_response"], await desk.Told(tenant, soon));
        (await agent.Put($"/tickets/{soon}/resolve", new { })).Expect(200);
        Assert.Equal(["ticket.sla_achieved first_response", "ticket.sla_achieved resolution"], await desk.Told(tenant, soon));
        Assert.Equal(["first_response met 60", "resolution met 1440"], Clocks((await agent.Get($"/tickets/{soon}/sla-status")).Expect(200)));

        var late = await agent.NewTicket("Late", new { priority = "high" });
        await using (var session = desk.Database.For(tenant.Id))
        {
            // nobody has looked at it in time: whoever answers first says what was due
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("UPDATE ticket_sla SET next_check_at = NULL WHERE tenant_id = $1 AND ticket_id = $2", CancellationToken.None, Rows.P(tenant.Id), Rows.P(late));
                return default(Nothing);
            }, CancellationToken.None);
        }

        await desk.Pass(desk.Tenant, TimeSpan.FromMinutes(61));
        (await agent.Post($"/tickets/{late}/comments", new { body = "Sorry" })).Expect(201);
        Assert.Equal(["ticket.sla_warning first_response 75", "ticket.sla_breached first_response 100", "ticket.escalated"], await desk.Told(tenant, late));
        Assert.Equal(["first_response met_late 60", "resolution running 1440"], Clocks((await agent.Get($"/tickets/{late}/sla-status")).Expect(200)));
    }

    [Fact]
    public async Task Clocks_stand_while_the_customer_is_awaited_and_the_ledger_says_why_and_by_whom()
    {
        await desk.Renew(desk.Tenant);
        await SlaDesks.WithoutTriggers(desk.Tenant);
        var agent = desk.Tenant.Agent;
        var id = await agent.NewTicket("Paused", new { priority = "normal" });
        await desk.Pass(desk.Tenant, TimeSpan.FromHours(1));
        (await agent.Put($"/tickets/{id}/status", new { status = "pending_customer" })).Expect(200);
        var paused = (await agent.Get($"/tickets/{id}")).Expect(200);
        Assert.Equal(("paused", null), (paused["sla.state"], paused["sla.nextDueAt"]));
        await desk.Pass(desk.Tenant, TimeSpan.FromDays(30));
        await desk.Swept();
        Assert.Empty(await desk.Told(desk.Tenant, id));
        (await agent.Put($"/tickets/{id}/status", new { status = "open" })).Expect(200);
        await desk.Pass(desk.Tenant, TimeSpan.FromHours(1));

        var status = (await agent.Get($"/tickets/{id}/sla-status?explain=true&ifStatus=waiting_internal")).Expect(200);
        var first = status.At("clocks.0")!;
        Assert.Equal(["running", "paused", "running"], first["ledger"]!.AsArray().Select(l => l!["time"]!.ToString()));
        Assert.Equal((agent.UserId.ToString(), "pending_customer"), (first["ledger"]![1]!["byId"]!.ToString(), first["ledger"]![1]!["status"]!.ToString()));
        var ran = first["ledger"]!.AsArray().Where(l => l!["time"]!.ToString() == "running").Sum(l => l!["seconds"]!.GetValue<double>());
        Assert.Equal(first["usedSeconds"]!.GetValue<double>(), ran, 3);
        Assert.InRange(ran, 7200, 7230);
        Assert.Equal(("paused", null), (status["ifStatus.0.run"], status["ifStatus.0.dueAt"]));
        var running = (await agent.Get($"/tickets/{id}/sla-status?ifStatus=in_progress")).Expect(200);
        Assert.Equal(Instant(running["clocks.0.dueAt"]), Instant(running["ifStatus.0.dueAt"]), TimeSpan.FromMilliseconds(2));
    }

    [Fact]
    public async Task A_tenant_without_monitoring_keeps_targets_and_times_and_tells_nothing()
    {
        await desk.Renew(desk.Tenant);
        await SlaDesks.WithoutTriggers(desk.Tenant);
        var tenant = await desk.NewTenant("storage");
        await desk.Renew(tenant);
        await SlaDesks.WithoutTriggers(tenant);
        (await tenant.Admin.Patch("/settings", new { slaMonitored = false })).Expect(200);
        var id = await tenant.Agent.NewTicket("Quiet", new { priority = "urgent" });
        await desk.Pass(tenant, TimeSpan.FromHours(5));
        await desk.Swept();
        (await tenant.Agent.Post($"/tickets/{id}/comments", new { body = "Late" })).Expect(201);
        Assert.Empty(await desk.Told(tenant, id));
        var status = (await tenant.Agent.Get($"/tickets/{id}/sla-status")).Expect(200);
        Assert.Equal(("False", "met_late"), (status.At("monitored")!.GetValue<bool>().ToString(), status["clocks.0.state"]));
        (await tenant.Admin.Patch("/settings", new { slaMonitored = true })).Expect(200);
        await desk.Swept();
        Assert.Equal(["ticket.sla_warning resolution 75", "ticket.sla_breached resolution 100", "ticket.escalated"], await desk.Told(tenant, id));
    }

    private static DateTimeOffset Instant(string? text) => DateTimeOffset.Parse(text!, System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<string> Clocks(Reply status) => status.At("clocks")!.AsArray().Select(c => $"{c!["metric"]} {c["state"]} {c["targetMinutes"]}");
}
