using Deskhand.Access;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Realtime;

public sealed class ListEventsTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task The_list_goes_on_from_its_cursor_in_the_order_of_the_stream_and_to_its_growing_end()
    {
        var tenant = await desk.NewTenant("pages");
        for (var i = 0; i < 7; i++) await tenant.Agent.NewTicket($"Number {i}");
        await Sequenced(tenant, 7);

        var (cursor, references, pages) = ("0", new List<string>(), 0);
        while (true)
        {
            var page = (await tenant.Manager.Get($"/events?limit=3&after={cursor}")).Expect(200);
            references.AddRange(page.At("data")!.AsArray().Select(e => e!["data"]!["ticket"]!["subject"]!.ToString()));
            cursor = page["pagination.nextCursor"]!;
            pages++;
            if (page["pagination.hasMore"] == "false") break;
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"Number {i}"), references);
        Assert.Equal(3, pages);
        Assert.Empty((await tenant.Manager.Get($"/events?after={cursor}")).Expect(200).At("data")!.AsArray());
        var id = await tenant.Agent.NewTicket("later");
        await Sequenced(tenant, 8);
        Assert.Equal(id.ToString(), (await tenant.Manager.Get($"/events?after={cursor}")).Expect(200)["data.0.data.ticket.id"]);
    }

    [Fact]
    public async Task Filters_pick_by_type_entity_and_id_and_a_wrong_one_is_told_what_there_is()
    {
        var tenant = await desk.NewTenant("filters");
        var one = await tenant.Agent.NewTicket();
        var two = await tenant.Agent.NewTicket();
        (await tenant.Agent.Put($"/tickets/{one}/resolve", new { })).Expect(200);
        (await tenant.Agent.Put($"/tickets/{two}/escalate", new { reason = "now" })).Expect(200);
        await Sequenced(tenant, 6);

        Assert.Equal(["ticket.created", "ticket.status_changed", "ticket.resolved", "ticket.sla_achieved"], await Types(tenant, $"?entityId={one}"));
        Assert.Equal(["ticket.resolved", "ticket.escalated"], await Types(tenant, "?type=ticket.resolved&type=ticket.escalated"));
        Assert.Equal(["ticket.created"], await Types(tenant, $"?entityId={two}&type=ticket.created&type=ticket.closed&entityType=ticket"));
        Assert.Empty(await Types(tenant, "?entityType=customer"));
        Assert.Contains("ticket.created", (await tenant.Manager.Get("/events?type=ticket.exploded")).Expect(400).Text, StringComparison.Ordinal);
        (await tenant.Manager.Get("/events?entityType=spaceship")).Expect(400);
        (await tenant.Manager.Get("/events?entityId=1")).Expect(400);
        (await tenant.Manager.Get("/events?after=x")).Expect(400);
        (await tenant.Manager.Get("/events?limit=101")).Expect(400);
    }

    [Fact]
    public async Task Sec06_a_manager_with_a_narrow_scope_gets_only_events_of_tickets_that_can_be_read_now()
    {
        var tenant = await desk.NewTenant("scoped");
        var narrow = await desk.NewPerson(tenant, Role.Manager, TicketScope.Assigned);
        var free = await tenant.Agent.NewTicket("free");
        var others = await tenant.Agent.NewTicket("others", new { assigneeId = tenant.Agent.UserId });
        await Sequenced(tenant, 3);

        Assert.Equal([free.ToString()], await Entities(narrow));
        (await tenant.Agent.Put($"/tickets/{free}/assign", new { assigneeId = tenant.Agent.UserId })).Expect(200);
        (await tenant.Agent.Put($"/tickets/{others}/assign", new { assigneeId = narrow.UserId })).Expect(200);
        await Sequenced(tenant, 5);
        Assert.Equal([others.ToString()], await Entities(narrow));
        (await tenant.Agent.Get("/events")).Expect(403);
    }

    private static async Task<IEnumerable<string>> Types(TestTenant tenant, string query) =>
        (await tenant.Manager.Get("/events" + query)).Expect(200).At("data")!.AsArray().Select(e => e!["eventType"]!.ToString());

    private static async Task<IEnumerable<string>> Entities(Person person) =>
        (await person.Get("/events")).Expect(200).At("data")!.AsArray().Select(e => e!["data"]!["ticket"]!["id"]!.ToString()).Distinct(StringComparer.Ordinal);

    private Task Sequenced(TestTenant tenant, int count) =>
        Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM event_stream") == count);
}
