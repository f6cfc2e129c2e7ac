using System.Globalization;
using Deskhand.Access;
using Deskhand.Automation;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Jobs;
using Deskhand.Notifications;
using Deskhand.Outbox;
using Deskhand.Realtime;
using Deskhand.Sla;
using Deskhand.Tickets;
using Deskhand.Webhooks;

namespace Deskhand.Operations;

/// <summary>Puts the server together. What each part adds and maps is in its module.</summary>
internal static class DeskServer
{
    public static WebApplication Build(DeskhandSettings settings, JwtSecret secret, ServerDatabase database, string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        });
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://{settings.Bind}:{settings.Port}"));
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(secret);
        services.AddSingleton(database);
        services.AddSingleton(database.Database);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Memory>();
        if (settings.JwksUrl is { } address) services.AddSingleton(new RemoteKeySet(address, TimeProvider.System));
        services.AddSingleton<DatabaseListener>();
        services.AddHostedService(s => s.GetRequiredService<DatabaseListener>());
        services.AddScoped(s => database.Database.For(s.GetRequiredService<Caller>().TenantId));
        services.ConfigureHttpJsonOptions(json => JsonFormat.Apply(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        AccessModule.Add(services);
        DirectoryModule.Add(services, settings);
        TicketsModule.Add(services);
        AutomationModule.Add(services, settings);
        SlaModule.Add(services, settings);
        JobsModule.Add(services, settings);
        OutboxModule.Add(services, settings);
        NotificationsModule.Add(services, settings);
        WebhooksModule.Add(services, settings);
        RealtimeModule.Add(services);
        OpenApi.Add(services);
        OperationsModule.Add(services, settings);
        Logs.Configure(builder.Logging);
        services.AddSingleton<Housekeeping>();
        if (settings.Roles.HasFlag(ServerRoles.Clock)) services.AddHostedService<WorkHost<Housekeeping>>();
        if (settings.Roles.HasFlag(ServerRoles.Relay)) services.AddHostedService(s => s.GetRequiredService<SearchIndexer>());
        configure?.Invoke(builder);

        var app = builder.Build();
        Connect(app.Services);
        if (!settings.TrustedProxies.IsEmpty) app.UseForwardedHeaders();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Problems.OnException, AllowStatusCode404Response = true, SuppressDiagnosticsCallback = c => Problems.IsTheCallers(c.Exception) });
        app.UseStatusCodePages(context => Problems.OnEmptyAnswer(context.HttpContext));
        app.UseResponseCompression();
        app.UseRouting();
        // after routing: a request that has a route never looks at the disk
        WorkspacePage.Use(app);
        app.UseCors();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<RateLimitMiddleware>();
        app.UseMiddleware<IdempotencyMiddleware>();
        ApiModule.Map(app);
        RealtimeModule.MapHub(app);
        OperationsModule.Map(app);
        return app;
    }

    /// <summary>What is kept in memory is forgotten when another instance says that it changed.</summary>
    private static void Connect(IServiceProvider services)
    {
        var listener = services.GetRequiredService<DatabaseListener>();
        var callers = services.GetRequiredService<Callers>();
        var rulebooks = services.GetRequiredService<Rulebooks>();
        listener.On("deskhand_access", payload => callers.Forget(Guid.TryParse(payload, out var id) ? id : null));
        listener.On("deskhand_rulebook", payload => rulebooks.Forget(Guid.TryParse(payload, out var id) ? id : null));
        JobsModule.Connect(services, listener);
        OutboxModule.Connect(services, listener);
        NotificationsModule.Connect(services, listener);
        RealtimeModule.Connect(services, listener);
        WebhooksModule.Connect(services, listener);
    }
}
