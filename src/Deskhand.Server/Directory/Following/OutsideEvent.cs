using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deskhand.Directory;

/// <summary>An event of an outside directory, in the form of docs/events.md.</summary>
/// <param name="EventId">By which it is known when it comes again.</param>
/// <param name="OutsideTenant">The tenant as the directory names it. Worth nothing by itself: who published it decides.</param>
/// <param name="Entity">customer, contact, location or user.</param>
/// <param name="What">For example <c>created</c>.</param>
/// <param name="Sequence">Rises with each event of the entity; null where the directory counts none.</param>
/// <param name="Data">The entity as it is after the change.</param>
internal sealed record OutsideEvent(string EventId, string OutsideTenant, string Entity, string What, long? Sequence, JsonObject Data)
{
    private const int MostLetters = 200;

    /// <summary>The entity's id in the directory; the <c>externalId</c> of what stands for it here.</summary>
    public string EntityId => Data["id"]!.ToString();

    /// <summary>Reads a message; null when it has not the form of an event.</summary>
    public static OutsideEvent? Read(ReadOnlyMemory<byte> body, string? messageId)
    {
        try
        {
            var root = JsonNode.Parse(body.Span, documentOptions: new() { MaxDepth = 16, AllowDuplicateProperties = false })?.AsObject();
            if (Text(root?["eventType"])?.Split('.') is not [var entity, var what] || root!["data"]?[entity] is not JsonObject data) return null;
            var id = Text(root["eventId"]) ?? messageId;
            var sequence = root["sequence"] is JsonValue number && number.TryGetValue<long>(out var counted) ? counted : (long?)null;
            return id is { Length: > 0 and <= MostLetters } && Text(root["tenantId"]) is { Length: > 0 } tenant && Text(data["id"]) is { Length: > 0 and <= MostLetters }
                ? new(id, tenant, entity, what, sequence, data)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && !text.Contains('\0', StringComparison.Ordinal) ? text : null;
}
