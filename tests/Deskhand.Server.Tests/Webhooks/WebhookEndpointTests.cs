using System.Globalization;
using System.Text.Json.Nodes;
using Deskhand.Server.Tests.Outbox;
using Microsoft.AspNetCore.Http;

namespace Deskhand.Server.Tests.Webhooks;

/// <summary>Endpoints that refuse, hang, misbehave or are gone.</summary>
public sealed class WebhookEndpointTests(WebhookTestDesk desk) : IClassFixture<WebhookTestDesk>
{
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
        var second = await tenant.Agent.NewTicket("While it is off");
        Assert.Equal("disabled", (await tenant.Admin.Get($"/webhooks/{id}/status")).Expect(200)["state"]);
        Assert.Equal("webhook_disabled", (await tenant.Admin.Post($"/webhooks/{id}/test")).Expect(409)["code"]);
        Assert.Equal("webhook_disabled", (await tenant.Admin.Post($"/webhooks/{id}/replay", new { from = before })).Expect(409)["code"]);
        Assert.Contains("410", (await tenant.Admin.Get("/notifications")).Expect(200)["data.0.text"]!, StringComparison.Ordinal);
        Assert.Contains("webhook.updated", (await tenant.Admin.Get("/audit-log?action=webhook.updated")).Expect(200).Text, StringComparison.Ordinal);
        Assert.Single(receiver.Got);

        // what has no place in the stream yet when the endpoint is switched on again goes there by itself, and is not replayed
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/events?entityId={second}&entityType=ticket")).Expect(200).At("data")!.AsArray().Count == 1);
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
        await WebhookTestDesk.DeleteAll(tenant);
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
}
