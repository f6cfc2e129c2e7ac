using System.Threading.RateLimiting;

namespace Deskhand.Access;

/// <summary>
/// How many credentials that are good for nothing an address may show in a minute: as many as it may try passwords. Whoever shows more is not
/// looked up any more, only those whose credential has been good here before; so a flood of guesses costs the database nothing and locks nobody out.
/// </summary>
internal sealed class FailedCredentials(DeskhandSettings settings) : IDisposable
{
    /// <summary>As for sign-in attempts: 60 a minute by default.</summary>
    private const int WritesPerAttempt = 20;

    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(address =>
    {
        var limit = Math.Max(1, settings.RateLimit / WritesPerAttempt);
        return RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit,
            TokensPerPeriod = Math.Max(1, limit / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(limit >= 60 ? 1 : 60.0 / limit),
            QueueLimit = 0,
        });
    });

    /// <summary>Whether the address has shown as many as it may.</summary>
    public bool TooMany(string address) => limiter.GetStatistics(address) is { CurrentAvailablePermits: 0 };

    /// <summary>Counts one.</summary>
    public void Count(string address)
    {
        using var lease = limiter.AttemptAcquire(address);
    }

    public void Dispose() => limiter.Dispose();
}
