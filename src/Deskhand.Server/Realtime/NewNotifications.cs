using System.Buffers;
using System.Text.Json;
using Deskhand.Data;

namespace Deskhand.Realtime;

/// <summary>That somebody has a new notification, as the stream tells it to that user: which and of what kind; the rest is read at <c>/notifications</c>.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Message">Without a position, because it has no place in the stream.</param>
internal sealed record NewNotification(Guid UserId, LiveMessage Message)
{
    public const string Name = "notification:created";
}

/// <summary>
/// Finds the notifications of a tenant that were made since it looked last. Looks back behind that, because a transaction commits later than the
/// instant it wrote, and remembers what it has told. For one caller at a time.
/// </summary>
internal sealed class NewNotifications(Database database, TimeProvider clock, Guid tenantId)
{
    private static readonly TimeSpan LooksBack = TimeSpan.FromSeconds(10);
    private readonly Dictionary<Guid, DateTimeOffset> told = [];

    /// <summary>What is new, the oldest first.</summary>
    public async Task<List<NewNotification>> Take(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - LooksBack;
        foreach (var (id, at) in told)
            if (at < since) told.Remove(id);
        await using var session = database.For(tenantId);
        var found = await session.Query("SELECT id, user_id, kind, created_at FROM notifications WHERE tenant_id = $1 AND created_at > $2 ORDER BY created_at, id",
            r => (Id: r.GetGuid(0), UserId: r.GetGuid(1), Kind: r.GetString(2), At: r.GetFieldValue<DateTimeOffset>(3)), cancellationToken, Rows.P(tenantId), Rows.P(since));
        return [.. found.Where(n => told.TryAdd(n.Id, n.At)).Select(n => new NewNotification(n.UserId, Message(n.Id, n.Kind, n.At)))];
    }

    private static LiveMessage Message(Guid id, string kind, DateTimeOffset at)
    {
        var json = new ArrayBufferWriter<byte>(200);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("eventType", "notification.created");
            writer.WriteString("timestamp", Json.Text(at));
            writer.WriteString("entity", "notification");
            writer.WriteString("id", id);
            writer.WriteString("kind", kind);
            writer.WriteEndObject();
        }

        return LiveMessage.Of(NewNotification.Name, null, json.WrittenSpan);
    }
}
