using Deskhand.Server.Tests.Operations;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Sla;

[Collection(ServerCollection.Name)]
public sealed class KilledSweepTests
{
    private const int Tickets = 300;

    [Fact]
    public async Task Sec49_Sec53_A_server_killed_in_the_middle_of_a_sweep_tells_the_rest_after_its_restart_and_nothing_twice()
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        try
        {
            await using (var server = await ServerProcess.Start(folder))
            {
                using var admin = await server.SignIn();
                // 6 seconds of a minute
                await ServerProcess.Send(admin, HttpMethod.Post, "sla/policies", new { name = "At once", warnAt = new[] { 10 }, targets = new[] { new { priority = "low", resolution = 1 } } });
                for (var i = 0; i < Tickets; i++) await ServerProcess.Send(admin, HttpMethod.Post, "tickets", new { subject = $"Number {i}", priority = "low" });
                await Eventually.Holds(async () => (await Warned(admin)).Count > 40, 60);
                await server.Kill();
            }

            await using (var server = await ServerProcess.Start(folder))
            {
                using var admin = await server.SignIn();
                await Eventually.Holds(async () => (await Warned(admin)).Distinct().Count() == Tickets, 60);
                Assert.Equal(Tickets, (await Warned(admin)).Count);
            }
        }
        finally
        {
            Folders.Delete(folder, recursive: true);
        }
    }

    /// <summary>The tickets of which a warning was told, as often as it was.</summary>
    private static async Task<List<string>> Warned(HttpClient admin)
    {
        var tickets = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = await ServerProcess.Send(admin, HttpMethod.Get, $"events?type=ticket.sla_warning&limit=100{after}");
            tickets.AddRange(page["data"]!.AsArray().Select(e => e!["data"]!["ticket"]!["id"]!.ToString()));
            after = page["pagination"]!["hasMore"]!.GetValue<bool>() ? "&after=" + page["pagination"]!["nextCursor"] : null;
        }

        return tickets;
    }
}
