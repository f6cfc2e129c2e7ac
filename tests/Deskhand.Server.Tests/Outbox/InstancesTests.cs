using System.Diagnostics;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Operations;
using Deskhand.Outbox;
using Deskhand.Server.Tests.Realtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>The instance of <see cref="OutboxDesk"/> only answers requests; a second one, of the same database, only relays.</summary>
public sealed class InstancesTests(OutboxDesk desk, ITestOutputHelper output) : IClassFixture<OutboxDesk>
{
    [Fact]
    public async Task What_one_instance_commits_another_relays_at_once_and_the_first_one_s_listeners_hear_it()
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        var settings = DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DESKHAND_DATA"] = folder,
            ["DESKHAND_DATABASE"] = desk.OwnerConnectionString,
            ["DESKHAND_PORT"] = "0",
            ["DESKHAND_ROLES"] = "relay",
        }).Build());
        await using var database = await ServerDatabase.Open(settings, NullLoggerFactory.Instance, CancellationToken.None);
        await using (var relay = DeskServer.Build(settings, JwtSecret.Open(null, folder).Secret!, database, [], b => b.Logging.SetMinimumLevel(LogLevel.Warning)))
        {
            await relay.StartAsync();
            await relay.Services.GetRequiredService<DatabaseListener>().Ready.WaitAsync(TimeSpan.FromSeconds(30));
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
            await relay.StopAsync();
        }

        Folders.Delete(folder, recursive: true);
    }
}
