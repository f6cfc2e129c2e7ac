using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Webhooks;

public sealed class WebhookSecretTests(WebhookTestDesk desk) : IClassFixture<WebhookTestDesk>
{
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
}
