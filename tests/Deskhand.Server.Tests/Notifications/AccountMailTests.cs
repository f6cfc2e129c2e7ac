using System.Net;
using System.Net.Http.Json;
using Deskhand.Data;

namespace Deskhand.Server.Tests.Notifications;

public sealed class AccountMailTests(MailDesk desk) : IClassFixture<MailDesk>
{
    private static string Link(string message, string path) => message.Replace("=\r\n", "", StringComparison.Ordinal).Split($"https://desk.example/{path}#")[1].Split('\r', '<', '"')[0];

    [Fact]
    public async Task Sec34_An_invitation_carries_the_link_that_the_administrator_sees_and_begins_with_the_public_address()
    {
        var user = (await desk.Tenant.Admin.Post("/users", new { email = "new@acme.example", name = "Ñandú" })).Expect(201);
        var link = (await desk.Tenant.Admin.Post($"/users/{user["id"]}/invite", new { }, ("Host", "evil.example"))).Expect(200)["link"]!;
        var message = Assert.Single(await desk.Received("new@acme.example", 1));
        Assert.Equal(link.Split('#')[1], Link(message, "invitation"));
        Assert.DoesNotContain("evil", message, StringComparison.Ordinal);
        using var stranger = desk.Client();
        using var accepted = await stranger.PostAsJsonAsync("/api/v1/auth/invitation/accept", new { token = Link(message, "invitation"), password = "long enough and mine 7" });
        Assert.Equal(HttpStatusCode.NoContent, accepted.StatusCode);
        await desk.Delivery("new@acme.example", "sent");
        Assert.True(await desk.Scalar<bool>(desk.Tenant.Id, "SELECT secret IS NULL FROM deliveries WHERE to_key = 'new@acme.example'"));
    }

    [Fact]
    public async Task Sec36_Who_forgot_a_password_gets_a_link_and_an_address_that_nobody_has_gets_nothing()
    {
        using var stranger = desk.Client();
        foreach (var email in new[] { desk.Tenant.LightAgent.Email, "nobody@acme.example" })
        {
            using var asked = await stranger.PostAsJsonAsync("/api/v1/auth/password/forgot", new { email });
            Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        }

        var message = Assert.Single(await desk.Received(desk.Tenant.LightAgent.Email, 1));
        using var set = await stranger.PostAsJsonAsync("/api/v1/auth/password/reset", new { token = Link(message, "reset-password"), password = "long enough and mine 8" });
        Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        Assert.Equal("0", (await desk.Tenant.Admin.Get("/deliveries?to=nobody@acme.example"))["pagination.total"]);
    }

    [Fact]
    public async Task Sec58_Erasing_a_person_takes_the_address_out_of_the_ledger_and_nothing_more_is_sent_to_it()
    {
        var (_, contact) = await desk.TicketOf("later-erased@client.example");
        await desk.Delivery("later-erased@client.example", "parked");
        (await desk.Tenant.Admin.Post($"/contacts/{contact}/erase", new { reason = "Asked for it" })).Expect(200);
        Assert.Equal(0L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM deliveries d WHERE d::text LIKE '%later-erased%'"));
        var erased = await desk.Scalar<Guid>(desk.Tenant.Id, "SELECT id FROM deliveries WHERE contact_id = $1", Rows.P(contact));
        Assert.Equal("delivery_not_resendable", (await desk.Tenant.Admin.Post($"/deliveries/{erased}/resend")).Expect(409)["code"]);
    }

    [Fact]
    public async Task A_tenant_writes_under_its_own_name_and_address()
    {
        var tenant = await desk.NewTenant("named");
        (await tenant.Admin.Patch("/settings", new { mailName = "Fibre & Co", mailAddress = "help@fibre.example" })).Expect(200);
        Assert.Equal(422, (await tenant.Admin.Patch("/settings", new { mailAddress = "not an address" })).Status);
        Assert.Equal(422, (await tenant.Admin.Patch("/settings", new { mailName = "a\r\nBcc: x@example.com" })).Status);
        await desk.TicketOf("named@client.example", of: tenant);
        Assert.Contains("From: \"Fibre & Co\" <help@fibre.example>\r\n", Assert.Single(await desk.Received("named@client.example", 1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sec17_Health_tells_of_mail_that_was_given_up()
    {
        await desk.TicketOf("later-health@client.example");
        await desk.Delivery("later-health@client.example", "parked");
        var health = (await desk.Tenant.Admin.Get("/health")).Expect(200);
        Assert.Equal("degraded", health["components.mail.status"]);
        Assert.NotEqual("0", health["components.mail.parked"]);
        Assert.Contains("were given up and wait for a person", health["components.mail.detail"], StringComparison.Ordinal);
    }
}
