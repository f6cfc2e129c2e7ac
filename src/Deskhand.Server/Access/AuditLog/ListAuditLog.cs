using System.Text.Json;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>GET /audit-log: who did what, the latest first.</summary>
internal static class ListAuditLog
{
    public static async Task<Answer<Page<AuditResponse>>> Handle([AsParameters] AuditQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<AuditResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("at", "a.at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<AuditResponse>>(wrongOrder);
        var list = new KeysetList(session, "a.id, a.at, a.actor_id, u.name, a.via, a.action, a.target_type, a.target_id, a.detail::text, a.ip",
            "audit_log a LEFT JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.actor_id", "a");
        var problem = list.Id("actor", "a.actor_id = {0}", query.Actor)
            ?? list.Text("action", "a.action = {0}", query.Action)
            ?? list.Text("targetType", "a.target_type = {0}", query.TargetType)
            ?? list.Text("target", "a.target_id = {0}", query.Target)
            ?? list.Instant("from", "a.at >=", query.From)
            ?? list.Instant("to", "a.at <", query.To);
        if (problem is not null) return Answer.Ok<Page<AuditResponse>>(problem);
        return Answer.Ok(await list.Read(page.Value, order.Value, r => new AuditResponse(
            r.GetGuid(0), r.GetFieldValue<DateTimeOffset>(1), r.Id(2) is { } actor ? new(actor, r.Text(3)) : null, r.Text(4), r.GetString(5), r.Text(6), r.Text(7),
            r.Text(8) is { } detail ? JsonElement.Parse(detail) : null, r.Text(9)), cancellationToken));
    }
}

/// <summary>The parameters of GET /audit-log.</summary>
internal sealed record AuditQuery : PageQuery
{
    /// <summary>A user's id.</summary>
    public string? Actor { get; init; }

    /// <summary>For example <c>user.deactivated</c>.</summary>
    public string? Action { get; init; }

    /// <summary>For example <c>user</c>.</summary>
    public string? TargetType { get; init; }

    /// <summary>An id.</summary>
    public string? Target { get; init; }

    /// <summary>The instant from which on.</summary>
    public string? From { get; init; }

    /// <summary>The instant before which.</summary>
    public string? To { get; init; }

    /// <summary>-at (default) or at.</summary>
    public string? Sort { get; init; }
}

/// <summary>One entry.</summary>
/// <param name="Id">The entry's.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who; null: nobody who had signed in, or the desk itself.</param>
/// <param name="Via">Through what: screen, api, command_line, ...</param>
/// <param name="Action">What.</param>
/// <param name="TargetType">The kind of thing it was done to.</param>
/// <param name="TargetId">The thing.</param>
/// <param name="Detail">What else is known.</param>
/// <param name="Ip">From where.</param>
internal sealed record AuditResponse(
    Guid Id, DateTimeOffset At, AuditActor? Actor, string? Via, string Action, string? TargetType, string? TargetId, JsonElement? Detail, string? Ip);

/// <summary>Who did it.</summary>
internal sealed record AuditActor(Guid Id, string? Name);
