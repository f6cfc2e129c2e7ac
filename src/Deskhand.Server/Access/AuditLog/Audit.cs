using System.Text.Json;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Access;

/// <summary>One entry of the audit log.</summary>
/// <param name="Action">Stable name, for example <c>user.role_changed</c>: part of the public contract.</param>
/// <param name="At">When.</param>
/// <param name="By">Who; null when nobody had signed in.</param>
/// <param name="TargetType">As in the API, for example <c>user</c>.</param>
/// <param name="TargetId">Which.</param>
/// <param name="Detail">What else is worth knowing; never a secret.</param>
/// <param name="Origin">From where.</param>
internal sealed record AuditEntry(
    string Action, DateTimeOffset At, Actor? By, string? TargetType = null, Guid? TargetId = null, object? Detail = null, RequestOrigin? Origin = null);

/// <summary>Writes the audit log: who did what to whom, in the transaction that does it. The database refuses to change or delete an entry.</summary>
internal static class Audit
{
    public static Task Write(TenantSession session, AuditEntry entry, CancellationToken cancellationToken) =>
        session.Execute("""
            INSERT INTO audit_log (tenant_id, id, at, actor_id, via, action, target_type, target_id, detail, ip)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """, cancellationToken,
            Rows.P(session.TenantId), Rows.P(Ids.New(entry.At)), Rows.P(entry.At), Rows.P(entry.By?.Id), Rows.P(entry.By is { } by ? Wire.Name(by.Via) : null),
            Rows.P(entry.Action), Rows.P(entry.TargetType), Rows.P(entry.TargetId?.ToString()),
            Rows.Json(entry.Detail is null ? null : JsonSerializer.Serialize(entry.Detail, entry.Detail.GetType(), JsonFormat.Options)), Rows.P(entry.Origin?.Ip));
}

/// <summary>From where a request came, for the audit log and the list of sessions.</summary>
internal sealed record RequestOrigin(string? Ip, string? UserAgent)
{
    public static ValueTask<RequestOrigin> BindAsync(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        var agent = new string([.. context.Request.Headers.UserAgent.ToString().Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(300)]);
        return ValueTask.FromResult(new RequestOrigin((address?.IsIPv4MappedToIPv6 == true ? address.MapToIPv4() : address)?.ToString(), agent.Length == 0 ? null : agent));
    }
}
