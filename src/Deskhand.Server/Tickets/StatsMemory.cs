using System.Collections.Concurrent;
using System.Diagnostics;

namespace Deskhand.Tickets;

/// <summary>
/// What was counted, for as long as counting costs: kept for twenty times what it took to make them, at least some seconds. So whoever keeps a
/// dashboard open takes at most a twentieth of one processor, however many tickets there are and however many look at them.
/// </summary>
internal sealed class StatsMemory(TimeProvider clock)
{
    private const int Times = 20;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 16).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<string, (object Counted, DateTimeOffset Until)> kept = new(StringComparer.Ordinal);

    /// <summary>What was counted under a name, which no other kind of count has; made once however many ask at the same time.</summary>
    public async Task<T> Of<T>(string name, Func<Task<T>> make, CancellationToken cancellationToken) where T : class
    {
        if (Kept(name) is T known) return known;
        var gate = gates[(uint)string.GetHashCode(name, StringComparison.Ordinal) % (uint)gates.Length];
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Kept(name) is T made) return made;
            var began = Stopwatch.GetTimestamp();
            var counted = await make();
            var keep = Stopwatch.GetElapsedTime(began) * Times;
            if (kept.Count > 1000) kept.Clear();
            kept[name] = (counted, clock.GetUtcNow() + (keep < Least ? Least : keep > Most ? Most : keep));
            return counted;
        }
        finally
        {
            gate.Release();
        }
    }

    private object? Kept(string name) => kept.TryGetValue(name, out var entry) && entry.Until > clock.GetUtcNow() ? entry.Counted : null;
}
