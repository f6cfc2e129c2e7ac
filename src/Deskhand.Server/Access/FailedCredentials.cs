using System.Threading.RateLimiting;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>
/// How many credentials that are good for nothing an address may show in a minute: as many as it may try passwords. Whoever shows more is not
/// looked up any more, only those whose credential has been good here before; so a flood of guesses costs the database nothing and locks nobody out.
/// </summary>
internal sealed class FailedCredentials(DeskhandSettings settings) : IDisposable
{
    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetTokenBucketLimiter(address, _ => RateLimitMiddleware.Bucket(RateLimitMiddleware.AttemptsPerMinute(settings))));

    /// <summary>Whether the address has shown as many as it may.</summary>
    public bool TooMany(string address) => limiter.GetStatistics(address) is { CurrentAvailablePermits: 0 };

    /// <summary>Counts one.</summary>
    public void Count(string address)
    {
        using var lease = limiter.AttemptAcquire(address);
    }

    public void Dispose() => limiter.Dispose();
}
