using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Deskhand.Access;
using Deskhand.Tickets;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Deskhand.Http;

/// <summary>
/// The description of the API at /openapi/v1.json, made from the code: routes and permissions from the modules, summaries from the
/// documentation comments, schemas from the wire types, examples from <see cref="ApiExamples"/>. A test compares it with docs/openapi.json.
/// </summary>
internal static class OpenApi
{
    private static readonly ConcurrentDictionary<string, Type> Named = [];

    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = SchemaName;
        options.AddSchemaTransformer(Schema);
        options.AddOperationTransformer(Operation);
        options.AddDocumentTransformer(Document);
    });

    /// <summary>Bodies go by their type's name alone, so two of one name would be described as one thing.</summary>
    private static string? SchemaName(JsonTypeInfo type)
    {
        if (type.Type == typeof(ProblemBody)) return "Problem";
        if (type.Type.IsGenericType && type.Type.GetGenericTypeDefinition() == typeof(Page<>)) return "PageOf" + type.Type.GetGenericArguments()[0].Name.Replace("Response", "", StringComparison.Ordinal);
        if (IsOwnConverter(type.Type) || OpenApiOptions.CreateDefaultSchemaReferenceId(type) is not { } name) return null;
        var meant = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return Named.GetOrAdd(name, meant) == meant ? name : throw new InvalidOperationException($"{meant} and {Named[name]} would both be described as {name}: rename one.");
    }

    private static bool IsOwnConverter(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum || type == typeof(CustomValues) || type == typeof(ImmutableArray<string>) || type == typeof(DateTimeOffset);
    }

    /// <summary>The types that have a converter of ours, whose shape the exporter cannot see.</summary>
    private static Task Schema(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var declared = context.JsonTypeInfo.Type;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var orNull = declared != type ? JsonSchemaType.Null : default;
        if (type.IsEnum && type.Assembly == typeof(Wire).Assembly)
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Enum = [.. WireNames(type).Select(n => (JsonNode)n)];
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Format = "date-time";
        }
        else if (type == typeof(ImmutableArray<string>))
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        }
        else if (type == typeof(CustomValues))
        {
            schema.Type = JsonSchemaType.Object;
            schema.AdditionalPropertiesAllowed = true;
            schema.Description = "Values of the tenant's own fields, by key.";
        }

        if (schema.Properties is { Count: > 0 } && context.JsonPropertyInfo is null) schema.AdditionalPropertiesAllowed = false;
        if (context.JsonPropertyInfo is null && ApiExamples.Of(declared) is { } example) schema.Examples = [example];
        return Task.CompletedTask;
    }

    internal static ImmutableArray<string> WireNames(Type type) =>
        (ImmutableArray<string>)typeof(Wire).GetMethod(nameof(Wire.All))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static async Task Operation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var needs = metadata.OfType<Needs>().First();
        if (metadata.OfType<MethodInfo>().FirstOrDefault() is { DeclaringType: { } useCase } && Documentation.Summary(useCase) is { } summary)
        {
            // "GET /tickets: filtered, sorted …" says the route too, which the reader of the description has already
            var colon = summary.IndexOf(": ", StringComparison.Ordinal);
            var words = colon > 0 && summary.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash && slash < colon ? summary[(colon + 2)..] : summary;
            operation.Summary = char.ToUpperInvariant(words[0]) + words[1..].TrimEnd('.');
        }

        operation.Description = needs.Permission is { } permission ? $"Needs the permission `{Permissions.Name(permission)}`." : needs.SignedIn ? "For any signed-in caller." : "Open to everybody.";
        operation.AddExtension("x-permission", new JsonNodeExtension(needs.ToString()));
        if (needs.SignedIn) operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", context.Document)] = [] }];

        // the properties of [AsParameters] records come under their C# names, which the API does not take
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>().Where(p => p is { In: ParameterLocation.Query, Name: not null }))
            parameter.Name = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);

        var verb = context.Description.HttpMethod;
        if (verb == HttpMethods.Post && needs.SignedIn && !metadata.OfType<TakesNoKey>().Any())
            Parameter(operation, "Idempotency-Key", metadata.OfType<HoldsSecret>().Any()
                ? "It is done once with a key in 24 hours; a second time answers 409, because the answer holds a secret that is kept nowhere."
                : "The same key with the same body gets the stored answer for 24 hours; with another body, 409.");
        if (verb is "PUT" or "PATCH" or "DELETE")
            Parameter(operation, "If-Match", "An ETag; the change is refused with 412 when it is no longer the present one.");

        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemBody), null, cancellationToken);
        context.Document?.AddComponent("Problem", problem);
        operation.Responses ??= [];
        foreach (var (status, words) in Refusals(verb, needs, context.Description.RelativePath ?? ""))
        {
            operation.Responses[status] = new OpenApiResponse
            {
                Description = words,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference("Problem", context.Document) },
                },
            };
        }
    }

    private static IEnumerable<(string Status, string Words)> Refusals(string? verb, Needs needs, string path)
    {
        yield return ("400", "The request cannot be understood: syntax, an unknown member or parameter, a wrong type.");
        if (needs.SignedIn)
        {
            yield return ("401", "No valid credentials.");
            yield return ("403", "The caller lacks the permission.");
        }

        if (path.Contains('{', StringComparison.Ordinal) || verb == HttpMethods.Post) yield return ("404", "There is no such thing, or the caller may not see it.");
        if (verb != HttpMethods.Get)
        {
            yield return ("409", "The present state does not allow it.");
            yield return ("422", "A value breaks a rule.");
        }

        if (path.EndsWith("/events", StringComparison.Ordinal) && verb == HttpMethods.Get) yield return ("410", "What the cursor names is no longer kept.");
        if (path.EndsWith("/views/{id}/tickets", StringComparison.Ordinal)) yield return ("409", "The view does not fit the desk any more.");
        if (verb is "PUT" or "PATCH" or "DELETE") yield return ("412", "The If-Match version is no longer the present one.");
        if (verb is "POST" or "PUT" or "PATCH")
        {
            yield return ("413", "The body is larger than allowed.");
            yield return ("415", "The body is of another type than this takes.");
        }

        yield return ("429", "Too many requests; see Retry-After.");
        yield return ("503", "The database does not answer at the moment; try again.");
    }

    private static void Parameter(OpenApiOperation operation, string header, string description) => (operation.Parameters ??= []).Add(new OpenApiParameter
    {
        Name = header,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    });

    private static Task Document(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Deskhand",
            Version = "1",
            Description = "Service desk, CRM and work billing. JSON with camelCase members, snake_case enum values and RFC 3339 instants in UTC; errors are RFC 9457 problem details with a stable code.",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An access token from POST /api/v1/auth/login, an API token (dh_…), or a token of the configured outside issuer.",
        };
        return Task.CompletedTask;
    }
}
