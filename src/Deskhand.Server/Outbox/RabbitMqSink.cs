using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Deskhand.Outbox;

/// <summary>
/// Publishes to a durable topic exchange: routing key = event type, persistent, each message confirmed by the broker. The outbox decides what to
/// send again, and a fresh connection declares the exchange anew.
/// </summary>
internal sealed class RabbitMqSink(DeskhandSettings settings, ILogger<RabbitMqSink> logger) : EventSink
{
    /// <summary>Unconfirmed messages at once (the client slows down above half of its limit).</summary>
    private const int MostUnconfirmed = 200;

    private static readonly TimeSpan PublishWithin = TimeSpan.FromSeconds(10);
    private readonly string user = settings.RabbitMqUrl is { UserInfo: { Length: > 0 } given } ? Uri.UnescapeDataString(given.Split(':')[0]) : ConnectionFactory.DefaultUser;
    private IConnection? connection;
    private IChannel? channel;

    /// <summary>The broker's own word that it takes nothing, while the connection stays: an alarm for disk or memory.</summary>
    private volatile string? blocked;

    /// <summary>Nobody knows what became of the messages that this channel was given last.</summary>
    private bool isStale;

    public override string Name => OutboxSinks.RabbitMq;

    public override async Task Connect(CancellationToken cancellationToken)
    {
        // a new connection would be told so only when it has published something
        if (blocked is { } reason && connection is { IsOpen: true }) throw new SinkUnavailableException($"RabbitMQ takes no messages: {reason}.");
        if (!isStale && channel is { IsOpen: true } && connection is { IsOpen: true }) return;
        await Disconnect();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(RabbitMqConnection.AnswerWithin * 2);
        try
        {
            connection = await RabbitMqConnection.Open(settings.RabbitMqUrl!, "deskhand", deadline.Token);
            connection.ConnectionShutdownAsync += OnShutdown;
            connection.ConnectionBlockedAsync += (_, e) =>
            {
                blocked = e.Reason;
                logger.LogWarning("RabbitMQ takes no messages at the moment: {Reason}", e.Reason);
                return Task.CompletedTask;
            };
            connection.ConnectionUnblockedAsync += (_, _) =>
            {
                blocked = null;
                Changed?.Invoke();
                return Task.CompletedTask;
            };
            channel = await connection.CreateChannelAsync(new CreateChannelOptions(
                publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true,
                outstandingPublisherConfirmationsRateLimiter: new ThrottlingRateLimiter(MostUnconfirmed * 3)), deadline.Token);
            channel.ChannelShutdownAsync += OnShutdown;
            await channel.ExchangeDeclareAsync(settings.RabbitMqExchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: deadline.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await Disconnect();
            throw new SinkUnavailableException(Explain(e), e);
        }
    }

    public override async Task<IReadOnlyList<Delivery>> Deliver(IReadOnlyList<OutboxEvent> wave, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(PublishWithin);
        var answers = new List<Delivery>(wave.Count);
        foreach (var part in wave.Chunk(MostUnconfirmed))
        {
            var lost = answers.Find(a => a.Result == DeliveryResult.Unavailable);
            answers.AddRange(lost.Error is null ? await Task.WhenAll(part.Select(e => Publish(e, deadline.Token)).ToArray()) : part.Select(_ => lost));
        }

        if (answers.Exists(a => a.Result == DeliveryResult.Unavailable)) isStale = true;
        if (isStale && blocked is null) await Disconnect();
        return answers;
    }

    private async Task<Delivery> Publish(OutboxEvent e, CancellationToken cancellationToken)
    {
        if (channel is not { IsOpen: true } open) return Delivery.Unavailable("The connection to RabbitMQ was lost.");
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = e.EventId.ToString(),
            Type = e.Type,
            Timestamp = new AmqpTimestamp(e.At.ToUnixTimeSeconds()),
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            AppId = "deskhand",
            // the broker checks it, so that who receives it knows who sent it
            UserId = user,
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["tenant"] = e.TenantId.ToString() },
        };
        try
        {
            await open.BasicPublishAsync(settings.RabbitMqExchange, e.Type, mandatory: false, properties, Encoding.UTF8.GetBytes(e.Body), cancellationToken);
            return Delivery.Delivered;
        }
        catch (PublishException refused) when (open.IsOpen)
        {
            // a queue that is full and set to reject, or the broker's own trouble with this message
            return Delivery.Refused(refused.IsReturn ? "The broker returned it." : "The broker declined it (nack).");
        }
        catch (Exception lost)
        {
            return Delivery.Unavailable(Explain(lost));
        }
    }

    private string Explain(Exception e) => e switch
    {
        OperationInterruptedException { ShutdownReason.ReplyCode: 406 } =>
            $"RabbitMQ has an exchange \"{settings.RabbitMqExchange}\" of another kind than a durable topic exchange; delete it there, or choose another name with DESKHAND_RABBITMQ_EXCHANGE.",
        OperationInterruptedException { ShutdownReason.ReplyCode: 403 } =>
            $"The RabbitMQ user may not declare or write the exchange \"{settings.RabbitMqExchange}\".",
        _ when Find<AuthenticationFailureException>(e) is not null => "RabbitMQ refused the user or password of DESKHAND_RABBITMQ_URL.",
        OperationInterruptedException { ShutdownReason: { } reason } => $"RabbitMQ closed the connection: {reason.ReplyText}",
        _ when blocked is { } reason => $"RabbitMQ takes no messages: {reason}.",
        OperationCanceledException or TimeoutException => $"RabbitMQ at {Where} did not answer in time.",
        BrokerUnreachableException => $"RabbitMQ at {Where} cannot be reached.",
        _ => $"RabbitMQ at {Where}: {e.Message}",
    };

    private string Where => $"{settings.RabbitMqUrl!.Host}:{(settings.RabbitMqUrl.Port > 0 ? settings.RabbitMqUrl.Port : settings.RabbitMqUrl.Scheme == "amqps" ? 5671 : 5672)}";

    private static T? Find<T>(Exception? e) where T : Exception
    {
        for (; e is not null; e = e.InnerException)
            if (e is T found) return found;
        return null;
    }

    private Task OnShutdown(object sender, ShutdownEventArgs e)
    {
        Changed?.Invoke();
        return Task.CompletedTask;
    }

    private async Task Disconnect()
    {
        var (old, held) = (connection, channel);
        (connection, channel, blocked, isStale) = (null, null, null, false);
        if (held is not null) held.ChannelShutdownAsync -= OnShutdown;
        if (old is null) return;
        old.ConnectionShutdownAsync -= OnShutdown;
        await RabbitMqConnection.Close(old, logger);
    }

    public override async ValueTask DisposeAsync() => await Disconnect();
}
