using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Realtime;

/// <summary>A part of the stream. The cursor is there on the last page too: who asks again with it gets what has come since.</summary>
internal sealed record EventPage(IReadOnlyList<Envelope> Data, EventPagination Pagination);

/// <param name="Limit">Events a page.</param>
/// <param name="NextCursor">What to send as <c>after</c> for what follows.</param>
/// <param name="HasMore">Whether something follows now. A page may be empty and yet have more: filters are looked for in portions.</param>
internal sealed record EventPagination(int Limit, string NextCursor, bool HasMore);

/// <summary>An event as it was published, byte for byte.</summary>
[JsonConverter(typeof(Writer))]
internal readonly record struct Envelope(string Json)
{
    private sealed class Writer : JsonConverter<Envelope>
    {
        public override Envelope Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Envelope value, JsonSerializerOptions options) => writer.WriteRawValue(value.Json, skipInputValidation: true);
    }
}

/// <summary>GET /events: the stream from a cursor on, the full envelopes in the order of their positions.</summary>
internal static class ListEvents
{
    /// <summary>Positions looked at for one page, so that a filter which matches nothing costs little at a time.</summary>
    private const int Window = 5000;

    public static async Task<Answer<EventPage>> Handle(
        string? after, string? limit, string[]? type, string? entityType, string? entityId, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var request = PageRequest.Read(null, limit, null, null, null, caller.PageLimit);
        if (request.Problem is { } malformed) return Answer.Ok<EventPage>(malformed);
        long from = 0;
        if (after is not null && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            return Answer.Ok<EventPage>(Problem.Malformed("after", "This is no cursor of this list."));
        if (type?.FirstOrDefault(t => !EventCatalogue.Types.Contains(t)) is { })
            return Answer.Ok<EventPage>(Problem.Malformed("type", "There is no such event type.") with { Allowed = [.. EventCatalogue.Types] });
        if (entityType is not null && !EventCatalogue.Entities.Contains(entityType))
            return Answer.Ok<EventPage>(Problem.Malformed("entityType", "There are no events of such an entity.") with { Allowed = [.. EventCatalogue.Entities] });
        Guid entity = default;
        if (entityId is not null && !Guid.TryParseExact(entityId, "D", out entity))
            return Answer.Ok<EventPage>(Problem.Malformed("entityId", "This is no id."));

        var rows = request.Value.Limit;
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(from), Rows.P(rows) };
        var where = "";
        var part = $"SELECT position, event_id FROM event_stream WHERE tenant_id = $1 AND position > $2 ORDER BY position LIMIT {Window}";
        // one entity has few events, found by its id; everything else is looked for along the stream
        if (entityId is not null)
            part = $"SELECT s.position, s.event_id FROM events x JOIN event_stream s ON s.tenant_id = x.tenant_id AND s.event_id = x.id WHERE x.tenant_id = $1 AND s.position > $2 AND x.entity_id = {Add(Rows.P(entity))}";
        if (type is { Length: > 0 }) where += $" AND e.type = ANY ({Add(Rows.P(type))})";
        if (entityType is not null) where += $" AND e.entity_type = {Add(Rows.P(entityType))}";
        if (EventRights.Where(caller, parameters) is { } scope) where += " AND " + scope;
        var found = await session.Query($"""
            WITH part AS MATERIALIZED ({part}), bounds AS (SELECT count(*) AS looked, coalesce(max(position), 0) AS last FROM part),
            page AS (
                SELECT p.position, e.body FROM part p JOIN events e ON e.tenant_id = $1 AND e.id = p.event_id
                LEFT JOIN tickets t ON e.entity_type = 'ticket' AND t.tenant_id = e.tenant_id AND t.id = e.entity_id
                WHERE true{where} ORDER BY p.position LIMIT $3 + 1)
            SELECT page.position, page.body, bounds.looked, bounds.last, (SELECT h.position FROM event_horizons h WHERE h.tenant_id = $1)
            FROM bounds LEFT JOIN page ON true ORDER BY page.position
            """, r => (Position: r.IsDBNull(0) ? (long?)null : r.GetInt64(0), Body: r.Text(1), Looked: r.GetInt64(2), Last: r.GetInt64(3), Horizon: r.IsDBNull(4) ? 0 : r.GetInt64(4)), cancellationToken, [.. parameters]);
        if (after is not null && from < found[0].Horizon) return Answer.Ok<EventPage>(StreamEvent.Expired(found[0].Horizon));

        var events = found.Where(f => f.Position is not null).ToList();
        var isFull = events.Count > rows;
        var windowFull = entityId is null && found[0].Looked == Window;
        var cursor = isFull ? events[rows - 1].Position!.Value : Math.Max(from, found[0].Last);
        return Answer.Ok<EventPage>(new EventPage(
            [.. events.Take(rows).Where(f => caller.May(Permission.NotesRead) || !StreamEvent.IsOfNote(f.Body!)).Select(f => new Envelope(f.Body!))],
            new EventPagination(rows, cursor.ToString(CultureInfo.InvariantCulture), isFull || windowFull)));

        string Add(NpgsqlParameter value)
        {
            parameters.Add(value);
            return "$" + parameters.Count.ToString(CultureInfo.InvariantCulture);
        }
    }
}
