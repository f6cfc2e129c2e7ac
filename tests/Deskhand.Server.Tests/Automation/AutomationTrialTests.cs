using Deskhand.Access;
using Deskhand.Automation;
using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Server.Tests.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Automation;

/// <summary>What an automation would take up now, told before it is switched on.</summary>
public sealed class AutomationTrialTests(CallingDesk desk) : IClassFixture<CallingDesk>
{
    private static readonly object Tag = new { type = "add_tags", value = new[] { "reminded" } };

    [Fact]
    public async Task It_tells_what_it_would_take_up_and_do_and_that_is_what_the_next_run_does()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (webhook, _) = await receiver.Subscribe(tenant.Admin, "/in", "webhook.tested");
        var (day, week, fresh, tagged) = (await tenant.Agent.NewTicket("A day"), await tenant.Agent.NewTicket("A week"), await tenant.Agent.NewTicket("Fresh"), await tenant.Agent.NewTicket("Told", new { tags = new[] { "reminded" } }));
        foreach (var (ticket, hours) in new[] { (day, 25), (week, 7 * 24), (fresh, 1), (tagged, 30) }) await Age(tenant, ticket, "status_at", hours);
        var automation = Waits("Remind", 24, Tag, new { type = "webhook", value = webhook }, new { type = "notify", to = "managers", value = "Look" });
        var before = await Everything(tenant);

        var trial = (await tenant.Admin.Post("/automations/try", new { automation })).Expect(200);
        Assert.Equal(("3", "true"), (trial["tickets"], trial["complete"]));
        // the newest first; the one that has the tag already is looked at and left alone
        Assert.Equal([day.ToString(), week.ToString()], trial.At("matches")!.AsArray().Select(m => m!["ticketId"]!.ToString()));
        Assert.Equal(("A day", (await tenant.Agent.Get($"/tickets/{day}"))["reference"]), (trial["matches.0.subject"], trial["matches.0.reference"]));
        Assert.Equal(25, Math.Round((DateTimeOffset.UtcNow - DateTimeOffset.Parse(trial["matches.0.at"]!, System.Globalization.CultureInfo.InvariantCulture)).TotalHours));
        Assert.Equal(("tags", "[]", "[\"reminded\"]"), (trial["matches.0.changes.0.field"], trial.At("matches.0.changes.0.from")!.ToJsonString(), trial.At("matches.0.changes.0.to")!.ToJsonString()));
        Assert.Equal(("[\"managers\"]", $"[\"{webhook}\"]", null), (trial.At("matches.0.notified")!.ToJsonString(), trial.At("matches.0.webhookIds")!.ToJsonString(), trial.At("matches.0.problem")));
        Assert.Equal(before, await Everything(tenant));

        var saved = (await tenant.Admin.Post("/automations", automation)).Expect(201)["id"];
        Assert.Equal(2, await desk.Services.GetRequiredService<AutomationSweep>().Run(tenant.Id, CancellationToken.None));
        foreach (var ticket in new[] { day, week }) Assert.Equal("Remind", (await tenant.Agent.Get($"/tickets/{ticket}/rules")).Expect(200)["data.0.rule.name"]);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 2));
        // it has met them
        Assert.Equal("[]", (await tenant.Admin.Post($"/automations/{saved}/try", new { })).Expect(200).At("matches")!.ToJsonString());
    }

    [Fact]
    public async Task A_saved_one_leaves_out_what_it_has_met_also_as_what_it_might_become()
    {
        var tenant = await desk.Fresh();
        var (met, other) = (await tenant.Agent.NewTicket("Met", new { priority = "low" }), await tenant.Agent.NewTicket("Other"));
        foreach (var ticket in new[] { met, other }) await Age(tenant, ticket, "created_at", 30);
        var low = new { field = "priority", @operator = "is", value = "low" };
        object Tagging(bool active, params object[] more) => new { name = "Tag", active, oncePerTicket = true, conditions = new { all = (object[])[new { field = "hoursSinceCreated", @operator = "at_least", value = 24 }, .. more] }, actions = new[] { Tag } };
        var saved = (await tenant.Admin.Post("/automations", Tagging(true, low))).Expect(201)["id"];
        Assert.Equal(1, await desk.Services.GetRequiredService<AutomationSweep>().Run(tenant.Id, CancellationToken.None));
        (await tenant.Agent.Patch($"/tickets/{met}", new { tags = Array.Empty<string>() })).Expect(200);
        async Task<string> Found(string path, object body) => string.Join(' ', (await tenant.Admin.Post(path, body)).Expect(200).At("matches")!.AsArray().Select(m => m!["subject"]));

        Assert.Equal("", await Found($"/automations/{saved}/try", new { }));
        Assert.Equal("Other", await Found($"/automations/{saved}/try", new { automation = Tagging(true) }));
        // one that is not saved has met nothing
        Assert.Equal("Other Met", await Found("/automations/try", new { automation = Tagging(true) }));
        // off, it can be tried all the same
        (await tenant.Admin.Put($"/automations/{saved}", Tagging(false))).Expect(200);
        Assert.Equal("Other", await Found($"/automations/{saved}/try", new { }));
        Assert.Equal(1, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM rule_runs WHERE via = 'timer'"));
    }

    [Fact]
    public async Task It_says_when_there_may_be_more_and_why_it_would_fail()
    {
        var tenant = await desk.Fresh();
        for (var i = 0; i < 3; i++) await Age(tenant, await tenant.Agent.NewTicket($"Number {i}"), "status_at", 30 - i);
        var automation = Waits("Shut", 24, new { type = "set_status", value = "closed" });
        var one = (await tenant.Admin.Post("/automations/try", new { automation, limit = 1 })).Expect(200);
        Assert.Equal(("1", "false", "Number 2", "transition_not_allowed", "[]"), (one["tickets"], one["complete"], one["matches.0.subject"], one["matches.0.problem.code"], one.At("matches.0.changes")!.ToJsonString()));
        var all = (await tenant.Admin.Post("/automations/try", new { automation, limit = 3 })).Expect(200);
        Assert.Equal(("3", "true", 3), (all["tickets"], all["complete"], all.At("matches")!.AsArray().Count));
        foreach (var limit in new[] { 0, 101 }) Assert.NotNull((await tenant.Admin.Post("/automations/try", new { automation, limit })).Expect(422).At("errors.limit"));

        // however many wait, so many are read and no more, the newest
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<int>(Copies, CancellationToken.None);
        async Task<Outcome<int>> Copies() => await session.Execute("""
            INSERT INTO tickets (tenant_id, id, number, reference, subject, description, status, status_category, priority, type, category, channel, version, sequence, created_at, updated_at, status_at)
            SELECT tenant_id, gen_random_uuid(), number + n, 'X-' || n, CASE n WHEN 4990 THEN 'reached' WHEN 5010 THEN 'too old' ELSE 'Copy' END, '', status, status_category, priority, type, category, channel, 1, 1,
                created_at, updated_at, now() - interval '31 hours' - n * interval '1 second'
            FROM tickets CROSS JOIN generate_series(1, 5010) n WHERE tenant_id = $1 AND number = 3
            """, CancellationToken.None, Rows.P(tenant.Id));
        object Named(string subject) => new { automation = new { name = "x", oncePerTicket = true, conditions = new { all = new object[] { new { field = "hoursSinceStatus", @operator = "at_least", value = 24 }, new { field = "subject", @operator = "contains", value = new[] { subject } } } }, actions = new[] { Tag } } };
        var reached = (await tenant.Admin.Post("/automations/try", Named("reached"))).Expect(200);
        Assert.Equal(("5000", "false", 1), (reached["tickets"], reached["complete"], reached.At("matches")!.AsArray().Count));
        Assert.Equal("[]", (await tenant.Admin.Post("/automations/try", Named("too old"))).Expect(200).At("matches")!.ToJsonString());
    }

    [Theory]
    [InlineData("hoursSinceCreated", "created_at")]
    [InlineData("hoursSinceUpdated", "updated_at")]
    [InlineData("hoursSinceAssigned", "assigned_at")]
    [InlineData("hoursSinceStatus", "status_at")]
    [InlineData("hoursSinceSolved", "solved_at")]
    [InlineData("hoursUntilDue", "due_at")]
    public async Task Each_kind_of_waiting_finds_its_tickets(string field, string column)
    {
        var tenant = await desk.Fresh();
        var ahead = field == "hoursUntilDue";
        var (waited, waits) = (await tenant.Agent.NewTicket("Waited", new { assigneeId = tenant.Agent.UserId }), await tenant.Agent.NewTicket("Waits", new { assigneeId = tenant.Agent.UserId }));
        if (field == "hoursSinceSolved")
            foreach (var ticket in new[] { waited, waits }) (await tenant.Agent.Put($"/tickets/{ticket}/resolve", new { })).Expect(200);
        await Age(tenant, waited, column, ahead ? -5 : 5);
        await Age(tenant, waits, column, ahead ? -7 : 3);
        var automation = new { name = "x", oncePerTicket = true, conditions = new { all = new[] { new { field, @operator = ahead ? "at_most" : "at_least", value = ahead ? 6 : 4 } } }, actions = new[] { Tag } };
        var trial = (await tenant.Admin.Post("/automations/try", new { automation })).Expect(200);
        Assert.Equal(("1", "true", waited.ToString()), (trial["tickets"], trial["complete"], trial["matches.0.ticketId"]));
    }

    [Fact]
    public async Task Sec04_Only_who_manages_settings_tries_and_sees_what_they_may_read()
    {
        var (tenant, other) = (await desk.Fresh(), await desk.Fresh());
        var automation = Waits("x", 24, Tag);
        var saved = (await tenant.Admin.Post("/automations", automation)).Expect(201)["id"];
        var trigger = (await tenant.Admin.Get("/triggers?limit=1")).Expect(200)["data.0.id"];
        var ticket = await tenant.Agent.NewTicket("Ours", new { assigneeId = tenant.Agent.UserId });
        await Age(tenant, ticket, "status_at", 30);
        foreach (var path in new[] { "/automations/try", $"/automations/{saved}/try" })
            foreach (var person in new[] { tenant.Agent, tenant.LightAgent }) (await person.Post(path, new { automation })).Expect(403);
        (await other.Admin.Post($"/automations/{saved}/try", new { })).Expect(404);
        (await tenant.Admin.Post($"/automations/{trigger}/try", new { })).Expect(404);
        Assert.Equal("[]", (await other.Admin.Post("/automations/try", new { automation })).Expect(200).At("matches")!.ToJsonString());
        Assert.Single((await tenant.Admin.Post($"/automations/{saved}/try", new { })).Expect(200).At("matches")!.AsArray());
        var narrow = await desk.NewPerson(tenant, Role.Admin, TicketScope.Assigned);
        Assert.Equal("[]", (await narrow.Post($"/automations/{saved}/try", new { })).Expect(200).At("matches")!.ToJsonString());
    }

    [Fact]
    public async Task What_means_nothing_or_would_go_round_is_refused_as_when_it_is_saved()
    {
        var tenant = await desk.Fresh();
        Assert.NotNull((await tenant.Admin.Post("/automations/try", new { automation = Waits("", 24, Tag) })).Expect(422).At("errors.name"));
        Assert.NotNull((await tenant.Admin.Post("/automations/try", new { automation = Waits("x", 24, new { type = "set_status", value = "no-such" }) })).Expect(422).Body!["errors"]!["actions.0.value"]);
        var timeless = new { name = "x", conditions = new { all = new[] { new { field = "priority", @operator = "is", value = "low" } } }, actions = new[] { Tag } };
        Assert.NotNull((await tenant.Admin.Post("/automations/try", new { automation = timeless })).Expect(422).Body!["errors"]!["conditions.all"]);
        var nag = new { name = "x", conditions = new { all = new[] { new { field = "hoursSinceUpdated", @operator = "at_least", value = 1 } } }, actions = new[] { new { type = "add_note", value = "Hello?" } } };
        Assert.Equal("rule_loops", (await tenant.Admin.Post("/automations/try", new { automation = nag })).Expect(409)["code"]);
    }

    private static object Waits(string name, int hours, params object[] actions) =>
        new { name, conditions = new { all = new object[] { new { field = "hoursSinceStatus", @operator = "at_least", value = hours }, new { field = "tags", @operator = "not_contains", value = new[] { "reminded" } } } }, actions };

    /// <summary>How much there is of whatever a rule leaves behind, and how each ticket stands.</summary>
    private async Task<string> Everything(TestTenant tenant) => await desk.Scalar<string>(tenant.Id, """
        SELECT concat_ws(' ', (SELECT string_agg(id || ':' || version || ':' || sequence, ',' ORDER BY id) FROM tickets), (SELECT count(*) FROM rule_runs), (SELECT count(*) FROM rule_progress), (SELECT count(*) FROM events),
            (SELECT count(*) FROM history), (SELECT count(*) FROM audit_log), (SELECT count(*) FROM notifications), (SELECT count(*) FROM deliveries), (SELECT count(*) FROM webhook_deliveries), (SELECT count(*) FROM ticket_comments))
        """);

    private async Task Age(TestTenant tenant, Guid ticket, string column, int hours)
    {
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<int>(Changed, CancellationToken.None);
        async Task<Outcome<int>> Changed() => await session.Execute($"UPDATE tickets SET {column} = now() - interval '1 hour' * $2 WHERE tenant_id = $1 AND id = $3", CancellationToken.None, Rows.P(tenant.Id), Rows.P(hours), Rows.P(ticket));
    }
}
