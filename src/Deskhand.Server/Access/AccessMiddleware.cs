using Deskhand.Http;
using Microsoft.Extensions.Primitives;

namespace Deskhand.Access;

/// <summary>The one gate: finds the caller, checks the tenant header and what the route needs, and opens the caller's scope.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, BearerTokens tokens, SessionCookies cookies, FailedCredentials failures, DeskhandSettings settings, ILogger<AccessMiddleware> logger)
{
    /// <summary>Where a browser puts its access token when it opens a socket.</summary>
    public const string TokenParameter = "access_token";

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

        var opensSocket = endpoint.Metadata.GetMetadata<OpensSocket>() is not null;
        if (opensSocket && !IsOwnPage(context.Request))
        {
            await ForeignPage.Write(context);
            return;
        }

        // a token that was shown counts, and not the cookie that every request of the browser carries
        var inAddress = opensSocket ? TokenInAddress(context.Request) : null;
        var isBearer = context.Request.Headers.ContainsKey("Authorization");
        var credential = isBearer ? Bearer(context.Request) : inAddress ?? SessionCookies.AccessToken(context.Request);
        if (credential is not null && !tokens.Remembers(credential) && failures.TooMany(Address(context)))
        {
            await TooManyFailures.Write(context);
            return;
        }

        var caller = credential is null ? null : await tokens.Find(credential, context.RequestAborted);
        if (caller is null)
        {
            if (credential is not null) failures.Count(Address(context));
            await Unauthenticated.Write(context);
            return;
        }

        if (!isBearer && inAddress is null && cookies.MayBeForged(context.Request, caller))
        {
            await Forged.Write(context);
            return;
        }

        // the header never selects a tenant: it may only repeat the token's (security case 3)
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

    private static Problem ForeignPage { get; } = new(ProblemKind.Forbidden, "foreign_origin", "Pages of this origin may not connect; DESKHAND_CORS_ORIGINS lists those that may.");

    // browsers ask nobody before a page opens a socket to another site, and send that site's cookies along
    private bool IsOwnPage(HttpRequest request) =>
        !request.Headers.TryGetValue("Origin", out var header)
        || (Uri.TryCreate(header.ToString(), UriKind.Absolute, out var origin)
            && (origin.Authority == request.Host.Value || origin.Authority == settings.PublicUrl.Authority || settings.CorsOrigins.Contains(origin.GetLeftPart(UriPartial.Authority), StringComparer.Ordinal)));

    // addresses are written into logs: good for a token of minutes, not for one that lasts
    private static string? TokenInAddress(HttpRequest request) =>
        request.Query.TryGetValue(TokenParameter, out var token) && token.Count == 1 && token[0] is { Length: > 0 and < 8200 } text && !SecretTokens.IsApiToken(text) ? text : null;

    private static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.Length is > 7 and < 8200 ? header[7..].Trim() : null;
    }

    private static bool IsTenant(StringValues header, Guid tenantId) => header.Count == 1 && Guid.TryParse(header[0], out var id) && id == tenantId;
}

/// <summary>Marks an endpoint that browsers open as a socket: they ask nobody first, and can send no headers with it.</summary>
internal sealed record OpensSocket;

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
