using System.Text.Json.Nodes;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Directory;

public sealed class MergeTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_customer_takes_in_another_with_everything_and_gives_it_back()
    {
        var tenant = await desk.NewTenant("merge");
        var (agent, manager) = (tenant.Agent, tenant.Manager);
        var target = await Customer(agent, new { name = "Acme", phone = "021 555 0100", domains = new[] { "acme.example" } });
        var source = await Customer(agent, new { name = "ACME Ltd", email = "desk@acme.example", phone = "021 555 0199", domains = new[] { "acme.test" }, tier = "gold", externalId = "E-7" });
        var child = await Customer(agent, new { name = "Below", parentId = source });
        var contact = (await agent.Post($"/customers/{source}/contacts", new { firstName = "Ada", isPrimary = true })).Expect(201)["id"]!;
        var primary = (await agent.Post($"/customers/{target}/contacts", new { firstName = "Bob", isPrimary = true })).Expect(201)["id"]!;
        var location = (await agent.Post($"/customers/{source}/locations", new { name = "Depot" })).Expect(201)["id"]!;
        var asset = (await agent.Post("/assets", new { number = "DR9", customerId = source, locationId = location })).Expect(201)["id"]!;
        var project = (await agent.Post("/projects", new { name = "Ring", customerId = source })).Expect(201)["id"]!;
        var ticket = await agent.NewTicket("Theirs", new { customerId = source, contactId = contact });
        var touched = await agent.NewTicket("Theirs too", new { customerId = source });
        var before = await Picture();

        (await agent.Post($"/customers/{target}/merge", new { sourceIds = new[] { source } })).Expect(403);
        var merged = (await manager.Post($"/customers/{target}/merge", new { sourceIds = new[] { source }, take = new { tier = source } })).Expect(200);
        Assert.Equal("""{"asset":1,"contact":1,"customer":2,"location":1,"project":1,"ticket":2}""", merged.At("moved")!.ToJsonString());
        var now = (await agent.Get($"/customers/{target}")).Expect(200);
        Assert.Equal(("Acme", "desk@acme.example", "021 555 0100", "gold", """["acme.example","acme.test"]""", null),
            (now["name"], now["email"], now["phone"], now["tier"], now.At("domains")!.ToJsonString(), now["externalId"]));
        (await agent.Get($"/customers/{source}")).Expect(404);
        foreach (var path in new[] { $"/contacts/{contact}", $"/locations/{location}", $"/assets/{asset}", $"/projects/{project}", $"/tickets/{ticket}" })
            Assert.True((await agent.Get(path)).Expect(200)["customerId"] == target, path);
        Assert.Equal((target, "false", "true"), ((await agent.Get($"/customers/{child}"))["parentId"], (await agent.Get($"/contacts/{contact}"))["isPrimary"], (await agent.Get($"/contacts/{primary}"))["isPrimary"]));
        Assert.Contains("customerId", (await agent.Get($"/tickets/{ticket}/history")).Expect(200).Text, StringComparison.Ordinal);
        Assert.EndsWith("customer.updated customer.merged", await Events(tenant, target), StringComparison.Ordinal);
        // twice is once
        Assert.Equal(merged["id"], (await manager.Post($"/customers/{target}/merge", new { sourceIds = new[] { source } })).Expect(200)["id"]);

        var other = await Customer(agent, new { name = "Third" });
        (await agent.Patch($"/tickets/{touched}", new { customerId = other })).Expect(200);
        (await agent.Patch($"/customers/{target}", new { email = "new@acme.example" })).Expect(200);
        var undone = (await manager.Post($"/customers/{target}/unmerge", new { })).Expect(200);
        Assert.Equal([$"customer {target} email", $"ticket {touched} customerId"], undone.At("left")!.AsArray().Select(l => $"{l!["entityType"]} {l["entityId"]} {l["field"]}").Order(StringComparer.Ordinal));
        Assert.Equal("new@acme.example", (await agent.Get($"/customers/{target}"))["email"]);
        (await agent.Patch($"/customers/{target}", new { email = (string?)null })).Expect(200);
        (await agent.Patch($"/tickets/{touched}", new { customerId = source })).Expect(200);
        Assert.Equal(before, await Picture());
        Assert.Equal(undone["id"], (await manager.Post($"/customers/{target}/unmerge", new { mergeId = merged["id"] })).Expect(200)["id"]);

        async Task<string> Picture() => string.Join('\n', await Task.WhenAll(
            new[] { $"/customers/{target}", $"/customers/{source}", $"/customers/{child}", $"/contacts/{contact}", $"/contacts/{primary}", $"/locations/{location}", $"/assets/{asset}", $"/projects/{project}", $"/tickets/{ticket}", $"/tickets/{touched}" }
                .Select(async path => Plain((await agent.Get(path)).Expect(200).Body!.AsObject()))));
    }

    [Fact]
    public async Task What_would_stand_below_itself_or_is_not_there_is_refused_and_nothing_moves()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        var top = await Customer(agent, new { name = "Top" });
        var middle = await Customer(agent, new { name = "Middle", parentId = top });
        var low = await Customer(agent, new { name = "Low", parentId = middle });
        Assert.Equal("parent_cycle", (await manager.Post($"/customers/{low}/merge", new { sourceIds = new[] { top } })).Expect(422)["code"]);
        (await manager.Post($"/customers/{top}/merge", new { sourceIds = new[] { top } })).Expect(422);
        (await manager.Post($"/customers/{top}/merge", new { sourceIds = Array.Empty<Guid>() })).Expect(422);
        (await manager.Post($"/customers/{top}/merge", new { sourceIds = new[] { Guid.NewGuid() } })).Expect(404);
        (await manager.Post($"/customers/{top}/merge", new { sourceIds = new[] { low }, take = new { number = low } })).Expect(422);
        Assert.Equal("nothing_to_undo", (await manager.Post($"/customers/{top}/unmerge", new { })).Expect(409)["code"]);
        // one directly above: the target takes its place
        (await manager.Post($"/customers/{middle}/merge", new { sourceIds = new[] { top } })).Expect(200);
        Assert.Null((await agent.Get($"/customers/{middle}")).Expect(200)["parentId"]);
        (await manager.Post($"/customers/{middle}/unmerge", new { })).Expect(200);
        Assert.Equal(top, (await agent.Get($"/customers/{middle}")).Expect(200)["parentId"]);
    }

    [Fact]
    public async Task Contacts_of_one_customer_become_one_person_who_is_found_by_every_address()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        var customer = await Customer(agent, new { name = "Acme" });
        var target = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Ada", email = "ada@acme.example" })).Expect(201)["id"]!;
        var source = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "A.", lastName = "Lovelace", email = "a.lovelace@acme.example", phoneMobile = "+27 82 555 0100", isPrimary = true })).Expect(201)["id"]!;
        var ticket = await agent.NewTicket("Hers", new { contactId = source });
        (await manager.Post($"/contacts/{target}/merge", new { sourceIds = new[] { source } })).Expect(200);
        var one = (await agent.Get($"/contacts/{target}")).Expect(200);
        Assert.Equal(("Ada", "Lovelace", "+27 82 555 0100", "true", "a.lovelace@acme.example"), (one["firstName"], one["lastName"], one["phoneMobile"], one["isPrimary"], one["identities.0.value"]));
        Assert.Equal(target, (await agent.Get($"/tickets/{ticket}"))["contactId"]);
        (await manager.Post($"/contacts/{target}/unmerge", new { })).Expect(200);
        Assert.Equal((source, "true", "[]"), ((await agent.Get($"/tickets/{ticket}"))["contactId"], (await agent.Get($"/contacts/{source}")).Expect(200)["isPrimary"], (await agent.Get($"/contacts/{target}")).At("identities")!.ToJsonString()));

        var elsewhere = (await agent.Post($"/customers/{await Customer(agent, new { name = "Other" })}/contacts", new { firstName = "B" })).Expect(201)["id"];
        (await manager.Post($"/contacts/{target}/merge", new { sourceIds = new[] { elsewhere } })).Expect(422);
    }

    [Fact]
    public async Task Of_merges_at_once_into_each_other_one_wins_and_many_tickets_follow_in_a_job()
    {
        var tenant = await desk.NewTenant("races");
        var (one, two) = (await Customer(tenant.Agent, new { name = "One" }), await Customer(tenant.Agent, new { name = "Two" }));
        var replies = await Task.WhenAll(tenant.Manager.Post($"/customers/{one}/merge", new { sourceIds = new[] { two } }), tenant.Manager.Post($"/customers/{two}/merge", new { sourceIds = new[] { one } }));
        Assert.Equal([200, 404], replies.Select(r => r.Status).Order());

        var (target, source) = (await Customer(tenant.Agent, new { name = "T" }), await Customer(tenant.Agent, new { name = "S" }));
        await Task.WhenAll(Enumerable.Range(0, 201).Select(i => tenant.Agent.NewTicket($"Number {i}", new { customerId = source })));
        var merged = (await tenant.Manager.Post($"/customers/{target}/merge", new { sourceIds = new[] { source } })).Expect(200);
        Assert.NotNull(merged["jobId"]);
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM tickets WHERE customer_id = '{target}'") == 201);
        (await tenant.Manager.Post($"/customers/{target}/unmerge", new { })).Expect(200);
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM tickets WHERE customer_id = '{source}'") == 201);
    }

    /// <summary>Nobody finds what is left at a customer that was merged away.</summary>
    [Fact]
    public async Task A_ticket_that_is_made_while_its_customer_is_merged_goes_along_or_is_refused()
    {
        var tenant = await desk.NewTenant("late");
        var (target, source) = (await Customer(tenant.Agent, new { name = "T" }), await Customer(tenant.Agent, new { name = "S" }));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => tenant.Agent.NewTicket($"Number {i}", new { customerId = source })));
        var merge = tenant.Manager.Post($"/customers/{target}/merge", new { sourceIds = new[] { source } });
        var (made, refused) = (100, 0);
        while (refused == 0)
            foreach (var reply in await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tenant.Agent.Post("/tickets", new { subject = "Late", customerId = source }))))
            {
                Assert.Contains(reply.Status, (int[])[201, 404, 422]);
                if (reply.Status == 201) made++;
                else refused++;
            }

        (await merge).Expect(200);
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM tickets WHERE customer_id = '{target}'") == made);
        Assert.Equal(0, await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM tickets WHERE customer_id = '{source}'"));
    }

    private static async Task<string> Customer(Person agent, object fields) => (await agent.Post("/customers", fields)).Expect(201)["id"]!;

    private static string Plain(JsonObject entry)
    {
        foreach (var member in new[] { "version", "updatedAt" }) entry.Remove(member);
        return entry.ToJsonString();
    }

    private Task<string> Events(TestTenant tenant, string id) =>
        desk.Scalar<string>(tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'");
}
