using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Jobs;
using Deskhand.Server.Tests.Jobs;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Tickets;

public sealed class BulkTests(Desk desk) : IClassFixture<Desk>
{
    private Person Agent => desk.Tenant.Agent;

    [Fact]
    public async Task Up_to_100_tickets_change_at_once_each_by_itself_with_an_answer_for_each()
    {
        var (first, second) = (await Agent.NewTicket("one", new { tags = new[] { "old" } }), await Agent.NewTicket("two", new { tags = new[] { "old" }, priority = "urgent" }));
        var closed = await Agent.NewTicket("three");
        foreach (var status in new[] { "resolved", "closed" }) (await Agent.Put($"/tickets/{closed}/status", new { status })).Expect(200);
        var same = await Agent.NewTicket("four", new { priority = "urgent", tags = new[] { "new" } });
        var nobodys = Guid.NewGuid();

        var reply = (await Agent.Put("/tickets/update_many", new { ids = new[] { first, second, closed, same, nobodys }, set = new { priority = "urgent" }, addTags = new[] { "New" }, removeTags = new[] { "old" }, reason = "storm" })).Expect(200);
        Assert.Equal(["done", "done", "failed", "skipped", "failed"], States(reply));
        Assert.Equal("ticket_closed", reply["results.2.problem.code"]);
        Assert.Equal("not_found", reply["results.4.problem.code"]);
        Assert.Equal(["priority", "tags"], reply.At("results.0.changes")!.AsArray().Select(c => c!["field"]!.ToString()));
        Assert.Equal(["tags"], reply.At("results.1.changes")!.AsArray().Select(c => c!["field"]!.ToString()));
        var after = (await Agent.Get($"/tickets/{first}")).Expect(200);
        Assert.Equal(("urgent", "new", "2"), (after["priority"], after["tags.0"], after["version"]));
        Assert.Equal("storm", (await Agent.Get($"/tickets/{first}/history"))["data.0.reason"]);

        var job = (await Agent.Get($"/jobs/{reply["jobId"]}")).Expect(200);
        Assert.Equal(("tickets.update_many", "succeeded", "5", "5", "2"), (job["kind"], job["state"], job["total"], job["done"], job["failed"]));
    }

    [Fact]
    public async Task Fields_words_and_status_happen_in_that_order_and_a_refused_step_takes_the_others_of_its_ticket_back()
    {
        var (ready, fresh) = (await Agent.NewTicket(), await Agent.NewTicket());
        (await Agent.Put($"/tickets/{ready}/status", new { status = "resolved" })).Expect(200);
        var reply = (await Agent.Put("/tickets/update_many", new { ids = new[] { ready, fresh }, set = new { status = "closed", priority = "low" }, comment = new { body = "Closing these", visibility = "internal" } })).Expect(200);
        Assert.Equal(["done", "failed"], States(reply));
        Assert.Equal("transition_not_allowed", reply["results.1.problem.code"]);
        Assert.Equal("1", (await Agent.Get($"/tickets/{ready}/comments"))["pagination.total"]);
        Assert.Equal("0", (await Agent.Get($"/tickets/{fresh}/comments"))["pagination.total"]);
        Assert.Equal("normal", (await Agent.Get($"/tickets/{fresh}"))["priority"]);
    }

    [Theory]
    [InlineData("""{"ids":[],"set":{"priority":"low"}}""", 422, "ids")]
    [InlineData("""{"set":{"priority":"low"}}""", 422, "ids")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"filter":{"status":["new"]},"set":{"priority":"low"}}""", 422, "ids")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"]}""", 422, "set")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"delete":true,"addTags":["x"]}""", 422, "delete")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":{"colour":"red"}}""", 400, "colour")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":{"priority":"loud"}}""", 400, "priority")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":{"status":3}}""", 400, "status")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":[]}""", 400, "set")]
    [InlineData("""{"ids":["42"],"set":{"priority":"low"}}""", 400, "ids")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":{"subject":"\ud800"}}""", 400, "set")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":{"subject":"\u0000"}}""", 422, "set")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":{"status":"\u0000"}}""", 422, "set")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"set":{"customFields":{"n":1e400000}}}""", 422, "set")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"addTags":["a\u0000b"]}""", 422, "addTags")]
    [InlineData("""{"ids":["00000000-0000-7000-8000-000000000001"],"removeTags":["\u0000"]}""", 422, "removeTags")]
    [InlineData("""{"filter":{},"set":{"priority":"low"}}""", 422, "filter")]
    [InlineData("""{"filter":{"deleted":"false","status":[]},"set":{"priority":"low"}}""", 422, "filter")]
    [InlineData("""{"filter":{"status":["no_such"]},"set":{"priority":"low"}}""", 400, "status")]
    [InlineData("""{"filter":{"reference":[null]},"set":{"priority":"low"}}""", 400, "filter.reference")]
    [InlineData("""{"filter":{"nonsense":["x"]},"set":{"priority":"low"}}""", 400, "nonsense")]
    public async Task What_makes_no_sense_is_refused_before_any_ticket_is_touched(string body, int status, string member)
    {
        var reply = (await Agent.Put("/tickets/update_many", body)).Expect(status);
        Assert.Contains(member, reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_a_filter_matches_changes_in_a_job_and_only_what_the_caller_may_see()
    {
        var tenant = await desk.NewTenant("bulk-filter");
        var me = await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned);
        for (var i = 0; i < 30; i++) await tenant.Admin.NewTicket($"Number {i}", new { tags = new[] { "wave" }, assigneeId = i % 3 == 0 ? tenant.Admin.UserId : (Guid?)me.UserId });
        var asked = (await me.Put("/tickets/update_many", new { filter = new { tag = new[] { "wave" } }, set = new { priority = "high" } })).Expect(202);
        var job = await me.Ended(asked["id"]!);
        Assert.Equal(("succeeded", "20", "20", "0"), (job["state"], job["total"], job["done"], job["failed"]));
        Assert.Equal("20", (await tenant.Admin.Get("/tickets?priority=high"))["pagination.total"]);
        Assert.Equal("10", (await tenant.Admin.Get("/tickets?priority=normal"))["pagination.total"]);

        // by id as well: what is hidden answers like what does not exist
        var hidden = (await tenant.Admin.Get("/tickets?priority=normal"))["data.0.id"]!;
        var byId = (await me.Put("/tickets/update_many", new { ids = new[] { hidden }, set = new { priority = "high" } })).Expect(200);
        Assert.Equal("not_found", byId["results.0.problem.code"]);
        Assert.DoesNotContain("Number", byId.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_undo_brings_each_field_back_and_tells_what_somebody_changed_since_and_leaves_it()
    {
        var (plain, touched, commented) = (await Agent.NewTicket("a", new { tags = new[] { "x" } }), await Agent.NewTicket("b"), await Agent.NewTicket("c"));
        var reply = (await Agent.Put("/tickets/update_many", new
        {
            ids = new[] { plain, touched, commented },
            set = new { priority = "urgent", status = "resolved", assigneeId = Agent.UserId, dueAt = "2027-01-02T03:04:05Z" },
            addTags = new[] { "bulk" },
            comment = new { body = "Same for all" },
        })).Expect(200);
        Assert.Equal(["done", "done", "done"], States(reply));
        (await desk.Tenant.Manager.Patch($"/tickets/{touched}", new { priority = "low" })).Expect(200);
        (await Agent.Put($"/tickets/{commented}/status", new { status = "closed" })).Expect(200);

        var undo = await Agent.Ended((await Agent.Post($"/jobs/{reply["jobId"]}/undo")).Expect(202)["id"]!);
        Assert.Equal(("succeeded", "3", "0", "2"), (undo["state"], undo["done"], undo["failed"], undo["result.changedSince"]));
        var back = (await Agent.Get($"/tickets/{plain}")).Expect(200);
        Assert.Equal(("normal", "new", null, null, "x"), (back["priority"], back["status"], back["assigneeId"], back["dueAt"], string.Join(' ', back.At("tags")!.AsArray())));
        Assert.Equal("0", (await Agent.Get($"/tickets/{plain}/comments"))["pagination.total"]);
        Assert.Equal(("low", "new"), ((await Agent.Get($"/tickets/{touched}"))["priority"], (await Agent.Get($"/tickets/{touched}"))["status"]));
        Assert.Equal(("normal", "closed"), ((await Agent.Get($"/tickets/{commented}"))["priority"], (await Agent.Get($"/tickets/{commented}"))["status"]));

        var items = (await Agent.Get($"/jobs/{undo["id"]}/items")).Expect(200);
        Assert.Equal(("priority", desk.Tenant.Manager.UserId.ToString()), (items["data.1.outcome.changedSince.0.field"], items["data.1.outcome.changedSince.0.byId"]));
        Assert.NotNull(items["data.1.outcome.changedSince.0.at"]);
        Assert.Equal(["status", "comments"], items.At("data.2.outcome.changedSince")!.AsArray().Select(c => c!["field"]!.ToString()));

        Assert.Equal("undone_already", (await Agent.Post($"/jobs/{reply["jobId"]}/undo")).Expect(409)["code"]);
        Assert.Equal(undo["id"], (await Agent.Get($"/jobs/{reply["jobId"]}"))["undoneById"]);
        // and the undo of the undo
        var again = await Agent.Ended((await Agent.Post($"/jobs/{undo["id"]}/undo")).Expect(202)["id"]!);
        Assert.Equal("succeeded", again["state"]);
        var once = (await Agent.Get($"/tickets/{plain}")).Expect(200);
        Assert.Equal(("urgent", "resolved", Agent.UserId.ToString()), (once["priority"], once["status"], once["assigneeId"]));
    }

    [Fact]
    public async Task A_bulk_deletion_is_undone_and_a_deleted_ticket_restored_by_those_who_may_delete()
    {
        var manager = desk.Tenant.Manager;
        var (first, second) = (await manager.NewTicket("gone"), await manager.NewTicket("gone too"));
        Assert.Equal(403, (await Agent.Put("/tickets/update_many", new { ids = new[] { first }, delete = true })).Status);
        var reply = (await manager.Put("/tickets/update_many", new { ids = new[] { first, second }, delete = true })).Expect(200);
        Assert.Equal(["done", "done"], States(reply));
        Assert.Equal(404, (await manager.Get($"/tickets/{first}")).Status);
        Assert.Equal(403, (await Agent.Get("/tickets?deleted=true")).Status);
        var listed = (await manager.Get("/tickets?deleted=true")).Expect(200);
        Assert.Equal(400, (await manager.Get("/tickets?deleted=true&q=printer")).Status);
        Assert.Equal(2, listed.At("data")!.AsArray().Count(t => t!["id"]!.ToString() == first.ToString() || t["id"]!.ToString() == second.ToString()));
        Assert.NotNull(listed["data.0.deletedAt"]);

        Assert.Equal(403, (await Agent.Post($"/tickets/{first}/restore")).Status);
        Assert.Null((await manager.Post($"/tickets/{first}/restore", new { reason = "mistake" })).Expect(200)["deletedAt"]);
        (await manager.Get($"/tickets/{first}")).Expect(200);
        var undo = await manager.Ended((await manager.Post($"/jobs/{reply["jobId"]}/undo")).Expect(202)["id"]!);
        Assert.Equal("1", undo["result.changedSince"]);
        (await manager.Get($"/tickets/{second}")).Expect(200);
        var types = await desk.Scalar<string>(desk.Tenant.Id, "SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE tenant_id = $1 AND entity_id = $2", Rows.P(desk.Tenant.Id), Rows.P(second));
        Assert.Equal("ticket.created ticket.deleted ticket.restored", types);
    }

    [Fact]
    public async Task A_merged_ticket_that_a_bulk_change_deleted_comes_back_with_its_undo_and_goes_again_with_the_undo_of_that()
    {
        var manager = desk.Tenant.Manager;
        var (target, source) = (await manager.NewTicket("target"), await manager.NewTicket("source"));
        (await manager.Post($"/tickets/{target}/merge", new { sourceIds = new[] { source } })).Expect(200);
        var reply = (await manager.Put("/tickets/update_many", new { ids = new[] { source }, delete = true })).Expect(200);
        Assert.Equal(["done"], States(reply));
        var undo = await manager.Ended((await manager.Post($"/jobs/{reply["jobId"]}/undo")).Expect(202)["id"]!);
        Assert.Equal(("succeeded", "1", "0"), (undo["state"], undo["done"], undo["failed"]));
        Assert.Equal(target.ToString(), (await manager.Get($"/tickets/{source}")).Expect(200)["mergedIntoId"]);
        var again = await manager.Ended((await manager.Post($"/jobs/{undo["id"]}/undo")).Expect(202)["id"]!);
        Assert.Equal(("succeeded", "1", "0"), (again["state"], again["done"], again["failed"]));
        Assert.Equal(404, (await manager.Get($"/tickets/{source}")).Status);
    }

    [Fact]
    public async Task An_undo_in_which_something_failed_is_asked_for_again_and_does_the_rest_once()
    {
        var manager = desk.Tenant.Manager;
        var (first, second) = (await Agent.NewTicket("first"), await Agent.NewTicket("second"));
        var job = (await Agent.Put("/tickets/update_many", new { ids = new[] { first, second }, set = new { priority = "high" } })).Expect(200)["jobId"];
        (await manager.Delete($"/tickets/{second}")).Expect(204);
        var undo = await Agent.Ended((await Agent.Post($"/jobs/{job}/undo")).Expect(202)["id"]!);
        Assert.Equal(("succeeded", "2", "1"), (undo["state"], undo["done"], undo["failed"]));
        (await manager.Post($"/tickets/{second}/restore")).Expect(200);
        // what was taken back, and made again by somebody since, is not the undo's any more
        (await manager.Patch($"/tickets/{first}", new { priority = "high" })).Expect(200);

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Agent.Post($"/jobs/{job}/undo")));
        Assert.Equal([202, 409, 409, 409], replies.Select(r => r.Status).Order());
        var rest = await Agent.Ended(replies.Single(r => r.Status == 202)["id"]!);
        Assert.Equal(("succeeded", "1", "0", "0"), (rest["state"], rest["total"], rest["failed"], rest["result.changedSince"]));
        Assert.Equal(("high", "normal"), ((await Agent.Get($"/tickets/{first}"))["priority"], (await Agent.Get($"/tickets/{second}"))["priority"]));
        Assert.Equal((3, 2), (await Times(first), await Times(second)));
        Assert.Equal("undone_already", (await Agent.Post($"/jobs/{job}/undo")).Expect(409)["code"]);
        Assert.Equal(rest["id"], (await Agent.Get($"/jobs/{job}"))["undoneById"]);
    }

    [Fact]
    public async Task An_undo_that_was_stopped_is_asked_for_again_but_not_while_it_is_at_work()
    {
        var tickets = new List<Guid>();
        for (var i = 0; i < 10; i++) tickets.Add(await Agent.NewTicket($"Number {i}"));
        var job = (await Agent.Put("/tickets/update_many", new { ids = tickets, set = new { priority = "high" } })).Expect(200)["jobId"];
        var undo = "";
        await using (var session = desk.Database.For(desk.Tenant.Id))
        {
            await session.Transact<Nothing>(async () =>
            {
                // the undo waits for its first tickets, and hears on the way that it is to stop
                await session.Execute("SELECT 1 FROM tickets WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE", CancellationToken.None, Rows.P(desk.Tenant.Id), Rows.P(tickets.ToArray()));
                undo = (await Agent.Post($"/jobs/{job}/undo")).Expect(202)["id"]!;
                await Eventually.Holds(async () => (await Agent.Get($"/jobs/{undo}"))["total"] is not null);
                Assert.Equal("undone_already", (await Agent.Post($"/jobs/{job}/undo")).Expect(409)["code"]);
                (await Agent.Post($"/jobs/{undo}/cancel")).Expect(200);
                await Eventually.Holds(async () => await desk.Scalar<bool>(desk.Tenant.Id,
                    "SELECT state <> 'running' OR claimed_until > cancel_requested_at + $3 FROM jobs WHERE tenant_id = $1 AND id = $2", Rows.P(desk.Tenant.Id), Rows.P(Guid.Parse(undo)), Rows.P(JobRunner.ClaimedFor)));
                return default(Nothing);
            }, CancellationToken.None);
        }

        var stopped = await Agent.Ended(undo);
        Assert.Equal("cancelled", stopped["state"]);
        var done = int.Parse(stopped["done"]!);
        Assert.InRange(done, 0, 9);
        var rest = await Agent.Ended((await Agent.Post($"/jobs/{job}/undo")).Expect(202)["id"]!);
        Assert.Equal(("succeeded", $"{10 - done}", "0", "0"), (rest["state"], rest["total"], rest["failed"], rest["result.changedSince"]));
        foreach (var id in tickets) Assert.Equal(("normal", 2), ((await Agent.Get($"/tickets/{id}"))["priority"], await Times(id)));
        Assert.Equal("undone_already", (await Agent.Post($"/jobs/{job}/undo")).Expect(409)["code"]);
    }

    [Fact]
    public async Task After_thirty_days_nothing_is_restored_or_undone()
    {
        var manager = desk.Tenant.Manager;
        var ticket = await manager.NewTicket("long gone");
        var reply = (await manager.Put("/tickets/update_many", new { ids = new[] { ticket }, delete = true })).Expect(200);
        await using var session = desk.Database.For(desk.Tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("UPDATE tickets SET deleted_at = now() - interval '31 days' WHERE tenant_id = $1 AND id = $2", CancellationToken.None, Rows.P(desk.Tenant.Id), Rows.P(ticket));
            await session.Execute("UPDATE jobs SET finished_at = now() - interval '31 days' WHERE tenant_id = $1 AND id = $2", CancellationToken.None, Rows.P(desk.Tenant.Id), Rows.P(Guid.Parse(reply["jobId"]!)));
            return default(Nothing);
        }, CancellationToken.None);
        Assert.Equal("restore_ended", (await manager.Post($"/tickets/{ticket}/restore")).Expect(409)["code"]);
        Assert.Equal("undo_ended", (await manager.Post($"/jobs/{reply["jobId"]}/undo")).Expect(409)["code"]);
    }

    [Fact]
    public async Task Sec26_Nobody_else_undoes_ones_job_and_two_at_once_undo_it_once()
    {
        var ticket = await Agent.NewTicket();
        var job = (await Agent.Put("/tickets/update_many", new { ids = new[] { ticket }, set = new { priority = "high" } })).Expect(200)["jobId"];
        Assert.Equal(404, (await desk.Tenant.Admin.Post($"/jobs/{job}/undo")).Status);
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Agent.Post($"/jobs/{job}/undo")));
        Assert.Equal([202, 409, 409, 409, 409, 409], replies.Select(r => r.Status).Order());
    }

    /// <summary>How often the priority of a ticket was changed.</summary>
    private async Task<int> Times(Guid ticket) => (await Agent.Get($"/tickets/{ticket}/history")).Expect(200).At("data")!.AsArray().Count(h => h!["field"]!.ToString() == "priority");

    private static IEnumerable<string> States(Reply reply) => reply.At("results")!.AsArray().Select(r => r!["state"]!.ToString());
}
