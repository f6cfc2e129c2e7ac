using System.Diagnostics;
using Deskhand.Outbox;
using Deskhand.Server.Tests.Realtime;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>The instance of <see cref="OutboxDesk"/> only answers requests; a second one, of the same database, only relays.</summary>
public sealed class InstancesTests(OutboxDesk desk, ITestOutputHelper output) : IClassFixture<OutboxDesk>
{
    [Fact]
    public async Task What_one_instance_commits_another_relays_at_once_and_the_first_one_s_listeners_hear_it()
    {
        await using var relay = await SecondInstance.Start(desk, "relay");
        await using var listener = await EventListener.Open(desk.Tenant.Agent);
        await desk.Tenant.Agent.NewTicket("warm up");
        var took = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            // idle in between, so that only the call of the other instance can be what wakes it
            await Task.Delay(50);
            var id = await desk.Tenant.Agent.NewTicket($"Number {i}");
            var committed = Stopwatch.GetTimestamp();
            await listener.Hears(h => h.Entity == id.ToString());
            took.Add(Math.Max(0, Stopwatch.GetElapsedTime(committed, listener.Heard.Last().At).TotalMilliseconds));
        }

        output.WriteLine($"answered here, relayed there, heard here: median {took.Order().ElementAt(10):F1} ms, slowest {took.Max():F1} ms");
        // without the call it would be the idle look, seconds later
        Assert.True(took.Order().ElementAt(10) < 500);
        Assert.Equal([OutboxSinks.Stream], (await relay.Services.GetRequiredService<OutboxHealth>().Read(CancellationToken.None)).Select(s => s.Sink));
    }
}
