using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Deskhand.Server.Tests;

/// <summary>Another server of a desk's database, with the same secrets.</summary>
internal sealed class SecondInstance(string folder, ServerDatabase database, WebApplication app) : IAsyncDisposable
{
    public Uri Address { get; } = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public IServiceProvider Services => app.Services;

    public static async Task<SecondInstance> Start(Desk desk, string roles, IReadOnlyDictionary<string, string?>? more = null, Action<IServiceCollection>? services = null)
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        foreach (var file in Folders.GetFiles(desk.DataFolder, "*.secret")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var settings = DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(more ?? new Dictionary<string, string?>(), StringComparer.Ordinal)
        {
            ["DESKHAND_DATA"] = folder,
            ["DESKHAND_DATABASE"] = desk.OwnerConnectionString,
            ["DESKHAND_PORT"] = "0",
            ["DESKHAND_ROLES"] = roles,
        }).Build());
        var database = await ServerDatabase.Open(settings, NullLoggerFactory.Instance, CancellationToken.None);
        var app = DeskServer.Build(settings, JwtSecret.Open(null, folder).Secret!, database, [], builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            services?.Invoke(builder.Services);
        });
        await app.StartAsync();
        await app.Services.GetRequiredService<DatabaseListener>().Ready.WaitAsync(TimeSpan.FromSeconds(30));
        return new SecondInstance(folder, database, app);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Folders.Delete(folder, recursive: true);
    }
}
