using Deskhand.Access;

namespace Deskhand.Server.Tests.Notifications;

public sealed class InDeskTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task An_assignee_is_told_once_and_the_one_who_did_it_is_not()
    {
        var (admin, agent) = (desk.Tenant.Admin, await desk.NewPerson(desk.Tenant, Role.Agent));
        var ticket = await admin.NewTicket("For you", new { assigneeId = agent.UserId });
        (await admin.Post($"/tickets/{ticket}/notes", new { body = "Look at the router" })).Expect(201);
        (await agent.Post($"/tickets/{ticket}/comments", new { body = "I do" })).Expect(201);
        var told = (await agent.Get("/notifications?unread=true")).Expect(200);
        Assert.Equal(["ticket_new_comment", "ticket_assigned"], told.Body!["data"]!.AsArray().Select(n => n!["kind"]!.ToString()));
        Assert.Equal((ticket.ToString(), "For you", "Admin of acme"), (told["data.1.ticketId"], told["data.1.subject"], told["data.1.actor.name"]));
        Assert.DoesNotContain("router", told.Text, StringComparison.Ordinal);
        (await agent.Post("/notifications/read", new { ids = new[] { told["data.0.id"] } })).Expect(204);
        Assert.Equal("1", (await agent.Get("/notifications?unread=true"))["pagination.total"]);
        Assert.Equal(404, (await admin.Post("/notifications/read", new { ids = new[] { told["data.0.id"] } })).Status);
        (await agent.Post("/notifications/read", new { all = true })).Expect(204);
        Assert.Equal("0", (await agent.Get("/notifications?unread=true"))["pagination.total"]);
    }

    [Fact]
    public async Task Who_wants_to_hear_nothing_of_a_kind_hears_nothing_of_it()
    {
        var agent = await desk.NewPerson(desk.Tenant, Role.Agent);
        var chosen = (await agent.Put("/notifications/preferences", new { preferences = new[] { new { kind = "ticket_assigned", mail = true, inApp = false } } })).Expect(200);
        Assert.Equal(7, chosen.Body!["preferences"]!.AsArray().Count);
        await desk.Tenant.Admin.NewTicket("Quiet", new { assigneeId = agent.UserId });
        Assert.Equal("0", (await agent.Get("/notifications"))["pagination.total"]);
        Assert.Equal(422, (await agent.Put("/notifications/preferences", new { preferences = new[] { new { kind = "invitation", mail = true, inApp = false } } })).Status);
    }

    [Fact]
    public async Task Sec06_Who_may_not_read_a_ticket_is_not_told_of_it_and_who_may_no_longer_sees_nothing_of_it()
    {
        var (admin, agent) = (desk.Tenant.Admin, await desk.NewPerson(desk.Tenant, Role.Agent, TicketScope.Assigned));
        var ticket = await admin.NewTicket("Yours for now", new { assigneeId = agent.UserId });
        (await admin.Put($"/tickets/{ticket}/assign", new { assigneeId = desk.Tenant.Agent.UserId })).Expect(200);
        var seen = (await agent.Get("/notifications")).Expect(200);
        Assert.Equal("1", seen["pagination.total"]);
        Assert.DoesNotContain("Yours", seen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(ticket.ToString(), seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_ticket_in_a_queue_is_told_to_its_group()
    {
        var agent = await desk.NewPerson(desk.Tenant, Role.Agent);
        var group = (await desk.Tenant.Admin.Post("/groups", new { name = "Queue" })).Expect(201)["id"];
        (await desk.Tenant.Admin.Put($"/groups/{group}/members/{agent.UserId}")).Expect(204);
        await desk.Tenant.Admin.NewTicket("New in the queue", new { groupId = group });
        Assert.Equal("ticket_created", (await agent.Get("/notifications"))["data.0.kind"]);
    }

    [Fact]
    public async Task Without_a_mail_server_nothing_is_queued()
    {
        Assert.Equal("0", (await desk.Tenant.Admin.Get("/deliveries"))["pagination.total"]);
    }
}
