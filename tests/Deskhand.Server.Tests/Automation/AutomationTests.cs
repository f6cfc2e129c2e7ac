using Deskhand.Automation;
using Deskhand.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Automation;

public sealed class AutomationTests(Desk desk) : IClassFixture<Desk>
{
    private AutomationSweep Sweep => desk.Services.GetRequiredService<AutomationSweep>();

    [Fact]
    public async Task Solved_tickets_close_after_seven_days_and_say_why()
    {
        var tenant = await desk.NewTenant("closes");
        var (old, fresh, open) = (await tenant.Agent.NewTicket("Old"), await tenant.Agent.NewTicket("Fresh"), await tenant.Agent.NewTicket("Open"));
        foreach (var ticket in new[] { old, fresh }) (await tenant.Agent.Put($"/tickets/{ticket}/resolve", new { })).Expect(200);
        await Age(tenant, old, "solved_at", 7 * 24);
        await Age(tenant, fresh, "solved_at", (7 * 24) - 1);
        await Age(tenant, open, "created_at", 1000);
        Assert.Equal(1, await Sweep.Run(tenant.Id, CancellationToken.None));
        Assert.Equal(("closed", "resolved", "new"), (await Status(tenant, old), await Status(tenant, fresh), await Status(tenant, open)));
        var history = (await tenant.Agent.Get($"/tickets/{old}/status-history")).Expect(200);
        Assert.Equal(("timer", "system", "Close solved tickets"), (history["data.0.via"], history["data.0.actor.kind"], history["data.0.rule.name"]));
        Assert.Equal("timer", (await tenant.Agent.Get($"/tickets/{old}/rules")).Expect(200)["data.0.via"]);
        // its time comes while the sweep goes on from where it was
        await Age(tenant, fresh, "solved_at", 7 * 24);
        Assert.Equal(1, await Sweep.Run(tenant.Id, CancellationToken.None));
        Assert.Equal(0, await Sweep.Run(tenant.Id, CancellationToken.None));
    }

    [Fact]
    public async Task An_automation_meets_a_ticket_once_in_each_state_whoever_sweeps()
    {
        var tenant = await desk.NewTenant("once");
        (await tenant.Admin.Post("/automations", new
        {
            name = "Remind",
            conditions = new { all = new object[] { new { field = "statusCategory", @operator = "is", value = "pending" }, new { field = "hoursSinceStatus", @operator = "at_least", value = 48 }, new { field = "tags", @operator = "not_contains", value = "reminded" } } },
            actions = new object[] { new { type = "add_tags", value = new[] { "reminded" } }, new { type = "add_note", value = "Still waiting: {{ticket.reference}}" } },
        })).Expect(201);
        var tickets = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            tickets.Add(await tenant.Agent.NewTicket());
            (await tenant.Agent.Put($"/tickets/{tickets[i]}/status", new { status = "pending_customer" })).Expect(200);
            await Age(tenant, tickets[i], "status_at", 49);
        }

        Assert.Equal(5, (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Sweep.Run(tenant.Id, CancellationToken.None))))).Sum());
        Assert.Equal(5, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM rule_runs WHERE via = 'timer'"));
        // somebody takes the tag away: the state is the same
        (await tenant.Agent.Patch($"/tickets/{tickets[0]}", new { tags = Array.Empty<string>() })).Expect(200);
        Assert.Equal(0, await Sweep.Run(tenant.Id, CancellationToken.None));
        // it comes back to waiting: the state is another
        (await tenant.Agent.Put($"/tickets/{tickets[0]}/status", new { status = "open" })).Expect(200);
        (await tenant.Agent.Put($"/tickets/{tickets[0]}/status", new { status = "pending_customer" })).Expect(200);
        await Age(tenant, tickets[0], "status_at", 48);
        Assert.Equal(1, await Sweep.Run(tenant.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_condition_that_becomes_true_after_its_time_is_seen_and_a_failure_is_noted_once()
    {
        var tenant = await desk.NewTenant("later");
        (await tenant.Admin.Post("/automations", new
        {
            name = "Shut",
            oncePerTicket = true,
            conditions = new { all = new object[] { new { field = "hoursSinceCreated", @operator = "at_least", value = 24 }, new { field = "priority", @operator = "is", value = "low" } } },
            actions = new object[] { new { type = "set_status", value = "closed" } },
        })).Expect(201);
        var ticket = await tenant.Agent.NewTicket();
        await Age(tenant, ticket, "created_at", 30);
        Assert.Equal(0, await Sweep.Run(tenant.Id, CancellationToken.None));
        (await tenant.Agent.Patch($"/tickets/{ticket}", new { priority = "low" })).Expect(200);
        for (var i = 0; i < 3; i++) Assert.Equal(0, await Sweep.Run(tenant.Id, CancellationToken.None));
        var runs = (await tenant.Agent.Get($"/tickets/{ticket}/rules")).Expect(200);
        Assert.Equal(("1", "failed", "transition_not_allowed"), (runs["pagination.total"], runs["data.0.outcome"], runs["data.0.problem.code"]));
    }

    [Fact]
    public async Task An_automation_that_would_go_round_is_refused_with_an_explanation()
    {
        var admin = desk.Tenant.Admin;
        object Nag(bool once) => new
        {
            name = "Nag",
            oncePerTicket = once,
            conditions = new { all = new object[] { new { field = "hoursSinceUpdated", @operator = "at_least", value = 1 } } },
            actions = new object[] { new { type = "add_note", value = "Hello?" } },
        };
        var refused = (await admin.Post("/automations", Nag(false))).Expect(409);
        Assert.Equal("rule_loops", refused["code"]);
        Assert.NotNull(refused.At("errors.actions"));
        var made = (await admin.Post("/automations", Nag(true))).Expect(201)["id"];
        (await admin.Patch($"/automations/{made}", new { oncePerTicket = false })).Expect(409);
        (await admin.Get($"/triggers/{made}")).Expect(404);
        (await admin.Delete($"/automations/{made}")).Expect(204);
    }

    private static async Task<string?> Status(TestTenant tenant, Guid ticket) => (await tenant.Agent.Get($"/tickets/{ticket}")).Expect(200)["status"];

    private async Task Age(TestTenant tenant, Guid ticket, string column, int hours)
    {
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<int>(() => Changed(session), CancellationToken.None);

        async Task<Outcome<int>> Changed(TenantSession s) => await s.Execute($"UPDATE tickets SET {column} = now() - interval '1 hour' * $2 WHERE tenant_id = $1 AND id = $3", CancellationToken.None,
            Rows.P(tenant.Id), Rows.P(hours), Rows.P(ticket));
    }
}
