using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deskhand.Data;
using Deskhand.Notifications;
using Deskhand.Outbox;
using Deskhand.Server.Tests.Sla;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>A desk whose clock a test sets, and that writes mail down without sending it, so that surveys are made.</summary>
public sealed class EventDesk : Desk
{
    internal SettableClock Clock { get; } = new();

    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal)
    {
        ["DESKHAND_PUBLIC_URL"] = "https://desk.example",
        ["DESKHAND_SMTP_URL"] = "smtp://127.0.0.1:9?starttls=never",
        ["DESKHAND_MAIL_FROM"] = "support@desk.example",
        ["DESKHAND_ROLES"] = "web,relay,clock",
    };

    protected override void Add(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
}

/// <summary>
/// Every event as it goes over the wire. docs/events/ holds its schema and an example; a difference is a decision: look at it, think of who
/// reads the events, and renew the files with DESKHAND_UPDATE_EVENTS=1.
/// </summary>
public sealed partial class EventCatalogueTests(EventDesk desk) : IClassFixture<EventDesk>
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Every_event_of_the_catalogue_is_sent_has_the_form_of_its_schema_and_looks_as_it_is_kept_in_the_documentation()
    {
        await EverythingHappens();
        var sent = await Sent();

        Assert.Equal([.. EventCatalogue.Types], sent.Select(Type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        foreach (var entity in sent.GroupBy(e => e["data"]![EventCatalogue.All.First(k => k.Type == Type(e)).Entity]!["id"]!.ToString(), StringComparer.Ordinal))
            Assert.Equal(Enumerable.Range(1, entity.Count()).Select(n => (long)n), entity.Select(e => e["sequence"]!.GetValue<long>()).Order());
        var schemas = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        using var reader = desk.Client();
        foreach (var type in EventCatalogue.Types) schemas[type] = JsonNode.Parse(await reader.GetStringAsync(new Uri($"/schemas/events/{type}.json", UriKind.Relative)))!.AsObject();
        var wrong = await Validate(schemas, sent);
        Assert.True(wrong.Length == 0, wrong);
        foreach (var (type, schema) in schemas)
        {
            // a comment and a note have two forms of one event
            var examples = sent.Where(e => Type(e) == type).DistinctBy(e => e["data"]!["comment"]?["visibility"]?.ToString(), StringComparer.Ordinal).Select(Settled);
            schema["examples"] = new JsonArray([.. examples]);
            await Compare(Repository.File($"docs/events/{type}.json"), schema.ToJsonString(Pretty) + "\n");
        }

        Assert.Equal([.. EventCatalogue.Types], Folders.GetFiles(Repository.File("docs/events")).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_list_of_schemas_names_every_event_and_an_unknown_one_is_not_found()
    {
        using var reader = desk.Client();
        var list = JsonNode.Parse(await reader.GetStringAsync(new Uri("/schemas/events", UriKind.Relative)))!["data"]!.AsArray();
        Assert.Equal([.. EventCatalogue.Types], list.Select(k => k!["type"]!.ToString()).Order(StringComparer.Ordinal));
        Assert.All(list, k => Assert.Equal($"https://desk.example/schemas/events/{k!["type"]}.json", k["schema"]!.ToString()));
        Assert.Equal(404, (int)(await reader.GetAsync(new Uri("/schemas/events/ticket.exploded.json", UriKind.Relative))).StatusCode);
    }

    private static string Type(JsonObject e) => e["eventType"]!.ToString();

    /// <summary>One of everything, as people do it.</summary>
    private async Task EverythingHappens()
    {
        var (admin, manager, agent) = (desk.Tenant.Admin, desk.Tenant.Manager, desk.Tenant.Agent);
        var customer = await Made(agent, "/customers", new { name = "Acme", type = "business", email = "desk@acme.example", domains = new[] { "acme.example" }, address = new { line1 = "1 Long Street", city = "Cape Town" } });
        var twin = await Made(agent, "/customers", new { name = "Acme Ltd" });
        var contact = await Made(agent, $"/customers/{customer}/contacts", new { firstName = "Thandi", lastName = "Nkosi", email = "thandi@acme.example", identities = new[] { new { kind = "whatsapp", value = "27829876543" } } });
        var double_ = await Made(agent, $"/customers/{customer}/contacts", new { firstName = "T", lastName = "Nkosi" });
        var location = await Made(agent, $"/customers/{customer}/locations", new { name = "Depot", type = "branch" });
        var project = await Made(agent, "/projects", new { name = "Fibre ring", customerId = customer });
        var asset = await Made(agent, "/assets", new { number = "DR9", customerId = customer, locationId = location });
        var view = await Made(agent, "/views", new { name = "Urgent", conditions = "is:unsolved" });
        var group = await Made(admin, "/groups", new { name = "Lines" });
        var user = await Made(admin, "/users", new { email = "sipho@desk.example", name = "Sipho", role = "agent" });
        var webhook = await Made(admin, "/webhooks", new { url = "https://hooks.example.com/in", enabled = false });

        var ticket = await agent.NewTicket("Printer on fire", new { customerId = customer, contactId = contact, tags = new[] { "vip" } });
        (await agent.Patch($"/tickets/{ticket}", new { subject = "Printer burns" })).Expect(200);
        (await agent.Put($"/tickets/{ticket}/assign", new { assigneeId = agent.UserId })).Expect(200);
        (await agent.Put($"/tickets/{ticket}/status", new { status = "in_progress", reason = "on it" })).Expect(200);
        (await agent.Post($"/tickets/{ticket}/comments", new { body = "On my way" })).Expect(201);
        (await agent.Post($"/tickets/{ticket}/notes", new { body = "Bring foam" })).Expect(201);
        (await agent.Put($"/tickets/{ticket}/escalate", new { reason = "Smoke", level = 1 })).Expect(200);
        (await agent.Put($"/tickets/{ticket}/resolve", new { reason = "Out" })).Expect(200);
        (await agent.Put($"/tickets/{ticket}/status", new { status = "open" })).Expect(200);
        (await agent.Put($"/tickets/{ticket}/resolve", new { reason = "Out again" })).Expect(200);
        await Rated(ticket);
        (await manager.Put($"/tickets/{ticket}/status", new { status = "closed" })).Expect(200);
        var (source, target) = (await agent.NewTicket("Smoke"), await agent.NewTicket("Fire"));
        (await agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { source } })).Expect(200);
        (await agent.Post($"/tickets/{target}/unmerge", new { sourceIds = new[] { source } })).Expect(200);
        (await manager.Delete($"/tickets/{source}")).Expect(204);
        (await manager.Post($"/tickets/{source}/restore", new { reason = "mistake" })).Expect(200);

        (await agent.Patch($"/customers/{customer}", new { name = "Acme Group", details = "Pays late" })).Expect(200);
        (await manager.Post($"/customers/{customer}/merge", new { sourceIds = new[] { twin } })).Expect(200);
        (await manager.Post($"/customers/{customer}/unmerge", new { })).Expect(200);
        (await agent.Patch($"/contacts/{contact}", new { department = "Fire brigade" })).Expect(200);
        (await manager.Post($"/contacts/{contact}/merge", new { sourceIds = new[] { double_ } })).Expect(200);
        (await manager.Post($"/contacts/{contact}/unmerge", new { })).Expect(200);
        (await manager.Delete($"/contacts/{double_}")).Expect(204);
        // it may meet the search indexer at the same rows, and then answers 503: try again
        await Eventually.Holds(async () => (await admin.Post($"/contacts/{double_}/erase", new { reason = "asked" })).Status == 200);
        (await agent.Patch($"/locations/{location}", new { name = "Depot 2" })).Expect(200);
        (await agent.Patch($"/assets/{asset}", new { number = "DR10" })).Expect(200);
        (await agent.Patch($"/projects/{project}", new { name = "Ring" })).Expect(200);
        (await agent.Patch($"/views/{view}", new { name = "Very urgent" })).Expect(200);
        (await admin.Put($"/groups/{group}/members/{agent.UserId}")).Expect(204);
        (await admin.Patch($"/users/{user}", new { name = "Sipho M" })).Expect(200);
        (await admin.Post($"/users/{user}/deactivate")).Expect(200);
        (await admin.Patch($"/webhooks/{webhook}", new { enabled = true })).Expect(200);
        (await admin.Post($"/webhooks/{webhook}/test", new { })).Expect(202);
        await Called(webhook);
        await HeldBack("gone@acme.example");
        foreach (var path in new[] { $"/webhooks/{webhook}", $"/users/{user}", $"/groups/{group}" }) (await admin.Delete(path)).Expect(204);
        (await agent.Delete($"/views/{view}")).Expect(204);
        foreach (var path in new[] { $"/assets/{asset}", $"/projects/{project}", $"/locations/{location}", $"/customers/{twin}" }) (await manager.Delete(path)).Expect(204);

        await agent.NewTicket("Nobody looks", new { priority = "urgent" });
        foreach (var minutes in new[] { 12, 10 })
        {
            desk.Clock.Pass(TimeSpan.FromMinutes(minutes));
            await Eventually.Holds(async () => (await desk.Database.AcrossTenants("SELECT at FROM next_clock()", r => r.GetFieldValue<DateTimeOffset>(0), CancellationToken.None))
                .TrueForAll(at => at > desk.Clock.GetUtcNow().AddSeconds(5)), 30, "what is due is told");
        }
    }

    /// <summary>A rule calls a webhook.</summary>
    private async Task Called(string webhook)
    {
        var admin = desk.Tenant.Admin;
        var rule = await Made(admin, "/triggers", new { name = "Tell the planner", conditions = new { all = new[] { new { field = "subject", @operator = "contains", value = "splice" } } }, actions = new[] { new { type = "webhook", value = webhook } } });
        await desk.Tenant.Agent.NewTicket("Splice needed");
        (await admin.Delete($"/triggers/{rule}")).Expect(204);
    }

    /// <summary>An address is held back, and somebody lifts that.</summary>
    private async Task HeldBack(string address)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        for (var i = 0; i < Suppression.After; i++)
            await session.Transact<Nothing>(async () =>
            {
                await Suppression.Bounced(session, address, "550 5.1.1 There is nobody of this name", desk.Clock.GetUtcNow(), desk.Services.GetRequiredService<ChangeLog>(), CancellationToken.None);
                return default(Nothing);
            }, CancellationToken.None);
        var held = (await desk.Tenant.Admin.Get("/suppressions")).Expect(200)["data.0.id"];
        (await desk.Tenant.Admin.Delete($"/suppressions/{held}")).Expect(204);
    }

    private static async Task<string> Made(Person by, string path, object body) => (await by.Post(path, body)).Expect(201)["id"]!;

    private async Task Rated(Guid ticket)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            var now = desk.Clock.GetUtcNow();
            var survey = await SurveyAt.OfTicket(session, ticket, now, CancellationToken.None);
            await SurveyAt.Rate(session, survey!, SurveyScore.Good, null, now, desk.Services.GetRequiredService<ChangeLog>(), CancellationToken.None);
            return default(Nothing);
        }, CancellationToken.None);
    }

    /// <summary>All events of the tenant, those of an entity in their order.</summary>
    private async Task<List<JsonObject>> Sent()
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        return await session.Query("SELECT body FROM events WHERE tenant_id = $1 ORDER BY at, id", r => JsonNode.Parse(r.GetString(0))!.AsObject(), CancellationToken.None, Rows.P(desk.Tenant.Id));
    }

    /// <summary>What an independent library finds wrong, when members that a schema does not name are wrong too.</summary>
    private static async Task<string> Validate(IReadOnlyDictionary<string, JsonObject> schemas, List<JsonObject> sent)
    {
        var asked = new JsonObject();
        foreach (var (type, schema) in schemas)
        {
            var closed = schema.DeepClone();
            Close(closed);
            asked[type] = new JsonObject { ["schema"] = closed, ["events"] = new JsonArray([.. sent.Where(e => Type(e) == type).Select(e => e.DeepClone())]) };
        }

        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "validate_events.py")]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var python = Process.Start(start)!;
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.StandardInput.WriteAsync(asked.ToJsonString());
        python.StandardInput.Close();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, await errors);
        return (await output).Trim();
    }

    private static void Close(JsonNode? node)
    {
        if (node is JsonArray items)
            foreach (var item in items) Close(item);
        if (node is not JsonObject members) return;
        foreach (var (_, member) in members.ToList()) Close(member);
        if (members["properties"] is JsonObject && !members.ContainsKey("additionalProperties") && (members["type"] is JsonValue or JsonArray)) members["additionalProperties"] = false;
    }

    /// <summary>An event with everything that differs from run to run made the same.</summary>
    private static JsonNode Settled(JsonObject e)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = Id().Replace(e.ToJsonString(Pretty), m =>
        {
            if (!ids.TryGetValue(m.Value, out var id)) ids[m.Value] = id = $"01a1fbd7-0000-7000-8000-{ids.Count + 1:D12}";
            return id;
        });
        text = Instant().Replace(text, "2026-11-20T09:30:00.000Z");
        return JsonNode.Parse(Year().Replace(text, "TICKET-2026-"))!;
    }

    private static async Task Compare(string file, string made)
    {
        if (Environment.GetEnvironmentVariable("DESKHAND_UPDATE_EVENTS") is not null) await File.WriteAllTextAsync(file, made);
        var kept = File.Exists(file) ? await File.ReadAllTextAsync(file) : "";
        Assert.True(made == kept, $"{Path.GetFileName(file)}: an event has another form than it had. If that is meant, run this test with DESKHAND_UPDATE_EVENTS=1, look at the difference, and commit it.\n{made}");
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}", RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", RegexOptions.NonBacktracking)]
    private static partial Regex Instant();

    [GeneratedRegex(@"TICKET-\d{4}-", RegexOptions.NonBacktracking)]
    private static partial Regex Year();
}
