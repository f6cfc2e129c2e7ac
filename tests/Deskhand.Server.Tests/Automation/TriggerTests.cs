using Deskhand.Data;

namespace Deskhand.Server.Tests.Automation;

public sealed class TriggerTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_trigger_changes_the_ticket_and_says_so_in_history_events_and_trace()
    {
        var tenant = await desk.NewTenant("reacts");
        var (admin, agent) = (tenant.Admin, tenant.Agent);
        var rule = (await admin.Post("/triggers", new
        {
            name = "Outage",
            conditions = new { all = new object[] { new { field = "event", @operator = "is", value = "created" }, new { field = "subject", @operator = "contains", value = new[] { "sin señal", "no signal" } } } },
            actions = new object[] { new { type = "set_priority", value = "high" }, new { type = "add_tags", value = new[] { "Outage" } }, new { type = "add_note", value = "Seen: {{ticket.subject}}" } },
        })).Expect(201);
        var made = (await agent.Post("/tickets", new { subject = "SIN SENAL, again" })).Expect(201);
        Assert.Equal(("high", "outage"), (made["priority"], made["tags.0"]));
        Assert.Equal(made.Text, (await agent.Get($"/tickets/{made["id"]}")).Expect(200).Text);

        var history = (await agent.Get($"/tickets/{made["id"]}/history")).Expect(200).At("data")!.AsArray();
        var byRule = history.Where(h => h!["rule"] is not null).ToList();
        Assert.Equal(["comments", "priority", "tags"], byRule.Select(h => h!["field"]!.ToString()).Order(StringComparer.Ordinal));
        Assert.All(byRule, h => Assert.Equal(("system", "rule", rule["id"], "Outage", "1"),
            (h!["actor"]!["kind"]!.ToString(), h["via"]!.ToString(), h["rule"]!["id"]!.ToString(), h["rule"]!["name"]!.ToString(), h["rule"]!["version"]!.ToString())));
        Assert.Equal(["status"], history.Where(h => h!["rule"] is null).Select(h => h!["field"]!.ToString()));

        var run = (await agent.Get($"/tickets/{made["id"]}/rules")).Expect(200);
        Assert.Equal(("Outage", "changed", "rule", "1"), (run["data.0.rule.name"], run["data.0.outcome"], run["data.0.via"], run["pagination.total"]));
        Assert.Equal("Seen: SIN SENAL, again", (await agent.Get($"/tickets/{made["id"]}/comments")).Expect(200)["data.0.body"]);

        var events = await desk.Scalar<string>(tenant.Id, "SELECT string_agg(type || ' ' || sequence, ',' ORDER BY sequence) FROM events WHERE entity_id = $1", Rows.P(made.Body!["id"]!.GetValue<Guid>()));
        Assert.Equal("ticket.created 1,ticket.updated 2,ticket.commented 3", events);
        Assert.Equal(0, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM events WHERE body LIKE '%\"reference\":\"\"%'"));
    }

    [Fact]
    public async Task A_rule_that_cannot_is_noted_and_leaves_the_change_as_it_is()
    {
        var tenant = await desk.NewTenant("cannot");
        var (admin, agent) = (tenant.Admin, tenant.Agent);
        var leaver = await desk.NewPerson(tenant, Deskhand.Access.Role.Agent);
        (await admin.Post("/triggers", Rule("Give away", "status", "changed_to", "open", new { type = "add_tags", value = new[] { "given" } }, new { type = "assign_agent", value = leaver.UserId }))).Expect(201);
        (await admin.Post($"/users/{leaver.UserId}/deactivate", new { })).Expect(200);
        var ticket = await agent.NewTicket();
        var after = (await agent.Put($"/tickets/{ticket}/status", new { status = "open" })).Expect(200);
        Assert.Equal(("open", null, "0"), (after["status"], after["assigneeId"], after.At("tags")!.AsArray().Count.ToString()));
        var run = (await agent.Get($"/tickets/{ticket}/rules")).Expect(200);
        Assert.Equal(("failed", "agent_not_found"), (run["data.0.outcome"], run["data.0.problem.code"]));
    }

    [Fact]
    public async Task Each_trigger_sees_what_those_before_it_left_and_the_order_can_be_changed()
    {
        var tenant = await desk.NewTenant("ordered");
        var (admin, agent) = (tenant.Admin, tenant.Agent);
        var second = (await admin.Post("/triggers", Rule("Second", "tags", "contains", "first", new { type = "add_tags", value = new[] { "second" } }))).Expect(201)["id"];
        var first = (await admin.Post("/triggers", Rule("First", "event", "is", "created", new { type = "add_tags", value = new[] { "first" } }))).Expect(201)["id"];
        Assert.Equal("[\"first\"]", Tags(await agent.Post("/tickets", new { subject = "One" })));
        (await admin.Post("/triggers/reorder", new { ids = new[] { first } })).Expect(204);
        Assert.Equal(first, (await admin.Get("/triggers")).Expect(200)["data.0.id"]);
        Assert.Equal("[\"first\",\"second\"]", Tags(await agent.Post("/tickets", new { subject = "Two" })));
        (await admin.Patch($"/triggers/{first}", new { active = false })).Expect(200);
        Assert.Equal("[]", Tags(await agent.Post("/tickets", new { subject = "Three" })));
        (await admin.Delete($"/triggers/{second}")).Expect(204);
        (await admin.Get($"/triggers/{second}")).Expect(404);
        Assert.Equal(5, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM audit_log WHERE action LIKE 'trigger.%'"));

        static string Tags(Reply made) => made.Expect(201).At("tags")!.ToJsonString();
    }

    [Fact]
    public async Task What_means_nothing_is_refused_by_its_member()
    {
        var admin = desk.Tenant.Admin;
        foreach (var (body, member) in new (object, string)[]
        {
            (Rule("x", "colour", "is", "red", Tag), "conditions.all.0.field"),
            (Rule("x", "status", "is", "opne", Tag), "conditions.all.0.value"),
            (Rule("x", "priority", "contains", "high", Tag), "conditions.all.0.operator"),
            (Rule("x", "hoursSinceCreated", "at_least", 3, Tag), "conditions.all.0.field"),
            (Rule("x", "tags", "contains", 7, Tag), "conditions.all.0.value"),
            (Rule("x", "customFields.nothing", "is", "x", Tag), "conditions.all.0.field"),
            (Rule("x", "event", "is", "created"), "actions"),
            (Rule("x", "event", "is", "created", new { type = "set_status", value = "gone" }), "actions.0.value"),
            (Rule("x", "event", "is", "created", new { type = "add_note", value = "{{ticket.colour}}" }), "actions.0.value"),
            (Rule("x", "event", "is", "created", new { type = "escalate", value = 4 }), "actions.0.value"),
            (Rule("x", "event", "is", "created", new { type = "notify", value = "Look", to = "everybody" }), "actions.0.to"),
            (new { name = "x", actions = new object[] { Tag } }, "conditions"),
        })
        {
            var reply = (await admin.Post("/triggers", body)).Expect(422);
            Assert.True(reply.At("errors")!.AsObject().ContainsKey(member), $"{member}: {reply.Text}");
        }

        (await admin.Post("/triggers", Rule("x", "status", "sounds_like", "open", Tag))).Expect(400);
        (await admin.Post("/triggers", """{"name":"x","conditions":{"all":[null]},"actions":[null]}""")).Expect(422);
        (await admin.Post("/triggers", Rule("x", "event", "is", "created", new { type = "assign_agent", value = desk.Foreign.Agent.UserId }))).Expect(404);
        (await desk.Tenant.Agent.Post("/triggers", Rule("x", "event", "is", "created", Tag))).Expect(403);
    }

    [Fact]
    public async Task The_built_in_escalations_work_and_can_be_switched_off()
    {
        var tenant = await desk.NewTenant("builtin");
        var (admin, agent) = (tenant.Admin, tenant.Agent);
        var customer = (await agent.Post("/customers", new { name = "Plat", tier = "platinum" })).Expect(201)["id"];
        Assert.Equal("1", (await agent.Post("/tickets", new { subject = "Hello", customerId = customer })).Expect(201)["escalationLevel"]);
        Assert.Equal("1", (await agent.Post("/tickets", new { subject = "¡No puedo acceder!" })).Expect(201)["escalationLevel"]);
        var angry = (await agent.Post("/tickets", new { subject = "Bill", description = "This is unacceptable, the worst service. I am furious." })).Expect(201);
        Assert.Equal("2", angry["escalationLevel"]);
        for (var i = 0; i < 2; i++) Assert.Equal("0", (await agent.Post("/tickets", new { subject = "Fibre line down in Sandton", category = "technical_support" })).Expect(201)["escalationLevel"]);
        var third = (await agent.Post("/tickets", new { subject = "Fibre down, Sandton office", category = "technical_support" })).Expect(201);
        Assert.Equal("1", third["escalationLevel"]);
        Assert.Contains("TICKET-", (await agent.Get($"/tickets/{third["id"]}/comments")).Expect(200)["data.0.body"], StringComparison.Ordinal);

        var rules = (await admin.Get("/triggers")).Expect(200).At("data")!.AsArray();
        Assert.All(rules, r => Assert.NotNull(r!["builtIn"]));
        foreach (var rule in rules) (await admin.Patch($"/triggers/{rule!["id"]}", new { active = false })).Expect(200);
        Assert.Equal("0", (await agent.Post("/tickets", new { subject = "URGENT: broken" })).Expect(201)["escalationLevel"]);
    }

    [Fact]
    public async Task A_trigger_is_tried_on_what_has_happened_and_changes_nothing()
    {
        var tenant = await desk.NewTenant("tried");
        var (admin, agent) = (tenant.Admin, tenant.Agent);
        var ticket = await agent.NewTicket("Printer", new { priority = "low" });
        (await agent.Put($"/tickets/{ticket}/status", new { status = "open" })).Expect(200);
        (await agent.Patch($"/tickets/{ticket}", new { priority = "high" })).Expect(200);
        (await agent.Post($"/tickets/{ticket}/comments", new { body = "It prints nothing but noise" })).Expect(201);
        var other = await agent.NewTicket("Other");
        async Task<Reply> Try(object trigger) => (await admin.Post("/triggers/try", new { trigger, tickets = 10 })).Expect(200);

        var created = await Try(Rule("Low ones", "event", "is", "created", new { type = "set_priority", value = "normal" }));
        Assert.Equal(("2", "5"), (created["tickets"], created["changes"]));
        // the other one is normal already: it matches and nothing would change
        Assert.Equal(("1", ticket.ToString(), "priority", "low", "normal"),
            (created.At("matches")!.AsArray().Count.ToString(), created["matches.0.ticketId"], created["matches.0.changes.0.field"], created["matches.0.changes.0.from"], created["matches.0.changes.0.to"]));
        Assert.Equal("ticket.status_changed", (await Try(Rule("Opened", "status", "changed_to", "open", Tag)))["matches.0.events.0"]);
        Assert.Single((await Try(Rule("Risen", "priority", "changed_from", "low", Tag))).At("matches")!.AsArray());
        Assert.Single((await Try(Rule("Noise", "comment.body", "contains", "NOISE", Tag))).At("matches")!.AsArray());
        Assert.Equal("transition_not_allowed", (await Try(Rule("Close", "event", "is", "created", new { type = "set_status", value = "closed" })))["matches.0.problem.code"]);

        var saved = (await admin.Post("/triggers", new { name = "Off", active = false, conditions = new { all = new object[] { new { field = "subject", @operator = "contains", value = "printer" } } }, actions = new[] { Tag } })).Expect(201)["id"];
        Assert.Equal("4", (await admin.Post($"/triggers/{saved}/try", new { })).Expect(200).At("matches")!.AsArray().Count.ToString());
        (await admin.Post($"/triggers/{saved}/try", new { tickets = 0 })).Expect(422);
        Assert.Equal(("4", "1"), ((await agent.Get($"/tickets/{ticket}"))["version"], (await agent.Get($"/tickets/{other}"))["version"]));
        Assert.Equal(0, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM rule_runs"));
    }

    [Fact]
    public async Task A_rule_answers_a_new_ticket_by_its_name()
    {
        var tenant = await desk.NewTenant("answers");
        (await tenant.Admin.Post("/triggers", Rule("Answer", "event", "is", "created", new { type = "reply", value = "We have it as {{ticket.reference}} ({{ticket.number}})." }))).Expect(201);
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => tenant.Agent.Post("/tickets", new { subject = $"Line {i}" })));
        Assert.Equal(Enumerable.Range(1, 20), made.Select(m => int.Parse(m.Expect(201)["number"]!, System.Globalization.CultureInfo.InvariantCulture)).Order());
        foreach (var ticket in made)
            Assert.Equal($"We have it as {ticket["reference"]} ({ticket["number"]}).", (await tenant.Agent.Get($"/tickets/{ticket["id"]}/comments")).Expect(200)["data.0.body"]);
    }

    private static object Tag => new { type = "add_tags", value = new[] { "x" } };

    private static object Rule(string name, string field, string op, object value, params object[] actions) =>
        new { name, conditions = new { all = new object[] { new { field, @operator = op, value } } }, actions };
}
