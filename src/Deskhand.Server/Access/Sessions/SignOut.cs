using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>POST /auth/logout: the session of this request ends, with its tokens.</summary>
internal static class SignOut
{
    public static Task<NoContent> Handle(
        Caller caller, RequestOrigin origin, TenantSession session, SessionCookies cookies, HttpContext context, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (SessionCookies.AccessToken(context.Request) is not null) cookies.Forget(context.Response);
        return EndSession.Of(caller.SessionId, "auth.signed_out", caller, origin, session, clock, cancellationToken);
    }
}

/// <summary>DELETE /auth/sessions/{id}: one of the caller's own.</summary>
internal static class EndSession
{
    public static Task<NoContent> Handle(Guid id, Caller caller, RequestOrigin origin, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Of(id, "auth.session_ended", caller, origin, session, clock, cancellationToken);

    public static async Task<NoContent> Of(
        Guid? id, string action, Caller caller, RequestOrigin origin, TenantSession session, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (OwnAccount.NeedsPerson(caller) is { } refused) return Answer.Done<Nothing>(refused);
        return Answer.Done(await session.Transact<Nothing>(async () =>
        {
            var now = clock.Now();
            if (id is not { } sessionId || !await Sessions.End(session, caller.UserId, sessionId, action, now, cancellationToken)) return Problem.NotFound("session");
            await Audit.Write(session, new(action, now, caller.Actor, "user", caller.UserId, new { sessionId }, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken));
    }
}
