using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Deskhand.Data;
using Erp;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>A desk with a broker, whose webhooks may come to this machine.</summary>
public sealed class ExamplesDesk(Uri broker, string exchange) : Desk
{
    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal)
    {
        ["DESKHAND_RABBITMQ_URL"] = broker.ToString(),
        ["DESKHAND_RABBITMQ_EXCHANGE"] = exchange,
        ["DESKHAND_WEBHOOKS_PRIVATE"] = "true",
    };
}

/// <summary>The programs of docs/guide/events.md do what the page says.</summary>
[Collection(BrokerCollection.Name)]
[Trait("Category", "Broker")]
public sealed partial class ConsumerExamplesTests(Broker broker) : IAsyncLifetime
{
    private readonly string exchange = $"test.{Guid.NewGuid():N}";
    private ExamplesDesk desk = null!;

    public async Task InitializeAsync()
    {
        desk = new ExamplesDesk(broker.Url, exchange);
        await desk.InitializeAsync();
    }

    public Task DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task The_consumer_in_CSharp_works_on_each_event_once_also_when_it_fails_at_first_and_when_one_comes_twice()
    {
        var database = await (await TestCluster.Shared).NewDatabase();
        var worked = new ConcurrentQueue<string>();
        var failures = 0;
        using var stop = new CancellationTokenSource();
        await using var connection = await broker.Connect();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true);
        var running = RabbitConsumer.Run(broker.Url, exchange, database, (e, _) =>
        {
            var subject = e.GetProperty("data").GetProperty("ticket").GetProperty("subject").GetString()!;
            if (subject == "poison" || (subject == "second" && Interlocked.Increment(ref failures) == 1)) throw new InvalidOperationException("not now");
            worked.Enqueue(subject);
            return Task.CompletedTask;
        }, stop.Token);
        // its queue is there when it listens
        await Eventually.Holds(async () =>
        {
            await using var look = await connection.CreateChannelAsync();
            try
            {
                return (await look.QueueDeclarePassiveAsync("erp")).ConsumerCount == 1;
            }
            catch (OperationInterruptedException)
            {
                return false;
            }
        }, 30, "the consumer listens");

        foreach (var subject in new[] { "first", "second", "poison", "third" }) await desk.Tenant.Agent.NewTicket(subject);
        await Eventually.Holds(() => Task.FromResult(worked.Contains("third")), 30, "the last is worked on");
        // the same once more, as after a crash of the relay
        var sent = await desk.Scalar<string>(desk.Tenant.Id, "SELECT body FROM events WHERE tenant_id = $1 ORDER BY at LIMIT 1", Rows.P(desk.Tenant.Id));
        await channel.BasicPublishAsync(exchange, "ticket.created", Encoding.UTF8.GetBytes(sent));
        await desk.Tenant.Agent.NewTicket("fourth");
        await Eventually.Holds(() => Task.FromResult(worked.Contains("fourth")), 30, "the one after it is worked on");

        Assert.Equal(["first", "fourth", "second", "third"], worked.Order(StringComparer.Ordinal));
        await Eventually.Holds(async () => await channel.MessageCountAsync("erp.dead") == 1, 30, "what failed three times lies apart");
        await stop.CancelAsync();
        await running;
        await channel.QueueDeleteAsync("erp");
        await channel.QueueDeleteAsync("erp.dead");
    }

    [Fact]
    public async Task The_reader_in_Python_goes_on_where_it_was()
    {
        var token = (await desk.Tenant.Manager.Post("/api-tokens", new { name = "erp", scopes = new[] { "events:read", "tickets:read", "notes:read" } })).Expect(201)["token"]!;
        var id = await desk.Tenant.Agent.NewTicket("Broken");
        await Streamed(1);
        Assert.Equal(["ticket.created TICKET new"], await Read());
        (await desk.Tenant.Agent.Put($"/tickets/{id}/status", new { status = "in_progress" })).Expect(200);
        await Streamed(2);
        Assert.Equal(["ticket.status_changed TICKET in_progress"], await Read());
        Assert.Empty(await Read());

        async Task<string[]> Read()
        {
            using var python = Start("python3", "read_events.py", ("DESK", desk.Address.ToString().TrimEnd('/')), ("TOKEN", token));
            var (output, errors) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
            await python.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(python.ExitCode == 0, await errors);
            return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Reference().Replace(l, "TICKET"))];
        }

        Task Streamed(long events) => Eventually.Holds(async () => await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM event_stream WHERE tenant_id = $1", Rows.P(desk.Tenant.Id)) >= events);
    }

    [Fact]
    public async Task The_receiver_in_JavaScript_takes_what_is_signed_works_on_it_once_and_refuses_the_rest()
    {
        var port = FreePort();
        var hook = (await desk.Tenant.Admin.Post("/webhooks", new { url = $"http://127.0.0.1:{port}/in", events = new[] { "ticket.created" } })).Expect(201);
        using var node = Start("node", "receive-webhooks.mjs", ("SECRET", hook["secret"]!), ("PORT", port));
        try
        {
            var lines = new ConcurrentQueue<string>();
            node.OutputDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
            node.BeginOutputReadLine();
            await Eventually.Holds(() => Task.FromResult(lines.Contains("listening")), 30);
            await desk.Tenant.Agent.NewTicket("Broken");
            await Eventually.Holds(() => Task.FromResult(lines.Contains("ticket.created 1 Broken")), 30, "it is worked on");
            // what is still under way is not queued a second time
            await Eventually.Holds(async () => (await desk.Tenant.Admin.Get($"/webhooks/{hook["id"]}/deliveries?state=delivered")).Expect(200).At("data")!.AsArray().Count == 1, 30, "it is delivered");
            var delivery = (await desk.Tenant.Admin.Get($"/webhooks/{hook["id"]}/deliveries")).Expect(200)["data.0.id"];
            (await desk.Tenant.Admin.Post($"/webhooks/{hook["id"]}/replay", new { eventIds = new[] { delivery } })).Expect(202);
            await Eventually.Holds(() => Task.FromResult(lines.Contains($"again {delivery}")), 30, "it is recognised");

            using var stranger = new HttpClient();
            using var forged = new StringContent("{}");
            forged.Headers.Add("webhook-id", "x");
            forged.Headers.Add("webhook-timestamp", DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            forged.Headers.Add("webhook-signature", "v1,AAAA");
            Assert.Equal(401, (int)(await stranger.PostAsync(new Uri($"http://127.0.0.1:{port}/in"), forged)).StatusCode);
        }
        finally
        {
            node.Kill();
            await node.WaitForExitAsync();
        }
    }

    private Process Start(string program, string example, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, [Repository.File($"docs/examples/{example}"), Path.Combine(desk.DataFolder, "store.db")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = desk.DataFolder,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"TICKET-\d+-\d+", RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
