using System.Collections.Concurrent;
using Deskhand.Data;
using Deskhand.Outbox;

namespace Deskhand.Tickets;

/// <summary>
/// Brings indexes up to date, again and again: of the tenants that the stream of events names at once, of all others when it looks by itself.
/// Who writes comes first: while others do, it rests nine times as long as it works and takes a tenth of a processor from them; what is left to do when
/// they pause takes half of one. It never rests for longer than <see cref="LongestRest"/>.
/// </summary>
internal sealed class SearchIndexing(Database database, TimeProvider clock, ILogger logger) : RelayWork
{
    /// <summary>What is written within this time is indexed at once; who writes twice is indexed once.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);

    /// <summary>However long a batch took, as the first one of a server that has just started does: what is written shall be found within two seconds.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Guid, bool> behind = new();
    private long lookedAt = long.MinValue;
    private volatile bool wasHeard;

    public override string Name => "search";

    /// <summary>Takes what the stream tells: tenants by commas, or nothing when any may be behind.</summary>
    public void Heard(string? tenants)
    {
        if (string.IsNullOrEmpty(tenants)) Interlocked.Exchange(ref lookedAt, long.MinValue);
        else
            foreach (var id in tenants.Split(',')) behind[Guid.Parse(id)] = true;
        wasHeard = true;
        Wake.Call();
    }

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref lookedAt);
        if (last == long.MinValue || clock.GetElapsedTime(last) >= LooksEvery)
        {
            Interlocked.Exchange(ref lookedAt, clock.GetTimestamp());
            foreach (var id in await database.AcrossTenants("SELECT id FROM tenants_to_index() id", r => r.GetGuid(0), cancellationToken)) behind[id] = true;
        }

        var some = behind.Keys.ToList();
        if (some.Count == 0) return LooksEvery;
        var began = clock.GetTimestamp();
        wasHeard = false;
        var isFull = false;
        foreach (var tenantId in some)
        {
            // before the look, so that what is committed meanwhile is looked at again
            behind.TryRemove(tenantId, out _);
            if (!await SearchIndex.Follow(database, tenantId, clock, logger, cancellationToken)) continue;
            behind[tenantId] = isFull = true;
        }

        State.Succeeded(clock.GetUtcNow());
        var rest = (wasHeard ? 9 : 1) * clock.GetElapsedTime(began);
        await Task.Delay(rest > LongestRest ? LongestRest : rest > Gather || isFull ? rest : Gather, cancellationToken);
        return behind.IsEmpty ? LooksEvery : TimeSpan.Zero;
    }
}
