using System.Buffers;
using System.Text.Json;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Realtime;

/// <summary>Where a ticket stands now, as far as it decides who may read it.</summary>
internal sealed record TicketPlace(Guid? AssigneeId, Guid? GroupId, bool Deleted);

/// <summary>An event as readers of the stream get it: enough to know what to read again, nothing of its content.</summary>
/// <param name="Position">Its place in the stream.</param>
/// <param name="Type">For example <c>ticket.updated</c>.</param>
/// <param name="EntityType">For example <c>ticket</c>.</param>
/// <param name="EntityId">The entity.</param>
/// <param name="IsNote">Whether it tells of an internal note.</param>
/// <param name="Ticket">The place of the ticket it is about, as of <paramref name="ReadAt"/>; null when it is about something else.</param>
/// <param name="ReadAt">When it was read, in the ticks of the clock.</param>
/// <param name="Name">What it is called on the stream.</param>
/// <param name="Message">The event as listeners get it.</param>
internal sealed record StreamEvent(long Position, string Type, string EntityType, Guid EntityId, bool IsNote, TicketPlace? Ticket, long ReadAt, string Name, LiveMessage Message)
{
    private const string Sql = """
        SELECT s.position, e.id, e.type, e.entity_type, e.entity_id, e.sequence, e.at, e.body, t.assignee_id, t.group_id, t.id IS NULL OR t.deleted_at IS NOT NULL
        FROM event_stream s
        JOIN events e ON e.tenant_id = s.tenant_id AND e.id = s.event_id
        LEFT JOIN tickets t ON e.entity_type = 'ticket' AND t.tenant_id = e.tenant_id AND t.id = e.entity_id
        WHERE s.tenant_id = $1 AND s.position > $2 ORDER BY s.position LIMIT $3
        """;

    /// <summary>What follows a position.</summary>
    public static async Task<List<StreamEvent>> After(Database database, TimeProvider clock, Guid tenantId, long position, int most, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        // taken before, so that what is read is at least as new
        var now = clock.GetTimestamp();
        return await session.Query(Sql, r => Read(r, now), cancellationToken, Rows.P(tenantId), Rows.P(position), Rows.P(most));
    }

    /// <summary>How far the stream is no longer kept, and its newest position.</summary>
    public static async Task<StreamEnds> Ends(Database database, Guid tenantId, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        return (await session.Query("""
            SELECT coalesce((SELECT position FROM event_horizons WHERE tenant_id = $1), 0), coalesce((SELECT max(position) FROM event_stream WHERE tenant_id = $1), 0)
            """, r => new StreamEnds(r.GetInt64(0), r.GetInt64(1)), cancellationToken, Rows.P(tenantId)))[0];
    }

    /// <summary>Whether more than so many events follow a position.</summary>
    public static async Task<bool> IsFurther(Database database, Guid tenantId, long position, long most, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        return (await session.Query("SELECT 1 FROM event_stream WHERE tenant_id = $1 AND position > $2 ORDER BY position OFFSET $3 LIMIT 1",
            r => r.GetInt32(0), cancellationToken, Rows.P(tenantId), Rows.P(position), Rows.P(most))).Count > 0;
    }

    /// <summary>The answer to a cursor from before what is kept.</summary>
    public static Problem Expired(long horizon) => new(ProblemKind.Gone, "cursor_expired",
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Events that follow this cursor are no longer kept. Read what you need of the present through the API, and go on with after={horizon}, the oldest place that is kept."));

    /// <summary>The name of an event on the stream: <c>ticket:created</c> for tickets, every comment is a <c>ticket:note_added</c>; otherwise its type.</summary>
    public static string NameOf(string type) => type switch
    {
        "ticket.commented" => "ticket:note_added",
        _ when type.StartsWith("ticket.", StringComparison.Ordinal) => "ticket:" + type["ticket.".Length..],
        _ => type,
    };

    /// <summary>Whether an envelope tells of an internal note.</summary>
    public static bool IsOfNote(string envelope)
    {
        using var body = JsonDocument.Parse(envelope);
        return IsOfNote(body.RootElement.GetProperty("data"));
    }

    private static bool IsOfNote(JsonElement data) =>
        data.TryGetProperty("comment", out var comment) && comment.TryGetProperty("visibility", out var visibility) && visibility.ValueEquals("internal");

    private static StreamEvent Read(NpgsqlDataReader r, long readAt)
    {
        var (position, type, entityType) = (r.GetInt64(0), r.GetString(2), r.GetString(3));
        using var body = JsonDocument.Parse(r.GetString(7));
        var data = body.RootElement.GetProperty("data");
        long? version = data.TryGetProperty(entityType, out var entity) && entity.TryGetProperty("version", out var number) ? number.GetInt64() : null;

        var json = new ArrayBufferWriter<byte>(320);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("eventId", r.GetGuid(1));
            writer.WriteString("eventType", type);
            writer.WriteString("timestamp", body.RootElement.GetProperty("timestamp").GetString());
            writer.WriteString("entity", entityType);
            writer.WriteString("id", r.GetGuid(4));
            if (version is { } v) writer.WriteNumber("version", v);
            writer.WriteNumber("sequence", r.GetInt64(5));
            writer.WriteEndObject();
        }

        var name = NameOf(type);
        return new StreamEvent(position, type, entityType, r.GetGuid(4), IsOfNote(data),
            entityType == "ticket" ? new TicketPlace(r.Id(8), r.Id(9), r.GetBoolean(10)) : null, readAt, name, LiveMessage.Of(name, position, json.WrittenSpan));
    }
}

/// <summary>Where a stream begins and ends.</summary>
/// <param name="Horizon">Up to which position it is no longer kept; 0 while all of it is.</param>
/// <param name="Newest">The last position; 0 while there is none.</param>
internal sealed record StreamEnds(long Horizon, long Newest);
