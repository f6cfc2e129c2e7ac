using System.Net;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Webhooks;

/// <summary>What is kept of webhooks and of what they were sent, and sent again.</summary>
public sealed class WebhookRecordTests(WebhookTestDesk desk) : IClassFixture<WebhookTestDesk>
{
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
        var made = (await tenant.Admin.Post("/webhooks", new { url = "https://hooks.example.com/channel-of-ours/key?token=abc", enabled = false })).Expect(201);
        var id = made["id"];
        Assert.Equal("*", made["events.0"]);
        var patched = (await tenant.Admin.Patch($"/webhooks/{id}", new { events = new[] { "customer.*" } }, ("If-Match", "\"1\""))).Expect(200);
        Assert.Equal("2", patched["version"]);
        (await tenant.Admin.Patch($"/webhooks/{id}", new { events = new[] { "ticket.*" } }, ("If-Match", "\"1\""))).Expect(412);
        Assert.Equal("422", (await tenant.Admin.Patch($"/webhooks/{id}", new { events = new[] { "tickets.*" } })).Expect(422)["status"]);
        (await tenant.Admin.Post("/webhooks", new { url = "https://hooks.example.com/", secret = "mine" })).Expect(400);
        (await tenant.Manager.Get("/webhooks")).Expect(403);
        (await tenant.Admin.Put($"/webhooks/{id}", new { url = "https://hooks.example.com/channel-of-ours/other" })).Expect(200);
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
        Assert.All([events.Text, log.Text, history], text => Assert.DoesNotContain("channel-of-ours", text, StringComparison.Ordinal));
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
}
