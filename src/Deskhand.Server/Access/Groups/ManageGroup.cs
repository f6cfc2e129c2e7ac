using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Access;

/// <summary>GET /groups</summary>
internal static class ListGroups
{
    public static async Task<Answer<Page<GroupResponse>>> Handle([AsParameters] GroupQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<GroupResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("name", "lower(g.name)", false), new("createdAt", "g.created_at", true), new("updatedAt", "g.updated_at", true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<GroupResponse>>(wrongOrder);
        var list = new KeysetList(session, GroupResponse.Columns, "groups g", "g");
        list.Where("g.deleted_at IS NULL");
        var problem = list.Id("member", "EXISTS (SELECT 1 FROM group_members m WHERE m.tenant_id = $1 AND m.group_id = g.id AND m.user_id = {0})",
                query.Member == "me" ? caller.UserId.ToString() : query.Member)
            ?? list.Text("search", "strpos(lower(g.name), lower({0})) > 0", query.Search)
            ?? list.Times(query);
        return Answer.Ok(problem is not null ? problem : await list.Read(page.Value, order.Value, GroupResponse.Read, cancellationToken));
    }
}

/// <summary>The parameters of GET /groups.</summary>
internal sealed record GroupQuery : ListQuery
{
    /// <summary>Groups of a user: an id or <c>me</c>.</summary>
    public string? Member { get; init; }
}

/// <summary>GET /groups/{id}</summary>
internal static class GetGroup
{
    public static async Task<Answer<GroupResponse>> Handle(Guid id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<GroupResponse>(await Find(id, session, cancellationToken) is { } group ? group : Problem.NotFound("group"));

    public static async Task<GroupResponse?> Find(Guid id, TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT {GroupResponse.Columns} FROM groups g WHERE g.tenant_id = $1 AND g.id = $2 AND g.deleted_at IS NULL", GroupResponse.Read, cancellationToken,
            Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault();
}

/// <summary>POST /groups</summary>
internal static class CreateGroup
{
    public static async Task<Created<GroupResponse>> Handle(GroupFields body, Caller caller, RequestOrigin origin, GroupDesk desk, CancellationToken cancellationToken) =>
        Answer.Created(await desk.Create(caller.Actor, body, origin, cancellationToken), g => $"/api/v1/groups/{g.Id}");
}

/// <summary>PUT /groups/{id}</summary>
internal static class ReplaceGroup
{
    public static Task<Answer<GroupResponse>> Handle(
        Guid id, GroupFields body, HttpRequest request, Caller caller, RequestOrigin origin, GroupDesk desk, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Edit(caller.Actor, id, version, _ => body, origin, cancellationToken));
}

/// <summary>PATCH /groups/{id}</summary>
internal static class PatchGroup
{
    public static Task<Answer<GroupResponse>> Handle(
        Guid id, MergePatch<GroupFields> body, HttpRequest request, Caller caller, RequestOrigin origin, GroupDesk desk, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Edit(caller.Actor, id, version, body.ApplyTo, origin, cancellationToken));
}

/// <summary>DELETE /groups/{id}</summary>
internal static class DeleteGroup
{
    public static Task<NoContent> Handle(Guid id, HttpRequest request, Caller caller, RequestOrigin origin, GroupDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(caller.Actor, id, version, origin, cancellationToken));
}

/// <summary>GET /groups/{id}/members: users, by name.</summary>
internal static class ListGroupMembers
{
    public static async Task<Answer<Page<UserResponse>>> Handle(Guid id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        await GetGroup.Find(id, session, cancellationToken) is null
            ? Answer.Ok<Page<UserResponse>>(Problem.NotFound("group"))
            : await ListUsers.Handle(new UserQuery { Group = id.ToString(), Page = page.Page, Limit = page.Limit, Skip = page.Skip, Take = page.Take, Cursor = page.Cursor }, caller, session, cancellationToken);
}

/// <summary>GET /groups/{id}/history: every changed field, newest first.</summary>
internal static class ListGroupHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Handle(Guid id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(await GetGroup.Find(id, session, cancellationToken) is null
            ? Problem.NotFound("group")
            : await HistoryOf.Read(id, null, null, page, caller, session, cancellationToken));
}
