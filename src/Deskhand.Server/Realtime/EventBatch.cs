using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;

namespace Deskhand.Realtime;

/// <summary>
/// Events that go out together. Each listener chooses what it may hear of them; all who hear the same get the same bytes, put together once.
/// </summary>
internal sealed class EventBatch(IReadOnlyList<StreamEvent> events)
{
    /// <summary>Events of one batch: a choice is one bit each.</summary>
    public const int Most = 64;

    private readonly ConcurrentDictionary<ulong, ReadOnlyMemory<byte>> frames = new();
    private readonly ConcurrentDictionary<ulong, SerializedHubMessage> invocations = new();

    /// <summary>At least one, at most <see cref="Most"/>, in the order of the stream.</summary>
    public IReadOnlyList<StreamEvent> Events { get; } = events;

    public static IEnumerable<EventBatch> Of(IEnumerable<StreamEvent> events) => events.Chunk(Most).Select(part => new EventBatch(part));

    /// <summary>The chosen events in the format of server-sent events.</summary>
    public ReadOnlyMemory<byte> Frames(ulong chosen) => frames.GetOrAdd(chosen, c => Joined(c, m => m.Frame));

    /// <summary>The chosen events for the hub.</summary>
    public SerializedHubMessage Invocations(ulong chosen) => invocations.GetOrAdd(chosen, c => HubOutlet.Serialized(Joined(c, m => m.Invocation)));

    private ReadOnlyMemory<byte> Joined(ulong chosen, Func<LiveMessage, ReadOnlyMemory<byte>> format)
    {
        var parts = Events.Where((_, i) => (chosen & (1UL << i)) != 0).Select(e => format(e.Message)).ToList();
        if (parts.Count == 1) return parts[0];
        var all = new byte[parts.Sum(p => p.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(all.AsMemory(at));
            at += part.Length;
        }

        return all;
    }
}
