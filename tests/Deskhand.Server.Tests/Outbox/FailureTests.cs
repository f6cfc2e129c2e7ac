using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Server.Tests.Operations;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Xunit.Abstractions;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>A desk with both brokers; what it is configured with serves a second instance too.</summary>
public sealed class FailureDesk(Dictionary<string, string?> settings) : Desk
{
    protected override Dictionary<string, string?> Settings => new(settings, StringComparer.Ordinal);

    internal async Task<SinkHealth> Health(string sink) =>
        (await Services.GetRequiredService<OutboxHealth>().Read(CancellationToken.None)).Single(s => s.Sink == sink);
}

/// <summary>
/// What is promised (docs/events.md), while everything breaks that can: nothing is lost, each entity's events come in order, and what comes twice
/// carries the id that it had. Waits for conditions and never for time, since a busy machine may take its own.
/// </summary>
[Collection(BrokerCollection.Name)]
[Trait("Category", "Broker")]
public sealed class FailureTests(Broker broker, ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private const double Patience = 120;
    private readonly string exchange = $"test.{Guid.NewGuid():N}";
    private readonly MockKafka kafka = new();

    /// <summary>Durable, because it has to survive the broker.</summary>
    private string Queue => exchange + ".all";

    public async Task InitializeAsync()
    {
        await using var connection = await broker.Connect();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true);
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(Queue, exchange, "#");
    }

    public async Task DisposeAsync()
    {
        await using var connection = await broker.Connect();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(Queue);
    }

    public void Dispose() => kafka.Dispose();

    [Fact]
    public async Task Sec53_Two_relays_deliver_everything_in_order_through_every_failure_of_their_brokers()
    {
        var desk = new FailureDesk(Settings());
        await desk.InitializeAsync();
        try
        {
            await using var second = await SecondInstance.Start(desk, "relay", Settings());
            await EverythingBreaks(desk);
        }
        finally
        {
            await desk.DisposeAsync();
        }
    }

    [Fact]
    public async Task Sec53_A_server_killed_while_both_brokers_hold_its_events_loses_none_and_repeats_them_under_their_ids()
    {
        const int Tickets = 30;
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        var settings = Settings().ToDictionary(s => s.Key, s => s.Value!, StringComparer.Ordinal);
        try
        {
            await using (var server = await ServerProcess.Start(folder, settings: settings))
            {
                using var admin = await server.SignIn();
                for (var i = 0; i < Tickets / 2; i++) await ServerProcess.Send(admin, HttpMethod.Post, "tickets", new { subject = $"Number {i}" });
                await Eventually.Holds(async () => (await kafka.Read(KafkaTopics.All)).Count > 0, Patience, "the first are there");
                // from now on what is sent has no answer: it is under way when the server dies
                kafka.Slow(60_000);
                broker.Freeze();
                for (var i = Tickets / 2; i < Tickets; i++) await ServerProcess.Send(admin, HttpMethod.Post, "tickets", new { subject = $"Number {i}" });
                await Eventually.Holds(async () => await Waiting(admin, "kafka") > 0 && await Waiting(admin, "rabbitmq") > 0, Patience, "something is under way");
                await server.Kill();
            }

            broker.Thaw();
            kafka.Slow(0);
            await using (var server = await ServerProcess.Start(folder, settings: settings))
            {
                using var admin = await server.SignIn();
                await Eventually.Holds(async () => await Waiting(admin, "kafka") == 0 && await Waiting(admin, "rabbitmq") == 0, Patience, "everything is with both brokers");
                var kept = new HashSet<(Guid, long, Guid)>();
                string? after = null;
                bool more;
                do
                {
                    var page = await ServerProcess.Send(admin, HttpMethod.Get, "events?limit=100&entityType=ticket" + (after is null ? "" : $"&after={after}"));
                    foreach (var e in page["data"]!.AsArray()) kept.Add(Key(e!));
                    (after, more) = (page["pagination"]!["nextCursor"]!.ToString(), page["pagination"]!["hasMore"]!.GetValue<bool>());
                }
                while (more);
                Assert.Equal(Tickets, kept.Select(k => k.Item1).Distinct().Count());
                Complete(kept, "RabbitMQ", [.. (await FromRabbit()).Where(e => e["data"]!["ticket"] is not null)]);
                Complete(kept, "Kafka", [.. (await kafka.Read(KafkaTopics.All)).Select(r => r.Body).Where(e => e["data"]!["ticket"] is not null)]);
            }
        }
        finally
        {
            Folders.Delete(folder, recursive: true);
        }

        static async Task<long> Waiting(HttpClient admin, string sink)
        {
            var health = JsonNode.Parse(await admin.GetStringAsync(new Uri("/health", UriKind.Relative)))!;
            return health["components"]![$"events.{sink}"]!["waiting"]!.GetValue<long>();
        }
    }

    private async Task EverythingBreaks(FailureDesk desk)
    {
        var entities = Enumerable.Range(0, 25).Select(_ => Guid.NewGuid()).ToArray();
        var sequence = 0L;
        await Commit(4);
        await Drained();

        output.WriteLine("connections are dropped");
        await Commit(4);
        await broker.Control("close_all_connections", "a test");
        await Commit(4);
        await Drained();

        output.WriteLine("the disk is full; brokers of Kafka answer with errors");
        await broker.Control("set_disk_free_limit", "1000000000000000");
        kafka.FailProduce(7, 19, 20, 6, 7, 19, 20, 6);
        await Commit(4);
        await Eventually.Holds(async () => await desk.Health(OutboxSinks.RabbitMq) is { Connected: false, LastError: { } error } && error.Contains("takes no messages", StringComparison.Ordinal), Patience, "the alarm is told");
        Assert.Equal("degraded", (await desk.Tenant.Admin.Get("/health")).Body!["components"]!["events.rabbitmq"]!["status"]!.ToString());
        // Sec40: and since when nothing got through
        Assert.True(DateTimeOffset.Parse((await desk.Tenant.Admin.Get("/health")).Body!["components"]!["events.rabbitmq"]!["lastSuccessAt"]!.ToString(), CultureInfo.InvariantCulture) <= DateTimeOffset.UtcNow);
        await broker.Control("set_disk_free_limit", "50MB");
        await Drained();

        output.WriteLine("RabbitMQ hangs; Kafka is slow");
        kafka.Slow(1500);
        await Commit(2);
        broker.Freeze();
        await Commit(4);
        await Eventually.Holds(async () => await desk.Health(OutboxSinks.RabbitMq) is { Connected: false }, Patience, "it is given up on");
        broker.Thaw();
        kafka.Slow(0);
        await Drained();

        output.WriteLine("both are gone");
        await Commit(4);
        kafka.Down();
        await broker.Kill();
        await Commit(4);
        await Eventually.Holds(async () => await desk.Health(OutboxSinks.RabbitMq) is { Connected: false } && await desk.Health(OutboxSinks.Kafka) is { Connected: false }, Patience, "both are known to be gone");
        await desk.Tenant.Agent.NewTicket("The desk goes on");
        await broker.Start();
        kafka.Up();
        await Drained();

        // the ids as they are kept, which is what may arrive
        await using var session = desk.Database.For(desk.Tenant.Id);
        var kept = (await session.Query("SELECT entity_id, sequence, id FROM events WHERE tenant_id = $1 AND entity_id = ANY ($2)", r => (r.GetGuid(0), r.GetInt64(1), r.GetGuid(2)), CancellationToken.None,
            Rows.P(desk.Tenant.Id), Rows.P(entities))).ToHashSet();
        Assert.Equal(entities.Length * (int)sequence, kept.Count);
        Complete(kept, "RabbitMQ", await FromRabbit());
        Complete(kept, "Kafka", [.. (await kafka.Read(KafkaTopics.All)).Select(r => r.Body)]);
        Assert.Equal(0, await desk.Scalar<int>(desk.Tenant.Id, "SELECT coalesce(max(attempts), 0) FROM event_deliveries"));

        async Task Commit(int rounds)
        {
            for (var i = 0; i < rounds; i++) await Probes.Commit(desk, entities, ++sequence);
        }

        Task Drained() => Eventually.Holds(async () => await desk.Health(OutboxSinks.RabbitMq) is { Waiting: 0 } && await desk.Health(OutboxSinks.Kafka) is { Waiting: 0 }, Patience, "everything is with both brokers");
    }

    /// <summary>Everything that was kept has come, the first of each in order, and nothing that was not kept.</summary>
    private void Complete(HashSet<(Guid Entity, long Sequence, Guid Id)> kept, string where, List<JsonNode> came)
    {
        var keys = came.Select(Key).Where(k => kept.Any(e => e.Entity == k.Entity)).ToList();
        output.WriteLine($"{where}: {keys.Count} came for {kept.Count}");
        Assert.Empty(keys.Except(kept));
        Assert.Empty(kept.Except(keys));
        foreach (var entity in keys.GroupBy(k => k.Entity))
        {
            var first = entity.Select(k => k.Sequence).Distinct().ToList();
            Assert.True(first.SequenceEqual(first.Order()), $"{where}: {entity.Key} came as {string.Join(' ', entity.Select(k => k.Sequence))}");
        }
    }

    private static (Guid Entity, long Sequence, Guid Id) Key(JsonNode e) =>
        (e["data"]!.AsObject().First().Value!["id"]!.GetValue<Guid>(), e["sequence"]!.GetValue<long>(), e["eventId"]!.GetValue<Guid>());

    private async Task<List<JsonNode>> FromRabbit()
    {
        await using var connection = await broker.Connect();
        await using var channel = await connection.CreateChannelAsync();
        var came = new List<JsonNode>();
        while (await channel.BasicGetAsync(Queue, autoAck: true) is { } message) came.Add(JsonNode.Parse(Encoding.UTF8.GetString(message.Body.Span))!);
        return came;
    }

    private Dictionary<string, string?> Settings() => new(StringComparer.Ordinal)
    {
        ["DESKHAND_RABBITMQ_URL"] = broker.Url.ToString(),
        ["DESKHAND_RABBITMQ_EXCHANGE"] = exchange,
        ["DESKHAND_KAFKA_BOOTSTRAP"] = kafka.Bootstrap,
    };
}
