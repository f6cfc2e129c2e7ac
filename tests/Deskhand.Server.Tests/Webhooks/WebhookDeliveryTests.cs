using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;
using Microsoft.AspNetCore.Http;

namespace Deskhand.Server.Tests.Webhooks;

public sealed class WebhookDeliveryTests(WebhookTestDesk desk) : IClassFixture<WebhookTestDesk>
{
    [Fact]
    public async Task Sec29_What_a_filter_lets_through_arrives_once_in_order_signed_and_as_the_stream_has_it()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, secret) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created", "*.assigned");
        var ticket = await tenant.Agent.NewTicket("Over the wire");
        (await tenant.Agent.Put($"/tickets/{ticket}/status", new { status = "in_progress" })).Expect(200);
        (await tenant.Agent.Put($"/tickets/{ticket}/assign", new { assigneeId = tenant.Agent.UserId })).Expect(200);
        await desk.Foreign.Agent.NewTicket("Another's");

        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 2));
        Assert.Equal(["ticket.created", "ticket.assigned"], receiver.Got.Select(r => r.Type));
        var stream = (await tenant.Admin.Get("/events?type=ticket.created")).Expect(200).At("data.0")!;
        var first = receiver.Got.First();
        Assert.True(JsonNode.DeepEquals(stream, first.Body));
        Assert.Equal(first.Id, first.Body["eventId"]!.ToString());
        Assert.All(receiver.Got, r => Assert.True(StandardWebhooks.Verify(secret, r.Id, r.Stamp, r.Signature, r.Bytes, DateTimeOffset.UtcNow)));
        Assert.False(StandardWebhooks.Verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", first.Id, first.Stamp, first.Signature, first.Bytes, DateTimeOffset.UtcNow));

        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "2");
        var attempt = (await tenant.Admin.Get($"/webhooks/{id}/attempts?deliveryId={first.Id}")).Expect(200).At("data.0")!;
        Assert.Equal((204, 1), (attempt["status"]!.GetValue<int>(), attempt["number"]!.GetValue<int>()));
        Assert.StartsWith("{\"eventId\":\"" + first.Id, attempt["requestBody"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("working", (await tenant.Admin.Get($"/webhooks/{id}/status")).Expect(200)["state"]);
    }

    [Fact]
    public async Task Sec29_Sec39_The_secret_is_shown_once_and_during_a_rotation_both_sign()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, secret) = await receiver.Subscribe(tenant.Admin);
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.InRange(Convert.FromBase64String(secret[6..]).Length, 24, 64);
        var rotated = (await tenant.Admin.Post($"/webhooks/{id}/rotate-secret", new { overlapHours = 1 })).Expect(200)["secret"]!;
        Assert.NotEqual(secret, rotated);
        await tenant.Agent.NewTicket("Two signatures");
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 1));
        var both = receiver.Got.Single();
        Assert.Equal(2, both.Signature.Split(' ').Length);
        foreach (var one in new[] { secret, rotated })
            Assert.True(StandardWebhooks.Verify(one, both.Id, both.Stamp, both.Signature, both.Bytes, DateTimeOffset.UtcNow));

        var last = (await tenant.Admin.Post($"/webhooks/{id}/rotate-secret", new { overlapHours = 0 })).Expect(200)["secret"]!;
        await tenant.Agent.NewTicket("One signature");
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 2));
        var single = receiver.Got.Last();
        Assert.True(StandardWebhooks.Verify(last, single.Id, single.Stamp, single.Signature, single.Bytes, DateTimeOffset.UtcNow));
        Assert.False(StandardWebhooks.Verify(rotated, single.Id, single.Stamp, single.Signature, single.Bytes, DateTimeOffset.UtcNow));

        foreach (var path in new[] { "/webhooks", $"/webhooks/{id}", $"/webhooks/{id}/attempts", $"/webhooks/{id}/deliveries", "/events", "/audit-log" })
        {
            var text = (await tenant.Admin.Get(path)).Expect(200).Text;
            Assert.DoesNotContain("whsec_", text, StringComparison.Ordinal);
            Assert.DoesNotContain("v1,", text, StringComparison.Ordinal);
        }

        // nor does it lie open in the database
        var stored = await desk.Scalar<byte[]>(tenant.Id, "SELECT secret FROM webhooks WHERE tenant_id = $1", Rows.P(tenant.Id));
        Assert.Equal(-1, stored.AsSpan().IndexOf(Convert.FromBase64String(last[6..])));
    }

    [Fact]
    public async Task Sec29_A_refused_event_holds_back_its_own_ticket_and_no_other_and_keeps_its_id()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var refuses = true;
        Guid stubborn = default;
        receiver.Answers = (context, r) =>
        {
            context.Response.StatusCode = refuses && r.Text.Contains(stubborn.ToString(), StringComparison.Ordinal) ? 500 : 200;
            return context.Response.WriteAsync("sorry");
        };
        var (id, _) = await receiver.Subscribe(tenant.Admin);
        stubborn = await tenant.Agent.NewTicket("Held");
        var other = await tenant.Agent.NewTicket("Free");
        foreach (var ticket in new[] { stubborn, other })
            for (var i = 0; i < 3; i++) (await tenant.Agent.Patch($"/tickets/{ticket}", new { subject = $"Number {i}" })).Expect(200);

        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count(r => r.Text.Contains(other.ToString(), StringComparison.Ordinal)) == 4));
        Assert.Single(receiver.Got.Where(r => r.Text.Contains(stubborn.ToString(), StringComparison.Ordinal)).Select(r => r.Id).Distinct());
        var failed = (await tenant.Admin.Get($"/webhooks/{id}/attempts?failed=true")).Expect(200).At("data.0")!;
        Assert.Equal((500, "It answered 500.", "sorry"), (failed["status"]!.GetValue<int>(), failed["error"]!.ToString(), failed["responseBody"]!.ToString()));

        refuses = false;
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 8));
        foreach (var ticket in new[] { stubborn, other })
        {
            var took = receiver.Took.Where(r => r.Text.Contains(ticket.ToString(), StringComparison.Ordinal)).ToList();
            Assert.Equal([1L, 2, 3, 4], took.Select(r => r.Sequence));
            Assert.Equal(4, took.Select(r => r.Id).Distinct().Count());
        }
    }

    [Fact]
    public async Task A_410_switches_the_endpoint_off_tells_the_administrators_and_what_it_missed_can_be_replayed()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        receiver.Answers = Receiver.Answer(410);
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        var (id, _) = await receiver.Subscribe(tenant.Admin);
        var first = await tenant.Agent.NewTicket("Nobody home");
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}")).Expect(200)["disabledReason"] == "gone");
        await tenant.Agent.NewTicket("While it is off");
        Assert.Equal("disabled", (await tenant.Admin.Get($"/webhooks/{id}/status")).Expect(200)["state"]);
        Assert.Equal("webhook_disabled", (await tenant.Admin.Post($"/webhooks/{id}/test")).Expect(409)["code"]);
        Assert.Equal("webhook_disabled", (await tenant.Admin.Post($"/webhooks/{id}/replay", new { from = before })).Expect(409)["code"]);
        Assert.Contains("410", (await tenant.Admin.Get("/notifications")).Expect(200)["data.0.text"]!, StringComparison.Ordinal);
        Assert.Contains("webhook.updated", (await tenant.Admin.Get("/audit-log?action=webhook.updated")).Expect(200).Text, StringComparison.Ordinal);
        Assert.Single(receiver.Got);

        receiver.Answers = Receiver.Answer(204);
        (await tenant.Admin.Patch($"/webhooks/{id}", new { enabled = true })).Expect(200);
        Assert.Null((await tenant.Admin.Get($"/webhooks/{id}")).Expect(200)["disabledReason"]);
        Assert.Equal("2", (await tenant.Admin.Post($"/webhooks/{id}/replay", new { from = before, to = DateTimeOffset.UtcNow.AddSeconds(5) })).Expect(202)["queued"]);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 2));
        Assert.Equal(receiver.Got.First().Id, receiver.Took.Single(r => r.Text.Contains(first.ToString(), StringComparison.Ordinal)).Id);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_pause_that_the_endpoint_asks_for_is_kept_for_everything_that_goes_there(int status)
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var asks = 1;
        receiver.Answers = (context, _) =>
        {
            if (Interlocked.Decrement(ref asks) >= 0)
            {
                context.Response.StatusCode = status;
                context.Response.Headers.RetryAfter = "2";
            }

            return Task.CompletedTask;
        };
        var (id, _) = await receiver.Subscribe(tenant.Admin);
        await tenant.Agent.NewTicket("Later");
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/status")).Expect(200)["state"] == "paused");
        var paused = receiver.Got.Single();
        for (var i = 0; i < 3; i++) await tenant.Agent.NewTicket("Meanwhile");
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 4));
        Assert.True((receiver.Got.Skip(1).Min(r => r.At) - paused.At).TotalSeconds > 1.8);
        Assert.Equal(5, receiver.Got.Count);
    }

    [Theory]
    [InlineData("redirect", "redirects are not followed")]
    [InlineData("hang", "No answer within 2 s.")]
    [InlineData("hang up", "It closed the connection")]
    [InlineData("large headers", "headers of its answer are too large")]
    [InlineData("404", "It answered 404.")]
    public async Task An_endpoint_that_misbehaves_is_told_of_in_words_and_tried_again(string how, string error)
    {
        await using var receiver = await Receiver.Start();
        await using var elsewhere = await Receiver.Start();
        var tenant = await desk.Fresh();
        receiver.Answers = async (context, _) =>
        {
            switch (how)
            {
                case "redirect":
                    context.Response.Redirect(new Uri(elsewhere.Address, "/metadata").ToString(), permanent: false);
                    break;
                case "hang":
                    await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    break;
                case "hang up":
                    context.Abort();
                    break;
                case "large headers":
                    for (var i = 0; i < 20; i++) context.Response.Headers[$"X-{i}"] = new string('x', 1500);
                    break;
                default:
                    context.Response.StatusCode = 404;
                    break;
            }
        };
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        await tenant.Agent.NewTicket("Bad manners");
        var attempts = new JsonArray();
        await Eventually.Holds(async () => (attempts = (await tenant.Admin.Get($"/webhooks/{id}/attempts?failed=true")).Expect(200).At("data")!.AsArray()).Count > 0, what: how);
        Assert.Contains(error, attempts[0]!["error"]!.ToString(), StringComparison.Ordinal);

        receiver.Answers = Receiver.Answer(200);
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "1", what: how);
        Assert.Empty(elsewhere.Got);
        Assert.Single(receiver.Got.Select(r => r.Id).Distinct());
    }

    [Fact]
    public async Task Of_a_huge_answer_only_the_beginning_is_read_and_one_that_breaks_off_or_never_ends_was_a_success_all_the_same()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        long written = 0;
        receiver.Answers = async (context, r) =>
        {
            var chunk = new byte[64 * 1024];
            Array.Fill(chunk, (byte)'a');
            chunk[0] = 0;
            try
            {
                if (r.Path == "/drip")
                {
                    await context.Response.WriteAsync("drop");
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted);
                }

                for (var i = 0; i < 4096 && !(await context.Response.BodyWriter.WriteAsync(chunk, context.RequestAborted)).IsCompleted; i++)
                {
                    Interlocked.Add(ref written, chunk.Length);
                    // once the other side is gone, writing takes no time until the server has noticed
                    await Task.Delay(1, context.RequestAborted);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // the desk has hung up
            }
        };
        var (huge, _) = await receiver.Subscribe(tenant.Admin, "/huge", "ticket.created");
        var (drip, _) = await receiver.Subscribe(tenant.Admin, "/drip", "ticket.created");
        await tenant.Agent.NewTicket("Talkative");
        foreach (var id in new[] { huge, drip })
            await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "1");
        Assert.InRange((await tenant.Admin.Get($"/webhooks/{huge}/attempts")).Expect(200)["data.0.responseBody"]!.Length, 900, 1000);
        Assert.Equal("drop", (await tenant.Admin.Get($"/webhooks/{drip}/attempts")).Expect(200)["data.0.responseBody"]);
        Assert.True(Interlocked.Read(ref written) < 64L * 1024 * 1024, $"{written} bytes were taken");
    }

    [Fact]
    public async Task Sec29_A_dead_and_a_slow_endpoint_cost_the_others_nothing()
    {
        await using var well = await Receiver.Start();
        await using var slow = await Receiver.Start();
        var dead = new Uri("http://127.0.0.1:9/");
        slow.Answers = (context, _) => Task.Delay(TimeSpan.FromSeconds(1), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        var tenant = await desk.Fresh();
        for (var i = 0; i < 10; i++) (await tenant.Admin.Post("/webhooks", new { url = dead, events = new[] { "ticket.created" } })).Expect(201);
        for (var i = 0; i < 10; i++) await slow.Subscribe(tenant.Admin, $"/slow{i}", "ticket.created");
        await well.Subscribe(tenant.Admin, "/well", "ticket.created");
        for (var i = 0; i < 30; i++) await tenant.Agent.NewTicket($"Number {i}");

        await Eventually.Holds(() => Task.FromResult(well.Took.Count == 30));
        // eight at once for one endpoint, each a second: had anything waited for them, these would have come to their end first
        Assert.True(slow.Took.Count < 300, $"{slow.Took.Count} slow deliveries had ended by then");
        Assert.Equal(30, well.Took.Select(r => r.Id).Distinct().Count());
        await Eventually.Holds(() => Task.FromResult(slow.Took.Select(r => (r.Id, r.Path)).Distinct().Count() == 300), 60);
        await DeleteAll(tenant);
    }

    [Fact]
    public async Task Sec29_The_breaker_opens_tries_one_at_a_time_and_lets_everything_go_when_the_endpoint_is_back()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        receiver.Answers = Receiver.Answer(503);
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        for (var i = 0; i < 20; i++) await tenant.Agent.NewTicket($"Number {i}");
        await Eventually.Holds(async () => int.Parse((await tenant.Admin.Get($"/webhooks/{id}/status")).Expect(200)["failures"]!, CultureInfo.InvariantCulture) >= WebhookTestDesk.Quick.Broken + 2);
        // with 20 deliveries that may all be retried every 0.3 s, an endpoint without a breaker would have had dozens
        Assert.True(receiver.Got.Count <= 16, $"{receiver.Got.Count} requests to an endpoint that is down");
        var health = (await desk.Tenant.Admin.Get("/health")).Expect(200);
        Assert.Equal("up", health["components.webhooks.status"]);
        Assert.Contains("do not answer", health["components.webhooks.detail"]!, StringComparison.Ordinal);

        receiver.Answers = Receiver.Answer(204);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 20));
        Assert.Equal(20, receiver.Took.Select(r => r.Id).Distinct().Count());
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/status")).Expect(200) is var status && (status["state"], status["failures"], status["waiting"]) == ("working", "0", "0"));
        await DeleteAll(tenant);
    }

    [Fact]
    public async Task Sec29_What_was_tried_to_the_end_is_given_up_visibly_and_goes_again_with_the_same_id()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var poison = "";
        receiver.Answers = (context, r) =>
        {
            context.Response.StatusCode = r.Id == poison || (poison.Length == 0 && r.Sequence == 1) ? 500 : 204;
            if (r.Sequence == 1) poison = r.Id;
            return Task.CompletedTask;
        };
        var (id, _) = await receiver.Subscribe(tenant.Admin);
        var ticket = await tenant.Agent.NewTicket("Poison");
        (await tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "Behind it" })).Expect(201);
        // the endpoint works but for this one
        await Eventually.Holds(() => Task.FromResult(poison.Length > 0));
        var first = poison;
        for (var i = 0; i < 400 && (await tenant.Admin.Get($"/webhooks/{id}/deliveries/{first}")).Expect(200)["state"] != "failed"; i++)
        {
            (await tenant.Admin.Post($"/webhooks/{id}/test")).Expect(202);
            await Task.Delay(50);
        }

        var failed = (await tenant.Admin.Get($"/webhooks/{id}/deliveries/{first}")).Expect(200);
        Assert.Equal(("failed", "7", "500"), (failed["state"], failed["attempts"], failed["lastStatus"]));
        Assert.Equal("True", (await tenant.Admin.Get($"/webhooks/{id}")).Expect(200)["enabled"], ignoreCase: true);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Any(r => r.Type == "ticket.commented")));

        poison = "none";
        var attempt = (await tenant.Admin.Get($"/webhooks/{id}/attempts?deliveryId={first}")).Expect(200)["data.0.id"];
        Assert.Equal("1", (await tenant.Admin.Post($"/webhooks/attempts/{attempt}/replay")).Expect(202)["queued"]);
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries/{first}")).Expect(200)["state"] == "delivered");
        Assert.Equal(first, receiver.Took.Last(r => r.Type == "ticket.created").Id);
    }

    [Fact]
    public async Task An_endpoint_at_which_nothing_arrives_to_the_end_of_the_schedule_is_switched_off()
    {
        var tenant = await desk.Fresh();
        var made = (await tenant.Admin.Post("/webhooks", new { url = "http://127.0.0.1:9/", events = new[] { "ticket.created" }, description = "Dead" })).Expect(201);
        await tenant.Agent.NewTicket("Into the void");
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{made["id"]}")).Expect(200)["disabledReason"] == "failing", 30);
        Assert.Contains("Dead", (await tenant.Admin.Get("/notifications")).Expect(200)["data.0.text"]!, StringComparison.Ordinal);
        Assert.Equal("1", (await tenant.Admin.Get($"/webhooks/{made["id"]}/deliveries?state=failed")).Expect(200)["pagination.total"]);
    }

    [Fact]
    public async Task A_test_goes_out_whatever_the_filter_says_and_a_large_event_goes_thin()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, secret) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.updated");
        var queued = (await tenant.Admin.Post($"/webhooks/{id}/test")).Expect(202);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 1));
        var tested = receiver.Got.Single();
        Assert.Equal((queued["id"], "webhook.tested", "http://" + receiver.Address.Authority + "/…"), (tested.Id, tested.Type, tested.Body["data"]!["webhook"]!["url"]!.ToString()));

        var ticket = await tenant.Agent.NewTicket("Long story");
        (await tenant.Agent.Patch($"/tickets/{ticket}", new { description = new string('é', 12_000), priority = "high" })).Expect(200);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 2));
        var thin = receiver.Got.Last();
        Assert.True(thin.Bytes.Length < 1000);
        Assert.True(thin.Body["thin"]!.GetValue<bool>());
        Assert.Equal(ticket.ToString(), thin.Body["data"]!["ticket"]!["id"]!.ToString());
        Assert.Equal(["description", "priority"], thin.Body["data"]!["changedFields"]!.AsArray().Select(f => f!.ToString()).Order());
        Assert.True(StandardWebhooks.Verify(secret, thin.Id, thin.Stamp, thin.Signature, thin.Bytes, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task What_happened_before_a_webhook_was_there_can_be_replayed_by_id_and_by_time_as_far_as_its_filter_goes()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var from = DateTimeOffset.UtcNow.AddSeconds(-1);
        var tickets = new List<Guid>();
        for (var i = 0; i < 5; i++) tickets.Add(await tenant.Agent.NewTicket($"Number {i}"));
        (await tenant.Agent.Post("/customers", new { name = "Not asked for" })).Expect(201);
        await Eventually.Holds(async () => (await tenant.Admin.Get("/events?limit=100")).Expect(200).At("data")!.AsArray().Count(e => e!["eventType"]!.ToString() is "ticket.created" or "customer.created") == 6);
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        Assert.Empty(receiver.Got);

        Assert.Equal("5", (await tenant.Admin.Post($"/webhooks/{id}/replay", new { from })).Expect(202)["queued"]);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 5));
        Assert.Equal(tickets.Select(t => t.ToString()).Order(), receiver.Got.Select(r => r.Body["data"]!["ticket"]!["id"]!.ToString()).Order());

        // what is being sent is not queued again
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "5");
        var again = receiver.Got.First().Id;
        Assert.Equal("1", (await tenant.Admin.Post($"/webhooks/{id}/replay", new { eventIds = new[] { again } })).Expect(202)["queued"]);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 6));
        Assert.Equal(again, receiver.Got.Last().Id);

        Assert.Equal("0", (await tenant.Admin.Post($"/webhooks/{id}/replay", new { from = from.AddDays(-2), to = from.AddDays(-1) })).Expect(202)["queued"]);
        (await tenant.Admin.Post($"/webhooks/{id}/replay", new { })).Expect(422);
        (await tenant.Admin.Post($"/webhooks/{id}/replay", new { from, to = from })).Expect(422);
        (await tenant.Admin.Post($"/webhooks/{id}/replay", new { eventIds = new[] { Guid.NewGuid() } })).Expect(404);
    }

    [Fact]
    public async Task A_webhook_is_kept_like_everything_else_versions_history_audit_and_events_without_its_address_in_full()
    {
        var tenant = await desk.Fresh();
        var made = (await tenant.Admin.Post("/webhooks", new { url = "https://hooks.example.com/T0/key?token=abc", enabled = false })).Expect(201);
        var id = made["id"];
        Assert.Equal("*", made["events.0"]);
        var patched = (await tenant.Admin.Patch($"/webhooks/{id}", new { events = new[] { "customer.*" } }, ("If-Match", "\"1\""))).Expect(200);
        Assert.Equal("2", patched["version"]);
        (await tenant.Admin.Patch($"/webhooks/{id}", new { events = new[] { "ticket.*" } }, ("If-Match", "\"1\""))).Expect(412);
        Assert.Equal("422", (await tenant.Admin.Patch($"/webhooks/{id}", new { events = new[] { "tickets.*" } })).Expect(422)["status"]);
        (await tenant.Admin.Post("/webhooks", new { url = "https://hooks.example.com/", secret = "mine" })).Expect(400);
        (await tenant.Manager.Get("/webhooks")).Expect(403);
        (await tenant.Admin.Put($"/webhooks/{id}", new { url = "https://hooks.example.com/T0/other" })).Expect(200);
        (await tenant.Admin.Delete($"/webhooks/{id}")).Expect(204);
        (await tenant.Admin.Get($"/webhooks/{id}")).Expect(404);
        Assert.Empty((await tenant.Admin.Get("/webhooks")).Expect(200).At("data")!.AsArray());

        await Eventually.Holds(async () => (await tenant.Admin.Get("/events?entityType=webhook")).Expect(200).At("data")!.AsArray().Count == 4);
        var events = (await tenant.Admin.Get("/events?entityType=webhook")).Expect(200);
        Assert.Equal(["webhook.created", "webhook.updated", "webhook.updated", "webhook.deleted"], events.At("data")!.AsArray().Select(e => e!["eventType"]!.ToString()));
        Assert.Equal([1L, 2, 3, 4], events.At("data")!.AsArray().Select(e => e!["sequence"]!.GetValue<long>()));
        var log = (await tenant.Admin.Get("/audit-log?limit=100")).Expect(200);
        Assert.Contains("webhook.deleted", log.Text, StringComparison.Ordinal);
        var history = await desk.Scalar<string>(tenant.Id, "SELECT string_agg(field || coalesce(to_value::text, ''), ' ') FROM history WHERE entity_type = 'webhook'");
        Assert.Contains("url", history, StringComparison.Ordinal);
        Assert.All([events.Text, log.Text, history], text => Assert.DoesNotContain("T0", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_a_secret_that_cannot_be_opened_nothing_is_sent_the_attempt_says_so_and_a_rotation_mends_it()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        await using (var session = desk.Database.For(tenant.Id))
        {
            await session.Transact<int>(async () => await session.Execute("UPDATE webhooks SET secret = decode(repeat('ab', 60), 'hex') WHERE tenant_id = $1", CancellationToken.None, Rows.P(tenant.Id)), CancellationToken.None);
        }

        await tenant.Agent.NewTicket("Sealed");
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/attempts?failed=true")).Expect(200).Text.Contains("rotate it", StringComparison.Ordinal));
        Assert.Empty(receiver.Got);
        var secret = (await tenant.Admin.Post($"/webhooks/{id}/rotate-secret", new { })).Expect(200)["secret"]!;
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 1));
        var got = receiver.Got.Single();
        Assert.True(StandardWebhooks.Verify(secret, got.Id, got.Stamp, got.Signature, got.Bytes, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task Deliveries_and_attempts_are_paged()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        for (var i = 0; i < 7; i++) await tenant.Agent.NewTicket($"Number {i}");
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "7");
        foreach (var list in new[] { "deliveries", "attempts" })
        {
            var seen = new List<string>();
            for (var cursor = ""; cursor is not null;)
            {
                var page = (await tenant.Admin.Get($"/webhooks/{id}/{list}?limit=3{cursor}")).Expect(200);
                seen.AddRange(page.At("data")!.AsArray().Select(d => d!["id"]!.ToString()));
                cursor = page["pagination.nextCursor"] is { } next ? "&cursor=" + WebUtility.UrlEncode(next) : null;
            }

            Assert.Equal(7, seen.Distinct().Count());
        }
    }

    /// <summary>What does not answer any more would go on being tried.</summary>
    private static async Task DeleteAll(TestTenant tenant)
    {
        foreach (var webhook in (await tenant.Admin.Get("/webhooks?limit=100")).Expect(200).At("data")!.AsArray())
            (await tenant.Admin.Delete($"/webhooks/{webhook!["id"]}")).Expect(204);
    }
}
