using System.Collections.Concurrent;
using System.Diagnostics;

namespace Deskhand.Tickets;

/// <summary>
/// Statistics for as long as they cost: kept for twenty times what it took to make them, at least some seconds. So whoever keeps a
/// dashboard open takes at most a twentieth of one processor, however many tickets there are and however many look at them.
/// </summary>
internal sealed class StatsMemory(TimeProvider clock)
{
    private const int Times = 20;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<string, (TicketStats Stats, DateTimeOffset Until)> kept = new(StringComparer.Ordinal);

    /// <summary>The statistics under a name; made once however many ask at the same time.</summary>
    public async Task<TicketStats> Of(string name, Func<Task<TicketStats>> make, CancellationToken cancellationToken)
    {
        if (Kept(name) is { } known) return known;
        var gate = gates[(uint)string.GetHashCode(name, StringComparison.Ordinal) % (uint)gates.Length];
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Kept(name) is { } made) return made;
            var began = Stopwatch.GetTimestamp();
            var stats = await make();
            var keep = Stopwatch.GetElapsedTime(began) * Times;
            if (kept.Count > 1000) kept.Clear();
            kept[name] = (stats, clock.GetUtcNow() + (keep < Least ? Least : keep > Most ? Most : keep));
            return stats;
        }
        finally
        {
            gate.Release();
        }
    }

    private TicketStats? Kept(string name) => kept.TryGetValue(name, out var entry) && entry.Until > clock.GetUtcNow() ? entry.Stats : null;
}
