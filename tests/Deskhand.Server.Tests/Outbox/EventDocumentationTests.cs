using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deskhand.Outbox;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>docs/events.md is what integrators read: it names every event there is, and its examples have the form of what is sent.</summary>
public sealed partial class EventDocumentationTests(Desk desk) : IClassFixture<Desk>
{
    private static string Documentation { get; } = File.ReadAllText(Path.Combine(Root(), "docs", "events.md"));

    [Fact]
    public void Every_event_of_the_catalogue_is_described_and_no_other() =>
        Assert.Equal(EventCatalogue.All.Select(k => $"{k.Type}: {k.When}"), DescribedType().Matches(Documentation).Select(m => $"{m.Groups["type"].Value}: {m.Groups["when"].Value}"));

    [Fact]
    public async Task The_examples_have_the_form_of_what_is_sent()
    {
        var (agent, tenant) = (desk.Tenant.Agent, desk.Tenant);
        var customer = (await agent.Post("/customers", new { name = "Acme", type = "business", email = "desk@acme.example" })).Expect(201)["id"]!;
        (await agent.Patch($"/customers/{customer}", new { name = "Acme Ltd" })).Expect(200);
        var id = await agent.NewTicket("Printer on fire", new { customerId = customer, tags = new[] { "vip" } });
        (await agent.Put($"/tickets/{id}/assign", new { assigneeId = agent.UserId })).Expect(200);
        (await agent.Put($"/tickets/{id}/status", new { status = "in_progress", reason = "on it" })).Expect(200);
        (await agent.Post($"/tickets/{id}/comments", new { body = "On my way" })).Expect(201);
        (await agent.Post($"/tickets/{id}/notes", new { body = "Bring foam" })).Expect(201);
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM event_stream") == 8);
        var sent = (await tenant.Manager.Get("/events?limit=100")).Expect(200).At("data")!.AsArray().Select(e => e!.AsObject()).ToList();
        foreach (var e in sent) Assert.Contains(e["eventType"]!.ToString(), EventCatalogue.Types);

        var examples = Example().Matches(Documentation).Select(m => JsonNode.Parse(m.Groups["json"].Value)!.AsObject()).Where(e => e.ContainsKey("eventType")).ToList();
        Assert.True(examples.Count >= 4);
        foreach (var example in examples)
        {
            var real = sent.First(e => Kind(e) == Kind(example));
            Assert.Equal(Form(real), Form(example));
        }

        static string Kind(JsonObject e) => $"{e["eventType"]} {e["data"]!["comment"]?["visibility"]}";
    }

    /// <summary>The paths of all members with the kind of their values, in order; what is null in one may be anything in the other, so only that it is there counts.</summary>
    private static string Form(JsonNode? node, string path = "")
    {
        var value = node?.GetValueKind() ?? JsonValueKind.Null;
        return value == JsonValueKind.Object && !path.EndsWith("customFields", StringComparison.Ordinal)
            ? string.Join('\n', node!.AsObject().Select(m => Form(m.Value, $"{path}.{m.Key}")))
            : path;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Deskhand.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(@"^\| `(?<type>[a-z_]+\.[a-z_]+)` \| (?<when>.*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DescribedType();

    [GeneratedRegex("^```json\n(?<json>.+?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Example();
}
