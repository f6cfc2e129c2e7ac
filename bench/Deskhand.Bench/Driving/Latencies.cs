namespace Deskhand.Bench.Driving;

/// <summary>Durations, counted to a tenth of a millisecond, up to ten seconds. From any thread.</summary>
internal sealed class Latencies
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(0.1);
    private readonly int[] counts = new int[100_000];

    public long Count => counts.Sum(c => (long)c);

    public void Add(TimeSpan duration) => Interlocked.Increment(ref counts[Math.Clamp((int)(duration / Step), 0, counts.Length - 1)]);

    public void Clear() => Array.Clear(counts);

    /// <summary>The duration in milliseconds that such a share does not exceed.</summary>
    public double At(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        var (sum, i) = (0L, 0);
        while (i < counts.Length && (sum += counts[i]) < wanted) i++;
        return Math.Round(i * Step.TotalMilliseconds, 1);
    }
}
