using Deskhand.Access;
using Deskhand.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Tickets;

public sealed class DraftTests(Desk desk) : IClassFixture<Desk>
{
    private Person Agent => desk.Tenant.Agent;

    [Fact]
    public async Task A_draft_is_kept_changed_and_thrown_away_and_nobody_else_sees_it()
    {
        var ticket = await Agent.NewTicket();
        var made = (await Agent.Post("/drafts", new { ticketId = ticket, body = "Dear", basedOnVersion = 1 })).Expect(201);
        var again = (await Agent.Post("/drafts", new { ticketId = ticket, body = "Other window" })).Expect(409);
        Assert.Equal(("draft_exists", made["id"]), (again["code"], again["allowed.0"]));
        (await Agent.Post("/drafts", new { ticketId = ticket, body = "A note", visibility = "internal" })).Expect(201);

        Assert.Equal("Dear Ann", (await Agent.Patch($"/drafts/{made["id"]}", new { body = "Dear Ann" }, ("If-Match", "\"1\""))).Expect(200)["body"]);
        (await Agent.Patch($"/drafts/{made["id"]}", new { body = "Stale" }, ("If-Match", "\"1\""))).Expect(412);
        (await Agent.Patch($"/drafts/{made["id"]}", new { visibility = "internal" })).Expect(409);
        (await Agent.Patch($"/drafts/{made["id"]}", new { ticketId = await Agent.NewTicket() })).Expect(422);
        Assert.Equal("2", (await Agent.Get($"/drafts?ticketId={ticket}")).Expect(200)["pagination.total"]);
        Assert.Equal("0", (await desk.Tenant.Admin.Get($"/drafts?ticketId={ticket}")).Expect(200)["pagination.total"]);
        (await desk.Tenant.Admin.Get($"/drafts/{made["id"]}")).Expect(404);
        (await desk.Tenant.Admin.Delete($"/drafts/{made["id"]}")).Expect(404);
        (await Agent.Delete($"/drafts/{made["id"]}")).Expect(204);
        (await Agent.Get($"/drafts/{made["id"]}")).Expect(404);
    }

    [Fact]
    public async Task Two_windows_that_begin_at_once_get_one_draft()
    {
        var ticket = await Agent.NewTicket();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Agent.Post("/drafts", new { ticketId = ticket, body = $"{i}" })));
        Assert.Single(replies, r => r.Status == 201);
        Assert.Equal(7, replies.Count(r => r.Status == 409));
    }

    [Fact]
    public async Task A_draft_of_a_ticket_to_be_keeps_its_fields_and_there_may_be_several()
    {
        var first = (await Agent.Post("/drafts", new { body = "", ticket = new { subject = "Half", tags = new[] { "a" } } })).Expect(201);
        (await Agent.Post("/drafts", new { body = "" })).Expect(201);
        Assert.Equal("Half", (await Agent.Get($"/drafts/{first["id"]}")).Expect(200)["ticket.subject"]);
        (await Agent.Post("/drafts", new { ticket = new[] { 1 } })).Expect(422);
        (await Agent.Post("/drafts", """{"ticket":{"a":"\u0000"}}""")).Expect(422);
        (await Agent.Post("/drafts", """{"body":"\u0000"}""")).Expect(422);
        (await Agent.Post("/drafts", """{"ticket":{"a":"\ud800"}}""")).Expect(422);
        (await Agent.Post("/drafts", """{"ticket":{"n":1e400000}}""")).Expect(422);
        (await Agent.Post("/drafts", """{"ticket":{"n":[[[[[[[[1]]]]]]]]}}""")).Expect(422);
        (await Agent.Post("/drafts", new { ticketId = await Agent.NewTicket(), ticket = new { } })).Expect(422);
    }

    [Fact]
    public async Task Sec06_A_ticket_that_the_writer_does_not_see_takes_no_draft()
    {
        var hidden = await Agent.NewTicket(more: new { assigneeId = Agent.UserId });
        var narrow = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Assigned);
        (await narrow.Post("/drafts", new { ticketId = hidden, body = "x" })).Expect(404);
    }

    [Fact]
    public async Task The_uploads_of_a_draft_are_not_tidied_away()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent("words"u8.ToArray()), "file", "words.txt" } };
        using var response = await Agent.Client.PostAsync(new Uri("/api/v1/uploads", UriKind.Relative), form);
        var upload = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!.GetValue<Guid>();
        var ticket = await Agent.NewTicket();
        (await Agent.Post("/drafts", new { ticketId = ticket, body = "See the file", attachmentIds = new[] { upload } })).Expect(201);
        (await Agent.Post("/drafts", new { body = "x", attachmentIds = new[] { Guid.NewGuid() } })).Expect(404);

        await desk.Scalar<int>(desk.Tenant.Id, $"WITH aged AS (UPDATE attachments SET created_at = created_at - interval '3 days' WHERE id = '{upload}' RETURNING 1) SELECT count(*)::int FROM aged");
        await desk.Services.GetRequiredService<Housekeeping>().Run(CancellationToken.None);
        (await Agent.Post($"/tickets/{ticket}/comments", new { body = "See the file", attachmentIds = new[] { upload } })).Expect(201);
    }
}
