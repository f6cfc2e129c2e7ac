using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deskhand.Automation;
using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Server.Tests.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Automation;

/// <summary>A desk on which automations run when a test says so.</summary>
public sealed class CallingDesk : WebhookTestDesk
{
    protected override Dictionary<string, string?> Settings => new(base.Settings, StringComparer.Ordinal) { ["DESKHAND_ROLES"] = "web,relay" };
}

/// <summary>Rules that call webhooks.</summary>
public sealed partial class RuleWebhookTests(CallingDesk desk) : IClassFixture<CallingDesk>
{
    private AutomationSweep Sweep => desk.Services.GetRequiredService<AutomationSweep>();

    [Fact]
    public async Task A_rule_calls_a_webhook_whatever_its_filter_says_once_and_others_only_as_their_filter_says()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (named, secret) = await receiver.Subscribe(tenant.Admin, "/named", "customer.*");
        var (both, _) = await receiver.Subscribe(tenant.Admin, "/both", "ticket.*");
        await receiver.Subscribe(tenant.Admin, "/asked", "ticket.rule_fired");
        await receiver.Subscribe(tenant.Admin, "/created", "ticket.created");
        var rule = (await tenant.Admin.Post("/triggers", OnCreate("Tell the planner", Call(named), Call(both)))).Expect(201);
        var made = (await tenant.Agent.Post("/tickets", new { subject = "Splice needed", tags = new[] { "field" } })).Expect(201);

        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 7));
        Assert.Equal(
        [
            "/asked ticket.rule_fired 2", "/asked ticket.rule_fired 3",
            "/both ticket.created 1", "/both ticket.rule_fired 2", "/both ticket.rule_fired 3",
            "/created ticket.created 1",
            "/named ticket.rule_fired 2",
        ], receiver.Got.Select(r => $"{r.Path} {r.Type} {r.Sequence}").Order(StringComparer.Ordinal));
        var got = receiver.Got.Single(r => r.Path == "/named");
        Assert.True(StandardWebhooks.Verify(secret, got.Id, got.Stamp, got.Signature, got.Bytes, DateTimeOffset.UtcNow));
        var data = got.Body["data"]!;
        Assert.Equal((named, rule["id"], "Tell the planner", "1"), (data["webhookId"]!.ToString(), data["rule"]!["id"]!.ToString(), data["rule"]!["name"]!.ToString(), data["rule"]!["version"]!.ToString()));
        Assert.True(JsonNode.DeepEquals(made.Body, data["ticket"]), $"{made.Text}\n{data["ticket"]}");
        Assert.Null(got.Body["userId"]);

        var run = (await tenant.Agent.Get($"/tickets/{made["id"]}/rules")).Expect(200);
        Assert.Equal(("Tell the planner", "notified", "rule", "1"), (run["data.0.rule.name"], run["data.0.outcome"], run["data.0.via"], run["pagination.total"]));
        Assert.Equal([named, both], run.At("data.0.webhookIds")!.AsArray().Select(w => w!.ToString()));
        Assert.Equal("1", made["version"]);
        // it is in the stream like any event
        Assert.Equal(2, (await tenant.Admin.Get("/events?type=ticket.rule_fired")).Expect(200).At("data")!.AsArray().Count);
    }

    [Fact]
    public async Task Sec04_A_webhook_of_another_tenant_one_that_is_not_there_and_one_named_twice_are_refused()
    {
        var (tenant, other) = (await desk.Fresh(), await desk.Fresh());
        var foreign = (await other.Admin.Post("/webhooks", new { url = "https://hooks.example.com/" })).Expect(201)["id"]!;
        var own = (await tenant.Admin.Post("/webhooks", new { url = "https://hooks.example.com/" })).Expect(201)["id"]!;
        foreach (var id in new[] { foreign, Guid.NewGuid().ToString() })
        {
            var refused = (await tenant.Admin.Post("/triggers", OnCreate("x", Call(own), Call(id)))).Expect(404);
            Assert.Equal("webhook_not_found", refused["code"]);
            Assert.NotNull(refused.Body!["errors"]!["actions.1.value"]);
            (await tenant.Admin.Post("/automations", Daily("x", Call(id)))).Expect(404);
            // tried, it could not do it either
            await tenant.Agent.NewTicket();
            Assert.Equal("webhook_not_found", (await tenant.Admin.Post("/triggers/try", new { trigger = OnCreate("x", Call(id)), tickets = 1 })).Expect(200)["matches.0.problem.code"]);
        }

        Assert.NotNull((await tenant.Admin.Post("/triggers", OnCreate("x", Call(own), Call(own)))).Expect(422).Body!["errors"]!["actions.1.value"]);
        Assert.NotNull((await tenant.Admin.Post("/triggers", OnCreate("x", Call("https://hooks.example.com/")))).Expect(422).Body!["errors"]!["actions.0.value"]);
        Assert.NotNull((await tenant.Admin.Post("/macros", new { name = "x", actions = new[] { Call(own) } })).Expect(422).Body!["errors"]!["actions.0.type"]);
        (await tenant.Admin.Delete($"/webhooks/{own}")).Expect(204);
        (await tenant.Admin.Post("/triggers", OnCreate("x", Call(own)))).Expect(404);
        Assert.Equal(0, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM events WHERE type = 'ticket.rule_fired'"));
    }

    [Fact]
    public async Task A_rule_whose_webhook_was_deleted_says_so_and_does_nothing_while_the_others_go_on()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (gone, _) = await receiver.Subscribe(tenant.Admin, "/gone", "ticket.*");
        var (there, _) = await receiver.Subscribe(tenant.Admin, "/there", "customer.*");
        var lost = (await tenant.Admin.Post("/triggers", OnCreate("Lost", new { type = "add_tags", value = new[] { "lost" } }, Call(gone)))).Expect(201);
        (await tenant.Admin.Post("/triggers", OnCreate("Sound", Call(there)))).Expect(201);
        Assert.Null((await tenant.Admin.Get($"/triggers/{lost["id"]}")).Expect(200)["broken"]);
        (await tenant.Admin.Delete($"/webhooks/{gone}")).Expect(204);
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/triggers/{lost["id"]}")).Expect(200)["broken"] is not null);

        var made = (await tenant.Agent.Post("/tickets", new { subject = "Splice needed" })).Expect(201);
        Assert.Equal("[]", made.At("tags")!.ToJsonString());
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 1));
        var runs = (await tenant.Agent.Get($"/tickets/{made["id"]}/rules")).Expect(200).At("data")!.AsArray().Select(r => (r!["rule"]!["name"]!.ToString(), r["outcome"]!.ToString(), r["problem"]?["code"]?.ToString())).Order().ToList();
        Assert.Equal([("Lost", "failed", "webhook_not_found"), ("Sound", "notified", null)], runs);
        Assert.Equal("/there", receiver.Got.Single().Path);
        // it can be switched off as it is, and mended
        (await tenant.Admin.Patch($"/triggers/{lost["id"]}", new { active = false })).Expect(200);
        (await tenant.Admin.Patch($"/triggers/{lost["id"]}", new { active = true, actions = new[] { Call(there) } })).Expect(200);
    }

    [Fact]
    public async Task While_a_webhook_is_off_calls_are_not_queued_and_can_be_replayed_by_time()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "customer.created");
        var (other, _) = await receiver.Subscribe(tenant.Admin, "/other", "customer.created");
        (await tenant.Admin.Post("/triggers", OnCreate("Call", Call(id)))).Expect(201);
        (await tenant.Admin.Patch($"/webhooks/{id}", new { enabled = false })).Expect(200);
        var from = DateTimeOffset.UtcNow.AddSeconds(-1);
        var ticket = await tenant.Agent.NewTicket();
        Assert.Equal("notified", (await tenant.Agent.Get($"/tickets/{ticket}/rules")).Expect(200)["data.0.outcome"]);
        // what has not been published yet goes to whoever is there by then
        await Eventually.Holds(async () => (await tenant.Admin.Get("/events?type=ticket.rule_fired")).Expect(200).At("data")!.AsArray().Count == 1);
        (await tenant.Admin.Patch($"/webhooks/{id}", new { enabled = true })).Expect(200);
        Assert.Empty(receiver.Got);

        Assert.Equal("0", (await tenant.Admin.Post($"/webhooks/{other}/replay", new { from })).Expect(202)["queued"]);
        Assert.Equal("1", (await tenant.Admin.Post($"/webhooks/{id}/replay", new { from })).Expect(202)["queued"]);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 1));
        Assert.Equal(("/in", "ticket.rule_fired", ticket.ToString()), (receiver.Got.Single().Path, receiver.Got.Single().Type, receiver.Got.Single().Body["data"]!["ticket"]!["id"]!.ToString()));
    }

    [Fact]
    public async Task A_call_is_part_of_the_change_it_answers_and_its_numbers_have_no_gaps_when_many_change_a_ticket_at_once()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "webhook.tested");
        (await tenant.Admin.Post("/triggers", Rule("Each comment", "event", "is", "commented", Call(id), new { type = "add_note", value = "told" }))).Expect(201);
        (await tenant.Admin.Post("/triggers", Rule("Closed", "event", "is", "closed", Call(id)))).Expect(201);
        var ticket = await tenant.Agent.NewTicket();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = $"Number {i}" })));
        (await tenant.Agent.Put($"/tickets/{ticket}/resolve", new { })).Expect(200);
        // a closed ticket stays as it is, and can be told of
        (await tenant.Manager.Put($"/tickets/{ticket}/status", new { status = "closed" })).Expect(200);
        // refused: nothing happened
        (await tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "Too late" })).Expect(409);

        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 13));
        Assert.Equal(receiver.Took.Select(r => r.Sequence).Order(), receiver.Took.Select(r => r.Sequence));
        var told = (await desk.Scalar<string>(tenant.Id, "SELECT string_agg(sequence || ' ' || type, ',' ORDER BY sequence) FROM events WHERE tenant_id = $1 AND entity_id = $2", Rows.P(tenant.Id), Rows.P(ticket))).Split(',');
        Assert.Equal(Enumerable.Range(1, told.Length), told.Select(t => int.Parse(t.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
        // each comment with its call and the rule's note
        Assert.Equal((24, 13), (told.Count(t => t.EndsWith(" ticket.commented", StringComparison.Ordinal)), told.Count(t => t.EndsWith(" ticket.rule_fired", StringComparison.Ordinal))));
        Assert.Equal(13, receiver.Took.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_trial_tells_whom_it_would_tell_and_what_it_would_call_and_does_neither()
    {
        var tenant = await desk.Fresh();
        var id = (await tenant.Admin.Post("/webhooks", new { url = "https://hooks.example.com/", enabled = false })).Expect(201)["id"]!;
        await tenant.Agent.NewTicket();
        object[] actions = [Call(id), new { type = "notify", to = "managers", value = "Look" }, new { type = "notify", to = tenant.Agent.UserId, value = "Look" }];
        var trial = (await tenant.Admin.Post("/triggers/try", new { trigger = OnCreate("x", actions), tickets = 5 })).Expect(200);
        Assert.Equal($"[\"{id}\"]", trial.At("matches.0.webhookIds")!.ToJsonString());
        Assert.Equal($"[\"managers\",\"{tenant.Agent.UserId}\"]", trial.At("matches.0.notified")!.ToJsonString());
        Assert.Equal("[]", trial.At("matches.0.changes")!.ToJsonString());
        Assert.Equal(0, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM events WHERE type = 'ticket.rule_fired'"));

        (await tenant.Admin.Post("/triggers", OnCreate("Saved", actions))).Expect(201);
        var run = (await tenant.Agent.Get($"/tickets/{await tenant.Agent.NewTicket()}/rules")).Expect(200);
        Assert.Equal(("notified", $"[\"managers\",\"{tenant.Agent.UserId}\"]", $"[\"{id}\"]"), (run["data.0.outcome"], run.At("data.0.notified")!.ToJsonString(), run.At("data.0.webhookIds")!.ToJsonString()));
    }

    [Fact]
    public async Task An_automation_calls_once_for_each_ticket_whoever_sweeps_and_leaves_the_ticket_as_it_is()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "customer.created");
        (await tenant.Admin.Post("/automations", Daily("Forgotten", Call(id), new { type = "notify", to = "managers", value = "{{ticket.reference}}" }))).Expect(201);
        var tickets = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            tickets.Add(await tenant.Agent.NewTicket($"Number {i}"));
            await Age(tenant, tickets[i]);
        }

        var before = (await tenant.Agent.Get($"/tickets/{tickets[0]}")).Expect(200);
        Assert.Equal(6, (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Sweep.Run(tenant.Id, CancellationToken.None))))).Sum());
        Assert.Equal(0, await Sweep.Run(tenant.Id, CancellationToken.None));
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 6));
        Assert.Equal(tickets.Select(t => t.ToString()).Order(StringComparer.Ordinal), receiver.Got.Select(r => r.Body["data"]!["ticket"]!["id"]!.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(before.Text, (await tenant.Agent.Get($"/tickets/{tickets[0]}")).Expect(200).Text);

        // what was told and done was now, although the ticket is old
        var day = DateTimeOffset.UtcNow.AddHours(-1);
        var run = (await tenant.Agent.Get($"/tickets/{tickets[0]}/rules")).Expect(200);
        Assert.Equal(("notified", "timer"), (run["data.0.outcome"], run["data.0.via"]));
        Assert.All(new[] { run["data.0.at"]!, receiver.Got.First().Body["timestamp"]!.ToString(), (await tenant.Manager.Get("/notifications")).Expect(200)["data.0.createdAt"]! },
            at => Assert.True(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture) > day, at));
    }

    /// <summary>Each rule of the guide is taken as it stands there, and the one that calls a webhook does.</summary>
    [Fact]
    public async Task The_rules_of_the_guide_do_what_it_says()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (webhook, _) = await receiver.Subscribe(tenant.Admin, "/in", "customer.created");
        var calls = 0;
        foreach (Match example in Example().Matches(await File.ReadAllTextAsync(Repository.File("docs/guide/rules.md"))))
        {
            var (path, body) = (example.Groups["path"].Value, JsonNode.Parse(example.Groups["body"].Value)!);
            foreach (var action in body["actions"]!.AsArray().Where(a => a!["type"]!.ToString() == "webhook"))
            {
                action!["value"] = webhook;
                calls++;
            }

            (await tenant.Admin.Post(path, body)).Expect(201);
        }

        Assert.Equal(1, calls);
        var ticket = (await tenant.Agent.Post("/tickets", new { subject = "Cable cut", category = "technical_support", priority = "urgent" })).Expect(201);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 1));
        Assert.Equal(("ticket.rule_fired", "Call out the field team", ticket["id"]),
            (receiver.Got.Single().Type, receiver.Got.Single().Body["data"]!["rule"]!["name"]!.ToString(), receiver.Got.Single().Body["data"]!["ticket"]!["id"]!.ToString()));
    }

    private static object Call(string webhook) => new { type = "webhook", value = webhook };

    private static object OnCreate(string name, params object[] actions) => Rule(name, "event", "is", "created", actions);

    private static object Rule(string name, string field, string op, object value, params object[] actions) =>
        new { name, conditions = new { all = new object[] { new { field, @operator = op, value } } }, actions };

    private static object Daily(string name, params object[] actions) =>
        new { name, oncePerTicket = true, conditions = new { all = new object[] { new { field = "hoursSinceCreated", @operator = "at_least", value = 24 } } }, actions };

    private async Task Age(TestTenant tenant, Guid ticket)
    {
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<int>(async () => await session.Execute("UPDATE tickets SET created_at = now() - interval '25 hours', updated_at = now() - interval '25 hours' WHERE tenant_id = $1 AND id = $2", CancellationToken.None,
            Rows.P(tenant.Id), Rows.P(ticket)), CancellationToken.None);
    }

    [GeneratedRegex("^```json\nPOST /api/v1(?<path>/(triggers|automations))\n(?<body>.+?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Example();
}
