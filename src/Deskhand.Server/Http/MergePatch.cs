using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Tickets;
using Microsoft.AspNetCore.Http.Metadata;

namespace Deskhand.Http;

/// <summary>
/// The body of a PATCH: JSON Merge Patch (RFC 7396) on the editable fields, which are the body of PUT. Applied to the fields as they
/// stand when the row is locked, so a concurrent change of other fields is kept.
/// </summary>
/// <typeparam name="TFields">The editable fields.</typeparam>
internal sealed class MergePatch<TFields>(JsonObject patch) : IEndpointParameterMetadataProvider where TFields : class
{
    /// <summary>The names of the members that the patch speaks of.</summary>
    public IEnumerable<string> Members => patch.Select(p => p.Key);

    /// <summary>The fields with the patch applied.</summary>
    public Outcome<TFields> ApplyTo(TFields fields)
    {
        try
        {
            var merged = Merge(JsonSerializer.SerializeToNode(fields, JsonFormat.Options), patch);
            return merged.Deserialize<TFields>(JsonFormat.Options) is { } applied ? applied : Problem.Malformed("body", "The body is empty.");
        }
        catch (JsonException e)
        {
            return Problems.OfJson(e);
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/merge-patch+json", "application/json"], typeof(TFields)));

    public static async ValueTask<MergePatch<TFields>> BindAsync(HttpContext context)
    {
        if (!IsMergePatch(context.Request.ContentType)) throw new BadHttpRequestException("Content type", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, new() { MaxDepth = 16, AllowDuplicateProperties = false }, context.RequestAborted);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("Expected an object.");
            CustomValues.ReadText(document.RootElement);
            return new(JsonObject.Create(document.RootElement.Clone())!);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("Expected valid Unicode text.", e);
        }
    }

    private static bool IsMergePatch(string? contentType) =>
        contentType is not null && (contentType.StartsWith("application/merge-patch+json", StringComparison.OrdinalIgnoreCase)
            || contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase));

    private static JsonObject Merge(JsonNode? target, JsonObject changes)
    {
        var merged = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            // a null takes the member away, so that the type's own default or its "required" decides
            if (value is null) merged.Remove(name);
            else if (value is JsonObject inner && merged[name] is var old) merged[name] = Merge(old?.DeepClone(), inner);
            else merged[name] = value.DeepClone();
        }

        return merged;
    }
}
