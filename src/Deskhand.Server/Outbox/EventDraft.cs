using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Deskhand.Http;

namespace Deskhand.Outbox;

/// <summary>An event to be published with the transaction that makes it true.</summary>
/// <param name="Type">As in the catalogue in docs/events.md, for example <c>customer.updated</c>.</param>
/// <param name="EntityType">The member of <c>data</c> that holds the entity, for example <c>customer</c>.</param>
/// <param name="EntityId">The key that order is kept by.</param>
/// <param name="Sequence">Rises by one per entity.</param>
/// <param name="At">The instant of the change.</param>
/// <param name="Data">The members of <c>data</c>: the entity's public representation under its name, and what else the event tells.</param>
/// <param name="Changes">The changed fields; empty when the event tells of none.</param>
internal sealed record EventDraft(
    string Type, string EntityType, Guid EntityId, long Sequence, DateTimeOffset At, ImmutableArray<(string Name, object Value)> Data, ImmutableArray<FieldChange> Changes)
{
    /// <summary>Rises when something is taken away or means something else; additions do not raise it.</summary>
    public const string Version = "1.0";

    /// <summary>The envelope (docs/events.md): the body on every transport.</summary>
    public string Body(Guid eventId, Guid tenantId, Guid? userId)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JsonFormat.Options.Encoder, SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("eventId", eventId);
            json.WriteString("eventType", Type);
            json.WriteString("eventVersion", Version);
            json.WriteString("timestamp", Json.Text(At));
            json.WriteString("tenantId", tenantId);
            if (userId is { } user) json.WriteString("userId", user);
            json.WriteNumber("sequence", Sequence);
            json.WriteStartObject("data");
            foreach (var (name, value) in Data)
            {
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, value, value.GetType(), JsonFormat.Options);
            }

            if (!Changes.IsEmpty)
            {
                json.WriteStartObject("changes");
                foreach (var change in Changes)
                {
                    json.WriteStartObject(change.Field);
                    json.WritePropertyName("from");
                    json.WriteRawValue(change.From ?? "null", skipInputValidation: true);
                    json.WritePropertyName("to");
                    json.WriteRawValue(change.To ?? "null", skipInputValidation: true);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
