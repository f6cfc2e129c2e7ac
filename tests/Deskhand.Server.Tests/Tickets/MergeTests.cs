using Deskhand.Access;
using Deskhand.Data;

namespace Deskhand.Server.Tests.Tickets;

public sealed class MergeTests(Desk desk) : IClassFixture<Desk>
{
    private Person Agent => desk.Tenant.Agent;

    [Fact]
    public async Task Comments_files_tags_and_followers_go_along_and_the_source_closes_and_answers_by_the_target()
    {
        var (target, source) = (await Agent.NewTicket("target", new { tags = new[] { "a" } }), await Agent.NewTicket("source", new { tags = new[] { "b" } }));
        await Say(source, "one");
        await Say(target, "two");
        (await Agent.Put($"/tickets/{source}/followers/{Agent.UserId}")).Expect(204);
        (await Agent.Send($"/tickets/{source}/attachments", Files.Png)).Expect(201);
        var merged = (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { source }, comment = "same outage" })).Expect(200);
        Assert.Equal(("a b", Agent.UserId.ToString()), (string.Join(' ', merged.At("tags")!.AsArray()), merged["followerIds.0"]));
        Assert.Equal(["one", "two"], await Public(target));
        Assert.Empty(await Public(source));
        Assert.Equal(("1", "0"), ((await Agent.Get($"/tickets/{target}/attachments"))["pagination.total"], (await Agent.Get($"/tickets/{source}/attachments"))["pagination.total"]));

        var gone = (await Agent.Get($"/tickets/{source}")).Expect(200);
        Assert.Equal(("closed", target.ToString(), target.ToString(), merged["reference"], merged["number"]), (gone["statusCategory"], gone["mergedIntoId"], gone["mergedInto.id"], gone["mergedInto.reference"], gone["mergedInto.number"]));
        Assert.Equal($"Merged into {merged["reference"]}", (await Agent.Get($"/tickets/{source}/status-history"))["data.0.reason"]);
        Assert.Contains("same outage", (await Agent.Get($"/tickets/{source}/comments")).Text, StringComparison.Ordinal);

        // a reply to the source lands in the target and says so
        Assert.Equal(target.ToString(), (await Agent.Post($"/tickets/{source}/comments", new { body = "three" })).Expect(201)["ticketId"]);
        Assert.Equal("ticket_merged", (await Agent.Patch($"/tickets/{source}", new { priority = "low" })).Expect(409)["code"]);
        Assert.Equal("merged_already", (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { source } })).Expect(409)["code"]);
        Assert.Equal("ticket_merged", (await Agent.Post($"/tickets/{source}/merge", new { sourceIds = new[] { target } })).Expect(409)["code"]);
        Assert.Equal(422, (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { target } })).Status);
        Assert.Equal(422, (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = Array.Empty<Guid>() })).Status);
        Assert.Equal(404, (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { Guid.NewGuid() } })).Status);
        var types = await desk.Scalar<string>(desk.Tenant.Id, "SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE tenant_id = $1 AND entity_id = $2 AND sequence > 4", Rows.P(desk.Tenant.Id), Rows.P(source));
        Assert.Equal("ticket.updated ticket.merged ticket.status_changed ticket.closed ticket.commented", types);
    }

    [Fact]
    public async Task An_unmerge_takes_back_exactly_what_went_along_even_after_both_went_on()
    {
        var (target, first, second) = (await Agent.NewTicket("target"), await Agent.NewTicket("first", new { tags = new[] { "x" } }), await Agent.NewTicket("second", new { tags = new[] { "x", "y" } }));
        (await Agent.Put($"/tickets/{first}/status", new { status = "pending_customer" })).Expect(200);
        await Say(first, "of first");
        await Say(second, "of second");
        (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { first, second } })).Expect(200);
        await Say(target, "written since");
        await Say(first, "written to first since");
        (await desk.Tenant.Manager.Delete($"/tickets/{second}")).Expect(204);
        (await desk.Tenant.Manager.Post($"/tickets/{second}/restore")).Expect(200);

        var back = (await Agent.Post($"/tickets/{target}/unmerge", new { sourceIds = new[] { first } })).Expect(200);
        Assert.Equal(("pending_customer", null, "0"), (back["tickets.0.ticket.status"], back["tickets.0.ticket.mergedIntoId"], back.At("tickets.0.changedSince")!.AsArray().Count.ToString()));
        Assert.Equal(["of first"], await Public(first));
        Assert.Equal(["of second", "written since", "written to first since"], await Public(target));
        // the other one has that tag too
        Assert.Equal("x y", string.Join(' ', (await Agent.Get($"/tickets/{target}")).At("tags")!.AsArray()));

        // on the source itself, which somebody touched meanwhile
        var other = (await Agent.Post($"/tickets/{second}/unmerge")).Expect(200);
        Assert.Equal(["deletedAt", "deletedAt"], other.At("tickets.0.changedSince")!.AsArray().Select(c => c!["field"]!.ToString()));
        Assert.Equal(["of second"], await Public(second));
        Assert.Equal("x", string.Join(' ', (await Agent.Get($"/tickets/{target}")).At("tags")!.AsArray()));
        Assert.Equal("not_merged", (await Agent.Post($"/tickets/{target}/unmerge")).Expect(409)["code"]);
        (await Agent.Put($"/tickets/{first}/status", new { status = "in_progress" })).Expect(200);
    }

    [Theory]
    [InlineData("A B")]
    [InlineData("B A")]
    [InlineData("both")]
    public async Task Chains_of_merges_are_taken_back_in_any_order(string order)
    {
        var (a, b, c) = (await Agent.NewTicket("a"), await Agent.NewTicket("b"), await Agent.NewTicket("c"));
        foreach (var (id, words) in new[] { (a, "of a"), (b, "of b"), (c, "of c") }) await Say(id, words);
        (await Agent.Post($"/tickets/{b}/merge", new { sourceIds = new[] { a } })).Expect(200);
        (await Agent.Post($"/tickets/{c}/merge", new { sourceIds = new[] { b } })).Expect(200);
        Assert.Equal(["of a", "of b", "of c"], await Public(c));
        Assert.Equal(c.ToString(), (await Agent.Get($"/tickets/{a}"))["mergedInto.id"]);
        Assert.Equal(c.ToString(), (await Agent.Post($"/tickets/{a}/comments", new { body = "late" })).Expect(201)["ticketId"]);
        if (order == "both") (await Agent.Post($"/tickets/{c}/unmerge", new { sourceIds = new[] { b, a } })).Expect(200);
        else
            foreach (var id in order == "A B" ? new[] { a, b } : [b, a]) (await Agent.Post($"/tickets/{id}/unmerge")).Expect(200);
        Assert.Equal(["of a"], await Public(a));
        Assert.Equal(["of b"], await Public(b));
        Assert.Equal(["late", "of c"], await Public(c));
    }

    [Fact]
    public async Task A_deleted_source_stays_where_it_went_and_holds_up_no_other()
    {
        var (target, gone, there) = (await Agent.NewTicket("target"), await Agent.NewTicket("gone"), await Agent.NewTicket("there"));
        await Say(gone, "of gone");
        await Say(there, "of there");
        (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { gone, there } })).Expect(200);
        (await desk.Tenant.Manager.Delete($"/tickets/{gone}")).Expect(204);

        var named = (await Agent.Post($"/tickets/{target}/unmerge", new { sourceIds = new[] { there, gone } })).Expect(409);
        Assert.Equal(("ticket_deleted", true), (named["code"], named.At("errors.sourceIds") is not null));
        var back = (await Agent.Post($"/tickets/{target}/unmerge", new { })).Expect(200);
        Assert.Equal([there.ToString()], back.At("tickets")!.AsArray().Select(t => t!["ticket"]!["id"]!.ToString()));
        Assert.Equal(["of there"], await Public(there));
        Assert.Equal(["of gone"], await Public(target));
        Assert.Contains("restored", (await Agent.Post($"/tickets/{target}/unmerge", new { })).Expect(409)["detail"]!, StringComparison.Ordinal);
        (await desk.Tenant.Manager.Post($"/tickets/{gone}/restore")).Expect(200);
        (await Agent.Post($"/tickets/{target}/unmerge", new { })).Expect(200);
        Assert.Equal(["of gone"], await Public(gone));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Out_of_a_deleted_target_a_ticket_is_taken_by_who_may_delete_also_when_nothing_restores_it_any_more(bool longAgo)
    {
        var manager = desk.Tenant.Manager;
        var (target, source) = (await Agent.NewTicket("target"), await Agent.NewTicket("source", new { tags = new[] { "mine" } }));
        await Say(source, "of source");
        await Say(target, "of target");
        (await Agent.Post($"/tickets/{target}/merge", new { sourceIds = new[] { source } })).Expect(200);
        (await manager.Delete($"/tickets/{target}")).Expect(204);
        if (longAgo)
        {
            await using var session = desk.Database.For(desk.Tenant.Id);
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("UPDATE ticket_merges SET merged_at = merged_at - interval '40 days' WHERE tenant_id = $1 AND source_id = $2", CancellationToken.None, Rows.P(desk.Tenant.Id), Rows.P(source));
                await session.Execute("UPDATE tickets SET deleted_at = deleted_at - interval '40 days' WHERE tenant_id = $1 AND id = $2", CancellationToken.None, Rows.P(desk.Tenant.Id), Rows.P(target));
                return default(Nothing);
            }, CancellationToken.None);
        }

        Assert.Contains("tickets:delete", (await Agent.Post($"/tickets/{source}/unmerge")).Expect(403)["detail"]!, StringComparison.Ordinal);
        Assert.Empty(await Public(source));
        var back = (await manager.Post($"/tickets/{source}/unmerge")).Expect(200);
        Assert.Equal((source.ToString(), null, target.ToString()), (back["tickets.0.ticket.id"], back["tickets.0.ticket.mergedIntoId"], back["tickets.0.fromId"]));
        Assert.Equal(["of source"], await Public(source));
        Assert.Equal(404, (await manager.Get($"/tickets/{target}")).Status);
        (await manager.Post($"/tickets/{target}/restore")).Expect(longAgo ? 409 : 200);
        if (longAgo) return;
        Assert.Equal(["of target"], await Public(target));
        Assert.Empty((await manager.Get($"/tickets/{target}")).At("tags")!.AsArray());
    }

    [Fact]
    public async Task A_deleted_ticket_in_the_middle_of_a_chain_holds_nothing_up()
    {
        var (a, b, c) = (await Agent.NewTicket("a"), await Agent.NewTicket("b"), await Agent.NewTicket("c"));
        foreach (var (id, words) in new[] { (a, "of a"), (b, "of b"), (c, "of c") }) await Say(id, words);
        (await Agent.Post($"/tickets/{b}/merge", new { sourceIds = new[] { a } })).Expect(200);
        (await Agent.Post($"/tickets/{c}/merge", new { sourceIds = new[] { b } })).Expect(200);
        (await desk.Tenant.Manager.Delete($"/tickets/{b}")).Expect(204);
        (await Agent.Post($"/tickets/{a}/unmerge")).Expect(200);
        Assert.Equal(["of a"], await Public(a));
        Assert.Equal(["of b", "of c"], await Public(c));
    }

    [Fact]
    public async Task What_came_back_and_went_elsewhere_stays_there_when_an_older_merge_ends()
    {
        var (a, b, c) = (await Agent.NewTicket("a"), await Agent.NewTicket("b"), await Agent.NewTicket("c"));
        await Say(a, "of a");
        (await Agent.Post($"/tickets/{b}/merge", new { sourceIds = new[] { a } })).Expect(200);
        (await Agent.Post($"/tickets/{c}/merge", new { sourceIds = new[] { b } })).Expect(200);
        (await Agent.Post($"/tickets/{a}/unmerge")).Expect(200);
        (await Agent.Post($"/tickets/{c}/merge", new { sourceIds = new[] { a } })).Expect(200);
        (await Agent.Post($"/tickets/{b}/unmerge")).Expect(200);
        Assert.Equal(["of a"], await Public(c));
        Assert.Empty(await Public(b));
    }

    [Fact]
    public async Task A_comment_is_split_into_a_ticket_of_its_own_and_merged_back()
    {
        var original = await Agent.NewTicket("Two things", new { priority = "high", tags = new[] { "vip" } });
        await Say(original, "the line");
        var other = (await Agent.Post($"/tickets/{original}/comments", new { body = "the invoice" })).Expect(201)["id"];
        var made = (await Agent.Post($"/tickets/{original}/split", new { commentId = other, subject = "The invoice" })).Expect(201);
        Assert.Equal(("The invoice", "high", "vip"), (made["subject"], made["priority"], made["tags.0"]));
        Assert.Equal(["the invoice"], await Public(Guid.Parse(made["id"]!)));
        Assert.Equal(["the line"], await Public(original));
        Assert.Contains(made["reference"]!, (await Agent.Get($"/tickets/{original}/comments")).Text, StringComparison.Ordinal);
        Assert.Equal(("relates", made["id"]), ((await Agent.Get($"/tickets/{original}/links"))["data.0.kind"], (await Agent.Get($"/tickets/{original}/links"))["data.0.ticket.id"]));
        Assert.Equal(original.ToString(), (await Agent.Get($"/tickets/{made["id"]}/links"))["data.0.ticket.id"]);
        Assert.Equal(404, (await Agent.Post($"/tickets/{original}/split", new { commentId = other })).Status);
        (await Agent.Post($"/tickets/{original}/merge", new { sourceIds = new[] { made["id"] } })).Expect(200);
        Assert.Equal(["the invoice", "the line"], await Public(original));
    }

    [Fact]
    public async Task A_split_takes_over_what_its_original_has_whatever_became_of_it_since()
    {
        var tenant = await desk.NewTenant("old-splits");
        var (admin, agent) = (tenant.Admin, tenant.Agent);
        var category = (await admin.Post("/categories", new { key = "fibre", name = "Fibre", subcategories = new[] { "drop" } })).Expect(201)["id"];
        var field = (await admin.Post("/custom-fields", new { key = "line", label = "Line", type = "text" })).Expect(201)["id"];
        var group = (await admin.Post("/groups", new { name = "Lines" })).Expect(201)["id"];
        var customer = (await agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"];
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Ada" })).Expect(201)["id"];
        var location = (await agent.Post($"/customers/{customer}/locations", new { name = "Depot" })).Expect(201)["id"];
        var asset = (await agent.Post("/assets", new { number = "DR-OLD", customerId = customer, locationId = location })).Expect(201)["id"];
        var carried = new { category = "fibre", subcategory = "drop", customFields = new { line = "copper" }, groupId = group, customerId = customer, contactId = contact, locationId = location, assetId = asset };
        var original = await agent.NewTicket("Two things", carried);
        var said = new List<string>();
        foreach (var words in new[] { "one", "two" }) said.Add((await agent.Post($"/tickets/{original}/comments", new { body = words })).Expect(201)["id"]!);
        (await agent.Put($"/tickets/{original}/resolve", new { })).Expect(200);

        (await admin.Patch($"/categories/{category}", new { active = false })).Expect(200);
        (await admin.Patch($"/custom-fields/{field}", new { active = false })).Expect(200);
        (await admin.Post("/custom-fields", new { key = "site", label = "Site", type = "text", required = true })).Expect(201);
        (await admin.Delete($"/assets/{asset}")).Expect(204);
        (await admin.Delete($"/customers/{customer}")).Expect(204);
        (await agent.Post("/tickets", new { subject = "x", category = "fibre", customFields = new { site = "north" } })).Expect(422);
        // who may not assign takes the group over, as it is, and names no other
        var holder = await desk.NewTokenHolder(tenant, Role.Agent, Permission.TicketsRead, Permission.TicketsCreate, Permission.TicketsUpdate);
        (await holder.Patch($"/tickets/{original}", new { priority = "high" })).Expect(200);
        (await holder.Post($"/tickets/{original}/split", new { commentId = said[0], subject = " " })).Expect(422);
        (await holder.Post($"/tickets/{original}/split", new { commentId = said[0], groupId = group })).Expect(403);
        var made = (await holder.Post($"/tickets/{original}/split", new { commentId = said[0] })).Expect(201);
        Carries(made, group);

        // a group that is gone is nobody's queue
        (await agent.Put($"/tickets/{made["id"]}/resolve", new { })).Expect(200);
        (await admin.Delete($"/groups/{group}")).Expect(204);
        Assert.Equal("group_not_found", (await agent.Post($"/tickets/{original}/split", new { commentId = said[1], groupId = group })).Expect(404)["code"]);
        Carries((await holder.Post($"/tickets/{original}/split", new { commentId = said[1] })).Expect(201), null);

        void Carries(Reply split, string? queue)
        {
            Assert.Equal(("fibre", "drop", "copper", queue), (split["category"], split["subcategory"], split["customFields.line"], split["groupId"]));
            Assert.Equal((customer, contact, location, asset), (split["customerId"], split["contactId"], split["locationId"], split["assetId"]));
        }
    }

    [Fact]
    public async Task Sec06_Nobody_merges_or_splits_what_is_hidden_from_them()
    {
        var tenant = await desk.NewTenant("hidden-merges");
        var me = await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned);
        var (mine, hidden) = (await me.NewTicket("mine"), await tenant.Admin.NewTicket("a secret", new { assigneeId = tenant.Admin.UserId }));
        foreach (var reply in new[]
        {
            await me.Post($"/tickets/{mine}/merge", new { sourceIds = new[] { hidden } }),
            await me.Post($"/tickets/{hidden}/merge", new { sourceIds = new[] { mine } }),
            await me.Post($"/tickets/{hidden}/unmerge"),
            await me.Post($"/tickets/{mine}/links", new { kind = "relates", ticketId = hidden }),
            await me.Put($"/tickets/{hidden}/followers/{me.UserId}"),
        })
        {
            Assert.Equal(404, reply.Status);
            Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
        }

        // merged by somebody else into what is hidden: the reply has nowhere to go that its writer may see
        (await tenant.Admin.Post($"/tickets/{hidden}/merge", new { sourceIds = new[] { mine } })).Expect(200);
        Assert.Null((await me.Get($"/tickets/{mine}")).Expect(200)["mergedInto"]);
        Assert.Equal("ticket_merged", (await me.Post($"/tickets/{mine}/comments", new { body = "hello?" })).Expect(409)["code"]);
        Assert.Equal("invalid", (await tenant.Admin.Put($"/tickets/{hidden}/followers/{me.UserId}")).Expect(422)["code"]);
    }

    [Fact]
    public async Task Sec32_Merges_and_unmerges_race_with_replies_and_no_comment_is_lost_or_doubled()
    {
        var tickets = new List<Guid>();
        for (var i = 0; i < 5; i++) tickets.Add(await Agent.NewTicket($"Number {i}"));
        var said = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(6));
        var writers = Enumerable.Range(0, 6).Select(async w =>
        {
            var dice = new Random(w);
            for (var n = 0; !over.IsCancellationRequested; n++)
            {
                var words = $"{w}-{n}";
                var reply = await Agent.Send(HttpMethod.Post, $"/tickets/{tickets[dice.Next(tickets.Count)]}/comments", new { body = words }, [.. n % 3 == 0 ? new[] { ("Idempotency-Key", "race-" + words) } : []]);
                Assert.True(reply.Status is 201 or 409, reply.Text);
                if (reply.Status == 201) said.Add(words);
                else Assert.True(reply["code"] is "ticket_merged", reply.Text);
            }
        });
        var movers = Enumerable.Range(0, 3).Select(async m =>
        {
            var dice = new Random(100 + m);
            while (!over.IsCancellationRequested)
            {
                var (one, other) = (tickets[dice.Next(tickets.Count)], tickets[dice.Next(tickets.Count)]);
                var reply = dice.Next(2) == 0 ? await Agent.Post($"/tickets/{one}/merge", new { sourceIds = new[] { other } }) : await Agent.Post($"/tickets/{one}/unmerge");
                Assert.True(reply.Status is 200 or 409 or 422, reply.Text);
            }
        });
        await Task.WhenAll([.. writers, .. movers]);

        var found = new List<string>();
        foreach (var id in tickets) found.AddRange(await Public(id));
        Assert.True(said.Count > 20, $"only {said.Count} comments");
        Assert.Equal(said.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        // and when every merge has been taken back, each ticket stands for itself
        foreach (var id in tickets)
            while ((await Agent.Get($"/tickets/{id}"))["mergedIntoId"] is not null) (await Agent.Post($"/tickets/{id}/unmerge")).Expect(200);
        found.Clear();
        foreach (var id in tickets) found.AddRange(await Public(id));
        Assert.Equal(said.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    private async Task Say(Guid ticket, string words) => (await Agent.Post($"/tickets/{ticket}/comments", new { body = words })).Expect(201);

    /// <summary>The public comments of a ticket, sorted.</summary>
    private async Task<IEnumerable<string>> Public(Guid ticket)
    {
        var words = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await Agent.Get($"/tickets/{ticket}/comments?limit=100{cursor}")).Expect(200);
            words.AddRange(page.At("data")!.AsArray().Where(c => c!["visibility"]!.ToString() == "public").Select(c => c!["body"]!.ToString()));
            cursor = page["pagination.nextCursor"] is { } next ? "&cursor=" + next : null;
        }

        return words.Order(StringComparer.Ordinal);
    }
}
