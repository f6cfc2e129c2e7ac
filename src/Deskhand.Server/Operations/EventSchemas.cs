using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Deskhand.Access;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Notifications;
using Deskhand.Outbox;
using Deskhand.Sla;
using Deskhand.Tickets;
using Deskhand.Webhooks;

namespace Deskhand.Operations;

/// <summary>
/// The form of each event as JSON Schema (2020-12), made from the types that are sent. Open: members may be added (docs/events.md), so
/// a consumer that validates with them goes on working. GET /schemas/events lists them.
/// </summary>
internal static class EventSchemas
{
    private static readonly FrozenDictionary<string, Type> Entities = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["ticket"] = typeof(TicketResponse),
        ["customer"] = typeof(CustomerResponse),
        ["contact"] = typeof(ContactResponse),
        ["location"] = typeof(LocationResponse),
        ["asset"] = typeof(AssetResponse),
        ["project"] = typeof(ProjectResponse),
        ["view"] = typeof(ViewResponse),
        ["user"] = typeof(UserResponse),
        ["group"] = typeof(GroupResponse),
        ["satisfaction"] = typeof(AnswerSurvey.Rating),
        ["address"] = typeof(SuppressedAddress),
        ["webhook"] = typeof(WebhookResponse),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly JsonSchemaExporterOptions Export = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = OwnForms };

    private static readonly Lazy<FrozenDictionary<string, JsonObject>> All = new(() => EventCatalogue.All.ToFrozenDictionary(k => k.Type, Make, StringComparer.Ordinal));

    /// <summary>GET /schemas/events: each kind of event, when it is published, and where its schema is.</summary>
    public static IResult List(DeskhandSettings settings) =>
        Results.Json(new { data = EventCatalogue.All.Select(k => new { type = k.Type, entity = k.Entity, when = k.When, schema = Address(settings, k.Type) }) }, JsonFormat.Options);

    /// <summary>GET /schemas/events/{type}.json</summary>
    public static IResult Get(string type, DeskhandSettings settings)
    {
        if (!All.Value.TryGetValue(type, out var made)) return Results.NotFound();
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$id"] = Address(settings, type).ToString() };
        foreach (var (name, member) in made) schema.Add(name, member?.DeepClone());
        return Results.Text(schema.ToJsonString(JsonFormat.Options), "application/schema+json");
    }

    private static Uri Address(DeskhandSettings settings, string type) => new(settings.PublicUrl, $"/schemas/events/{type}.json");

    private static JsonObject Make(EventKind kind)
    {
        var data = new List<(string Name, JsonNode Schema, bool Required)> { (kind.Entity, Of(Entities[kind.Entity], $"#/properties/data/properties/{kind.Entity}"), true) };
        data.AddRange(Beside(kind));
        return new JsonObject
        {
            ["title"] = kind.Type,
            ["description"] = kind.When,
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["eventId"] = Text("uuid"),
                ["eventType"] = new JsonObject { ["const"] = kind.Type },
                ["eventVersion"] = new JsonObject { ["const"] = EventDraft.Version },
                ["timestamp"] = Text("date-time"),
                ["tenantId"] = Text("uuid"),
                ["userId"] = Text("uuid"),
                ["sequence"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
                ["data"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject(data.Select(d => KeyValuePair.Create<string, JsonNode?>(d.Name, d.Schema))),
                    ["required"] = new JsonArray([.. data.Where(d => d.Required).Select(d => (JsonNode)d.Name)]),
                },
            },
            ["required"] = new JsonArray("eventId", "eventType", "eventVersion", "timestamp", "tenantId", "sequence", "data"),
        };
    }

    /// <summary>What stands in <c>data</c> beside the entity.</summary>
    private static IEnumerable<(string Name, JsonNode Schema, bool Required)> Beside(EventKind kind)
    {
        switch (kind.Type)
        {
            case "ticket.commented" or "ticket.updated":
                yield return ("comment", Of(typeof(CommentEventBody), "#/properties/data/properties/comment"), kind.Type == "ticket.commented");
                break;
            case "ticket.sla_warning" or "ticket.sla_breached" or "ticket.sla_achieved":
                yield return ("metric", Of(typeof(SlaMetric), ""), true);
                yield return ("dueAt", Text("date-time"), false);
                yield return ("percent", new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = 100 }, kind.Type != "ticket.sla_achieved");
                break;
            case "ticket.rule_fired":
                yield return ("rule", Of(typeof(HistoryRule), "#/properties/data/properties/rule"), true);
                yield return ("webhookId", Text("uuid"), true);
                break;
            case "customer.merged" or "contact.merged":
                yield return ("mergedIds", Ids(), true);
                break;
            case "customer.unmerged" or "contact.unmerged":
                yield return ("unmergedIds", Ids(), true);
                break;
        }

        var isUpdate = kind.Type.EndsWith(".updated", StringComparison.Ordinal);
        if (isUpdate || kind.Entity is "ticket" or "user" or "group")
            // an edited comment changes no field of its ticket
            yield return ("changes", Changes(), (isUpdate && kind.Entity != "ticket") || kind.Type is "ticket.status_changed" or "ticket.assigned");
    }

    private static JsonObject Changes() => new()
    {
        ["description"] = "The changed fields.",
        ["type"] = "object",
        ["minProperties"] = 1,
        ["additionalProperties"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["from"] = new JsonObject(), ["to"] = new JsonObject() },
            ["required"] = new JsonArray("from", "to"),
        },
    };

    private static JsonObject Ids() => new() { ["type"] = "array", ["items"] = Text("uuid"), ["minItems"] = 1 };

    private static JsonObject Text(string format) => new() { ["type"] = "string", ["format"] = format };

    /// <summary>The schema of a type as a part of another, at a place to which its own references are moved.</summary>
    private static JsonNode Of(Type type, string place)
    {
        var schema = JsonFormat.Described.GetJsonSchemaAsNode(type, Export);
        Move(schema);
        return schema;

        void Move(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    // what the API refuses in requests, it may add to events
                    members.Remove("additionalProperties");
                    if (members["$ref"]?.GetValue<string>() is ['#', .. var path]) members["$ref"] = place + path;
                    foreach (var (_, member) in members) Move(member);
                    break;
                case JsonArray items:
                    foreach (var item in items) Move(item);
                    break;
            }
        }
    }

    /// <summary>The types that have a converter of ours, whose form the exporter cannot see.</summary>
    private static JsonNode OwnForms(JsonSchemaExporterContext context, JsonNode schema)
    {
        var declared = context.TypeInfo.Type;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var isNull = declared != type || context.PropertyInfo?.IsGetNullable == true;
        if (type.IsEnum && type.Assembly == typeof(Wire).Assembly)
        {
            JsonNode?[] names = [.. OpenApi.WireNames(type).Select(n => (JsonNode?)n), .. isNull ? [null] : Array.Empty<JsonNode?>()];
            return new JsonObject { ["enum"] = new JsonArray(names) };
        }

        if (type == typeof(DateTimeOffset)) return new JsonObject { ["type"] = Kind("string"), ["format"] = "date-time" };
        if (type == typeof(ImmutableArray<string>)) return new JsonObject { ["type"] = Kind("array"), ["items"] = new JsonObject { ["type"] = "string" } };
        if (type == typeof(CustomValues)) return new JsonObject { ["type"] = Kind("object"), ["description"] = "Values of the tenant's own fields, by key." };
        return schema;

        JsonNode Kind(string name) => isNull ? new JsonArray(name, "null") : name;
    }
}
