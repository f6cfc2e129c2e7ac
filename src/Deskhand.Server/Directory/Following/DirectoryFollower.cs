using Deskhand.Data;
using Deskhand.Outbox;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Deskhand.Directory;

/// <summary>
/// Takes events of an outside directory from RabbitMQ, one at a time. Whose tenant is meant follows from the user that published, for whom the broker
/// vouches, and the tenant that the event names, together, by the operator's configuration. What cannot be taken over goes to the queue of the dead, and
/// the rest goes on.
/// </summary>
internal sealed class DirectoryFollower(DeskhandSettings settings, Database database, DirectoryChanges changes, TimeProvider clock, ILogger<DirectoryFollower> logger) : RelayWork
{
    /// <summary>How often the broker may give a message again because a process died over it.</summary>
    private const int DeliveryLimit = 20;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly string[] Bindings = ["customer.*", "contact.*", "location.*", "user.deactivated"];

    private readonly DirectoryFeed feed = settings.Directory!;
    private IConnection? connection;
    private IChannel? channel;

    /// <summary>What was taken and is not done: the database was away.</summary>
    private BasicGetResult? held;

    public override string Name => "directory";

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        try
        {
            var open = await Connect(cancellationToken);
            held ??= await open.BasicGetAsync(feed.Queue, autoAck: false, cancellationToken);
            if (held is null) return BetweenLooks;
            if (await Refusal(held, cancellationToken) is { } reason)
            {
                logger.LogWarning("An event of the outside directory was set aside in {Queue}: {Id} {Type}: {Reason}", feed.DeadQueue, held.BasicProperties.MessageId, held.RoutingKey, reason);
                State.Refused($"{held.RoutingKey} {held.BasicProperties.MessageId}: {reason}", clock.GetUtcNow());
                await open.BasicRejectAsync(held.DeliveryTag, requeue: false, cancellationToken);
            }
            else
            {
                await open.BasicAckAsync(held.DeliveryTag, multiple: false, cancellationToken);
                State.Succeeded(clock.GetUtcNow());
            }

            held = null;
            return TimeSpan.Zero;
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException)
        {
            await Disconnect();
            throw new SinkUnavailableException($"The outside directory cannot be followed: {Explain(e)}", e);
        }
    }

    /// <summary>Takes one over; why it is set aside, or null when it is done with.</summary>
    private async Task<string?> Refusal(BasicGetResult message, CancellationToken cancellationToken)
    {
        if (message.BasicProperties.UserId is not { Length: > 0 } publisher) return "it does not say who published it (user_id), so that the broker could not check that.";
        if (OutsideEvent.Read(message.Body, message.BasicProperties.MessageId) is not { } told) return "it has not the form of an event.";
        if (feed.Tenants.FirstOrDefault(t => t.Publisher == publisher && t.OutsideTenant == told.OutsideTenant) is not { } tenant) return $"{publisher} does not speak for a tenant {told.OutsideTenant} (DESKHAND_DIRECTORY_TENANTS).";
        var found = await database.AcrossTenants("SELECT tenant_id FROM list_tenants() WHERE slug = $1 AND suspended_at IS NULL", r => r.GetGuid(0), cancellationToken, Rows.P(tenant.Slug));
        if (found is not [var tenantId]) return $"there is no tenant {tenant.Slug}.";
        try
        {
            await using var session = database.For(tenantId);
            return (await changes.Take(session, publisher, told, cancellationToken)).Problem is { } problem
                ? $"{problem.Message} {string.Join(' ', problem.Errors.Select(e => $"{e.Key}: {string.Join(' ', e.Value)}"))}".TrimEnd()
                : null;
        }
        catch (Exception e) when (e is not (OperationCanceledException or Npgsql.NpgsqlException { IsTransient: true } or IOException or TimeoutException))
        {
            // a defect of ours must not keep back everything that comes after
            logger.LogError(e, "An event of the outside directory could not be taken over");
            return "it met a defect; the log says more.";
        }
    }

    private async Task<IChannel> Connect(CancellationToken cancellationToken)
    {
        if (channel is { IsOpen: true } open && connection is { IsOpen: true }) return open;
        await Disconnect();
        connection = await RabbitMqConnection.Open(settings.RabbitMqUrl!, "deskhand directory", cancellationToken);
        channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(feed.Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(feed.DeadQueue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(feed.Queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken, arguments: new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-queue-type"] = "quorum",
            ["x-delivery-limit"] = DeliveryLimit,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = feed.DeadQueue,
        });
        foreach (var binding in Bindings) await channel.QueueBindAsync(feed.Queue, feed.Exchange, binding, cancellationToken: cancellationToken);
        return channel;
    }

    private static string Explain(Exception e) => e switch
    {
        OperationInterruptedException { ShutdownReason: { } reason } => reason.ReplyText,
        BrokerUnreachableException => "RabbitMQ cannot be reached, or does not take us.",
        _ => e.Message,
    };

    private async Task Disconnect()
    {
        // what was not acknowledged comes again
        held = null;
        var old = connection;
        (connection, channel) = (null, null);
        if (old is not null) await RabbitMqConnection.Close(old, logger);
    }

    public override async ValueTask DisposeAsync()
    {
        await Disconnect();
        await base.DisposeAsync();
    }
}
