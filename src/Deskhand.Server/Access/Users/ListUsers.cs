using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Access;

/// <summary>GET /users</summary>
internal static class ListUsers
{
    public static async Task<Answer<Page<UserResponse>>> Handle([AsParameters] UserQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<UserResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort,
            [new("name", "lower(u.name)", false), new("email", "lower(u.email)", false), new("role", "u.role", false), new("createdAt", "u.created_at", true), new("updatedAt", "u.updated_at", true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<UserResponse>>(wrongOrder);
        var list = new KeysetList(session, UserResponse.Columns, "users u", "u");
        list.Where("u.deleted_at IS NULL");
        var problem = list.OneOf("role", "u.role", query.Role, Wire.All<Role>())
            ?? list.Flag("active", "u.active", query.Active)
            ?? list.Id("group", "EXISTS (SELECT 1 FROM group_members m WHERE m.tenant_id = $1 AND m.user_id = u.id AND m.group_id = {0})", query.Group)
            ?? list.Text("email", "lower(u.email) = lower({0})", query.Email)
            ?? list.Text("search", "strpos(lower(u.name || ' ' || u.email), lower({0})) > 0", query.Search)
            ?? list.Times(query);
        if (problem is not null) return Answer.Ok<Page<UserResponse>>(problem);
        return Answer.Ok(await list.Read(page.Value, order.Value, UserResponse.Read, cancellationToken));
    }
}

/// <summary>The parameters of GET /users.</summary>
internal sealed record UserQuery : ListQuery
{
    /// <summary>admin, manager, agent, light_agent; twice means either.</summary>
    public string[]? Role { get; init; }

    /// <summary>true or false; both when not said.</summary>
    public string? Active { get; init; }

    /// <summary>Members of a group.</summary>
    public string? Group { get; init; }

    /// <summary>The whole address.</summary>
    public string? Email { get; init; }
}

/// <summary>GET /users/{id}/history: every changed field, newest first.</summary>
internal static class ListUserHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Handle(Guid id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var known = await session.Query("SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL", r => r.GetInt32(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(id));
        return Answer.Ok(known.Count == 0 ? Problem.NotFound("user") : await HistoryOf.Read(id, null, null, page, caller, session, cancellationToken));
    }
}
