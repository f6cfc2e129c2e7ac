using Deskhand.Server.Tests.Operations;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Server.Tests.Webhooks;

namespace Deskhand.Server.Tests.Automation;

[Collection(ServerCollection.Name)]
public sealed class KilledAutomationTests
{
    private const int Tickets = 200;

    [Fact]
    public async Task Sec49_Sec53_A_server_killed_while_an_automation_calls_a_webhook_calls_for_the_rest_after_its_restart_and_for_none_twice()
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DESKHAND_WEBHOOKS_PRIVATE"] = "true" };
        await using var receiver = await Receiver.Start();
        try
        {
            await using (var server = await ServerProcess.Start(folder, settings: settings))
            {
                using var admin = await server.SignIn();
                var id = (await ServerProcess.Send(admin, HttpMethod.Post, "webhooks", new { url = new Uri(receiver.Address, "/in"), events = new[] { "webhook.tested" } }))["id"]!.ToString();
                for (var i = 0; i < Tickets; i++) await ServerProcess.Send(admin, HttpMethod.Post, "tickets", new { subject = $"Number {i}" });
                // the sweep of the first minute is over by now or comes in a minute: the next start has one at once
                await ServerProcess.Send(admin, HttpMethod.Post, "automations", new
                {
                    name = "Tell all",
                    oncePerTicket = true,
                    conditions = new { all = new[] { new { field = "hoursSinceCreated", @operator = "at_least", value = 0 } } },
                    actions = new[] { new { type = "webhook", value = id } },
                });
            }

            await using (var server = await ServerProcess.Start(folder, settings: settings))
            {
                await Eventually.Holds(() => Task.FromResult(receiver.Got.Count > 10), 30);
                await server.Kill();
            }

            Assert.InRange(receiver.Got.Select(r => r.Id).Distinct().Count(), 10, Tickets - 1);
            await using (var server = await ServerProcess.Start(folder, settings: settings))
            {
                using var admin = await server.SignIn();
                await Eventually.Holds(() => Task.FromResult(receiver.Took.Select(TicketOf).Distinct().Count() == Tickets), 90);
                var page = await ServerProcess.Send(admin, HttpMethod.Get, "webhooks");
                var delivered = $"webhooks/{page["data"]![0]!["id"]}/deliveries?type=ticket.rule_fired";
                Assert.Equal(Tickets, (await ServerProcess.Send(admin, HttpMethod.Get, delivered))["pagination"]!["total"]!.GetValue<int>());
            }

            // what was under way when it died may come again, as the same event
            foreach (var ticket in receiver.Got.GroupBy(TicketOf)) Assert.Single(ticket.Select(r => r.Id).Distinct());
        }
        finally
        {
            Folders.Delete(folder, recursive: true);
        }

        static string TicketOf(Webhooks.Received r) => r.Body["data"]!["ticket"]!["id"]!.ToString();
    }
}
