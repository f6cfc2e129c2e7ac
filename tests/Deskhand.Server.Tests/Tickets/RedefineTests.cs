using System.Text.Json.Nodes;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>Tags, categories, workflows and fields change under the tickets there are: seen before, refused while ambiguous, followed by every ticket.</summary>
public sealed class RedefineTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_tag_gets_another_name_on_every_ticket_closed_ones_too()
    {
        var tenant = await desk.NewTenant("tags");
        var open = await tenant.Agent.NewTicket(more: new { tags = new[] { "fiber", "vip" } });
        var closed = await tenant.Agent.NewTicket(more: new { tags = new[] { "fiber" } });
        (await tenant.Agent.Put($"/tickets/{closed}/resolve", new { })).Expect(200);
        var before = (await tenant.Agent.Patch($"/tickets/{closed}/status", new { status = "closed" })).Expect(200);

        Assert.Equal("2", (await tenant.Agent.Get("/tags/fiber")).Expect(200)["tickets"]);
        (await tenant.Agent.Patch("/tags/fiber", new { name = "fibre" })).Expect(403);
        (await tenant.Admin.Patch("/tags/fiber", new { name = "a,b" })).Expect(422);
        (await tenant.Admin.Patch("/tags/fiber", new { name = " FIBER " })).Expect(422);
        Assert.Equal("tag_in_use", (await tenant.Admin.Patch("/tags/fiber", new { name = "vip" })).Expect(409)["code"]);
        var job = await tenant.Admin.JobEnded((await tenant.Admin.Patch("/tags/fiber", new { name = "Fibre" })).Expect(202)["id"]);

        Assert.Equal("succeeded 2 2 0", $"{job["state"]} {job["total"]} {job["done"]} {job["failed"]}");
        Assert.Equal("""["fibre","vip"]""", (await tenant.Agent.Get($"/tickets/{open}")).At("tags")!.ToJsonString());
        var after = (await tenant.Agent.Get($"/tickets/{closed}")).Expect(200);
        Assert.Equal(("fibre", before["updatedAt"]), (after["tags.0"], after["updatedAt"]));
        Assert.Equal("1", (await tenant.Agent.Get("/tickets?tag=fibre&status=closed")).Expect(200)["pagination.total"]);
        (await tenant.Agent.Get("/tags/fiber")).Expect(404);
        Assert.Equal("tags", (await tenant.Agent.Get($"/tickets/{closed}/history")).Expect(200)["data.0.field"]);
        Assert.Equal("ticket.updated", await desk.Scalar<string>(tenant.Id, $"SELECT type FROM events WHERE entity_id = '{closed}' ORDER BY sequence DESC LIMIT 1"));

        await tenant.Admin.JobEnded((await tenant.Admin.Patch("/tags/vip", new { name = "fibre", merge = true })).Expect(202)["id"]);
        Assert.Equal("""["fibre"]""", (await tenant.Agent.Get($"/tickets/{open}")).At("tags")!.ToJsonString());
        await tenant.Admin.JobEnded((await tenant.Admin.Delete("/tags/fibre")).Expect(202)["id"]);
        Assert.Equal("[]", (await tenant.Agent.Get($"/tickets/{open}")).At("tags")!.ToJsonString());
        (await tenant.Admin.Delete("/tags/fibre")).Expect(404);
    }

    [Fact]
    public async Task Sec06_Tags_are_counted_over_the_tickets_that_the_reader_sees()
    {
        var tenant = await desk.NewTenant("tag-scope");
        var narrow = await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned);
        await tenant.Agent.NewTicket(more: new { tags = new[] { "secret-project", "common" }, assigneeId = tenant.Agent.UserId });
        await tenant.Agent.NewTicket(more: new { tags = new[] { "common" }, assigneeId = narrow.UserId });

        Assert.Equal("common 2,secret-project 1", Said(await tenant.Agent.Get("/tags")));
        Assert.Equal("common 1", Said(await narrow.Get("/tags")));
        Assert.Equal("secret-project 1", Said(await tenant.Agent.Get("/tags?search=Sec&sort=name")));
        (await narrow.Get("/tags/secret-project")).Expect(404);
        (await narrow.Get("/tags?sort=tickets")).Expect(400);

        static string Said(Reply reply) => string.Join(',', reply.Expect(200).At("data")!.AsArray().Select(t => $"{t!["name"]} {t["tickets"]}"));
    }

    [Fact]
    public async Task A_category_gives_its_tickets_to_another_once_it_is_said_what_becomes_of_its_subcategories()
    {
        var tenant = await desk.NewTenant("category-merge");
        var id = (await tenant.Admin.Post("/categories", new { key = "fibre", name = "Fibre", subcategories = new[] { "drop", "trunk" } })).Expect(201)["id"];
        (await tenant.Admin.Post("/categories", new { key = "network", name = "Network", subcategories = new[] { "trunk", "other" } })).Expect(201);
        var drop = await tenant.Agent.NewTicket(more: new { category = "fibre", subcategory = "drop" });
        var trunk = await tenant.Agent.NewTicket(more: new { category = "fibre", subcategory = "trunk" });

        var preview = (await tenant.Admin.Post($"/categories/{id}/merge/preview", new { into = "network" })).Expect(200);
        Assert.Equal("2 true", $"{preview["tickets"]} {preview["ambiguous"]}");
        Assert.Equal("ambiguous", (await tenant.Admin.Post($"/categories/{id}/merge", new { into = "network" })).Expect(409)["code"]);
        Assert.Equal("true", (await tenant.Admin.Get($"/categories/{id}")).Expect(200)["active"]);
        (await tenant.Admin.Post($"/categories/{id}/merge", new { into = "fibre" })).Expect(422);
        (await tenant.Admin.Post($"/categories/{id}/merge", new { into = "network", subcategories = new { drop = "none such" } })).Expect(422);

        await tenant.Admin.JobEnded((await tenant.Admin.Post($"/categories/{id}/merge", new { into = "network", subcategories = new { drop = "other" } })).Expect(202)["id"]);
        Assert.Equal("network other", await Of(drop));
        Assert.Equal("network trunk", await Of(trunk));
        (await tenant.Admin.Delete($"/categories/{id}")).Expect(204);

        async Task<string> Of(Guid ticket) => (await tenant.Agent.Get($"/tickets/{ticket}")).Expect(200) is var t ? $"{t["category"]} {t["subcategory"]}" : "";
    }

    [Fact]
    public async Task A_field_becomes_of_another_type_when_every_value_has_a_place()
    {
        var tenant = await desk.NewTenant("field-convert");
        var id = (await tenant.Admin.Post("/custom-fields", new { key = "line", label = "Line", type = "text" })).Expect(201)["id"];
        var tickets = new List<Guid>();
        foreach (var value in new[] { "fibre", "Fiber", "n/a" }) tickets.Add(await tenant.Agent.NewTicket(more: new { customFields = new { line = value } }));
        var to = JsonNode.Parse("""{"key":"connection","type":"select","options":["fibre","wireless"]}""")!;

        var preview = (await tenant.Admin.Post($"/custom-fields/{id}/convert/preview", to)).Expect(200);
        Assert.Equal("""3 [{"value":"Fiber","tickets":1},{"value":"n/a","tickets":1}]""", $"{preview["tickets"]} {preview.At("ambiguous")!.ToJsonString()}");
        Assert.Equal("ambiguous", (await tenant.Admin.Post($"/custom-fields/{id}/convert", to)).Expect(409)["code"]);
        to["values"] = JsonNode.Parse("""{"Fiber":"copper"}""");
        (await tenant.Admin.Post($"/custom-fields/{id}/convert", to)).Expect(422);
        to["values"] = JsonNode.Parse("""{"Fiber":"fibre","n/a":null}""");
        preview = (await tenant.Admin.Post($"/custom-fields/{id}/convert/preview", to)).Expect(200);
        Assert.Equal("3 1 1", $"{preview["tickets"]} {preview["change"]} {preview["lose"]}");

        await tenant.Admin.JobEnded((await tenant.Admin.Post($"/custom-fields/{id}/convert", to)).Expect(202)["id"]);
        var values = new List<string>();
        foreach (var ticket in tickets) values.Add((await tenant.Agent.Get($"/tickets/{ticket}")).At("customFields")!.ToJsonString());
        Assert.Equal(["""{"connection":"fibre"}""", """{"connection":"fibre"}""", "{}"], values);
        Assert.Equal("connection select", (await tenant.Admin.Get($"/custom-fields/{id}")).Expect(200) is var f ? $"{f["key"]} {f["type"]}" : "");
    }

    [Fact]
    public async Task A_deleted_ticket_follows_too_so_that_it_holds_nothing_and_comes_back_whole()
    {
        var tenant = await desk.NewTenant("deleted-follow");
        var admin = tenant.Admin;
        var category = (await admin.Post("/categories", new { key = "fibre", name = "Fibre", subcategories = new[] { "drop" } })).Expect(201)["id"];
        (await admin.Post("/categories", new { key = "network", name = "Network", subcategories = new[] { "other" } })).Expect(201);
        var field = (await admin.Post("/custom-fields", new { key = "line", label = "Line", type = "text" })).Expect(201)["id"];
        var gone = await tenant.Agent.NewTicket(more: new { category = "fibre", subcategory = "drop", tags = new[] { "old" }, customFields = new { line = "copper" } });
        (await admin.Delete($"/tickets/{gone}")).Expect(204);
        Assert.Equal("category_in_use", (await admin.Delete($"/categories/{category}")).Expect(409)["code"]);
        Assert.Equal("custom_field_in_use", (await admin.Delete($"/custom-fields/{field}")).Expect(409)["code"]);

        // what becomes of what only deleted tickets have must be said as well
        Assert.Equal("1 true", (await admin.Post($"/categories/{category}/merge/preview", new { into = "network" })).Expect(200) is var p ? $"{p["tickets"]} {p["ambiguous"]}" : "");
        Assert.Equal("ambiguous", (await admin.Post($"/categories/{category}/merge", new { into = "network" })).Expect(409)["code"]);
        Assert.Equal("succeeded 1 0", Said(await admin.JobEnded((await admin.Post($"/categories/{category}/merge", new { into = "network", subcategories = new { drop = "other" } })).Expect(202)["id"])));
        (await admin.Delete($"/categories/{category}")).Expect(204);

        var without = new { values = new { copper = (string?)null } };
        Assert.Equal("1 1", (await admin.Post($"/custom-fields/{field}/convert/preview", without)).Expect(200) is var c ? $"{c["tickets"]} {c["lose"]}" : "");
        Assert.Equal("succeeded 1 0", Said(await admin.JobEnded((await admin.Post($"/custom-fields/{field}/convert", without)).Expect(202)["id"])));
        (await admin.Delete($"/custom-fields/{field}")).Expect(204);
        Assert.Equal("succeeded 1 0", Said(await admin.JobEnded((await admin.Delete("/tags/old")).Expect(202)["id"])));

        (await admin.Get($"/tickets/{gone}")).Expect(404);
        var back = (await admin.Post($"/tickets/{gone}/restore")).Expect(200);
        Assert.Equal(("network", "other", "{}", "[]"), (back["category"], back["subcategory"], back.At("customFields")!.ToJsonString(), back.At("tags")!.ToJsonString()));
        (await tenant.Agent.Patch($"/tickets/{gone}", new { priority = "high" })).Expect(200);

        static string Said(Reply job) => $"{job["state"]} {job["done"]} {job["failed"]}";
    }

    [Fact]
    public async Task A_workflow_changes_under_its_tickets_only_when_each_has_a_status_to_go_to()
    {
        var tenant = await desk.NewTenant("workflow-edit");
        var waiting = await tenant.Agent.NewTicket();
        (await tenant.Agent.Patch($"/tickets/{waiting}/status", new { status = "pending_customer" })).Expect(200);
        var current = (await tenant.Admin.Get("/workflows/support")).Expect(200);
        var without = JsonNode.Parse(current.Text)!;
        foreach (var member in new[] { "id", "key", "isCurrent", "version" }) without.AsObject().Remove(member);
        var statuses = without["statuses"]!.AsArray();
        statuses.Remove(statuses.Single(s => s!["key"]!.ToString() == "pending_customer"));
        var steps = without["transitions"]!.AsArray();
        foreach (var step in steps.Where(t => t!["from"]!.ToString() == "pending_customer" || t["to"]!.ToString() == "pending_customer").ToList()) steps.Remove(step);

        var preview = (await tenant.Admin.Post("/workflows/support/preview", without)).Expect(200);
        Assert.Equal("true pending_customer 1", $"{preview["ambiguous"]} {preview["moves.0.status"]} {preview["moves.0.tickets"]}");
        Assert.Equal("ambiguous", (await tenant.Admin.Put("/workflows/support", without)).Expect(409)["code"]);
        without["replace"] = JsonNode.Parse("""{"pending_customer":"nowhere"}""");
        (await tenant.Admin.Put("/workflows/support", without)).Expect(422);
        without["replace"] = JsonNode.Parse("""{"pending_customer":"waiting_internal"}""");
        (await tenant.Admin.Put("/workflows/support", without, ("If-Match", "\"99\""))).Expect(412);
        (await tenant.Agent.Put("/workflows/support", without)).Expect(403);
        var done = (await tenant.Admin.Put("/workflows/support", without, ("If-Match", current.Headers.ETag!.ToString()))).Expect(200);
        await tenant.Admin.JobEnded(done["jobId"]);

        var ticket = (await tenant.Agent.Get($"/tickets/{waiting}")).Expect(200);
        Assert.Equal("waiting_internal on_hold", $"{ticket["status"]} {ticket["statusCategory"]}");
        (await tenant.Agent.Patch($"/tickets/{await tenant.Agent.NewTicket()}/status", new { status = "pending_customer" })).Expect(422);
        Assert.Equal("status", (await tenant.Agent.Get($"/tickets/{waiting}/status-history")).Expect(200)["data.0.field"]);
    }

    [Fact]
    public async Task A_workflow_of_ones_own_is_made_taken_and_goes_when_another_is_taken()
    {
        var tenant = await desk.NewTenant("workflow-own");
        var own = JsonNode.Parse("""
            {"key":"returns","statuses":[{"key":"arrived","name":"Arrived","category":"new"},{"key":"refunded","name":"Refunded","category":"solved"},{"key":"closed","name":"Closed","category":"closed"}],
             "transitions":[{"from":"arrived","to":"refunded","permission":"billing:approve"},{"from":"refunded","to":"closed"}]}
            """)!;
        var id = (await tenant.Admin.Post("/workflows", own)).Expect(201)["id"];
        (await tenant.Admin.Post("/workflows", own)).Expect(409);
        (await tenant.Admin.Patch("/settings", new { workflow = "returns" })).Expect(200);
        var ticket = await tenant.Agent.NewTicket();
        Assert.Equal("forbidden", (await tenant.Agent.Patch($"/tickets/{ticket}/status", new { status = "refunded" })).Expect(403)["code"]);
        (await tenant.Manager.Patch($"/tickets/{ticket}/status", new { status = "refunded" })).Expect(200);
        Assert.Equal("workflow_in_use", (await tenant.Admin.Delete($"/workflows/{id}")).Expect(409)["code"]);
        Assert.Equal("workflow_misfit", (await tenant.Admin.Patch("/settings", new { workflow = "support" })).Expect(409)["code"]);
        (await tenant.Admin.Delete($"/tickets/{ticket}")).Expect(204);
        (await tenant.Admin.Patch("/settings", new { workflow = "support" })).Expect(200);
        (await tenant.Admin.Delete($"/workflows/{id}")).Expect(204);
        (await tenant.Admin.Get($"/workflows/{id}")).Expect(404);
    }

    [Theory]
    [InlineData("""{"key":"x","statuses":[null],"transitions":[]}""", 400)]
    [InlineData("""{"key":"x","statuses":[],"transitions":[]}""", 422)]
    [InlineData("""{"key":"x","statuses":[{"key":"a","name":"A","category":"new"},{"key":"b","name":"B","category":"solved"},{"key":"c","name":"C","category":"closed"}],"transitions":[null]}""", 400)]
    [InlineData("""{"key":"x","statuses":[{"key":"a","name":"A","category":"new"},{"key":"b","name":"B","category":"solved"},{"key":"c","name":"C","category":"closed"}],"transitions":[{"from":"a","to":"b","permission":"fly"}]}""", 422)]
    public async Task A_workflow_that_cannot_work_is_refused(string body, int status) => (await desk.Tenant.Admin.Post("/workflows", body)).Expect(status);
}
