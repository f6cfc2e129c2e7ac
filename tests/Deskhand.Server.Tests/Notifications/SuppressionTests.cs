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
        (await admin.Delete($"/suppressions/{held["data.0.id"]}")).Expect(204);
        Assert.Equal(404, (await admin.Delete($"/suppressions/{held["data.0.id"]}")).Status);
        Assert.Equal(["address.released", "address.suppressed"], (await admin.Get("/audit-log?limit=100")).Expect(200).At("data")!.AsArray().Select(a => a!["action"]!.ToString()).Where(a => a.StartsWith("address.", StringComparison.Ordinal)));
        // it is tried again, and counted anew
        (await admin.Post($"/deliveries/{suppressed["data.0.id"]}/resend")).Expect(200);
        Assert.Equal("1", (await desk.Delivery(Address, "bounced"))["data.0.attempts"]);
        Assert.Equal("0", (await admin.Get("/suppressions"))["pagination.total"]);

        (await admin.Post($"/contacts/{contact}/erase", new { reason = "Asked for it" })).Expect(200);
        Assert.Equal(0L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM suppressions"));
    }

    private async Task Refused(int times) => await Outbox.Eventually.Holds(async () =>
        (await desk.Tenant.Admin.Get("/deliveries?state=bounced&to=" + Address)).Expect(200).At("data")!.AsArray().Count == times, 20);

    [Fact]
    public async Task A_message_that_is_taken_sets_the_count_back()
    {
        var (_, contact) = await desk.TicketOf("back@client.example");
        await desk.Received("back@client.example", 1);
        await using var session = desk.Database.For(desk.Tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            await Deskhand.Notifications.Suppression.Bounced(session, "back@client.example", "550 5.1.1", DateTimeOffset.UtcNow, CancellationToken.None);
            await Deskhand.Notifications.Suppression.Bounced(session, "back@client.example", "550 5.1.1", DateTimeOffset.UtcNow, CancellationToken.None);
            return default(Nothing);
        }, CancellationToken.None);
        await desk.Tenant.Agent.NewTicket("Again", new { contactId = contact });
        await desk.Received("back@client.example", 2);
        await Outbox.Eventually.Holds(async () => await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM suppressions WHERE address = 'back@client.example'") == 0, 20);
    }
}
