using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Deskhand.Operations;

/// <summary><c>deskhand serve</c>: database up, schema up to date, first tenant, server; and all of it down again in the other order.</summary>
internal static class ServeCommand
{
    public static async Task<int> Run(DeskhandSettings settings, bool empty, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        using var loggers = LoggerFactory.Create(Logs.Configure);
        await using var installation = await Installation.OpenForServer(settings, loggers, cancellationToken);
        await installation.Migrate(cancellationToken);
        await using var app = DeskServer.Build(settings, installation.Secret, installation.Database, []);
        var first = await FirstTenant.Ensure(installation, app.Services, withDemonstration: !empty, cancellationToken);
        await app.StartAsync(cancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine($"Deskhand serves on {address} after {since.Elapsed.TotalSeconds:0.0} s. API documentation: {address}/docs");
        Console.WriteLine(first is null
            ? $"Sign in as {settings.AdminEmail} with the password of the first start, or make another user: deskhand user create."
            : $"""

                  Sign in as   {first.Email}
                  Password     {first.Password ?? "(as set in DESKHAND_ADMIN_PASSWORD)"}
                  Tenant       {FirstTenant.Slug}

                """);
        await app.WaitForShutdownAsync(cancellationToken);
        Console.WriteLine("Stopped.");
        return 0;
    }
}
