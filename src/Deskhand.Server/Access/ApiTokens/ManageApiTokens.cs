using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>POST /api-tokens: for the caller. Takes a person: a token that makes tokens would outlive its own end.</summary>
internal static class CreateApiToken
{
    public static async Task<Created<MadeApiToken>> Handle(
        NewApiToken body, Caller caller, RequestOrigin origin, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Created(
            OwnAccount.NeedsPerson(caller) is { } refused ? refused : await ApiTokens.Create(session, caller.Actor, caller.UserId, body, clock.Now(), origin, cancellationToken),
            token => $"/api/v1/api-tokens/{token.Id}");
}

/// <summary>GET /api-tokens: the caller's own; with <c>tokens:manage</c> everybody's. A token sees itself.</summary>
internal static class ListApiTokens
{
    public static async Task<Answer<Page<ApiTokenResponse>>> Handle(
        string? user, string? sort, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var request = page.ReadPage(caller.PageLimit);
        if (request.Problem is { } wrongPage) return Answer.Ok<Page<ApiTokenResponse>>(wrongPage);
        var order = ListOrder.Read(sort, [new("createdAt", "a.created_at", IsInstant: true, Descending: true), new("name", "lower(a.name)", IsInstant: false)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<ApiTokenResponse>>(wrongOrder);
        var list = new KeysetList(session, "a.id, a.name, a.hint, a.scopes, a.user_id, u.name, a.created_at, a.expires_at, a.last_used_at",
            "api_tokens a JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id", "a");
        list.Where("a.revoked_at IS NULL");
        if (!caller.May(Permission.TokensManage))
            list.Where(caller.TokenId is { } self ? $"a.id = {list.Value(Rows.P(self))}" : $"a.user_id = {list.Value(Rows.P(caller.UserId))}");
        if (list.Id("user", "a.user_id = {0}", user) is { } wrongUser) return Answer.Ok<Page<ApiTokenResponse>>(wrongUser);
        return Answer.Ok(await list.Read(request.Value, order.Value, r => new ApiTokenResponse(
            r.GetGuid(0), r.GetString(1), r.GetString(2), [.. r.GetFieldValue<string[]>(3)], r.GetGuid(4), r.GetString(5),
            r.GetFieldValue<DateTimeOffset>(6), r.Instant(7), r.Instant(8)), cancellationToken));
    }
}

/// <summary>A token without its secret, which nobody can read again.</summary>
/// <param name="Id">To delete it by.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Hint">How its secret begins.</param>
/// <param name="Scopes">What it may do, as far as its owner may.</param>
/// <param name="UserId">In whose name it acts.</param>
/// <param name="UserName">The owner's name.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="LastUsedAt">To about half a minute.</param>
internal sealed record ApiTokenResponse(
    Guid Id, string Name, string Hint, ImmutableArray<string> Scopes, Guid UserId, string UserName, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>DELETE /api-tokens/{id}: dead at once.</summary>
internal static class DeleteApiToken
{
    public static async Task<NoContent> Handle(Guid id, Caller caller, RequestOrigin origin, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await ApiTokens.Revoke(session, caller.Actor, id,
            owner => caller.May(Permission.TokensManage) || (caller.TokenId is { } self ? self == id : owner == caller.UserId), clock.Now(), origin, cancellationToken));
}
