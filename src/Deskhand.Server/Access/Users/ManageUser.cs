using Deskhand.Data;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Access;

/// <summary>POST /users</summary>
internal static class CreateUser
{
    public static async Task<Created<UserResponse>> Handle(NewUser body, Caller caller, RequestOrigin origin, TenantSession session, UserAccounts accounts, CancellationToken cancellationToken)
    {
        var user = await accounts.Create(session, caller.Actor, body, body.Password, origin, cancellationToken);
        return Answer.Created<UserResponse>(user.Problem is { } problem ? problem : UserResponse.From(user.Value), u => $"/api/v1/users/{u.Id}");
    }
}

/// <summary>The body of POST /users.</summary>
internal sealed record NewUser : UserFields
{
    /// <summary>A first password. Better none, and an invitation, so that only its owner knows it.</summary>
    public string? Password { get; init; }
}

/// <summary>GET /users/{id}</summary>
internal static class GetUser
{
    public static async Task<Answer<UserResponse>> Handle(Guid id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<UserResponse>(await session.Read(db => db.Set<User>().SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null, cancellationToken), cancellationToken) is { } user
            ? UserResponse.From(user)
            : Problem.NotFound("user"));
}

/// <summary>PUT /users/{id}</summary>
internal static class ReplaceUser
{
    public static Task<Answer<UserResponse>> Handle(
        Guid id, UserFields body, HttpRequest request, Caller caller, RequestOrigin origin, TenantSession session, UserAccounts accounts, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => accounts.Edit(session, caller.Actor, id, version, _ => body, origin, cancellationToken), UserResponse.From);
}

/// <summary>PATCH /users/{id}</summary>
internal static class PatchUser
{
    public static Task<Answer<UserResponse>> Handle(
        Guid id, MergePatch<UserFields> body, HttpRequest request, Caller caller, RequestOrigin origin, TenantSession session, UserAccounts accounts, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => accounts.Edit(session, caller.Actor, id, version, body.ApplyTo, origin, cancellationToken), UserResponse.From);
}

/// <summary>DELETE /users/{id}: out of sight; the history stays.</summary>
internal static class DeleteUser
{
    public static Task<NoContent> Handle(
        Guid id, HttpRequest request, Caller caller, RequestOrigin origin, TenantSession session, UserAccounts accounts, CancellationToken cancellationToken) =>
        Answer.Done(request, version => accounts.Delete(session, caller.Actor, id, version, origin, cancellationToken));
}

/// <summary>POST /users/{id}/deactivate: sessions, refresh tokens, API tokens and links are dead at once.</summary>
internal static class DeactivateUser
{
    public static async Task<Answer<UserResponse>> Handle(Guid id, Caller caller, RequestOrigin origin, TenantSession session, UserAccounts accounts, CancellationToken cancellationToken) =>
        UserAnswer.Of(await accounts.SetActive(session, caller.Actor, id, active: false, origin, cancellationToken));
}

/// <summary>POST /users/{id}/reactivate</summary>
internal static class ReactivateUser
{
    public static async Task<Answer<UserResponse>> Handle(Guid id, Caller caller, RequestOrigin origin, TenantSession session, UserAccounts accounts, CancellationToken cancellationToken) =>
        UserAnswer.Of(await accounts.SetActive(session, caller.Actor, id, active: true, origin, cancellationToken));
}

internal static class UserAnswer
{
    public static Answer<UserResponse> Of(Outcome<User> user) => Answer.Ok<UserResponse>(user.Problem is { } problem ? problem : UserResponse.From(user.Value));
}
