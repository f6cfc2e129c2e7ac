using Deskhand.Automation;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Sla;

/// <summary>Rules that look at promises and office hours.</summary>
public sealed class SlaRuleTests(SlaDesks desk) : IClassFixture<SlaDesks>
{
    [Fact]
    public async Task A_trigger_applies_when_a_clock_warns_and_another_when_its_promise_is_missed()
    {
        var tenant = await Fresh("warned");
        (await tenant.Admin.Post("/triggers", Rule("At risk", new { type = "add_tags", value = new[] { "hurry" } }, new { field = "sla.state", @operator = "changed_to", value = "at_risk" }))).Expect(201);
        (await tenant.Admin.Post("/triggers", Rule("Missed", new { type = "add_tags", value = new[] { "missed" } },
            new { field = "event", @operator = "is", value = "sla_breached" }, new { field = "sla.firstResponse", @operator = "is", value = "breached" }, new { field = "sla.resolution", @operator = "is", value = "ok" }))).Expect(201);
        var id = await tenant.Agent.NewTicket("Watched", new { priority = "urgent" });
        await desk.Pass(tenant, TimeSpan.FromMinutes(12));
        await desk.Swept();
        Assert.Equal("[\"hurry\"]", (await tenant.Agent.Get($"/tickets/{id}")).At("tags")!.ToJsonString());
        await desk.Pass(tenant, TimeSpan.FromMinutes(4));
        await desk.Swept();
        Assert.Equal("[\"hurry\",\"missed\"]", (await tenant.Agent.Get($"/tickets/{id}")).At("tags")!.ToJsonString());
    }

    [Fact]
    public async Task An_automation_applies_when_the_promise_is_missed_after_its_wait_was_over_and_once()
    {
        var tenant = await Fresh("later");
        (await tenant.Admin.Post("/automations", Rule("Missed", new { type = "add_tags", value = new[] { "missed" } },
            new { field = "hoursSinceCreated", @operator = "at_least", value = 0.01 }, new { field = "sla.firstResponse", @operator = "is", value = "breached" }, new { field = "tags", @operator = "not_contains", value = "missed" }))).Expect(201);
        var sweep = desk.Services.GetRequiredService<AutomationSweep>();
        var id = await tenant.Agent.NewTicket("Watched", new { priority = "urgent" });
        await desk.Pass(tenant, TimeSpan.FromMinutes(5));
        Assert.Equal(0, await sweep.Run(tenant.Id, CancellationToken.None));
        await desk.Pass(tenant, TimeSpan.FromMinutes(11));
        await desk.Swept();
        Assert.Equal(1, await sweep.Run(tenant.Id, CancellationToken.None));
        (await tenant.Agent.Patch($"/tickets/{id}", new { tags = Array.Empty<string>() })).Expect(200);
        Assert.Equal(0, await sweep.Run(tenant.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_trigger_looks_at_the_hours_of_a_calendar_and_at_the_role_and_the_calendar_stays()
    {
        var tenant = await Fresh("office");
        var calendar = (await tenant.Admin.Post("/sla/calendars", new { name = "Never", timeZone = "UTC", hours = new[] { new { day = "monday", from = "00:00", to = "00:01" } }, holidays = Array.Empty<object>() })).Expect(201)["id"];
        (await tenant.Admin.Patch($"/sla/calendars/{calendar}", new { hours = Array.Empty<object>(), alwaysOpen = true })).Expect(200);
        var rule = (await tenant.Admin.Post("/triggers", Rule("By an agent in office hours", new { type = "add_tags", value = new[] { "office" } },
            new { field = "event", @operator = "is", value = "created" }, new { field = $"businessHours.{calendar}", @operator = "is", value = "open" }, new { field = "actor.role", @operator = "is", value = "agent" }))).Expect(201)["id"];
        Assert.Equal("[\"office\"]", (await tenant.Agent.Post("/tickets", new { subject = "One" })).Expect(201).At("tags")!.ToJsonString());
        Assert.Equal("[]", (await tenant.Admin.Post("/tickets", new { subject = "Two" })).Expect(201).At("tags")!.ToJsonString());
        // tried on what has happened, the same
        var trial = (await tenant.Admin.Post($"/triggers/{rule}/try", new { tickets = 10 })).Expect(200);
        Assert.Single(trial.At("matches")!.AsArray());
        Assert.Contains("By an agent", (await tenant.Admin.Delete($"/sla/calendars/{calendar}")).Expect(409).Text, StringComparison.Ordinal);
        (await tenant.Admin.Delete($"/triggers/{rule}")).Expect(204);
        (await tenant.Admin.Delete($"/sla/calendars/{calendar}")).Expect(204);
        Assert.Equal(404, (await tenant.Admin.Post("/triggers", Rule("Gone", new { type = "add_tags", value = new[] { "x" } }, new { field = $"businessHours.{calendar}", @operator = "is", value = "open" }))).Status);
    }

    private async Task<TestTenant> Fresh(string slug)
    {
        var tenant = await desk.NewTenant(slug + "-" + Guid.NewGuid().ToString("N")[..6]);
        await desk.Renew(tenant);
        await SlaDesks.WithoutTriggers(tenant);
        return tenant;
    }

    private static object Rule(string name, object action, params object[] all) => new { name, conditions = new { all }, actions = new[] { action } };
}
