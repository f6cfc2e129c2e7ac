using Deskhand.Data;
using Deskhand.Operations;
using Deskhand.Server.Tests.Operations;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Webhooks;

[Collection(ServerCollection.Name)]
public sealed class WebhookFailureTests(PatientWebhookDesk desk) : IClassFixture<PatientWebhookDesk>
{
    [Fact]
    public async Task Sec29_Two_relays_at_once_lose_and_double_nothing_and_keep_the_order_of_each_ticket()
    {
        const int tickets = 30, changes = 4;
        await using var other = await SecondInstance.Start(desk, "relay", new Dictionary<string, string?>(StringComparer.Ordinal) { ["DESKHAND_WEBHOOKS_PRIVATE"] = "true" }, s => s.AddSingleton(desk.Pace));
        await using var receiver = await Receiver.Start();
        var chance = new Random(29);
        receiver.Answers = (context, _) =>
        {
            lock (chance) context.Response.StatusCode = chance.Next(10) == 0 ? 500 : 204;
            return Task.CompletedTask;
        };
        var tenant = await desk.Fresh();
        await receiver.Subscribe(tenant.Admin);
        await Parallel.ForEachAsync(Enumerable.Range(0, tickets), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            var id = await tenant.Agent.NewTicket($"Number {i}");
            for (var k = 1; k < changes; k++) (await tenant.Agent.Patch($"/tickets/{id}", new { subject = $"Number {i} {k}" })).Expect(200);
        });
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Select(r => r.Id).Distinct().Count() == tickets * changes), 60);

        Assert.Equal(tickets * changes, receiver.Took.Count);
        foreach (var ticket in receiver.Took.GroupBy(r => r.Body["data"]!["ticket"]!["id"]!.ToString()))
            Assert.Equal(Enumerable.Range(1, changes).Select(k => (long)k), ticket.Select(r => r.Sequence));
        foreach (var services in new[] { desk.Services, other.Services })
            Assert.NotNull(services.GetRequiredService<WebhookRelay>().State.Now.LastSuccessAt);
    }

    [Fact]
    public async Task What_a_relay_that_fell_silent_had_claimed_is_sent_by_another_when_the_claim_has_passed()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        // a claim by somebody who is never heard of again, before the desk's own relay can have it
        receiver.Answers = Receiver.Answer(503);
        await tenant.Agent.NewTicket("Claimed");
        await Eventually.Holds(() => Task.FromResult(!receiver.Got.IsEmpty));
        var until = DateTimeOffset.UtcNow.AddSeconds(3);
        await Eventually.Holds(async () =>
        {
            await using var session = desk.Database.For(tenant.Id);
            return (await session.Transact<int>(async () => await session.Execute(
                "UPDATE webhook_deliveries SET state = 'sending', attempts = attempts + 1, next_attempt_at = $2 WHERE tenant_id = $1 AND state = 'waiting'", CancellationToken.None, Rows.P(tenant.Id), Rows.P(until)), CancellationToken.None)).Value == 1;
        });
        receiver.Answers = Receiver.Answer(204);
        await Eventually.Holds(() => Task.FromResult(receiver.Took.Count == 1));
        Assert.True(receiver.Took.Single().At >= until.AddMilliseconds(-50));
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "1");
    }

    [Fact]
    public async Task Old_deliveries_and_attempts_are_tidied_away_and_what_waits_is_not()
    {
        await using var receiver = await Receiver.Start();
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        await tenant.Agent.NewTicket("Old");
        await tenant.Agent.NewTicket("Young");
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "2");
        await using (var session = desk.Database.For(tenant.Id))
        {
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("UPDATE webhook_deliveries SET finished_at = now() - interval '31 days' WHERE tenant_id = $1 AND id = (SELECT min(id::text)::uuid FROM webhook_deliveries WHERE tenant_id = $1)", CancellationToken.None, Rows.P(tenant.Id));
                await session.Execute("UPDATE webhook_attempts SET at = now() - interval '31 days' WHERE tenant_id = $1 AND delivery_id = (SELECT min(id::text)::uuid FROM webhook_deliveries WHERE tenant_id = $1)", CancellationToken.None, Rows.P(tenant.Id));
                return default(Nothing);
            }, CancellationToken.None);
        }

        await desk.Services.GetRequiredService<Housekeeping>().Run(CancellationToken.None);
        Assert.Equal("1", (await tenant.Admin.Get($"/webhooks/{id}/deliveries")).Expect(200)["pagination.total"]);
        Assert.Equal("1", (await tenant.Admin.Get($"/webhooks/{id}/attempts")).Expect(200)["pagination.total"]);
    }
}

public sealed class KilledWebhookTests
{
    private const int Tickets = 40;

    [Fact]
    public async Task Sec29_Sec53_A_server_killed_while_it_sends_loses_nothing_and_repeats_only_under_the_same_id()
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DESKHAND_WEBHOOKS_PRIVATE"] = "true" };
        await using var receiver = await Receiver.Start();
        // ten are answered, and all that can be under way at once after them wait for an answer when the server dies
        const int Answered = 10;
        var isDead = false;
        var arrived = 0;
        receiver.Answers = async (context, _) =>
        {
            if (!isDead && Interlocked.Increment(ref arrived) > Answered) await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        try
        {
            string id;
            await using (var server = await ServerProcess.Start(folder, settings: settings))
            {
                using var admin = await server.SignIn();
                id = (await ServerProcess.Send(admin, HttpMethod.Post, "webhooks", new { url = new Uri(receiver.Address, "/in"), events = new[] { "ticket.created" } }))["id"]!.ToString();
                for (var i = 0; i < Tickets; i++) await ServerProcess.Send(admin, HttpMethod.Post, "tickets", new { subject = $"Number {i}" });
                await Eventually.Holds(() => Task.FromResult(receiver.Got.Count == Answered + WebhookRelay.MostEach), 30);
                await server.Kill();
            }

            Assert.Equal(Answered, receiver.Took.Count);
            isDead = true;
            await using (var server = await ServerProcess.Start(folder, settings: settings))
            {
                using var admin = await server.SignIn();
                await Eventually.Holds(() => Task.FromResult(receiver.Took.Select(r => r.Id).Distinct().Count() == Tickets), 90);
                await Eventually.Holds(async () => (await ServerProcess.Send(admin, HttpMethod.Get, $"webhooks/{id}/deliveries?state=delivered"))["pagination"]!["total"]!.GetValue<int>() == Tickets, 90);
            }

            foreach (var ticket in receiver.Got.GroupBy(r => r.Body["data"]!["ticket"]!["id"]!.ToString()))
                Assert.Single(ticket.Select(r => r.Id).Distinct());
            Assert.Equal(Tickets, receiver.Got.Select(r => r.Body["data"]!["ticket"]!["id"]!.ToString()).Distinct().Count());
            // only what was under way when it died
            Assert.InRange(receiver.Got.Count, Tickets, Tickets + WebhookRelay.MostEach);
        }
        finally
        {
            Folders.Delete(folder, recursive: true);
        }
    }
}
