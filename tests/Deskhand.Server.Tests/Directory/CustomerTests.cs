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

    private async Task<string> NewCustomer(object body) => (await desk.Tenant.Agent.Post("/customers", body)).Expect(201)["id"]!;

    private Task<string> Events(string id) =>
        desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'");
}
