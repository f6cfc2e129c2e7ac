using Deskhand.Data;
using Deskhand.Notifications;
using Deskhand.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Notifications;

public sealed class SuppressionTests(MailDesk desk) : IClassFixture<MailDesk>
{
    private const string Address = "gone-Often@client.example";

    [Fact]
    public async Task An_address_that_does_not_exist_is_held_back_after_three_refusals_until_an_administrator_lifts_that()
    {
        var admin = desk.Tenant.Admin;
        var (ticket, contact) = await desk.TicketOf(Address);
        await Refused(1);
        Assert.Empty((await admin.Get("/suppressions")).Expect(200).At("data")!.AsArray());
        for (var i = 2; i <= 3; i++)
        {
            (await desk.Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = $"Words {i}" })).Expect(201);
            await Refused(i);
        }

        var held = (await admin.Get("/suppressions?address=" + Address)).Expect(200);
        Assert.Equal((Address.ToLowerInvariant(), "3", "550 5.1.1 There is nobody of this name", "1"), (held["data.0.address"], held["data.0.bounces"], held["data.0.lastError"], held["pagination.total"]));
        (await desk.Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "Words that are held back" })).Expect(201);
        var suppressed = await desk.Delivery(Address, "suppressed");
        Assert.Equal("0", suppressed["data.0.attempts"]);
        Assert.Contains("no such mailbox (see /suppressions): 550 5.1.1", suppressed["data.0.lastError"], StringComparison.Ordinal);

        // nobody else sees or lifts it
        Assert.Equal(403, (await desk.Tenant.Agent.Get("/suppressions")).Status);
        Assert.Equal("0", (await desk.Foreign.Admin.Get("/suppressions"))["pagination.total"]);
        Assert.Equal(404, (await desk.Foreign.Admin.Delete($"/suppressions/{held["data.0.id"]}")).Status);
        // two lift it at the same time: one does
        var lifted = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => admin.Delete($"/suppressions/{held["data.0.id"]}")));
        Assert.Equal([204, 404, 404, 404], lifted.Select(l => l.Status).Order());
        Assert.Equal(["address.released", "address.suppressed"], (await admin.Get("/audit-log?limit=100")).Expect(200).At("data")!.AsArray().Select(a => a!["action"]!.ToString()).Where(a => a.StartsWith("address.", StringComparison.Ordinal)));
        // it is tried again, and counted anew
        (await admin.Post($"/deliveries/{suppressed["data.0.id"]}/resend")).Expect(200);
        Assert.Equal("1", (await desk.Delivery(Address, "bounced"))["data.0.attempts"]);
        Assert.Equal("0", (await admin.Get("/suppressions"))["pagination.total"]);

        // each change is told, and stands in the history, by who made it
        var id = held["data.0.id"]!;
        var told = (await Events(2)).Select(e => (e["eventType"]!.ToString(), e["sequence"]!.ToString(), e["userId"]?.ToString(), e["data"]!["address"]!["address"]!.ToString(), e["data"]!["address"]!["suppressedAt"] is null)).ToList();
        Assert.Equal([("address.suppressed", "1", null, Address.ToLowerInvariant(), false), ("address.released", "2", admin.UserId.ToString(), Address.ToLowerInvariant(), true)], told);
        Assert.Equal("suppressedAt system -+,suppressedAt agent +-", await desk.Scalar<string>(desk.Tenant.Id,
            "SELECT string_agg(concat_ws(' ', field, actor_kind, CASE WHEN from_value IS NULL THEN '-+' ELSE '+-' END), ',' ORDER BY id) FROM history WHERE entity_type = 'address' AND entity_id = $1", Rows.P(Guid.Parse(id))));

        (await admin.Post($"/contacts/{contact}/erase", new { reason = "Asked for it" })).Expect(200);
        Assert.Equal(0L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM suppressions WHERE address = 'gone-often@client.example'"));
        Assert.Equal(0L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM events WHERE entity_type = 'address' AND body ILIKE '%gone-often%'"));
    }

    [Fact]
    public async Task An_address_that_is_refused_at_the_same_time_is_held_back_once_and_a_message_that_is_taken_all_the_same_releases_it()
    {
        const string Busy = "busy@client.example";
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Bounced(Busy)));
        Assert.Equal("8", (await desk.Tenant.Admin.Get("/suppressions?address=" + Busy)).Expect(200)["data.0.bounces"]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Succeeded(Busy)));
        Assert.Equal("0", (await desk.Tenant.Admin.Get("/suppressions?address=" + Busy)).Expect(200)["pagination.total"]);
        for (var i = 0; i < 3; i++) await Bounced(Busy);
        Assert.Equal("3", (await desk.Tenant.Admin.Get("/suppressions?address=" + Busy)).Expect(200)["data.0.bounces"]);
        // the same address, so its events are numbered on
        Assert.Equal("address.suppressed 1,address.released 2,address.suppressed 3", await desk.Scalar<string>(desk.Tenant.Id,
            "SELECT string_agg(type || ' ' || sequence, ',' ORDER BY sequence) FROM events WHERE entity_type = 'address' AND body LIKE '%busy@client.example%'"));
    }

    private Task<Outcome<Nothing>> Bounced(string address) => InSession(s => Suppression.Bounced(s, address, "550 5.1.1", Deskhand.Http.Instants.Now(TimeProvider.System), Log, CancellationToken.None));

    private Task<Outcome<Nothing>> Succeeded(string address) => InSession(s => Suppression.Succeeded(s, address, Deskhand.Http.Instants.Now(TimeProvider.System), Log, CancellationToken.None));

    private ChangeLog Log => desk.Services.GetRequiredService<ChangeLog>();

    private async Task<Outcome<Nothing>> InSession(Func<TenantSession, Task> work)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        return await session.Transact<Nothing>(async () =>
        {
            await work(session);
            return default(Nothing);
        }, CancellationToken.None);
    }

    /// <summary>The events of the address, when there are so many.</summary>
    private async Task<List<System.Text.Json.Nodes.JsonNode>> Events(int count)
    {
        var events = new List<System.Text.Json.Nodes.JsonNode>();
        await Tests.Outbox.Eventually.Holds(async () => (events =
            [.. (await desk.Tenant.Admin.Get("/events?entityType=address&limit=100")).Expect(200).At("data")!.AsArray().Select(e => e!).Where(e => string.Equals(e["data"]!["address"]!["address"]!.ToString(), Address, StringComparison.OrdinalIgnoreCase))]).Count == count, 20);
        return events;
    }

    private async Task Refused(int times) => await Tests.Outbox.Eventually.Holds(async () =>
        (await desk.Tenant.Admin.Get("/deliveries?state=bounced&to=" + Address)).Expect(200).At("data")!.AsArray().Count == times, 20);

    [Fact]
    public async Task A_message_that_is_taken_sets_the_count_back()
    {
        var (_, contact) = await desk.TicketOf("back@client.example");
        await desk.Received("back@client.example", 1);
        for (var i = 0; i < 2; i++) await Bounced("back@client.example");
        await desk.Tenant.Agent.NewTicket("Again", new { contactId = contact });
        await desk.Received("back@client.example", 2);
        await Tests.Outbox.Eventually.Holds(async () => await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM suppressions WHERE address = 'back@client.example'") == 0, 20);
    }
}
