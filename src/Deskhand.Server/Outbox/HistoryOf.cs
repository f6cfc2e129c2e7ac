using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Outbox;

/// <summary>One changed field as the API shows it.</summary>
internal sealed record HistoryRow(
    Guid Id, DateTimeOffset At, HistoryActor Actor, Via Via, string Field, JsonElement? From, JsonElement? To, string? Reason, HistoryRule? Rule);

/// <summary>Who changed something.</summary>
internal sealed record HistoryActor(ActorKind Kind, Guid? Id, string? Name);

/// <summary>The history of one entity, newest first, for every kind of entity.</summary>
internal static class HistoryOf
{
    public static async Task<Outcome<Page<HistoryRow>>> Read(
        Guid entityId, string[]? fields, string? condition, PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var request = page.ReadPage(caller.PageLimit);
        if (request.Problem is { } malformed) return malformed;
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(entityId) };
        var where = $"h.tenant_id = $1 AND h.entity_id = $2 {condition}";
        if (fields is not null)
        {
            parameters.Add(Rows.P(fields));
            where += " AND h.field = ANY ($3)";
        }

        var total = (await session.Query($"SELECT count(*) FROM history h WHERE {where}", r => r.GetInt64(0), cancellationToken, [.. parameters.Select(p => p.Clone())]))[0];
        if (request.Value.Cursor is { } place)
        {
            var values = Cursors.Read(place, "-at", 1);
            if (values.Problem is { } stale) return stale;
            if (!Guid.TryParse(values.Value[0], out var last)) return Problem.Malformed("cursor", "This is not a cursor.");
            parameters.Add(Rows.P(last));
            where += $" AND h.id < ${parameters.Count}";
        }

        var rows = await session.Query($"""
            SELECT h.id, h.at, h.actor_kind, h.actor_id, u.name, h.via, h.field, h.from_value::text, h.to_value::text, h.reason, h.rule, h.rule_id, h.rule_version
            FROM history h LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.actor_id AND h.actor_kind = 'agent'
            WHERE {where} ORDER BY h.id DESC OFFSET {request.Value.Skip} LIMIT {request.Value.Limit + 1}
            """, r => new HistoryRow(
                r.GetGuid(0), r.GetFieldValue<DateTimeOffset>(1), new(Wire.Find<ActorKind>(r.GetString(2))!.Value, r.Id(3), r.Text(4)),
                Wire.Find<Via>(r.GetString(5))!.Value, r.GetString(6), Element(r.Text(7)), Element(r.Text(8)), r.Text(9), r.Text(10) is { } rule ? new(r.Id(11), rule, r.IsDBNull(12) ? 0 : r.GetInt64(12)) : null),
            cancellationToken, [.. parameters]);
        var more = rows.Count > request.Value.Limit;
        if (more) rows.RemoveAt(request.Value.Limit);
        return new Page<HistoryRow>(rows, new(
            request.Value.Cursor is null ? request.Value.Page : null, request.Value.Limit, total, false, more ? Cursors.Write("-at", rows[^1].Id.ToString()) : null, more));
    }

    private static JsonElement? Element(string? json)
    {
        if (json is null) return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
