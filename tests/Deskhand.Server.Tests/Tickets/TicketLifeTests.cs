
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

    [Theory]
    [InlineData("-updatedAt,priority")]
    [InlineData("-updatedAt,-priority,number")]
    [InlineData("updatedAt,-priority,-number")]
    [InlineData("updatedAt,-createdAt")]
    [InlineData("-createdAt,updatedAt,priority")]
    [InlineData("-priority,-updatedAt,number")]
    [InlineData("number,priority")]
    public async Task Further_keys_decide_between_tickets_that_are_alike_by_those_before(string sort)
    {
        var tenant = await desk.NewTenant($"sort{Guid.NewGuid():N}"[..12]);
        foreach (var priority in (string[])["low", "urgent", "normal", "high", "low", "urgent", "low"]) await tenant.Agent.NewTicket(priority, new { priority });
        await using (var session = desk.Database.For(tenant.Id))
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("UPDATE tickets SET updated_at = now() - make_interval(days => (number % 2)::int), created_at = now() - make_interval(days => (number % 3)::int, secs => 0.000001)", CancellationToken.None);
                return default(Nothing);
            }, CancellationToken.None);

        var all = (await tenant.Agent.Get("/tickets")).Expect(200).At("data")!.AsArray().Select(t => t!).ToList();
        string[] rising = ["low", "normal", "high", "urgent"];
        var expected = all.OrderBy(_ => 0);
        foreach (var key in sort.Split(','))
        {
            Func<System.Text.Json.Nodes.JsonNode, string> by = t => key.TrimStart('-') switch
            {
                "priority" => $"{Array.IndexOf(rising, t["priority"]!.ToString())}",
                "number" => $"{t["number"]!.GetValue<long>():D10}",
                var instant => t[instant]!.ToString(),
            };
            expected = key.StartsWith('-') ? expected.ThenByDescending(by, StringComparer.Ordinal) : expected.ThenBy(by, StringComparer.Ordinal);
        }

        // what no key decides goes by id, in the direction of the first
        Func<System.Text.Json.Nodes.JsonNode, string> id = t => t["id"]!.ToString();
        expected = sort.StartsWith('-') ? expected.ThenByDescending(id, StringComparer.Ordinal) : expected.ThenBy(id, StringComparer.Ordinal);
        var (found, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = (await tenant.Agent.Get($"/tickets?limit=2&sort={sort}" + (cursor is null ? "" : $"&cursor={cursor}"))).Expect(200);
            found.AddRange(page.At("data")!.AsArray().Select(t => t!["number"]!.ToString()));
            cursor = page["pagination.nextCursor"];
        }
        while (cursor is not null);
        Assert.Equal(expected.Select(t => t["number"]!.ToString()), found);
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
