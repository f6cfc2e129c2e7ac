namespace Deskhand.Server.Tests.Directory;

public sealed class CustomerTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_customer_is_made_read_changed_and_deleted_and_its_history_tells_it()
    {
        var agent = desk.Tenant.Agent;
        var made = (await agent.Post("/customers", new
        {
            name = "  Acme Fibre (Pty) Ltd ",
            tier = "gold",
            email = "Desk@ACME.example",
            domains = new[] { "@Acme.Example", "acme.example" },
            address = new { line1 = "1 Long Street", city = "Cape Town", country = "za" },
            customFields = new { floor = 3 },
        })).Expect(201);
        var id = made["id"]!;
        Assert.Equal($"/api/v1/customers/{id}", made.Headers.Location!.ToString());
        Assert.Equal("\"1\"", made.Headers.ETag!.ToString());
        Assert.Equal(("Acme Fibre (Pty) Ltd", "business", "gold"), (made["name"], made["type"], made["tier"]));
        Assert.Equal(("Desk@acme.example", "[\"acme.example\"]", "ZA"), (made["email"], made.At("domains")!.ToJsonString(), made["address.country"]));
        Assert.Matches("^C-\\d{6}$", made["number"]!);
        Assert.Equal(made.Body!.ToJsonString(), (await agent.Get($"/customers/{id}")).Expect(200).Body!.ToJsonString());

        var patched = (await agent.Patch($"/customers/{id}", new { tier = "platinum", address = new { city = (string?)null, postalCode = "8001" }, customFields = new { floor = 3.0 } })).Expect(200);
        Assert.Equal(("platinum", null, "8001", "1 Long Street", "2"), (patched["tier"], patched["address.city"], patched["address.postalCode"], patched["address.line1"], patched["version"]));
        var replaced = (await agent.Put($"/customers/{id}", new { name = "Acme" })).Expect(200);
        Assert.Equal(("Acme", "bronze", null, made["number"]), (replaced["name"], replaced["tier"], replaced["email"], replaced["number"]));
        Assert.Equal(made["createdAt"], replaced["createdAt"]);

        var rows = (await agent.Get($"/customers/{id}/history?limit=100")).Expect(200).At("data")!.AsArray();
        Assert.Contains(rows, r => r!["field"]!.ToString() == "address.postalCode" && r["from"] is null && r["to"]!.ToString() == "8001");
        Assert.Equal(["\"bronze\"", "\"platinum\"", "\"gold\""], rows.Where(r => r!["field"]!.ToString() == "tier").Select(r => r!["to"]!.ToJsonString()));
        Assert.Equal(desk.Tenant.Agent.UserId.ToString(), rows[0]!["actor"]!["id"]!.ToString());

        (await agent.Delete($"/customers/{id}")).Expect(403);
        (await desk.Tenant.Manager.Delete($"/customers/{id}")).Expect(204);
        (await agent.Get($"/customers/{id}")).Expect(404);
        (await agent.Get($"/customers/{id}/history")).Expect(404);
        (await agent.Patch($"/customers/{id}", new { name = "Ghost" })).Expect(404);
        (await desk.Tenant.Manager.Delete($"/customers/{id}")).Expect(404);
        Assert.DoesNotContain(id, (await agent.Get("/customers?limit=100")).Text, StringComparison.Ordinal);
        Assert.Equal("customer.created customer.updated customer.updated customer.deleted", await Events(id));
        Assert.Equal(rows.Count + 1L, await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(*) FROM history WHERE entity_id = '{id}'"));
    }

    [Fact]
    public async Task A_change_that_changes_nothing_leaves_no_trace()
    {
        var id = await NewCustomer(new { name = "Same", customFields = new { n = 1 } });
        var again = (await desk.Tenant.Agent.Patch($"/customers/{id}", new { name = " Same ", domains = Array.Empty<string>(), customFields = new { n = 1.0 } })).Expect(200);
        Assert.Equal("1", again["version"]);
        Assert.Equal("customer.created", await Events(id));
    }

    [Fact]
    public async Task An_event_carries_the_customer_as_the_api_shows_it_and_what_changed()
    {
        var id = await NewCustomer(new { name = "Told" });
        var shown = (await desk.Tenant.Agent.Patch($"/customers/{id}", new { name = "Retold", active = false })).Expect(200);
        var body = System.Text.Json.Nodes.JsonNode.Parse(await desk.Scalar<string>(desk.Tenant.Id, $"SELECT body FROM events WHERE entity_id = '{id}' AND type = 'customer.updated'"))!;
        Assert.Equal(shown.Body!.ToJsonString(), body["data"]!["customer"]!.ToJsonString());
        Assert.Equal("""{"name":{"from":"Told","to":"Retold"},"active":{"from":true,"to":false}}""", body["data"]!["changes"]!.ToJsonString());
        Assert.Equal(2, body["sequence"]!.GetValue<int>());
    }

    [Fact]
    public async Task Numbers_are_drawn_without_gaps_even_in_parallel_and_step_over_those_given_by_hand()
    {
        var tenant = await desk.NewTenant("numbers");
        (await tenant.Agent.Post("/customers", new { name = "By hand", number = "C-000003" })).Expect(201);
        (await tenant.Agent.Post("/customers", new { name = "Refused", parentId = Guid.NewGuid() })).Expect(404);

        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => tenant.Agent.Post("/customers", new { name = $"Number {i}" })));

        Assert.Equal(Enumerable.Range(1, 21).Where(n => n != 3).Select(n => $"C-{n:D6}"), made.Select(m => m.Expect(201)["number"]!).Order(StringComparer.Ordinal));
        var taken = (await tenant.Agent.Post("/customers", new { name = "Again", number = "C-000003" })).Expect(409);
        Assert.Equal("number_taken", taken["code"]);
    }

    [Fact]
    public async Task A_parent_may_not_stand_below_its_child_nor_too_deep()
    {
        var agent = desk.Tenant.Agent;
        var chain = new List<string> { await NewCustomer(new { name = "Level 1" }) };
        while (chain.Count < 10) chain.Add(await NewCustomer(new { name = $"Level {chain.Count + 1}", parentId = chain[^1] }));

        Assert.Equal("parent_cycle", (await agent.Patch($"/customers/{chain[0]}", new { parentId = chain[9] })).Expect(422)["code"]);
        Assert.Equal("parent_cycle", (await agent.Patch($"/customers/{chain[0]}", new { parentId = chain[0] })).Expect(422)["code"]);
        Assert.Equal("parent_too_deep", (await agent.Post("/customers", new { name = "Level 11", parentId = chain[9] })).Expect(422)["code"]);
        var above = await NewCustomer(new { name = "Level 0" });
        Assert.Equal("parent_too_deep", (await agent.Patch($"/customers/{chain[0]}", new { parentId = above })).Expect(422)["code"]);
        Assert.Equal("customer_not_found", (await agent.Patch($"/customers/{above}", new { parentId = Guid.NewGuid() })).Expect(404)["code"]);
    }

    [Fact]
    public async Task Two_moves_that_would_close_a_circle_together_are_not_both_made()
    {
        for (var i = 0; i < 5; i++)
        {
            var (a, b) = (await NewCustomer(new { name = "A" }), await NewCustomer(new { name = "B" }));
            var both = await Task.WhenAll(desk.Tenant.Agent.Patch($"/customers/{a}", new { parentId = b }), desk.Tenant.Manager.Patch($"/customers/{b}", new { parentId = a }));
            Assert.Equal([200, 422], both.Select(r => r.Status).Order());
        }
    }

    [Fact]
    public async Task A_customer_goes_with_its_contacts_and_locations_but_not_while_others_are_below_it()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        var id = await NewCustomer(new { name = "Parent" });
        var child = await NewCustomer(new { name = "Child", parentId = id });
        var contact = (await agent.Post($"/customers/{id}/contacts", new { firstName = "Ada", isPrimary = true })).Expect(201)["id"]!;
        var location = (await agent.Post($"/customers/{id}/locations", new { name = "Depot" })).Expect(201)["id"]!;
        var asset = (await agent.Post("/assets", new { number = "DR-GOES", customerId = id, locationId = location })).Expect(201)["id"]!;
        var ticket = await agent.NewTicket("Stays", new { customerId = id, contactId = contact });

        var refused = (await manager.Delete($"/customers/{id}")).Expect(409);
        Assert.Equal(("customer_has_children", true), (refused["code"], refused["detail"]!.StartsWith("1 customer is", StringComparison.Ordinal)));
        Assert.Equal("contact.created", await Events(contact));
        (await agent.Patch($"/customers/{child}", new { parentId = (string?)null })).Expect(200);
        (await manager.Delete($"/customers/{id}", ("If-Match", "\"7\""))).Expect(412);
        (await manager.Delete($"/customers/{id}", ("If-Match", "\"1\""))).Expect(204);

        (await agent.Get($"/contacts/{contact}")).Expect(404);
        (await agent.Get($"/locations/{location}")).Expect(404);
        var free = (await agent.Get($"/assets/{asset}")).Expect(200);
        Assert.Equal((null, null), (free["customerId"], free["locationId"]));
        Assert.Equal(("contact.created contact.deleted", "location.created location.deleted", "asset.created asset.updated", "customer.created customer.deleted"),
            (await Events(contact), await Events(location), await Events(asset), await Events(id)));
        Assert.Equal(id, (await agent.Get($"/tickets/{ticket}")).Expect(200)["customerId"]);
        (await agent.Post($"/customers/{id}/contacts", new { firstName = "Late" })).Expect(404);
        (await agent.Patch($"/customers/{child}", new { parentId = id })).Expect(404);
    }

    [Fact]
    public async Task Sec32_Of_two_changes_with_the_same_etag_one_is_refused_and_without_one_both_are_kept()
    {
        var agent = desk.Tenant.Agent;
        var id = await NewCustomer(new { name = "Contended" });
        var both = await Task.WhenAll(
            agent.Patch($"/customers/{id}", new { phone = "0215550100" }, ("If-Match", "\"1\"")), agent.Patch($"/customers/{id}", new { tier = "gold" }, ("If-Match", "\"1\"")));
        Assert.Equal([200, 412], both.Select(r => r.Status).Order());

        var fields = Enumerable.Range(0, 8).Select(i => new Dictionary<string, object>(StringComparer.Ordinal) { ["customFields"] = new Dictionary<string, int>(StringComparer.Ordinal) { [$"f{i}"] = i } });
        await Task.WhenAll(fields.Select(f => agent.Patch($"/customers/{id}", f)));
        var kept = (await agent.Get($"/customers/{id}")).Expect(200);
        Assert.Equal((8, "10"), (kept.At("customFields")!.AsObject().Count, kept["version"]));
        Assert.Equal("1 2 3 4 5 6 7 8 9 10", await desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(sequence::text, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'"));
        (await agent.Patch($"/customers/{id}", new { name = "x" }, ("If-Match", "nonsense"))).Expect(400);
    }

    [Theory]
    [InlineData("tenantId")]
    [InlineData("id")]
    [InlineData("createdAt")]
    [InlineData("version")]
    [InlineData("deletedAt")]
    [InlineData("nameKey")]
    public async Task Sec09_What_a_client_may_not_write_is_refused(string member)
    {
        var body = new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = "Mass", [member] = Guid.NewGuid() };
        var id = await NewCustomer(new { name = "Mass" });
        Assert.Equal("unknown_member", (await desk.Tenant.Agent.Post("/customers", body)).Expect(400)["code"]);
        Assert.Equal("unknown_member", (await desk.Tenant.Agent.Put($"/customers/{id}", body)).Expect(400)["code"]);
        Assert.Equal("unknown_member", (await desk.Tenant.Agent.Patch($"/customers/{id}", body)).Expect(400)["code"]);
    }

    [Theory]
    [InlineData("a\r\nBcc: all@example.test", 422)]
    [InlineData("a\u2028b", 422)]
    [InlineData("a\0b", 422)]
    [InlineData(" ", 422)]
    [InlineData("=HYPERLINK(\"http://x\")", 201)]
    [InlineData("+27 @cmd|' /C calc'!A0", 201)]
    [InlineData("<script>alert(1)</script>", 201)]
    [InlineData("Robert'); DROP TABLE customers;--", 201)]
    [InlineData("株式会社 Ünïcode 😀", 201)]
    public async Task Sec19_Sec24_A_name_is_kept_as_it_came_unless_it_breaks_the_line(string name, int status)
    {
        var reply = (await desk.Tenant.Agent.Post("/customers", new { name })).Expect(status);
        if (status == 201) Assert.Equal(name, (await desk.Tenant.Agent.Get($"/customers/{reply["id"]}")).Expect(200)["name"]);
        else Assert.NotNull(reply.At("errors.name"));
    }

    [Theory]
    [InlineData("""{"name":"a","domains":[null]}""", 400)]
    [InlineData("""{"name":"a","address":null}""", 400)]
    [InlineData("""{"name":null}""", 400)]
    [InlineData("""{"name":"a","tier":"diamond"}""", 400)]
    [InlineData("""{"name":"a","parentId":"x"}""", 400)]
    [InlineData("""{"name":"a","customFields":{"n":1e-20000}}""", 422)]
    [InlineData("""{"name":"a","customFields":{"n":"\u0000"}}""", 422)]
    [InlineData("""{"name":"a","customFields":{"n":[[[[[[1]]]]]]}}""", 201)]
    [InlineData("""{"name":"a","customFields":{"n":[[[[[[[1]]]]]]]}}""", 422)]
    [InlineData("""{"name":"a","customFields":{"n":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]}}""", 422)]
    [InlineData("""{"name":"a","customFields":{"n":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}""", 422)]
    [InlineData("""{"name":"a","domains":["not a domain"]}""", 422)]
    [InlineData("""{}""", 400)]
    [InlineData("""[]""", 400)]
    public async Task Bad_input_is_refused_and_never_an_error_of_ours(string body, int status) => (await desk.Tenant.Agent.Post("/customers", body)).Expect(status);

    [Fact]
    public async Task What_is_as_deep_as_may_be_is_shown_in_every_list()
    {
        var tenant = await desk.NewTenant("deep");
        var id = (await tenant.Agent.Post("/customers", """{"name":"Deep","customFields":{"n":[[[[[[1]]]]]]}}""")).Expect(201)["id"];
        (await tenant.Agent.Patch($"/customers/{id}", """{"customFields":{"n":[[[[[[2]]]]]]}}""")).Expect(200);
        foreach (var path in (string[])["/customers", $"/customers/{id}/history", "/search?q=deep", "/search?type=customer&q=deep", "/events"]) (await tenant.Admin.Get(path)).Expect(200);
        (await tenant.Agent.Post("/drafts", """{"ticket":{"customFields":{"n":[[[[[[1]]]]]]}}}""")).Expect(201);
        (await tenant.Agent.Get("/drafts")).Expect(200);
    }

    [Fact]
    public async Task Sec01_A_customer_of_another_tenant_is_not_there()
    {
        var theirs = (await desk.Foreign.Agent.Post("/customers", new { name = "Theirs" })).Expect(201)["id"];
        var admin = desk.Tenant.Admin;
        foreach (var below in new[] { "", "/children", "/contacts", "/locations", "/assets", "/history", "/tickets" }) (await admin.Get($"/customers/{theirs}{below}")).Expect(404);
        (await admin.Put($"/customers/{theirs}", new { name = "Ours" })).Expect(404);
        (await admin.Patch($"/customers/{theirs}", new { name = "Ours" })).Expect(404);
        (await admin.Delete($"/customers/{theirs}")).Expect(404);
        (await admin.Post($"/customers/{theirs}/contacts", new { firstName = "A" })).Expect(404);
        (await admin.Post($"/customers/{theirs}/locations", new { name = "A" })).Expect(404);
        (await admin.Post("/assets", new { number = "DR-FOREIGN", customerId = theirs })).Expect(404);
        (await admin.Get($"/organizations/{theirs}")).Expect(404);
        Assert.Equal(1L, await desk.Scalar<long>(desk.Foreign.Id, $"SELECT count(*) FROM events WHERE entity_id = '{theirs}'"));
    }

    [Fact]
    public async Task The_tickets_of_a_customer_are_those_that_the_caller_may_read()
    {
        var id = await NewCustomer(new { name = "Ticketed" });
        var contact = (await desk.Tenant.Agent.Post($"/customers/{id}/contacts", new { firstName = "Ada" })).Expect(201)["id"];
        var restricted = await desk.NewPerson(desk.Tenant, Deskhand.Access.Role.Agent, Deskhand.Access.TicketScope.Assigned);
        var ticket = await desk.Tenant.Agent.NewTicket("Theirs", new { customerId = id, contactId = contact });
        (await desk.Tenant.Agent.Put($"/tickets/{ticket}/assign", new { assigneeId = desk.Tenant.Agent.UserId })).Expect(200);
        await desk.Tenant.Agent.NewTicket("Nobody's", new { customerId = id });

        Assert.Equal("2", (await desk.Tenant.Agent.Get($"/customers/{id}/tickets")).Expect(200)["pagination.total"]);
        Assert.Equal("1", (await restricted.Get($"/customers/{id}/tickets")).Expect(200)["pagination.total"]);
        Assert.Equal("1", (await desk.Tenant.Agent.Get($"/contacts/{contact}/tickets?status=new")).Expect(200)["pagination.total"]);
        Assert.Equal("0", (await restricted.Get($"/contacts/{contact}/tickets")).Expect(200)["pagination.total"]);
        (await desk.Tenant.Agent.Get($"/customers/{id}/tickets?customerId={id}")).Expect(400);
    }

    [Fact]
    public async Task An_organization_is_a_business_customer_under_another_name()
    {
        var agent = desk.Tenant.Agent;
        var made = (await agent.Post("/organizations", new { name = "Org", domains = new[] { "org.example" }, details = "d" })).Expect(201);
        var id = made["id"];
        (await agent.Patch($"/customers/{id}", new { tier = "gold" })).Expect(200);
        (await agent.Put($"/organizations/{id}", new { name = "Org 2" }, ("If-Match", "\"1\""))).Expect(412);
        var put = (await agent.Put($"/organizations/{id}", new { name = "Org 2" })).Expect(200);
        Assert.Equal(("Org 2", null, "[]", "3"), (put["name"], put["details"], put.At("domains")!.ToJsonString(), put["version"]));
        Assert.Equal("gold", (await agent.Get($"/customers/{id}")).Expect(200)["tier"]);
        (await agent.Patch($"/organizations/{id}", new { tier = "gold" })).Expect(400);
        var home = await NewCustomer(new { name = "Home", type = "residential" });
        (await agent.Get($"/organizations/{home}")).Expect(404);
        (await agent.Patch($"/organizations/{home}", new { name = "x" })).Expect(404);
        (await desk.Tenant.Manager.Delete($"/organizations/{home}")).Expect(404);
        (await desk.Tenant.Manager.Delete($"/organizations/{id}")).Expect(204);
        (await agent.Get($"/customers/{id}")).Expect(404);
    }

    private async Task<string> NewCustomer(object body) => (await desk.Tenant.Agent.Post("/customers", body)).Expect(201)["id"]!;

    private Task<string> Events(string id) =>
        desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'");
}
