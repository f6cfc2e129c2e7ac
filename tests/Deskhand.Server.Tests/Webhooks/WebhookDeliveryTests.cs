using System.Text.Json.Nodes;
using Deskhand.Server.Tests.Outbox;
using Microsoft.AspNetCore.Http;

namespace Deskhand.Server.Tests.Webhooks;

/// <summary>What arrives: in order, once, signed, and whatever becomes of others.</summary>
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
        await WebhookTestDesk.DeleteAll(tenant);
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
}
