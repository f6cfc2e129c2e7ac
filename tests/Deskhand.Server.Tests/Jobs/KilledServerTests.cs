using System.Text.Json.Nodes;
using Deskhand.Server.Tests.Operations;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Jobs;

[Collection(ServerCollection.Name)]
public sealed class KilledServerTests
{
    private const int Tickets = 600;

    [Fact]
    public async Task Sec53_A_server_killed_in_the_middle_of_a_bulk_change_goes_on_after_its_restart_and_does_no_ticket_twice()
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        try
        {
            string job;
            await using (var server = await ServerProcess.Start(folder))
            {
                using var admin = await server.SignIn();
                for (var i = 0; i < Tickets; i++) await ServerProcess.Send(admin, HttpMethod.Post, "tickets", new { subject = $"Number {i}" });
                job = (await ServerProcess.Send(admin, HttpMethod.Put, "tickets/update_many", new { filter = new { status = new[] { "new" } }, set = new { priority = "high" }, comment = new { body = "Once" } }))["id"]!.ToString();
                await Eventually.Holds(async () => (await ServerProcess.Send(admin, HttpMethod.Get, $"jobs/{job}/items?state=done"))["pagination"]!["total"]!.GetValue<int>() > 40, 30);
                await server.Kill();
            }

            await using (var server = await ServerProcess.Start(folder))
            {
                using var admin = await server.SignIn();
                var found = (await ServerProcess.Send(admin, HttpMethod.Get, $"jobs/{job}/items?state=pending"))["pagination"]!["total"]!.GetValue<int>();
                Assert.InRange(found, 1, Tickets - 40);
                JsonNode? ended = null;
                await Eventually.Holds(async () => (ended = await ServerProcess.Send(admin, HttpMethod.Get, $"jobs/{job}"))["state"]!.ToString() == "succeeded", 60);
                Assert.Equal((Tickets, Tickets, 0), (ended!["total"]!.GetValue<int>(), ended["done"]!.GetValue<int>(), ended["failed"]!.GetValue<int>()));
                var tickets = 0;
                for (string? cursor = ""; cursor is not null;)
                {
                    var page = await ServerProcess.Send(admin, HttpMethod.Get, $"tickets?priority=high&limit=100{cursor}");
                    foreach (var ticket in page["data"]!.AsArray())
                    {
                        Assert.Equal(1, (await ServerProcess.Send(admin, HttpMethod.Get, $"tickets/{ticket!["id"]}/comments"))["pagination"]!["total"]!.GetValue<int>());
                        tickets++;
                    }

                    cursor = page["pagination"]!["nextCursor"]?.ToString() is { } next ? "&cursor=" + next : null;
                }

                Assert.Equal(Tickets, tickets);
            }
        }
        finally
        {
            Folders.Delete(folder, recursive: true);
        }
    }
}
