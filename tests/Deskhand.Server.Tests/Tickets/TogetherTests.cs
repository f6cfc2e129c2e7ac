using Deskhand.Access;
using Deskhand.Server.Tests.Jobs;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>Links, followers, problems with their incidents, and two who work on one ticket at once.</summary>
public sealed class TogetherTests(Desk desk) : IClassFixture<Desk>
{
    private Person Agent => desk.Tenant.Agent;

    [Fact]
    public async Task A_link_is_seen_from_both_tickets_is_made_once_and_goes_at_both()
    {
        var (one, other) = (await Agent.NewTicket("one"), await Agent.NewTicket("other"));
        var link = (await Agent.Post($"/tickets/{one}/links", new { kind = "blocks", ticketId = other })).Expect(201);
        Assert.Equal(("blocks", "other"), (link["kind"], link["subject"]));
        Assert.Equal("blocked_by", (await Agent.Get($"/tickets/{other}/links"))["data.0.kind"]);
        Assert.Equal("link_exists", (await Agent.Post($"/tickets/{other}/links", new { kind = "blocked_by", ticketId = one })).Expect(409)["code"]);
        Assert.Equal(422, (await Agent.Post($"/tickets/{one}/links", new { kind = "relates", ticketId = one })).Status);
        Assert.Equal(400, (await Agent.Post($"/tickets/{one}/links", new { kind = "hates", ticketId = other })).Status);
        Assert.Equal("links", (await Agent.Get($"/tickets/{other}/history"))["data.0.field"]);
        (await Agent.Delete($"/tickets/{other}/links/{link["id"]}")).Expect(204);
        Assert.Equal(404, (await Agent.Delete($"/tickets/{one}/links/{link["id"]}")).Status);
        Assert.Equal("0", (await Agent.Get($"/tickets/{one}/links"))["pagination.total"]);
    }

    [Fact]
    public async Task Tickets_that_would_wait_for_each_other_in_a_circle_are_refused_also_when_all_are_linked_at_once()
    {
        var t = new List<Guid>();
        for (var i = 0; i < 4; i++) t.Add(await Agent.NewTicket($"Number {i}"));
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Agent.Post($"/tickets/{t[i]}/links", new { kind = "blocks", ticketId = t[(i + 1) % 4] })));
        Assert.Equal([201, 201, 201, 409], replies.Select(r => r.Status).Order());
        Assert.Equal("link_circle", replies.Single(r => r.Status == 409)["code"]);
    }

    [Fact]
    public async Task A_solved_problem_offers_its_open_incidents_and_solves_them_when_asked()
    {
        var problem = await Agent.NewTicket("Cable cut", new { type = "problem" });
        var incidents = new List<Guid>();
        for (var i = 0; i < 3; i++) incidents.Add(await Agent.NewTicket($"No internet {i}", new { type = "incident", problemId = problem }));
        Assert.Equal(422, (await Agent.Post("/tickets", new { subject = "x", type = "incident", problemId = incidents[0] })).Status);
        Assert.Equal("3", (await Agent.Get($"/tickets?problemId={problem}"))["pagination.total"]);
        Assert.Equal(["incident", "incident", "incident"], (await Agent.Get($"/tickets/{problem}/links")).At("data")!.AsArray().Select(l => l!["kind"]!.ToString()));
        Assert.Equal(("problem", problem.ToString()), ((await Agent.Get($"/tickets/{incidents[0]}/links"))["data.0.kind"], (await Agent.Get($"/tickets/{incidents[0]}/links"))["data.0.ticket.id"]));
        (await Agent.Put($"/tickets/{incidents[2]}/resolve")).Expect(200);

        var offered = (await Agent.Put($"/tickets/{problem}/resolve", new { reason = "spliced" })).Expect(200);
        Assert.Equal(incidents.Take(2).Select(i => i.ToString()), offered.At("openIncidents")!.AsArray().Select(i => i!.ToString()));
        Assert.Equal("new", (await Agent.Get($"/tickets/{incidents[0]}"))["status"]);
        var solved = (await Agent.Put($"/tickets/{problem}/resolve", new { resolveIncidents = true })).Expect(200);
        Assert.Equal("resolved", (await Agent.Get($"/tickets/{incidents[0]}"))["status"]);
        Assert.Contains(solved["reference"]!, (await Agent.Get($"/tickets/{incidents[0]}/status-history"))["data.0.reason"], StringComparison.Ordinal);
        Assert.Equal("2", (await Agent.Get($"/jobs/{solved["incidentsJobId"]}"))["done"]);
        await Agent.Ended((await Agent.Post($"/jobs/{solved["incidentsJobId"]}/undo")).Expect(202)["id"]!);
        Assert.Equal("new", (await Agent.Get($"/tickets/{incidents[0]}"))["status"]);
    }

    [Fact]
    public async Task More_than_twenty_incidents_are_solved_by_a_job()
    {
        var problem = await Agent.NewTicket("Storm", new { type = "problem" });
        for (var i = 0; i < 23; i++) await Agent.NewTicket($"Down {i}", new { type = "incident", problemId = problem });
        var solved = (await Agent.Put($"/tickets/{problem}/resolve", new { resolveIncidents = true })).Expect(200);
        Assert.Equal(("succeeded", "23"), ((await Agent.Ended(solved["incidentsJobId"]!))["state"], (await Agent.Get($"/tickets?problemId={problem}&status=resolved"))["pagination.total"]));
    }

    [Fact]
    public async Task Who_may_read_a_ticket_may_follow_it_and_finds_it_by_that()
    {
        var ticket = await Agent.NewTicket("watched");
        var light = desk.Tenant.LightAgent;
        (await light.Put($"/tickets/{ticket}/followers/{light.UserId}")).Expect(204);
        (await light.Put($"/tickets/{ticket}/followers/{light.UserId}")).Expect(204);
        Assert.Equal(403, (await light.Put($"/tickets/{ticket}/followers/{Agent.UserId}")).Status);
        Assert.Equal(404, (await Agent.Put($"/tickets/{ticket}/followers/{Guid.NewGuid()}")).Status);
        Assert.Equal(ticket.ToString(), (await light.Get("/tickets?follower=me")).Expect(200)["data.0.id"]);
        Assert.Equal(light.UserId.ToString(), (await Agent.Get($"/tickets/{ticket}"))["followerIds.0"]);
        Assert.Equal(light.Email, (await Agent.Get($"/tickets/{ticket}/followers"))["data.0.email"]);
        (await Agent.Delete($"/tickets/{ticket}/followers/{light.UserId}")).Expect(204);
        Assert.Equal("0", (await light.Get("/tickets?follower=me"))["pagination.total"]);
    }

    [Fact]
    public async Task Sec10_A_reply_written_while_something_new_arrived_is_taken_and_told_what_its_writer_may_read()
    {
        var ticket = await Agent.NewTicket("busy");
        var seen = int.Parse((await Agent.Get($"/tickets/{ticket}"))["version"]!);
        Assert.Empty((await Agent.Post($"/tickets/{ticket}/comments", new { body = "first", basedOnVersion = seen })).Expect(201).At("newer")!.AsArray());
        var note = (await desk.Tenant.Manager.Post($"/tickets/{ticket}/notes", new { body = "psst" })).Expect(201)["id"];
        var words = (await desk.Tenant.Manager.Post($"/tickets/{ticket}/comments", new { body = "hello" })).Expect(201)["id"];
        var late = (await Agent.Post($"/tickets/{ticket}/comments", new { body = "second", basedOnVersion = seen + 1 })).Expect(201);
        Assert.Equal([note, words], late.At("newer")!.AsArray().Select(n => n!["commentId"]!.ToString()));
        Assert.Null((await Agent.Post($"/tickets/{ticket}/comments", new { body = "third" })).Expect(201).At("newer"));
        Assert.Equal(422, (await Agent.Post($"/tickets/{ticket}/comments", new { body = "fourth", basedOnVersion = 99 })).Status);

        var holder = await desk.NewTokenHolder(desk.Tenant, Role.Agent, Permission.TicketsRead, Permission.CommentsWrite);
        var without = (await holder.Post($"/tickets/{ticket}/comments", new { body = "fifth", basedOnVersion = seen + 1 })).Expect(201);
        Assert.DoesNotContain(note!, without.Text, StringComparison.Ordinal);
        Assert.Contains(words!, without.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sec32_Of_two_who_take_a_ticket_at_once_one_wins_and_the_other_is_told_who()
    {
        for (var round = 0; round < 10; round++)
        {
            var ticket = await Agent.NewTicket("whose?");
            var people = new[] { Agent, desk.Tenant.Manager };
            var replies = await Task.WhenAll(people.Select(p => p.Put($"/tickets/{ticket}/assign", new { assigneeId = p.UserId, basedOnVersion = 1 })));
            Assert.Equal([200, 409], replies.Select(r => r.Status).Order());
            var winner = people[replies[0].Status == 200 ? 0 : 1];
            var lost = replies.Single(r => r.Status == 409);
            Assert.Equal(("assigned_meanwhile", winner.UserId.ToString()), (lost["code"], lost["present.assigneeId"]));
            Assert.Equal(winner.UserId.ToString(), (await Agent.Get($"/tickets/{ticket}"))["assigneeId"]);
        }
    }
}
