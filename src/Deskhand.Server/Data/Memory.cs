using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace Deskhand.Data;

/// <summary>
/// What was found out and may be used again for a while. When it is full, what is oldest and least used makes room, and until then nothing more is kept:
/// whoever asks for endless different things costs themselves their answers, and the server no memory. Each part that keeps something has keys of a
/// type of its own.
/// </summary>
internal sealed class Memory(TimeProvider clock) : IDisposable
{
    private const int Room = 100_000;
    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = Room, Clock = new Clock(clock) });

    /// <summary>Whether something is kept under a key, and what.</summary>
    public bool TryFind<T>(object key, [NotNullWhen(true)] out T? value) where T : notnull => kept.TryGetValue(key, out value) && value is not null;

    /// <summary>Keeps a value from now on, in place of one that was kept under the same key.</summary>
    /// <param name="key">Under which it is found.</param>
    /// <param name="value">What is kept.</param>
    /// <param name="time">For how long.</param>
    /// <param name="most">How many of its kind there is room for if nothing else is kept: the larger they are, the fewer.</param>
    public void Keep<T>(object key, T value, TimeSpan time, int most) where T : notnull =>
        kept.Set(key, value, new MemoryCacheEntryOptions { Size = Room / most, AbsoluteExpirationRelativeToNow = time });

    public void Forget(object key) => kept.Remove(key);

    public void Dispose() => kept.Dispose();

    private sealed class Clock(TimeProvider clock) : ISystemClock
    {
        public DateTimeOffset UtcNow => clock.GetUtcNow();
    }
}
