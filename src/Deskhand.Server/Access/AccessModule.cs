using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Access;

/// <summary>Table of contents: sign-in, users, groups, tokens, audit.</summary>
internal static class AccessModule
{
    public static void Add(IServiceCollection services)
    {
        services.AddScoped<RequestScope>();
        services.AddScoped(s => s.GetRequiredService<RequestScope>().Caller);
        services.AddSingleton<Callers>();
        services.AddSingleton<OutsideUsers>();
        services.AddSingleton<BearerTokens>();
    }

    public static void Map(RouteTable api)
    {
    }

    public static void MapTables(ModelBuilder model)
    {
    }
}
