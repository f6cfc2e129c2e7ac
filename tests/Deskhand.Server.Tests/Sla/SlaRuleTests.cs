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
    public async Task An_automation_sees_what_the_clocks_did_to_a_ticket_that_nobody_touched()
    {
        var tenant = await Fresh("ticked");
        // no word of promises: the clocks escalate at 90 % of them
        (await tenant.Admin.Post("/automations", Rule("Escalated", new { type = "add_tags", value = new[] { "seen" } },
            new { field = "hoursSinceCreated", @operator = "at_least", value = 0.01 }, new { field = "escalationLevel", @operator = "at_least", value = 1 }, new { field = "tags", @operator = "not_contains", value = "seen" }))).Expect(201);
        var sweep = desk.Services.GetRequiredService<AutomationSweep>();
        var id = await tenant.Agent.NewTicket("Watched", new { priority = "urgent" });
        // far beyond what the sweep looks back, so that the ticket's own time does not show it
        await desk.Pass(tenant, TimeSpan.FromMinutes(5));
        await sweep.Run(tenant.Id, CancellationToken.None);
        Assert.Equal("[]", await Tags(tenant, id));
        await desk.Pass(tenant, TimeSpan.FromMinutes(9));
        await desk.Swept();
        Assert.Equal("1", (await tenant.Agent.Get($"/tickets/{id}")).Expect(200)["escalationLevel"]);
        await sweep.Run(tenant.Id, CancellationToken.None);
        Assert.Equal("[\"seen\"]", await Tags(tenant, id));
    }

    [Fact]
    public async Task An_automation_that_waits_for_the_office_applies_when_it_opens_to_all_whose_wait_is_over()
    {
        var tenant = await Fresh("opens");
        // closed now and for ten minutes; open for two hours from then on, whatever the time is
        var opens = desk.Clock.GetUtcNow().AddMinutes(12);
        opens = opens.AddSeconds(-opens.Second);
        string Day(DateTimeOffset at) => at.DayOfWeek.ToString().ToLowerInvariant();
        string At(DateTimeOffset at) => at.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        var closes = opens.AddHours(2);
        object[] hours = opens.Date == closes.Date ? [new { day = Day(opens), from = At(opens), to = At(closes) }] : [new { day = Day(opens), from = At(opens), to = "24:00" }, new { day = Day(closes), from = "00:00", to = At(closes) }];
        var calendar = (await tenant.Admin.Post("/sla/calendars", new { name = "Office", timeZone = "UTC", hours, holidays = Array.Empty<object>() })).Expect(201)["id"];
        (await tenant.Admin.Post("/automations", Rule("In the morning", new { type = "add_tags", value = new[] { "morning" } },
            new { field = "hoursSinceCreated", @operator = "at_least", value = 0.01 }, new { field = $"businessHours.{calendar}", @operator = "is", value = "open" }, new { field = "tags", @operator = "not_contains", value = "morning" }))).Expect(201);
        var sweep = desk.Services.GetRequiredService<AutomationSweep>();
        var early = await tenant.Agent.NewTicket("Before it opens");
        await desk.Pass(tenant, TimeSpan.FromMinutes(5));
        await sweep.Run(tenant.Id, CancellationToken.None);
        Assert.Equal("[]", await Tags(tenant, early));
        // the wait was over long before the sweep's look back
        await desk.Pass(tenant, opens - desk.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        await sweep.Run(tenant.Id, CancellationToken.None);
        Assert.Equal("[\"morning\"]", await Tags(tenant, early));
        // while it is open: who comes later, and nobody twice
        var late = await tenant.Agent.NewTicket("While it is open");
        await desk.Pass(tenant, TimeSpan.FromMinutes(2));
        for (var i = 0; i < 2; i++) await sweep.Run(tenant.Id, CancellationToken.None);
        Assert.Equal("[\"morning\"]", await Tags(tenant, late));
        Assert.Equal(2, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM rule_runs WHERE name = 'In the morning'"));
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

    private static async Task<string> Tags(TestTenant tenant, Guid ticket) => (await tenant.Agent.Get($"/tickets/{ticket}")).Expect(200).At("tags")!.ToJsonString();

    private async Task<TestTenant> Fresh(string slug)
    {
        var tenant = await desk.NewTenant(slug + "-" + Guid.NewGuid().ToString("N")[..6]);
        await desk.Renew(tenant);
        await SlaDesks.WithoutTriggers(tenant);
        return tenant;
    }

    private static object Rule(string name, object action, params object[] all) => new { name, conditions = new { all }, actions = new[] { action } };
}
