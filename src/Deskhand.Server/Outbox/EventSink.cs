namespace Deskhand.Outbox;

/// <summary>An event on its way to a sink.</summary>
/// <param name="TenantId">Whose it is.</param>
/// <param name="EventId">The key to deduplicate by.</param>
/// <param name="Type">For example <c>ticket.updated</c>.</param>
/// <param name="EntityType">For example <c>ticket</c>.</param>
/// <param name="EntityId">The key that order is kept by.</param>
/// <param name="Sequence">Rises by one per entity.</param>
/// <param name="At">The instant of the change.</param>
/// <param name="Body">The envelope, JSON.</param>
/// <param name="Attempts">How often it has failed before.</param>
internal sealed record OutboxEvent(
    Guid TenantId, Guid EventId, string Type, string EntityType, Guid EntityId, long Sequence, DateTimeOffset At, string Body, int Attempts);

/// <summary>How the delivery of one event ended.</summary>
internal enum DeliveryResult
{
    /// <summary>The sink has it for good.</summary>
    Delivered,

    /// <summary>The sink does not want this one: it is tried again later and its entity waits.</summary>
    Refused,

    /// <summary>The sink as a whole does not answer: nothing is held against the event.</summary>
    Unavailable,
}

/// <summary>The answer to one event.</summary>
internal readonly record struct Delivery(DeliveryResult Result, string? Error = null)
{
    public static Delivery Delivered { get; } = new(DeliveryResult.Delivered);

    public static Delivery Refused(string error) => new(DeliveryResult.Refused, error);

    public static Delivery Unavailable(string error) => new(DeliveryResult.Unavailable, error);
}

/// <summary>
/// Where events go: a broker, webhooks, a hub. Called by one loop at a time. Every call must end by itself within seconds, also when
/// the other side hangs, because rows are locked meanwhile.
/// </summary>
internal abstract class EventSink : IAsyncDisposable
{
    /// <summary>As in <c>event_deliveries.sink</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Called when the sink wants its loop to look at it, for example because its connection was lost.</summary>
    public Action? Changed { get; set; }

    /// <summary>Makes sure that the sink can be delivered to.</summary>
    /// <exception cref="SinkUnavailableException">It cannot, now.</exception>
    public abstract Task Connect(CancellationToken cancellationToken);

    /// <summary>Delivers events that are each of another entity, so in any order. Answers for each, in the order given; never throws for what the sink did.</summary>
    public abstract Task<IReadOnlyList<Delivery>> Deliver(IReadOnlyList<OutboxEvent> wave, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}

/// <summary>A sink does not answer. The message is for an operator, and shows no secrets.</summary>
internal sealed class SinkUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
