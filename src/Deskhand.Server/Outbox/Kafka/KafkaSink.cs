using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Deskhand.Outbox;

/// <summary>
/// Produces to Kafka: key = the entity's id, so that its events stay in one partition and in order; acknowledged by all replicas. The
/// producer is idempotent and lives through outages: what it sends again after one, the brokers recognise and do not write twice. One that
/// gets nothing through while the brokers answer is replaced: then what one of them had after all, it gets again with the same id.
/// </summary>
internal sealed class KafkaSink(DeskhandSettings settings, ILogger<KafkaSink> logger) : EventSink
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeliverWithin = TimeSpan.FromSeconds(10);

    /// <summary>A producer that lets so many waves in a row fail, while the brokers answer, is not tried once more.</summary>
    private const int MostFruitless = 2;

    private IProducer<string, string>? producer;

    /// <summary>Waves in a row of which nothing arrived.</summary>
    private int fruitless;

    /// <summary>The last probe or delivery went well, and nothing has been heard against it since.</summary>
    private volatile bool answers;

    /// <summary>The producer can be of no more use, and why.</summary>
    private volatile string? broken;

    /// <summary>What the client last said about the brokers; they themselves often do not answer at all.</summary>
    private volatile Error? trouble;

    public override string Name => OutboxSinks.Kafka;

    /// <summary>For tests: what the native library is called.</summary>
    internal IReadOnlyList<string> Libraries { get; init; } = KafkaLibrary.Names;

    /// <summary>The client tells within <see cref="DeliverWithin"/> what became of a message; one that tells nothing for so long never will.</summary>
    internal TimeSpan SettleWithin { get; init; } = 2 * DeliverWithin;

    private string AllEvents => settings.KafkaTopicPrefix + KafkaTopics.All;

    public override async Task Connect(CancellationToken cancellationToken)
    {
        if (answers && broken is null) return;
        KafkaLibrary.Load(Libraries);
        // the client's calls block, and are not to be left alone with a producer that is disposed of meanwhile
        await Task.Run(Probe, cancellationToken);
    }

    public override async Task<IReadOnlyList<Delivery>> Deliver(IReadOnlyList<OutboxEvent> wave, CancellationToken cancellationToken)
    {
        var sent = wave.Select(Produce).ToArray();
        try
        {
            await Task.WhenAll(sent).WaitAsync(SettleWithin, cancellationToken);
        }
        catch (TimeoutException)
        {
            broken = "it told nothing about what it was given";
        }

        var settled = sent.Select(s => s.IsCompleted ? s.Result : Delivery.Unavailable($"Kafka at {settings.KafkaBootstrap} did not answer in time.")).ToArray();
        if (settled.All(d => d.Result != DeliveryResult.Unavailable))
        {
            fruitless = 0;
            return settled;
        }

        answers = false;
        fruitless = settled.Any(d => d.Result == DeliveryResult.Delivered) ? 0 : fruitless + 1;
        if (fruitless == MostFruitless) broken ??= "nothing arrives, though the brokers answer";
        return settled;
    }

    private void Probe()
    {
        if (broken is { } reason)
        {
            logger.LogWarning("The Kafka producer begins anew: {Reason}", reason);
            Drop();
        }

        try
        {
            producer ??= Make();
            trouble = null;
            using var admin = new DependentAdminClientBuilder(producer.Handle).Build();
            if (admin.GetMetadata(AllEvents, AnswerWithin).Topics.FirstOrDefault(t => t.Error.IsError) is { } topic) throw new SinkUnavailableException(Explain(topic.Error, topic.Topic));
            answers = true;
        }
        catch (KafkaException e)
        {
            throw new SinkUnavailableException(Explain(e.Error, AllEvents), e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // the client names the property
            throw new SinkUnavailableException($"Kafka's client does not take its settings; mend the file of DESKHAND_KAFKA_CONFIG: {e.Message}", e);
        }
    }

    private IProducer<string, string> Make()
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client.id"] = "deskhand",
            // as the Java clients do it, so that their topics with the same keys fall into the same partitions
            ["partitioner"] = "murmur2_random",
            // one wave is one batch: nothing comes after it that would be worth a wait
            ["linger.ms"] = "2",
            ["reconnect.backoff.max.ms"] = "2000",
            ["socket.connection.setup.timeout.ms"] = "5000",
        };
        foreach (var (name, value) in settings.KafkaProperties) properties[name] = value;
        properties["bootstrap.servers"] = settings.KafkaBootstrap!;
        properties["enable.idempotence"] = "true";
        properties["acks"] = "all";
        properties["request.timeout.ms"] = Milliseconds(AnswerWithin);
        properties["message.timeout.ms"] = Milliseconds(DeliverWithin);
        return new ProducerBuilder<string, string>(properties)
            .SetLogHandler((_, line) => logger.LogDebug("librdkafka: {Facility} {Message}", line.Facility, line.Message))
            .SetErrorHandler((_, error) => Hear(error))
            .Build();
    }

    private void Hear(Error error)
    {
        trouble = error;
        if (error.IsFatal) broken = error.Reason;
        if (!error.IsFatal && error.Code != ErrorCode.Local_AllBrokersDown) return;
        answers = false;
        Changed?.Invoke();
    }

    /// <summary>Delivered when every topic of the event has it; what one has already, it gets again with the same id.</summary>
    private async Task<Delivery> Produce(OutboxEvent e)
    {
        if (broken is { } reason) return Delivery.Unavailable($"The Kafka producer begins anew: {reason}");
        var topics = KafkaTopics.Of(e.Type);
        var deliveries = await Task.WhenAll(topics.Select(t => Produce(settings.KafkaTopicPrefix + t, e)));
        return deliveries.MaxBy(d => d.Result);
    }

    private async Task<Delivery> Produce(string topic, OutboxEvent e)
    {
        try
        {
            await producer!.ProduceAsync(topic, new Message<string, string> { Key = e.EntityId.ToString(), Value = e.Body, Timestamp = new Timestamp(e.At), Headers = Attributes(e) }, CancellationToken.None);
            return Delivery.Delivered;
        }
        catch (KafkaException refused) when (refused.Error.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidMsg or ErrorCode.InvalidRecord or ErrorCode.PolicyViolation or ErrorCode.Local_BadMsg)
        {
            return Delivery.Refused($"Kafka does not take it into {topic}: {refused.Error.Reason}.");
        }
        catch (KafkaException lost)
        {
            if (lost.Error.IsFatal) broken = lost.Error.Reason;
            return Delivery.Unavailable(Explain(lost.Error, topic));
        }
    }

    /// <summary>The event's attributes as headers: CloudEvents 1.0 in Kafka's binary mode. The value is the envelope, as on every transport.</summary>
    private Headers Attributes(OutboxEvent e)
    {
        var headers = new Headers();
        foreach (var (name, value) in new[]
        {
            ("ce_specversion", "1.0"),
            ("ce_id", e.EventId.ToString()),
            ("ce_source", $"/tenants/{e.TenantId}"),
            ("ce_type", e.Type),
            ("ce_subject", e.EntityId.ToString()),
            ("ce_time", Json.Text(e.At)),
            ("ce_dataschema", new Uri(settings.PublicUrl, $"/schemas/events/{e.Type}.json").ToString()),
            ("ce_tenantid", e.TenantId.ToString()),
            ("content-type", "application/json"),
        })
            headers.Add(name, Encoding.UTF8.GetBytes(value));
        return headers;
    }

    private string Explain(Error error, string topic) => error.Code switch
    {
        _ when trouble is { Code: ErrorCode.Local_Authentication } => $"Kafka at {settings.KafkaBootstrap} refused the user or password in the file of DESKHAND_KAFKA_CONFIG.",
        _ when trouble is { Code: ErrorCode.Local_Ssl } => $"Kafka at {settings.KafkaBootstrap}: no encrypted connection can be made: {trouble?.Reason}",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => $"Kafka has no topic {topic}, and makes none by itself: create it, or choose others with DESKHAND_KAFKA_TOPIC_PREFIX.",
        ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => $"The Kafka user may not write to {topic}.",
        ErrorCode.InvalidReplicationFactor or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend => $"Kafka has too few brokers in order for {topic}: {error.Reason}.",
        ErrorCode.Local_MsgTimedOut or ErrorCode.Local_TimedOut or ErrorCode.RequestTimedOut => $"Kafka at {settings.KafkaBootstrap} did not answer in time.",
        ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve => $"Kafka at {settings.KafkaBootstrap} cannot be reached.",
        _ => $"Kafka at {settings.KafkaBootstrap}: {error.Reason}",
    };

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    private void Drop()
    {
        producer?.Dispose();
        (producer, broken, answers, fruitless) = (null, null, false, 0);
    }

    public override async ValueTask DisposeAsync() => await Task.Run(Drop);
}
