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
        services.AddSingleton<Passwords>();
        services.AddSingleton<HashingSlots>();
        services.AddSingleton<AddressAttempts>();
        services.AddSingleton<PasswordTries>();
        services.AddSingleton<TotpSecrets>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<FrontDoor>();
        services.AddSingleton<UserAccounts>();
    }

    public static void Map(RouteTable api)
    {
        MapOwnAccount(api);
    }

    private static void MapOwnAccount(RouteTable api)
    {
        api.SignIn("/auth/login", SignIn.Handle);
        api.SignIn("/auth/refresh", RefreshSession.Handle);
        api.Post("/auth/logout", Needs.SignIn, SignOut.Handle);
        api.Get("/auth/me", Needs.SignIn, GetMe.Handle);
        api.Get("/auth/sessions", Needs.SignIn, ListSessions.Handle);
        api.Delete("/auth/sessions/{id}", Needs.SignIn, EndSession.Handle);
    }

    public static void MapTables(ModelBuilder model)
    {
        Data.DeskDb.Map<User>(model, "users");
    }
}
