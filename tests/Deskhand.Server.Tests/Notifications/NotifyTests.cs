using System.Globalization;
using Deskhand.Server.Tests.Realtime;

namespace Deskhand.Server.Tests.Notifications;

/// <summary>What a rule tells somebody, up to the mail server that takes it and the screen that hears of it.</summary>
public sealed class NotifyTests(MailDesk desk) : IClassFixture<MailDesk>
{
    [Fact]
    public async Task A_rule_tells_an_agent_in_the_desk_at_once_on_the_stream_and_by_mail()
    {
        var tenant = await desk.NewTenant("tells");
        (await tenant.Admin.Post("/triggers", Rule(tenant.Manager.UserId.ToString(), "{{ticket.reference}} needs you: {{ticket.subject}}"))).Expect(201);
        await using var manager = await EventListener.Open(tenant.Manager);
        await using var agent = await EventListener.Open(tenant.Agent);
        var made = (await tenant.Agent.Post("/tickets", new { subject = "The <b>tower</b> is dark", priority = "urgent" })).Expect(201);
        await manager.Hears(h => h.Name == "notification:created" && h.Data["kind"]!.ToString() == "message");

        var words = $"{made["reference"]} needs you: The <b>tower</b> is dark";
        var told = (await tenant.Manager.Get("/notifications?unread=true")).Expect(200).At("data")!.AsArray().Single(n => n!["kind"]!.ToString() == "message")!;
        Assert.Equal((words, made["id"], "agent"), (told["text"]!.ToString(), told["ticketId"]!.ToString(), told["actor"]!["kind"]!.ToString()));
        var heard = manager.Heard.Single(h => h.Name == "notification:created" && h.Entity == told["id"]!.ToString());
        Assert.Equal(["eventType", "timestamp", "entity", "id", "kind"], heard.Data.AsObject().Select(m => m.Key));
        // what the stream resumes with is untouched by it
        await manager.Hears(h => h.Name == "ticket:created");
        Assert.Equal(manager.Heard.Where(h => h.Name != "notification:created").Max(h => h.Id).ToString(CultureInfo.InvariantCulture), manager.LastId);

        var mail = Assert.Single(await desk.Received(tenant.Manager.Email, 1), m => m.Contains("needs you", StringComparison.Ordinal));
        Assert.Contains("Auto-Submitted: auto-generated", mail, StringComparison.Ordinal);
        Assert.Contains("The &lt;b&gt;tower&lt;/b&gt; is dark", mail.Replace("=\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var sent = (await tenant.Admin.Get($"/deliveries?to={tenant.Manager.Email}&state=sent")).Expect(200);
        Assert.Contains($"Message-ID: <{sent["data.0.messageId"]}>", mail.Replace("\r\n ", " ", StringComparison.Ordinal), StringComparison.Ordinal);

        // nobody else is told, by no way
        Assert.DoesNotContain(agent.Heard, h => h.Name == "notification:created");
        Assert.DoesNotContain("needs you", (await tenant.Agent.Get("/notifications")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_tells_the_requester_by_mail_and_who_wants_no_mail_only_in_the_desk()
    {
        var tenant = await desk.NewTenant("quiet");
        (await tenant.Manager.Put("/notifications/preferences", new { preferences = new[] { new { kind = "message", mail = false, inApp = true } } })).Expect(200);
        (await tenant.Admin.Post("/triggers", Rule("managers", "Look"))).Expect(201);
        (await tenant.Admin.Post("/triggers", Rule("requester", "We look at {{ticket.reference}} around the clock"))).Expect(201);
        await desk.TicketOf("tower@client.example", new { priority = "urgent" }, tenant);
        var mails = await desk.Received("tower@client.example", 2);
        Assert.Single(mails, m => m.Replace("=\r\n", "", StringComparison.Ordinal).Contains("around the clock", StringComparison.Ordinal));
        Assert.Equal("1", (await tenant.Manager.Get("/notifications"))["pagination.total"]);
        // the administrator's came; the manager's was never written
        await desk.Received(tenant.Admin.Email, 1);
        Assert.Equal("0", (await tenant.Admin.Get($"/deliveries?to={tenant.Manager.Email}"))["pagination.total"]);
    }

    private static object Rule(string to, string words) => new
    {
        name = "Tell " + to,
        conditions = new { all = new object[] { new { field = "event", @operator = "is", value = "created" }, new { field = "priority", @operator = "is", value = "urgent" } } },
        actions = new object[] { new { type = "notify", to, value = words } },
    };
}
