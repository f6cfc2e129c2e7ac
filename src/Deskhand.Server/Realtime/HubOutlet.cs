using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;

namespace Deskhand.Realtime;

/// <summary>A connection of <c>/hubs/desk</c> as the place where events go. Waits for nobody longer than ten seconds.</summary>
internal sealed class HubOutlet(HubConnectionContext connection) : IEventOutlet
{
    private long told;

    /// <summary>Invocations that are written already. The hub speaks JSON only.</summary>
    public static SerializedHubMessage Serialized(ReadOnlyMemory<byte> invocations) => new([new SerializedMessage("json", invocations)]);

    public ValueTask Begin(long position, bool isGap, CancellationToken cancellationToken)
    {
        told = position;
        return Say("stream:begun", position, json => json.WriteBoolean("reload", isGap), cancellationToken);
    }

    public ValueTask Send(EventBatch batch, ulong chosen, CancellationToken cancellationToken)
    {
        told = batch.Events[^1].Position;
        return Write(batch.Invocations(chosen), cancellationToken);
    }

    public ValueTask Send(LiveMessage message, CancellationToken cancellationToken) => Write(Serialized(message.Invocation), cancellationToken);

    public ValueTask Beat(long position, CancellationToken cancellationToken)
    {
        // SignalR's own pings keep the connection open
        if (position == told) return ValueTask.CompletedTask;
        told = position;
        return Say("stream:position", position, json => json.WriteString("entity", "stream"), cancellationToken);
    }

    public ValueTask End(CancellationToken cancellationToken) => End("no_longer_allowed", cancellationToken);

    /// <summary>Says why, and closes. The client may try again, with another token or later.</summary>
    public async ValueTask End(string reason, CancellationToken cancellationToken)
    {
        await Say("stream:ended", null, json => json.WriteString("reason", reason), cancellationToken);
        // what a stopping server asks of its connections: a close message that lets the client connect again
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    /// <summary>Ends the connection at once, also from a timer or when it has just ended.</summary>
    public void Cut()
    {
        try
        {
            connection.GetHttpContext()?.Abort();
        }
        catch (ObjectDisposedException)
        {
            // it is gone already
        }
    }

    private ValueTask Say(string name, long? position, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var json = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Write(Serialized(LiveMessage.Of(name, position, json.WrittenSpan).Invocation), cancellationToken);
    }

    private ValueTask Write(SerializedHubMessage message, CancellationToken cancellationToken)
    {
        var write = connection.WriteAsync(message, cancellationToken);
        return write.IsCompletedSuccessfully ? write : Patiently(write, cancellationToken);
    }

    private async ValueTask Patiently(ValueTask write, CancellationToken cancellationToken)
    {
        try
        {
            await write.AsTask().WaitAsync(EventReading.SendWithin, cancellationToken);
        }
        catch (TimeoutException e)
        {
            Cut();
            throw new OperationCanceledException("The client does not read.", e);
        }
    }
}
