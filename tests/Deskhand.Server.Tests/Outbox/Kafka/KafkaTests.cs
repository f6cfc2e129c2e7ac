using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>A desk that produces to a mock cluster of its own, into topics with a prefix.</summary>
public sealed class KafkaDesk : Desk, IDisposable
{
    public const string Prefix = "acme.";

    internal MockKafka Kafka { get; } = new();

    protected override Dictionary<string, string?> Settings =>
        new(StringComparer.Ordinal) { ["DESKHAND_KAFKA_BOOTSTRAP"] = Kafka.Bootstrap, ["DESKHAND_KAFKA_TOPIC_PREFIX"] = Prefix };

    internal async Task<SinkHealth> Health() =>
        (await Services.GetRequiredService<OutboxHealth>().Read(CancellationToken.None)).Single(s => s.Sink == OutboxSinks.Kafka);

    internal async Task Drained(double seconds = 60)
    {
        SinkHealth? seen = null;
        try
        {
            await Eventually.Holds(async () => (seen = await Health()) is { Waiting: 0, Connected: true }, seconds, "everything is with Kafka");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Assert.Fail($"{e.Message}; in the end {seen}");
        }
    }

    /// <summary>All that the topic of all events holds of some entities.</summary>
    internal async Task<List<KafkaRecord>> Events(params Guid[] entities)
    {
        var keys = entities.Select(e => e.ToString()).ToHashSet(StringComparer.Ordinal);
        return [.. (await Kafka.Read(Prefix + KafkaTopics.All)).Where(r => keys.Contains(r.Key))];
    }

    public void Dispose() => Kafka.Dispose();
}

[Trait("Category", "Broker")]
public sealed class KafkaTests(KafkaDesk desk) : IClassFixture<KafkaDesk>
{
    private Person Agent => desk.Tenant.Agent;

    [Fact]
    public async Task An_event_goes_to_the_topic_of_all_and_to_its_own_with_its_entity_as_key_and_its_attributes_as_headers()
    {
        var id = await Agent.NewTicket("Hello Kafka");
        (await Agent.Patch($"/tickets/{id}", new { subject = "Hello again" })).Expect(200);
        (await Agent.Put($"/tickets/{id}/assign", new { assigneeId = Agent.UserId })).Expect(200);
        (await Agent.Put($"/tickets/{id}/status", new { status = "in_progress" })).Expect(200);
        (await Agent.Post($"/tickets/{id}/comments", new { body = "On my way" })).Expect(201);
        await desk.Drained();

        var all = await desk.Events(id);
        Assert.Equal(["ticket.created", "ticket.updated", "ticket.assigned", "ticket.status_changed", "ticket.commented", "ticket.sla_achieved"], all.Select(r => r.Body["eventType"]!.ToString()));
        Assert.Equal([1L, 2, 3, 4, 5, 6], all.Select(r => r.Sequence));
        Assert.Single(all.Select(r => r.Partition).Distinct());
        foreach (var type in KafkaTopics.Announced.Remove("ticket.sla_warning"))
            Assert.Equal(all.Where(r => r.Body["eventType"]!.ToString() == type).Select(r => r.EventId), (await desk.Kafka.Read($"{KafkaDesk.Prefix}notifications.{type}")).Where(r => r.Key == id.ToString()).Select(r => r.EventId));

        var first = all[0];
        Assert.Equal(
            [
                ("ce_dataschema", "http://127.0.0.1:0/schemas/events/ticket.created.json"), ("ce_id", first.EventId), ("ce_source", $"/tenants/{desk.Tenant.Id}"), ("ce_specversion", "1.0"), ("ce_subject", id.ToString()), ("ce_tenantid", desk.Tenant.Id.ToString()),
                ("ce_time", first.Body["timestamp"]!.ToString()), ("ce_type", "ticket.created"), ("content-type", "application/json"),
            ],
            first.Headers.Select(h => (h.Key, h.Value)).OrderBy(h => h.Key, StringComparer.Ordinal));
        Assert.Equal("Hello Kafka", first.Body["data"]!["ticket"]!["subject"]!.ToString());
    }

    [Fact]
    public async Task Errors_of_brokers_are_tried_again_and_every_event_is_written_once()
    {
        var ids = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToArray();
        for (var sequence = 1; sequence <= 5; sequence++)
        {
            // request timed out, not enough replicas, not enough after append, not leader
            desk.Kafka.FailProduce(7, 19, 20, 6);
            await Probes.Commit(desk, ids, sequence);
        }

        await desk.Drained();

        var written = await desk.Events(ids);
        Assert.Equal(50, written.Count);
        foreach (var entity in written.GroupBy(r => r.Key, StringComparer.Ordinal)) Assert.Equal([1L, 2, 3, 4, 5], entity.Select(r => r.Sequence));
    }

    [Fact]
    public async Task Brokers_that_are_gone_hold_up_events_and_no_request_and_get_everything_in_order_when_they_are_back()
    {
        var id = Guid.NewGuid();
        await Probes.Commit(desk, [id], 1);
        await desk.Drained();
        desk.Kafka.Down();
        try
        {
            for (var sequence = 2; sequence <= 5; sequence++) await Probes.Commit(desk, [id], sequence);
            await Agent.NewTicket("The desk goes on");
            await Eventually.Holds(async () => await desk.Health() is { Connected: false }, 60);
            var health = await desk.Health();
            Assert.Equal((5, 0), (health.Waiting, health.Parked));
            Assert.Contains(desk.Kafka.Bootstrap, health.LastError!, StringComparison.Ordinal);
            Assert.Equal("degraded", (await desk.Tenant.Admin.Get("/health")).Body!["components"]!["events.kafka"]!["status"]!.ToString());
        }
        finally
        {
            desk.Kafka.Up();
        }

        await desk.Drained();
        Assert.Equal([1L, 2, 3, 4, 5], (await desk.Events(id)).Select(r => r.Sequence));
        Assert.Equal(0, await desk.Scalar<int>(desk.Tenant.Id, "SELECT coalesce(max(attempts), 0) FROM event_deliveries"));
    }

    [Fact]
    public async Task An_event_that_is_too_large_waits_for_a_person_and_holds_up_only_its_own_entity()
    {
        var (large, small) = (Guid.NewGuid(), Guid.NewGuid());
        await Probes.Commit(desk, [large], 1, new string('x', 1_100_000));
        await Probes.Commit(desk, [large], 2);
        await Probes.Commit(desk, [small], 1);

        await Eventually.Holds(async () => (await desk.Events(small)).Count == 1, 30);
        await Eventually.Holds(async () => (await desk.Health()).LastError?.Contains("does not take it into acme.deskhand.events", StringComparison.Ordinal) == true, 30);
        Assert.True((await desk.Health()).Connected);
        Assert.Empty(await desk.Events(large));
        // for the tests after this one
        await desk.Database.AcrossTenants("SELECT finish_deliveries('kafka', $1, $2, $3)", _ => 0, CancellationToken.None,
            Rows.P(new[] { desk.Tenant.Id, desk.Tenant.Id }), Rows.P(new[] { large, large }), Rows.P(new[] { 1L, 2 }));
    }

    [Fact]
    public async Task A_producer_that_gets_nothing_through_while_the_brokers_answer_is_replaced()
    {
        using var kafka = new MockKafka();
        var log = new HeardLog<KafkaSink>(LogLevel.Warning);
        await using var sink = new KafkaSink(Settings(kafka), log);
        var wave = new[] { Event() };
        // the user may not write there
        kafka.FailProduce(29, 29);
        for (var i = 0; i < 2; i++)
        {
            await sink.Connect(CancellationToken.None);
            Assert.Equal(DeliveryResult.Unavailable, (await sink.Deliver(wave, CancellationToken.None))[0].Result);
            Assert.Empty(log.Heard);
        }

        await sink.Connect(CancellationToken.None);
        Assert.Contains("begins anew: nothing arrives", Assert.Single(log.Heard).Message, StringComparison.Ordinal);
        Assert.Equal([Delivery.Delivered], await sink.Deliver(wave, CancellationToken.None));
        Assert.Equal(wave[0].EntityId.ToString(), Assert.Single(await kafka.Read(KafkaTopics.All)).Key);
    }

    [Fact]
    public async Task A_producer_that_tells_nothing_of_its_messages_is_not_waited_for_and_is_replaced()
    {
        using var kafka = new MockKafka();
        var log = new HeardLog<KafkaSink>(LogLevel.Warning);
        await using var sink = new KafkaSink(Settings(kafka), log) { SettleWithin = TimeSpan.FromSeconds(1) };
        await sink.Connect(CancellationToken.None);
        Assert.Equal([Delivery.Delivered], await sink.Deliver([Event()], CancellationToken.None));
        kafka.Slow(2_500);

        var late = Assert.Single(await sink.Deliver([Event()], CancellationToken.None));

        Assert.Equal(DeliveryResult.Unavailable, late.Result);
        Assert.Contains("did not answer in time", late.Error!, StringComparison.Ordinal);
        kafka.Slow(0);
        await sink.Connect(CancellationToken.None);
        Assert.Contains("begins anew: it told nothing", Assert.Single(log.Heard).Message, StringComparison.Ordinal);
        Assert.Equal([Delivery.Delivered], await sink.Deliver([Event()], CancellationToken.None));
    }

    [Fact]
    public async Task Without_the_native_library_the_error_names_the_package_and_it_may_be_installed_later()
    {
        await using var sink = new KafkaSink(Settings(desk.Kafka), NullLogger<KafkaSink>.Instance) { Libraries = ["libnone.so.1"] };

        var missing = await Assert.ThrowsAsync<SinkUnavailableException>(() => sink.Connect(CancellationToken.None));

        Assert.Contains("apt-get install librdkafka1", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_property_that_the_client_does_not_know_is_named()
    {
        var file = Path.Combine(desk.DataFolder, "kafka.properties");
        await File.WriteAllTextAsync(file, "# ours\n\nsecurity.protocl = plaintext\n");
        await using var sink = new KafkaSink(Settings(desk.Kafka, file), NullLogger<KafkaSink>.Instance);

        var wrong = await Assert.ThrowsAsync<SinkUnavailableException>(() => sink.Connect(CancellationToken.None));

        Assert.Contains("security.protocl", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("DESKHAND_KAFKA_CONFIG", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acks=1", "acks in line 1")]
    [InlineData("sasl.password", "line 1")]
    public async Task A_file_of_properties_that_cannot_be_used_names_its_line(string line, string named)
    {
        var file = Path.Combine(desk.DataFolder, $"{Guid.NewGuid():N}.properties");
        await File.WriteAllTextAsync(file, line);

        var wrong = Assert.Throws<SettingsException>(() => DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection([new("DESKHAND_KAFKA_CONFIG", file)]).Build()));

        Assert.Contains("DESKHAND_KAFKA_CONFIG", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(named, wrong.Message, StringComparison.Ordinal);
    }

    private static DeskhandSettings Settings(MockKafka kafka, string? file = null) =>
        DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection([new("DESKHAND_KAFKA_BOOTSTRAP", kafka.Bootstrap), new("DESKHAND_KAFKA_CONFIG", file)]).Build());

    private static OutboxEvent Event() => new(Guid.NewGuid(), Guid.NewGuid(), "customer.updated", "customer", Guid.NewGuid(), 1, DateTimeOffset.UtcNow, "{}", 0);
}
