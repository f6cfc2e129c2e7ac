using System.Security.Cryptography;
using System.Text;

namespace Deskhand.Access;

/// <summary>
/// Failed attempts by e-mail address, whether or not anybody has it. Beside the lock in the database, which only an account can
/// have, it makes an unknown address answer "too many attempts" after as many tries as a known one (security case 36).
/// </summary>
internal sealed class AddressAttempts(TimeProvider clock)
{
    private const int SweptAt = 10_000;
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<UInt128, Entry> entries = [];
    private readonly Lock gate = new();

    /// <summary>How long the address is locked; null when it is not.</summary>
    public TimeSpan? LockedFor(string address)
    {
        lock (gate) return entries.TryGetValue(Key(address), out var entry) ? entry.LockedFor(clock.GetUtcNow()) : null;
    }

    /// <summary>Counts an attempt before it is made; answers with how long to wait instead, or null.</summary>
    public TimeSpan? Reserve(string address)
    {
        var now = clock.GetUtcNow();
        lock (gate)
        {
            if (entries.Count >= SweptAt) Sweep(now);
            var (name, count) = (Key(address), 0);
            if (entries.TryGetValue(name, out var entry))
            {
                if (entry.LockedFor(now) is { } wait) return wait;
                count = entry.Until <= now ? 0 : entry.Count;
            }

            entries[name] = new(count + 1, now + Lockout.LockedFor);
            return null;
        }
    }

    /// <summary>An attempt that was no failure after all.</summary>
    public void GiveBack(string address)
    {
        lock (gate)
            if (entries.TryGetValue(Key(address), out var entry)) entries[Key(address)] = entry with { Count = Math.Max(0, entry.Count - 1) };
    }

    public void Forget(string address)
    {
        lock (gate) entries.Remove(Key(address));
    }

    // an attempt takes a tenth of a second of a core, so what is younger than a quarter of an hour is bounded by itself
    private void Sweep(DateTimeOffset now)
    {
        foreach (var (name, entry) in entries)
            if (entry.Until <= now) entries.Remove(name);
    }

    private UInt128 Key(string address)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(address.ToLowerInvariant()), hash);
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }

    private sealed record Entry(int Count, DateTimeOffset Until)
    {
        public TimeSpan? LockedFor(DateTimeOffset now) => Count >= Lockout.MostAttempts && Until > now ? Until - now : null;
    }
}
