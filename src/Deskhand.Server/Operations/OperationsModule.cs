using System.IO.Compression;
using Deskhand.Access;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.ResponseCompression;

namespace Deskhand.Operations;

/// <summary>What is outside /api/v1: health, metrics, the description of the API and its page.</summary>
internal static class OperationsModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddSingleton<Health>();
        services.AddHostedService<Telemetry>();
        services.AddSingleton<MetricsPage>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        services.AddResponseCompression(compression =>
        {
            // answers hold no secret next to text of a stranger's choice in one body, which is what makes compression under TLS unsafe
            compression.EnableForHttps = true;
            compression.MimeTypes = ["application/json", "application/problem+json", "text/html", "text/css", "text/javascript", "image/svg+xml", "text/csv"];
        });
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            // only the client's address is taken, for rate limits and the audit log: links come from DESKHAND_PUBLIC_URL and never from a header
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in settings.TrustedProxies) forwarded.KnownIPNetworks.Add(network);
        });
        services.AddCors(cors => cors.AddDefaultPolicy(policy =>
        {
            if (settings.CorsOrigins.IsEmpty) return;
            // no credentials: a page elsewhere sends its own bearer token, and never rides on a cookie
            policy.WithOrigins([.. settings.CorsOrigins]).AllowAnyHeader().WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
                .WithExposedHeaders("ETag", "Location", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Idempotency-Replayed");
        }));
    }

    public static void Map(WebApplication app)
    {
        // metadata is the permission, as everywhere; these three are for load balancers and orchestrators
        app.MapGet("/health/live", Health.Live).WithMetadata(Needs.Nothing).ExcludeFromDescription();
        app.MapGet("/health/ready", (Health health, CancellationToken ct) => health.Ready(ct)).WithMetadata(Needs.Nothing).ExcludeFromDescription();
        app.MapGet("/health", (Health health, CancellationToken ct) => health.Components(ct)).WithMetadata(new Needs(Permission.HealthRead)).ExcludeFromDescription();
        app.MapGet("/metrics", (MetricsPage page) => page.Show()).WithMetadata(new Needs(Permission.HealthRead)).ExcludeFromDescription();
        app.MapOpenApi("/openapi/{documentName}.json").WithMetadata(Needs.Nothing);
        app.MapGet("/docs", DocsPage.Show).WithMetadata(Needs.Nothing).ExcludeFromDescription();
        app.MapGet("/", WorkspacePage.Home).WithMetadata(Needs.Nothing).ExcludeFromDescription();
        app.MapGet("/schemas/events", EventSchemas.List).WithMetadata(Needs.Nothing).ExcludeFromDescription();
        app.MapGet("/schemas/events/{type}.json", EventSchemas.Get).WithMetadata(Needs.Nothing).ExcludeFromDescription();
    }
}
