namespace Deskhand.Bench.Loading;

/// <summary>A repeatable source of draws (SplitMix64): the same seed gives the same tenant on every machine.</summary>
internal sealed class Draw(ulong seed)
{
    private ulong state = seed;

    public ulong Bits()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public int Below(int bound) => (int)(((Bits() >> 32) * (ulong)bound) >> 32);

    public double Fraction() => (Bits() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double share) => Fraction() < share;

    public T One<T>(IReadOnlyList<T> values) => values[Below(values.Count)];

    /// <summary>A waiting time with the given mean, most of them shorter (exponential).</summary>
    public TimeSpan Wait(TimeSpan mean) => mean * -Math.Log(1 - Fraction());

    /// <summary>A UUIDv7 (RFC 9562 §5.7) of that instant whose other 74 bits are drawn.</summary>
    public Guid Id(DateTime at)
    {
        var milliseconds = (ulong)(at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
        var high = (milliseconds << 16) | 0x7000 | (Bits() & 0x0FFF);
        var low = 0x8000000000000000 | (Bits() >> 2);
        return new Guid((uint)(high >> 32), (ushort)(high >> 16), (ushort)high, (byte)(low >> 56), (byte)(low >> 48), (byte)(low >> 40),
            (byte)(low >> 32), (byte)(low >> 24), (byte)(low >> 16), (byte)(low >> 8), (byte)low);
    }
}

/// <summary>Draws places 0..n-1 by weight.</summary>
internal sealed class Shares
{
    private readonly double[] upTo;

    public Shares(IEnumerable<double> weights)
    {
        var sum = 0.0;
        upTo = [.. weights.Select(weight => sum += weight)];
    }

    /// <summary>Zipf's law: place k has weight 1 / (k + 1)^<paramref name="exponent"/>.</summary>
    public static Shares Zipf(int count, double exponent) =>
        new(Enumerable.Range(1, count).Select(rank => Math.Pow(rank, -exponent)));

    public int Pick(Draw draw)
    {
        var place = Array.BinarySearch(upTo, draw.Fraction() * upTo[^1]);
        return Math.Min(place < 0 ? ~place : place, upTo.Length - 1);
    }
}
