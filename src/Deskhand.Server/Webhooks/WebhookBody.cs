using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Http;

namespace Deskhand.Webhooks;

/// <summary>What is posted: the envelope of the event as on every transport, or a thin one where that would be large.</summary>
internal static class WebhookBody
{
    /// <summary>Bytes of the largest whole envelope; Standard Webhooks advises to stay below 20 kB.</summary>
    public const int MostBytes = 20_000;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JsonFormat.Options.Encoder };

    /// <summary>The bytes to sign and to send; the same for the same event each time.</summary>
    public static byte[] Of(string envelope)
    {
        var whole = Encoding.UTF8.GetBytes(envelope);
        return whole.Length <= MostBytes ? whole : Encoding.UTF8.GetBytes(Thin(envelope));
    }

    /// <summary>The envelope with <c>thin: true</c>, in which each object of <c>data</c> has only its id and version, and <c>changes</c> has become the names of the fields.</summary>
    private static string Thin(string envelope)
    {
        var node = JsonNode.Parse(envelope)!.AsObject();
        var data = new JsonObject();
        foreach (var (name, value) in node["data"]!.AsObject())
        {
            if (name == "changes") data["changedFields"] = new JsonArray([.. value!.AsObject().Select(c => (JsonNode)c.Key)]);
            else if (value is JsonObject entity) data[name] = new JsonObject(entity.Where(m => m.Key is "id" or "version" or "visibility").Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));
            else if (value is not null) data[name] = value.DeepClone();
        }

        node["thin"] = true;
        node["data"] = data;
        return node.ToJsonString(Relaxed);
    }
}
