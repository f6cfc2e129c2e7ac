using Deskhand.Access;

namespace Deskhand.Server.Tests.Directory;

public sealed class TimelineTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_customers_timeline_has_tickets_public_comments_and_changes_newest_first_page_by_page()
    {
        var agent = desk.Tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"]!;
        var ticket = await agent.NewTicket("No signal", new { customerId = customer, assigneeId = (Guid?)null });
        (await agent.Post($"/tickets/{ticket}/comments", new { body = "On our way" })).Expect(201);
        (await agent.Post($"/tickets/{ticket}/notes", new { body = "Again!" })).Expect(201);
        (await agent.Patch($"/customers/{customer}", new { tier = "gold" })).Expect(200);

        var all = (await agent.Get($"/customers/{customer}/timeline")).Expect(200);
        Assert.Equal(["change tier", "comment On our way", "ticket No signal"], all.At("data")!.AsArray().Take(3).Select(e => $"{e!["kind"]} {e["field"] ?? e["text"]}"));
        Assert.DoesNotContain("Again!", all.Text, StringComparison.Ordinal);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await agent.Get($"/customers/{customer}/timeline?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
            seen.AddRange(page.At("data")!.AsArray().Select(e => e!["id"]!.ToString()));
            cursor = page["pagination.nextCursor"];
        }
        while (cursor is not null);
        Assert.Equal(all.At("data")!.AsArray().Select(e => e!["id"]!.ToString()), seen);
        (await agent.Get($"/customers/{customer}/timeline?cursor=x")).Expect(400);
    }

    [Fact]
    public async Task Sec06_It_shows_no_ticket_and_no_comment_that_the_caller_may_not_read()
    {
        var limited = await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Assigned);
        var customer = (await desk.Tenant.Agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"]!;
        var ticket = await desk.Tenant.Admin.NewTicket("Not yours", new { customerId = customer, assigneeId = desk.Tenant.Agent.UserId });
        (await desk.Tenant.Admin.Post($"/tickets/{ticket}/comments", new { body = "Nor this" })).Expect(201);
        var seen = (await limited.Get($"/customers/{customer}/timeline")).Expect(200);
        Assert.All(seen.At("data")!.AsArray(), e => Assert.Equal("change", e!["kind"]!.ToString()));
        (await desk.Foreign.Admin.Get($"/customers/{customer}/timeline")).Expect(404);
    }
}
