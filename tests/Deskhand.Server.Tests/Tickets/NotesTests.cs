using System.Text.Json.Nodes;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Tickets;

public sealed class NotesTests(Desk desk) : IClassFixture<Desk>
{
    private const string Secret = "the customer never pays";

    [Fact]
    public async Task Sec10_A_note_is_read_by_who_may_read_notes_and_is_nowhere_else()
    {
        var (agent, ticket) = (desk.Tenant.Agent, await desk.Tenant.Agent.NewTicket());
        var upload = await agent.NewUpload(name: Secret + ".png");
        var note = (await agent.Post($"/tickets/{ticket}/notes", new { body = Secret, attachmentIds = new[] { upload } })).Expect(201)["id"];
        (await agent.Patch($"/comments/{note}", new { body = Secret + " indeed" })).Expect(200);
        var gone = (await agent.Post($"/tickets/{ticket}/notes", new { body = Secret })).Expect(201)["id"];
        (await agent.Delete($"/comments/{gone}")).Expect(204);
        var said = (await agent.Post($"/tickets/{ticket}/comments", new { body = "Hello" })).Expect(201)["id"];

        var blind = await desk.NewTokenHolder(desk.Tenant, Role.Admin, Permission.TicketsRead, Permission.EventsRead, Permission.AuditRead, Permission.NotesWrite, Permission.CommentsWrite);
        foreach (var path in (string[])[$"/tickets/{ticket}", $"/tickets/{ticket}/comments", $"/tickets/{ticket}/attachments", $"/tickets/{ticket}/history", $"/tickets/{ticket}/history?limit=1", "/tickets", "/tickets?search=pays", "/events", "/audit-log"])
        {
            var reply = await blind.Get(path);
            Assert.True(reply.Status is 200 or 404, $"{path}: {reply.Text}");
            Assert.DoesNotContain("pays", reply.Text, StringComparison.Ordinal);
            if (path.Contains("comments", StringComparison.Ordinal) || path.Contains("history", StringComparison.Ordinal)) Assert.DoesNotContain(note!, reply.Text, StringComparison.Ordinal);
        }

        Assert.Equal((said, "1"), ((await blind.Get($"/tickets/{ticket}/comments"))["data.0.id"], (await blind.Get($"/tickets/{ticket}/comments"))["pagination.total"]));
        (await blind.Patch($"/comments/{note}", new { body = "x" })).Expect(404);
        (await blind.Delete($"/comments/{note}")).Expect(404);
        Assert.Equal("2", (await desk.Tenant.LightAgent.Get($"/tickets/{ticket}/comments"))["pagination.total"]);
        Assert.Equal(0, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM events WHERE body LIKE '%pays%'"));
        Assert.Equal(0, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM history WHERE (from_value::text || to_value::text || reason) LIKE '%pays%'"));
    }

    [Fact]
    public async Task Sec10_A_light_agent_writes_notes_and_nothing_to_the_customer()
    {
        var ticket = await desk.Tenant.Agent.NewTicket();
        (await desk.Tenant.LightAgent.Post($"/tickets/{ticket}/comments", new { body = "x" })).Expect(403);
        (await desk.Tenant.LightAgent.Post($"/tickets/{ticket}/notes", new { body = "x", visibility = "public" })).Expect(403);
        Assert.Equal("internal", (await desk.Tenant.LightAgent.Post($"/tickets/{ticket}/notes", new { body = "x" })).Expect(201)["visibility"]);
    }

    [Fact]
    public async Task Every_update_that_is_published_tells_of_something_that_changed()
    {
        var (agent, ticket) = (desk.Tenant.Manager, await desk.Tenant.Manager.NewTicket());
        var note = (await agent.Post($"/tickets/{ticket}/notes", new { body = "one" })).Expect(201)["id"];
        (await agent.Patch($"/comments/{note}", new { body = "two" })).Expect(200);
        (await agent.Patch($"/comments/{note}", new { body = "two" })).Expect(200);
        (await agent.Patch($"/comments/{note}", new { body = "three" })).Expect(200);
        (await agent.Delete($"/comments/{note}")).Expect(204);
        (await agent.Patch($"/tickets/{ticket}", new { subject = "It does not work" })).Expect(200);
        var file = (await agent.Send($"/tickets/{ticket}/attachments", Files.Png)).Expect(201)["id"];
        (await agent.Delete($"/attachments/{file}")).Expect(204);

        await using var session = desk.Database.For(desk.Tenant.Id);
        var bodies = await session.Query("SELECT body FROM events WHERE entity_id = $1 AND type = 'ticket.updated' ORDER BY sequence", r => r.GetString(0), default, Rows.P(ticket));
        Assert.Equal(5, bodies.Count);
        foreach (var body in bodies)
        {
            var changes = JsonNode.Parse(body)!["data"]!["changes"]!.AsObject();
            Assert.NotEmpty(changes);
            foreach (var (field, change) in changes) Assert.True(!JsonNode.DeepEquals(change!["from"], change["to"]), $"{field}: {change}");
        }
    }

    [Fact]
    public async Task Who_goes_on_from_the_last_updatedAt_that_was_shown_misses_no_change()
    {
        var tenant = await desk.NewTenant("polling");
        for (var i = 0; i < 5; i++) await tenant.Agent.NewTicket($"Poll {i}");
        var rows = (await tenant.Agent.Get("/tickets?sort=updatedAt")).Expect(200).At("data")!.AsArray();
        for (var i = 0; i < 4; i++)
        {
            var later = (await tenant.Agent.Get($"/tickets?sort=updatedAt&updatedAfter={rows[i]!["updatedAt"]}")).Expect(200).At("data")!.AsArray().Select(t => t!["id"]!.ToString()).ToList();
            foreach (var next in rows.Skip(i + 1)) Assert.Contains(next!["id"]!.ToString(), later);
        }
    }

    [Fact]
    public async Task A_reference_is_found_by_the_search()
    {
        var made = (await desk.Tenant.Agent.Post("/tickets", new { subject = "Unlike the others" })).Expect(201);
        Assert.Equal(made["id"], (await desk.Tenant.Agent.Get($"/tickets?search={made["reference"]!.ToLowerInvariant()}")).Expect(200)["data.0.id"]);
        // by its words as soon as the index has followed
        await Eventually.Holds(async () => (await desk.Tenant.Agent.Get("/tickets?search=unlike%20others")).Expect(200).Text.Contains(made["id"]!, StringComparison.Ordinal));
    }
}
