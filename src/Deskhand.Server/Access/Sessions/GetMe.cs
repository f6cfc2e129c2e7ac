using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>GET /auth/me: who calls, and what that caller may do: with an API token, what its scopes leave.</summary>
internal static class GetMe
{
    public static async Task<Answer<Me>> Handle(Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<Me>(await Me.Find(session, caller.UserId, locked: false, cancellationToken) is { } me
            ? me with { Permissions = Me.Names(caller.Permissions) }
            : Problem.NotFound("user"));
}
