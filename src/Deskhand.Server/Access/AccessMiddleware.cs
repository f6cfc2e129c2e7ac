using Deskhand.Http;
using Microsoft.Extensions.Primitives;

namespace Deskhand.Access;

/// <summary>The one gate: finds the caller, checks the tenant header and what the route needs, and opens the caller's scope.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, BearerTokens tokens, SessionCookies cookies, FailedCredentials failures, ILogger<AccessMiddleware> logger)
{
    public Task InvokeAsync(HttpContext context, RequestScope scope)
    {
        var endpoint = context.GetEndpoint();
        // a trace is found by its route, not by each address
        if (System.Diagnostics.Activity.Current is { IsAllDataRequested: true } trace && endpoint is RouteEndpoint route)
            trace.DisplayName = $"{context.Request.Method} {route.RoutePattern.RawText}";
        return endpoint?.Metadata.GetMetadata<Needs>() is not { } needs ? next(context) : Check(context, endpoint, needs, scope);
    }

    private async Task Check(HttpContext context, Endpoint endpoint, Needs needs, RequestScope scope)
    {
        if (!needs.SignedIn)
        {
            await Continue(context, endpoint);
            return;
        }

        var isBearer = context.Request.Headers.ContainsKey("Authorization");
        var credential = isBearer ? Bearer(context.Request) : SessionCookies.AccessToken(context.Request);
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        if (credential is not null && !tokens.Remembers(credential) && failures.TooMany(address))
        {
            await TooManyFailures.Write(context);
            return;
        }

        var caller = credential is null ? null : await tokens.Find(credential, context.RequestAborted);
        if (caller is null)
        {
            if (credential is not null) failures.Count(address);
            await Unauthenticated.Write(context);
            return;
        }

        if (!isBearer && cookies.MayBeForged(context.Request, caller))
        {
            await Forged.Write(context);
            return;
        }

        // the header never selects a tenant: it may only repeat the token's (SECURITY-CASES 3)
        if (context.Request.Headers.TryGetValue("X-Tenant-Id", out var header) && !IsTenant(header, caller.TenantId))
        {
            logger.LogWarning("User {User} of tenant {Tenant} sent the header X-Tenant-Id of another tenant", caller.UserId, caller.TenantId);
            await new Problem(ProblemKind.Forbidden, "wrong_tenant", "X-Tenant-Id is not the tenant of this token.").Write(context);
            return;
        }

        if (needs.Permission is { } permission && !caller.May(permission))
        {
            await Problem.Forbidden(Permissions.Name(permission)).Write(context);
            return;
        }

        scope.Caller = caller;
        scope.Credential = credential;
        context.Response.Headers.CacheControl = "private, no-cache";
        await Continue(context, endpoint);
    }

    // after the gate: what a route takes is told only to those who may use it
    private Task Continue(HttpContext context, Endpoint endpoint) =>
        QueryGuard.Check(context, endpoint) is { } unknown ? unknown.Write(context) : next(context);

    private static Problem Unauthenticated { get; } =
        new(ProblemKind.Unauthenticated, "unauthenticated", "Sign in, and send the access token as Authorization: Bearer ….");

    private static Problem Forged { get; } =
        new(ProblemKind.Forbidden, "csrf", $"Repeat the cookie {SessionCookies.CsrfName} in the header {SessionCookies.CsrfHeader}.");

    private static Problem TooManyFailures { get; } =
        new(ProblemKind.TooMany, "too_many_requests", "Too many credentials from this address were good for nothing; wait a moment.") { RetryAfter = TimeSpan.FromSeconds(1) };

    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length is > 7 and < 8200 ? header[7..].Trim() : null;
    }

    private static bool IsTenant(StringValues header, Guid tenantId) => header.Count == 1 && Guid.TryParse(header[0], out var id) && id == tenantId;
}

/// <summary>What the gate found, for the use cases of this request.</summary>
internal sealed class RequestScope
{
    private Caller? caller;

    public Caller Caller
    {
        get => caller ?? throw new InvalidOperationException("This route is open to everybody; nobody is signed in.");
        set => caller = value;
    }

    public Caller? CallerOrNull => caller;

    /// <summary>What the caller showed, for answers that last: they ask again and again whether it is still good.</summary>
    public string? Credential { get; set; }
}
