using System.Diagnostics;
using Deskhand.Data;

namespace Deskhand.Tickets;

/// <summary>
/// What was counted, for as long as counting costs: kept for twenty times what it took to make them, at least some seconds. So whoever keeps a
/// dashboard open takes at most a twentieth of one processor, however many tickets there are and however many look at them.
/// </summary>
internal sealed class StatsMemory(Memory memory)
{
    private const int Times = 20;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);
    private readonly Turns turns = new();

    /// <summary>What was counted under a name, which no other kind of count has; made once however many ask at the same time.</summary>
    public async Task<T> Of<T>(string name, Func<Task<T>> make, CancellationToken cancellationToken) where T : class
    {
        var key = new Counted(name);
        if (memory.TryFind(key, out T? known)) return known;
        using var turn = await turns.Take(name.GetHashCode(StringComparison.Ordinal), cancellationToken);
        if (memory.TryFind(key, out T? made)) return made;
        var began = Stopwatch.GetTimestamp();
        var counted = await make();
        var keep = Stopwatch.GetElapsedTime(began) * Times;
        memory.Keep(key, counted, keep < Least ? Least : keep > Most ? Most : keep, most: 1000);
        return counted;
    }

    private sealed record Counted(string Name);
}
