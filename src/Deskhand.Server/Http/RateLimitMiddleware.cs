using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Deskhand.Access;

namespace Deskhand.Http;

/// <summary>
/// How often one caller, and one tenant, may call in a minute, by class of route. A token bucket: an even stream is never held up, a burst of a
/// minute's worth is let through. Counted in each instance. Those who are not signed in are counted by address.
/// </summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, DeskhandSettings settings) : IDisposable
{
    /// <summary>Reads are this many times as many as writes.</summary>
    private const int ReadsPerWrite = 5;

    /// <summary>What a whole tenant may do, in callers.</summary>
    private const int CallersPerTenant = 20;

    /// <summary>Sign-in attempts from one address are this many times fewer than writes: 60 a minute by default.</summary>
    private const int WritesPerSignIn = 20;

    private readonly PartitionedRateLimiter<Asked> limiter = PartitionedRateLimiter.Create<Asked, Asked>(asked =>
        RateLimitPartition.GetTokenBucketLimiter(asked, a => Bucket(a.Limit)));

    /// <summary>How many sign-in attempts, and how many useless credentials, one address has in a minute.</summary>
    public static int AttemptsPerMinute(DeskhandSettings settings) => Math.Max(1, settings.RateLimit / WritesPerSignIn);

    /// <summary>A bucket that holds a minute's worth and fills evenly.</summary>
    public static TokenBucketRateLimiterOptions Bucket(int perMinute) => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = Math.Max(1, perMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromSeconds(perMinute >= 60 ? 1 : 60.0 / perMinute),
        QueueLimit = 0,
    };

    public Task InvokeAsync(HttpContext context, RequestScope scope)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RouteLimit>() is not { Class: var routeClass }) return next(context);
        var limit = routeClass switch
        {
            RouteClass.Read => settings.RateLimit * ReadsPerWrite,
            RouteClass.Write => settings.RateLimit,
            RouteClass.SignIn => AttemptsPerMinute(settings),
        };
        // the bucket of the tenant is told of only when it is empty
        var caller = scope.CallerOrNull;
        var refusal = caller is null ? null : Take(new Asked(caller.TenantId, null, routeClass, limit * CallersPerTenant), context, tells: false);
        refusal ??= Take(new Asked(caller?.Key, caller is null ? context.Connection.RemoteIpAddress : null, routeClass, limit), context, tells: true);
        return refusal is null ? next(context) : refusal.Write(context);
    }

    public void Dispose() => limiter.Dispose();

    /// <summary>Takes one from a bucket; a problem when it is empty. <paramref name="tells"/>: the headers say what is left in it.</summary>
    private Problem? Take(Asked asked, HttpContext context, bool tells)
    {
        using var lease = limiter.AttemptAcquire(asked);
        if (tells || !lease.IsAcquired)
        {
            var left = limiter.GetStatistics(asked)?.CurrentAvailablePermits ?? 0;
            var headers = context.Response.Headers;
            headers["RateLimit-Limit"] = asked.Limit.ToString(CultureInfo.InvariantCulture);
            headers["RateLimit-Remaining"] = left.ToString(CultureInfo.InvariantCulture);
            headers["RateLimit-Reset"] = ((asked.Limit - left) * 60 / asked.Limit).ToString(CultureInfo.InvariantCulture);
        }

        if (lease.IsAcquired) return null;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        return new Problem(ProblemKind.TooMany, "too_many_requests", $"At most {asked.Limit} such requests a minute; wait a moment.") { RetryAfter = wait };
    }

    /// <summary>Whose bucket (a caller or a tenant, or the address of somebody who is not signed in), for what, and how large.</summary>
    private readonly record struct Asked(Guid? Who, IPAddress? Address, RouteClass RouteClass, int Limit);
}
