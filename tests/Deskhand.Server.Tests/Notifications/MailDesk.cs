using System.Globalization;
using Deskhand.Mail;
using Deskhand.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Notifications;

/// <summary>A desk with a mail server of its own.</summary>
public class MailDesk : Desk, IAsyncLifetime
{
    public TestMailServer Server { get; private set; } = null!;

    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal)
    {
        ["DESKHAND_SMTP_URL"] = string.Create(CultureInfo.InvariantCulture, $"smtp://127.0.0.1:{Server.Port}?starttls=never"),
        ["DESKHAND_MAIL_FROM"] = "support@desk.example",
        ["DESKHAND_PUBLIC_URL"] = "https://desk.example",
    };

    protected override void Add(IServiceCollection services) =>
        services.AddSingleton(new SenderPace(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200), 3, TimeSpan.FromSeconds(5)));

    async Task IAsyncLifetime.InitializeAsync()
    {
        Server = await TestMailServer.Start();
        await InitializeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>A ticket of a contact with an address; made by the agent.</summary>
    internal async Task<(Guid Ticket, Guid Contact)> TicketOf(string email, object? more = null, TestTenant? of = null)
    {
        var agent = (of ?? Tenant).Agent;
        var customer = (await agent.Post("/customers", new { name = "Client " + Guid.NewGuid().ToString("N") })).Expect(201)["id"];
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Thandi", lastName = "Nkosi", email })).Expect(201).Body!["id"]!.GetValue<Guid>();
        var body = System.Text.Json.JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        body["contactId"] = contact.ToString();
        return (await agent.NewTicket("The line is down", body), contact);
    }

    /// <summary>What the mail server took for an address, when it is so many.</summary>
    internal async Task<IReadOnlyList<string>> Received(string email, int count, int withinSeconds = 20)
    {
        var deadline = DateTime.UtcNow.AddSeconds(withinSeconds);
        while (true)
        {
            var found = Server.Taken().Where(m => m.Envelope["to"]![0]!.ToString() == email).Select(m => m.Text).ToList();
            if (found.Count >= count) return found;
            Assert.True(DateTime.UtcNow < deadline, $"{found.Count} of {count} messages came to {email}");
            await Task.Delay(50);
        }
    }

    /// <summary>The message to an address in the ledger, when it has come to a state.</summary>
    internal async Task<Reply> Delivery(string email, string state, int withinSeconds = 20)
    {
        var deadline = DateTime.UtcNow.AddSeconds(withinSeconds);
        while (true)
        {
            var reply = (await Tenant.Admin.Get($"/deliveries?to={Uri.EscapeDataString(email)}")).Expect(200);
            if (reply["data.0.state"] == state) return reply;
            Assert.True(DateTime.UtcNow < deadline, $"not {state}: {reply.Text}");
            await Task.Delay(50);
        }
    }
}
