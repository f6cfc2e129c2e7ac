using Deskhand.Data;
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
        services.AddSingleton<FailedCredentials>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<HashingSlots>();
        services.AddSingleton<AddressAttempts>();
        services.AddSingleton<PasswordTries>();
        services.AddSingleton<TotpSecrets>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SessionCookies>();
        services.AddSingleton<FrontDoor>();
        services.AddSingleton<UserAccounts>();
        services.AddSingleton<PasswordByLink>();
        services.AddSingleton<AccountMail>();
        services.AddSingleton<ForgottenPasswords>();
        services.AddHostedService(s => s.GetRequiredService<ForgottenPasswords>());
        services.AddScoped<GroupDesk>();
    }

    public static void Map(RouteTable api)
    {
        MapOwnAccount(api);
        MapUsers(api, "/users");
        MapUsers(api.Alias("OfAgents"), "/agents");
        MapGroups(api);

        api.Get("/api-tokens", Needs.SignIn, ListApiTokens.Handle);
        api.PostSecret("/api-tokens", Needs.SignIn, CreateApiToken.Handle);
        api.Delete("/api-tokens/{id}", Needs.SignIn, DeleteApiToken.Handle);
        api.Get("/audit-log", Permission.AuditRead, ListAuditLog.Handle);
    }

    private static void MapOwnAccount(RouteTable api)
    {
        api.SignIn("/auth/login", SignIn.Handle);
        api.SignIn("/auth/refresh", RefreshSession.Handle);
        api.SignIn("/auth/password/forgot", ForgotPassword.Handle);
        api.SignIn("/auth/password/reset", ResetPassword.Handle);
        api.SignIn("/auth/invitation/accept", AcceptInvitation.Handle);

        api.Get("/auth/me", Needs.SignIn, GetMe.Handle);
        api.Post("/auth/logout", Needs.SignIn, SignOut.Handle);
        api.Get("/auth/sessions", Needs.SignIn, ListSessions.Handle);
        api.Delete("/auth/sessions/{id}", Needs.SignIn, EndSession.Handle);
        api.PostProof("/auth/password", Needs.SignIn, ChangePassword.Handle);
        api.PostProof("/auth/totp/setup", Needs.SignIn, SetUpTotp.Handle);
        api.PostProof("/auth/totp/confirm", Needs.SignIn, ConfirmTotp.Handle);
        api.Delete("/auth/totp", Needs.SignIn, TurnOffTotp.Handle);
    }

    private static void MapUsers(RouteTable api, string users)
    {
        api.Get(users, Permission.UsersRead, ListUsers.Handle);
        api.Post(users, Permission.UsersManage, CreateUser.Handle);
        api.Get(users + "/{id}", Permission.UsersRead, GetUser.Handle);
        api.Put(users + "/{id}", Permission.UsersManage, ReplaceUser.Handle);
        api.Patch(users + "/{id}", Permission.UsersManage, PatchUser.Handle);
        api.Delete(users + "/{id}", Permission.UsersManage, DeleteUser.Handle);
        api.Post(users + "/{id}/deactivate", Permission.UsersManage, DeactivateUser.Handle);
        api.Post(users + "/{id}/reactivate", Permission.UsersManage, ReactivateUser.Handle);
        api.PostSecret(users + "/{id}/invite", Permission.UsersManage, InviteUser.Handle);
        api.PostSecret(users + "/{id}/reset-link", Permission.UsersManage, MakeResetLink.Handle);
        api.Delete(users + "/{id}/totp", Permission.UsersManage, ResetUserTotp.Handle);
        api.Get(users + "/{id}/history", Permission.UsersRead, ListUserHistory.Handle);
    }

    private static void MapGroups(RouteTable api)
    {
        api.Get("/groups", Permission.UsersRead, ListGroups.Handle);
        api.Post("/groups", Permission.GroupsManage, CreateGroup.Handle);
        api.Get("/groups/{id}", Permission.UsersRead, GetGroup.Handle);
        api.Put("/groups/{id}", Permission.GroupsManage, ReplaceGroup.Handle);
        api.Patch("/groups/{id}", Permission.GroupsManage, PatchGroup.Handle);
        api.Delete("/groups/{id}", Permission.GroupsManage, DeleteGroup.Handle);
        api.Get("/groups/{id}/members", Permission.UsersRead, ListGroupMembers.Handle);
        api.Put("/groups/{id}/members/{userId}", Permission.GroupsManage, AddGroupMember.Handle);
        api.Delete("/groups/{id}/members/{userId}", Permission.GroupsManage, RemoveGroupMember.Handle);
        api.Get("/groups/{id}/history", Permission.UsersRead, ListGroupHistory.Handle);
    }

    public static void MapTables(ModelBuilder model)
    {
        DeskDb.Map<User>(model, "users");
        DeskDb.Map<Group>(model, "groups");
    }
}
