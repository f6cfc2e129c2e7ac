using System.Globalization;
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

    public async Task InvokeAsync(HttpContext context, RequestScope scope)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RouteLimit>() is not { Class: var routeClass })
        {
            await next(context);
            return;
        }

        var limit = routeClass switch
        {
            RouteClass.Read => settings.RateLimit * ReadsPerWrite,
            RouteClass.Write => settings.RateLimit,
            RouteClass.SignIn => AttemptsPerMinute(settings),
        };
        var caller = scope.CallerOrNull;
        var mine = new Asked(caller?.Key.ToString() ?? context.Connection.RemoteIpAddress?.ToString() ?? "", routeClass, limit);
        if (caller is not null && await Refuse(new Asked(caller.TenantId.ToString(), routeClass, limit * CallersPerTenant), context)) return;
        if (await Refuse(mine, context)) return;
        await next(context);
    }

    public void Dispose() => limiter.Dispose();

    private async Task<bool> Refuse(Asked asked, HttpContext context)
    {
        using var lease = limiter.AttemptAcquire(asked);
        var left = limiter.GetStatistics(asked)?.CurrentAvailablePermits ?? 0;
        var headers = context.Response.Headers;
        headers["RateLimit-Limit"] = asked.Limit.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = left.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = ((asked.Limit - left) * 60 / asked.Limit).ToString(CultureInfo.InvariantCulture);
        if (lease.IsAcquired) return false;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        await new Problem(ProblemKind.TooMany, "too_many_requests", $"At most {asked.Limit} such requests a minute; wait a moment.") { RetryAfter = wait }.Write(context);
        return true;
    }

    /// <summary>Whose bucket, for what, and how large.</summary>
    private sealed record Asked(string Who, RouteClass RouteClass, int Limit);
}
