using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Jobs;

/// <summary>Table of contents: long work, how far it is, and what came of it.</summary>
internal static class JobsModule
{
    public static void Add(IServiceCollection services, DeskhandSettings settings)
    {
        services.AddScoped<JobDesk>();
        services.AddSingleton<JobRunner>();
        if (settings.Roles.HasFlag(ServerRoles.Clock)) services.AddHostedService(s => s.GetRequiredService<JobRunner>());
    }

    public static void Map(RouteTable api)
    {
        api.Get("/jobs", Needs.SignIn, ListJobs.Handle);
        api.Get("/jobs/{id}", Needs.SignIn, GetJob.Handle);
        api.Get("/jobs/{id}/items", Needs.SignIn, ListJobItems.Handle);
        api.Post("/jobs/{id}/cancel", Needs.SignIn, CancelJob.Handle);
    }

    /// <summary>Adds a kind of work under its name, part of the public contract: <c>tickets.update_many</c>.</summary>
    public static void AddKind<T>(IServiceCollection services, string name) where T : JobKind => services.AddKeyedScoped<JobKind, T>(name);

    /// <summary>Hears of work that other processes were asked for.</summary>
    public static void Connect(IServiceProvider services, DatabaseListener listener) => services.GetRequiredService<JobRunner>().ListenOn(listener);
}
