using Deskhand.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Notifications;

public sealed class LateMailTests(MailDesk desk) : IClassFixture<MailDesk>
{
    [Fact]
    public async Task Sec17_Mail_that_waits_for_more_than_ten_minutes_is_told_to_administrators_once_an_hour_and_to_health_until_it_is_sent()
    {
        var admin = desk.Tenant.Admin;
        var watch = desk.Services.GetRequiredService<MailWatch>();
        await desk.Server.Stop();
        await desk.TicketOf("late@client.example");
        await watch.Step(CancellationToken.None);
        Assert.Equal(0, await Told());
        await Older("11 minutes");
        await watch.Step(CancellationToken.None);
        await watch.Step(CancellationToken.None);
        // each administrator once; nobody else, and nobody of another tenant
        Assert.Equal(1, await Told());
        var told = (await admin.Get("/notifications?unread=true")).Expect(200);
        Assert.Contains("1 message(s) have waited for more than 10 minutes", told["data.0.text"], StringComparison.Ordinal);
        Assert.Equal("0", (await desk.Foreign.Admin.Get("/notifications"))["pagination.total"]);
        var health = (await admin.Get("/health")).Expect(200);
        Assert.Equal(("degraded", "1"), (health["components.mail.status"], health["components.mail.waiting"]));
        Assert.StartsWith("Mail has waited since", health["components.mail.detail"], StringComparison.Ordinal);

        await desk.Server.Run();
        await desk.Received("late@client.example", 1);
        await desk.Delivery("late@client.example", "sent");
        await Outbox.Eventually.Holds(async () => (await admin.Get("/health")).Expect(200)["components.mail.status"] == "up", 20);
    }

    private Task<long> Told() => desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM notifications WHERE kind = 'mail_failed'");

    private async Task Older(string by)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute($"UPDATE deliveries SET created_at = created_at - interval '{by}'", CancellationToken.None);
            return default(Nothing);
        }, CancellationToken.None);
    }
}
