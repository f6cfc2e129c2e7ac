
namespace Deskhand.Server.Tests.Tickets;

public sealed class TicketLifeTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_ticket_lives_from_creation_to_closure_and_its_history_tells_it()
    {
        var agent = desk.Tenant.Agent;
        var made = (await agent.Post("/tickets", new { subject = "Printer on fire", description = "Smoke", priority = "critical", tags = new[] { "VIP", "vip" } })).Expect(201);
        var id = made["id"]!;

        Assert.Equal("urgent", made["priority"]);
        Assert.Equal("new", made["status"]);
        Assert.Equal("vip", made["tags.0"]);
        Assert.Matches("^TICKET-20\\d\\d-\\d{6}$", made["reference"]!);
        Assert.Equal("\"1\"", made.Headers.ETag!.ToString());

        (await agent.Put($"/tickets/{id}/assign", new { assigneeId = agent.UserId, reason = "mine" })).Expect(200);
        (await agent.Put($"/tickets/{id}/status", new { status = "in_progress" })).Expect(200);
        (await agent.Post($"/tickets/{id}/comments", new { body = "On my way" })).Expect(201);
        var resolved = (await agent.Put($"/tickets/{id}/resolve", new { reason = "extinguished" })).Expect(200);
        Assert.Equal("resolved", resolved["status"]);
        Assert.NotNull(resolved["firstRespondedAt"]);
        var closed = (await agent.Put($"/tickets/{made["reference"]}/status", new { status = "closed" })).Expect(200);
        Assert.Equal("6", closed["version"]);

        var refused = (await agent.Put($"/tickets/{id}/status", new { status = "open" })).Expect(409);
        Assert.Equal("ticket_closed", refused["code"]);
        var steps = (await agent.Get($"/tickets/{made["number"]}/status-history")).Expect(200);
        Assert.Equal(["closed", "resolved", "in_progress", "new"], steps.At("data")!.AsArray().Select(s => s!["to"]!.ToString()));
        Assert.Equal("extinguished", steps["data.1.reason"]);
        var events = await desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'");
        Assert.Equal("ticket.created ticket.assigned ticket.status_changed ticket.commented ticket.sla_achieved ticket.status_changed ticket.resolved ticket.sla_achieved ticket.status_changed ticket.closed", events);
    }

    [Fact]
    public async Task A_contact_brings_its_customer_along()
    {
        var agent = desk.Tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Karoo Traders" })).Expect(201)["id"];
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Thandi" })).Expect(201)["id"];

        var made = (await agent.Post("/tickets", new { subject = "No internet", contactId = contact })).Expect(201);
        Assert.Equal(customer, made["customerId"]);
        var later = await agent.NewTicket();
        Assert.Equal(customer, (await agent.Patch($"/tickets/{later}", new { contactId = contact })).Expect(200)["customerId"]);
    }

    [Fact]
    public async Task A_step_that_the_workflow_lacks_is_refused_with_those_it_has()
    {
        var id = await desk.Tenant.Agent.NewTicket();

        var refused = (await desk.Tenant.Agent.Put($"/tickets/{id}/status", new { status = "closed" })).Expect(409);

        Assert.Equal("transition_not_allowed", refused["code"]);
        Assert.Contains("resolved", refused.At("allowed")!.AsArray().Select(a => a!.ToString()));
    }

    [Fact]
    public async Task Fifty_parallel_creates_get_fifty_numbers_without_a_gap()
    {
        var tenant = await desk.NewTenant("parallel");

        var tickets = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => tenant.Agent.Post("/tickets", new { subject = $"Number {i}" })));

        Assert.Equal(Enumerable.Range(1, 50).Select(n => (long)n), tickets.Select(t => t.Expect(201).Body!["number"]!.GetValue<long>()).Order());
        Assert.Equal(50, tickets.Select(t => t["reference"]).Distinct(StringComparer.Ordinal).Count());
        Assert.EndsWith("-000050", tickets.Select(t => t["reference"]!).Max(StringComparer.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_pages_by_number_and_by_cursor_alike()
    {
        var tenant = await desk.NewTenant("paging");
        for (var i = 0; i < 25; i++) await tenant.Agent.NewTicket($"Row {i}");

        var byPage = new List<string>();
        for (var page = 1; page <= 3; page++)
            byPage.AddRange((await tenant.Agent.Get($"/tickets?page={page}&limit=10&sort=createdAt")).Expect(200).At("data")!.AsArray().Select(t => t!["id"]!.ToString()));
        var byCursor = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await tenant.Agent.Get("/tickets?limit=10&sort=createdAt" + (cursor is null ? "" : $"&cursor={cursor}"))).Expect(200);
            byCursor.AddRange(page.At("data")!.AsArray().Select(t => t!["id"]!.ToString()));
            cursor = page["pagination.nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(25, byPage.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(byPage, byCursor);
        Assert.Equal("25", (await tenant.Agent.Get("/tickets?limit=10&page=2"))["pagination.total"]);
    }
}
