using System.Text.Json.Nodes;

namespace Deskhand.Server.Tests.Http;

public sealed class OpenApiTests(Desk desk) : IClassFixture<Desk>
{
    private static readonly string Committed = Repository.File("docs/openapi.json");

    [Fact]
    public async Task The_committed_description_is_the_served_one()
    {
        var served = await Served();
        if (Environment.GetEnvironmentVariable("DESKHAND_UPDATE_OPENAPI") is not null) await File.WriteAllTextAsync(Committed, served);

        Assert.True(served == await File.ReadAllTextAsync(Committed), "The API has changed: run the tests with DESKHAND_UPDATE_OPENAPI=1, look at the difference in docs/openapi.json, and commit it.");
    }

    [Fact]
    public async Task Every_operation_has_a_summary_a_permission_and_its_refusals_and_every_reference_resolves()
    {
        var document = JsonNode.Parse(await Served())!;
        Assert.StartsWith("3.1", document["openapi"]!.ToString(), StringComparison.Ordinal);
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (verb, operation) in item!.AsObject())
            {
                Assert.False(string.IsNullOrWhiteSpace(operation!["summary"]?.ToString()), $"{verb} {path} has no summary");
                Assert.NotNull(operation["x-permission"]);
                Assert.NotNull(operation["responses"]!["400"]);
            }
        }

        foreach (var reference in References(document))
            Assert.True(Resolve(document, reference) is not null, $"{reference} leads nowhere");
    }

    [Fact]
    public async Task Every_body_in_JSON_has_an_example()
    {
        var document = JsonNode.Parse(await Served())!;
        foreach (var (path, item) in document["paths"]!.AsObject())
            foreach (var (verb, operation) in item!.AsObject())
                foreach (var (type, media) in operation!["requestBody"]?["content"]?.AsObject() ?? [])
                    if (type.EndsWith("json", StringComparison.Ordinal))
                        Assert.True(References(media!["schema"]).Any(r => Resolve(document, r)!["examples"] is not null), $"{verb} {path} has no example: add one to ApiExamples");
    }

    [Fact]
    public async Task Operation_ids_are_unique()
    {
        var ids = JsonNode.Parse(await Served())!["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => o.Value!["operationId"]?.ToString())).ToList();
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
    }

    private async Task<string> Served()
    {
        using var client = desk.Client();
        return JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!
            .ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(m => m.Key == "$ref" ? [m.Value!.ToString()] : References(m.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };

    private static JsonNode? Resolve(JsonNode document, string reference) =>
        reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate((JsonNode?)document, (node, step) => node?[step.Replace("~1", "/", StringComparison.Ordinal)]);
}
