namespace Deskhand.Server.Tests.Directory;

public sealed class ContactLocationAssetTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_contact_lives_under_its_customer()
    {
        var agent = desk.Tenant.Agent;
        var customer = await NewCustomer();
        var made = (await agent.Post($"/customers/{customer}/contacts", new
        {
            firstName = "Ada",
            lastName = "Lovelace",
            email = "Ada@ACME.example",
            phoneMobile = "+27 82 555 0100",
            identities = new object[] { new { kind = "whatsapp", value = " 27825550100@c.us " }, new { kind = "email", value = "ada@HOME.example" } },
        })).Expect(201);
        var id = made["id"]!;
        Assert.Equal(($"/api/v1/contacts/{id}", customer), (made.Headers.Location!.ToString(), made["customerId"]));
        Assert.Equal("""[{"kind":"whatsapp","value":"27825550100@c.us"},{"kind":"email","value":"ada@home.example"}]""", made.At("identities")!.ToJsonString());
        Assert.Equal(made.Body!.ToJsonString(), (await agent.Get($"/contacts/{id}")).Expect(200).Body!.ToJsonString());

        var patched = (await agent.Patch($"/contacts/{id}", new { title = "Countess", identities = Array.Empty<object>() })).Expect(200);
        Assert.Equal(("Countess", "[]", "Ada@acme.example"), (patched["title"], patched.At("identities")!.ToJsonString(), patched["email"]));
        Assert.Equal("2", (await agent.Put($"/contacts/{id}", new { firstName = "Ada", lastName = "Lovelace", title = "Countess", email = "Ada@acme.example", phoneMobile = "+27 82 555 0100" })).Expect(200)["version"]);
        (await agent.Patch($"/contacts/{id}", new { customerId = Guid.NewGuid() })).Expect(400);
        (await agent.Post($"/customers/{customer}/contacts", """{"firstName":"a","identities":[null]}""")).Expect(422);
        Assert.Contains("identities", (await agent.Get($"/contacts/{id}/history")).Expect(200).Text, StringComparison.Ordinal);
        (await desk.Tenant.Manager.Delete($"/contacts/{id}")).Expect(204);
        (await agent.Get($"/contacts/{id}")).Expect(404);
        (await agent.Get($"/contacts/{id}/history")).Expect(404);
        Assert.Equal("contact.created contact.updated contact.deleted", await Events(id));
    }

    [Theory]
    [InlineData("contacts", """{"firstName":"P","isPrimary":true}""")]
    [InlineData("locations", """{"name":"P","isPrimary":true}""")]
    public async Task The_newest_primary_takes_over_from_the_one_before(string kind, string body)
    {
        var customer = await NewCustomer();
        var first = (await desk.Tenant.Agent.Post($"/customers/{customer}/{kind}", body)).Expect(201)["id"]!;
        var second = (await desk.Tenant.Agent.Post($"/customers/{customer}/{kind}", body)).Expect(201)["id"]!;

        var former = (await desk.Tenant.Agent.Get($"/{kind}/{first}")).Expect(200);
        Assert.Equal(("false", "2"), (former["isPrimary"], former["version"]));
        Assert.Equal("isPrimary", (await desk.Tenant.Agent.Get($"/{kind}/{first}/history")).Expect(200)["data.0.field"]);
        Assert.EndsWith(".updated", await Events(first), StringComparison.Ordinal);
        Assert.Equal(second, (await desk.Tenant.Agent.Get($"/customers/{customer}/{kind}?isPrimary=true")).Expect(200)["data.0.id"]);
    }

    [Theory]
    [InlineData("contacts", """{"firstName":"P"}""")]
    [InlineData("locations", """{"name":"P"}""")]
    public async Task Of_eight_that_become_primary_at_once_one_is_it_in_the_end(string kind, string body)
    {
        var customer = await NewCustomer();
        var ids = new List<string>();
        for (var i = 0; i < 8; i++) ids.Add((await desk.Tenant.Agent.Post($"/customers/{customer}/{kind}", body)).Expect(201)["id"]!);

        var replies = await Task.WhenAll(ids.Select((id, i) => desk.Tenant.Agent.Patch($"/{kind}/{id}", new { isPrimary = true, externalId = $"{customer}-{i}" })));

        Assert.All(replies, r => r.Expect(200));
        Assert.Equal("1", (await desk.Tenant.Agent.Get($"/{kind}?customerId={customer}&isPrimary=true")).Expect(200)["pagination.total"]);
        // each change of the flag is told once: eight times set, seven times taken away
        Assert.Equal("8 7", await desk.Scalar<string>(desk.Tenant.Id, $"""
            SELECT count(*) FILTER (WHERE to_value = 'true') || ' ' || count(*) FILTER (WHERE to_value = 'false' AND from_value = 'true')
            FROM history WHERE field = 'isPrimary' AND entity_id IN ({string.Join(',', ids.Select(i => $"'{i}'"))})
            """));
    }

    [Fact]
    public async Task Contacts_and_locations_are_found_by_the_beginnings_of_their_words()
    {
        var tenant = await desk.NewTenant("words");
        var customer = (await tenant.Agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"];
        (await tenant.Agent.Post($"/customers/{customer}/contacts", new
        {
            firstName = "Zoë",
            lastName = "van der Merwe",
            email = "zoe@acme.example",
            phoneMobile = "+27 82 555-0100",
            identities = new[] { new { kind = "whatsapp", value = "27825550199@c.us" } },
        })).Expect(201);
        (await tenant.Agent.Post($"/customers/{customer}/contacts", new { firstName = "Ada", isBilling = true, active = false })).Expect(201);
        (await tenant.Agent.Post($"/customers/{customer}/locations", new { name = "Head Office", type = "headquarters", address = new { line1 = "1 Long Street", city = "Cape Town", postalCode = "8001" } })).Expect(201);

        foreach (var q in new[] { "zo", "merwe zoë", "ZOË", "zoe@acme", "acme.example", "27825550100", "%2B27 82", "5550100", "27825550199", "van der" })
            Assert.True((await tenant.Agent.Get($"/contacts/search?q={q}")).Expect(200)["data.0.firstName"] == "Zoë", q);
        foreach (var q in new[] { "head", "long street", "8001", "cape office" })
            Assert.True((await tenant.Agent.Get($"/locations/search?q={q}")).Expect(200)["data.0.name"] == "Head Office", q);
        Assert.Equal("0", (await tenant.Agent.Get("/contacts/search?q=erwe")).Expect(200)["pagination.total"]);
        Assert.Equal("0", (await desk.Foreign.Agent.Get("/contacts/search?q=zo")).Expect(200)["pagination.total"]);
        (await tenant.Agent.Get("/contacts/search")).Expect(400);
        foreach (var filter in new[] { "isBilling=true", "active=false", "email=nobody@x.example&email=zoe@ACME.example&sort=-name&active=false&active=false" }.Take(2))
            Assert.Equal("Ada", (await tenant.Agent.Get("/contacts?" + filter)).Expect(200)["data.0.firstName"]);
        Assert.Equal("Zoë", (await tenant.Agent.Get("/contacts?email=ZOE@acme.example")).Expect(200)["data.0.firstName"]);
        Assert.Equal("1", (await tenant.Agent.Get("/locations?type=headquarters&type=branch")).Expect(200)["pagination.total"]);
    }

    [Fact]
    public async Task An_asset_is_looked_up_by_its_number_and_stands_where_its_customer_is()
    {
        var agent = desk.Tenant.Agent;
        var (customer, other) = (await NewCustomer(), await NewCustomer());
        var location = (await agent.Post($"/customers/{customer}/locations", new { name = "Depot" })).Expect(201)["id"];
        var project = (await agent.Post("/projects", new { name = "Sea Point" })).Expect(201)["id"]!;
        var made = (await agent.Post("/assets", new { number = " DR1734315 ", projectId = project, installedOn = "2026-02-28", customerId = customer, locationId = location })).Expect(201);
        var id = made["id"]!;
        Assert.Equal(("DR1734315", "2026-02-28", project, "Sea Point"), (made["number"], made["installedOn"], made["projectId"], made["projectName"]));
        var found = (await agent.Get("/assets/lookup?number=dr1734315")).Expect(200);
        Assert.All(made.Body!.AsObject(), m => Assert.Equal(m.Value?.ToJsonString(), found.At(m.Key)?.ToJsonString()));
        Assert.Equal(("Acme", "Depot", "Sea Point", project), (found["customer.name"], found["location.name"], found["project.name"], found["project.id"]));
        Assert.Equal("\"1\"", found.Headers.ETag!.Tag);
        (await agent.Get("/assets/lookup?number=DR0")).Expect(404);
        (await agent.Get("/assets/lookup")).Expect(400);
        (await desk.Foreign.Agent.Get("/assets/lookup?number=DR1734315")).Expect(404);

        Assert.Equal("number_taken", (await agent.Post("/assets", new { number = "dr1734315" })).Expect(409)["code"]);
        (await agent.Patch($"/assets/{id}", new { customerId = other })).Expect(422);
        (await agent.Patch($"/assets/{id}", new { customerId = (string?)null })).Expect(422);
        (await agent.Patch($"/assets/{id}", new { locationId = Guid.NewGuid() })).Expect(404);
        (await agent.Post("/assets", """{"number":"X","installedOn":"2026-02-30"}""")).Expect(400);
        Assert.Equal(id, (await agent.Get($"/customers/{customer}/assets")).Expect(200)["data.0.id"]);
        Assert.Equal(id, (await agent.Get($"/assets?locationId={location}&projectId={project}&number=Dr1734315")).Expect(200)["data.0.id"]);
        Assert.Equal(id, (await agent.Get("/assets?search=dr17%20sea")).Expect(200)["data.0.id"]);
        (await desk.Tenant.Manager.Delete($"/locations/{location}")).Expect(204);
        Assert.Equal((null, customer), ((await agent.Get($"/assets/{id}"))["locationId"], (await agent.Get($"/assets/{id}"))["customerId"]));
        (await desk.Tenant.Manager.Delete($"/assets/{id}")).Expect(204);
        (await agent.Post("/assets", new { number = "DR1734315" })).Expect(201);
        Assert.Equal("asset.created asset.updated asset.deleted", await Events(id));
    }

    [Fact]
    public async Task Sec01_What_belongs_to_another_tenant_is_not_there()
    {
        var customer = (await desk.Foreign.Agent.Post("/customers", new { name = "Theirs" })).Expect(201)["id"];
        var contact = (await desk.Foreign.Agent.Post($"/customers/{customer}/contacts", new { firstName = "T" })).Expect(201)["id"];
        var location = (await desk.Foreign.Agent.Post($"/customers/{customer}/locations", new { name = "T" })).Expect(201)["id"];
        var asset = (await desk.Foreign.Agent.Post("/assets", new { number = "T-1", customerId = customer })).Expect(201)["id"];
        var admin = desk.Tenant.Admin;
        foreach (var (path, body) in new (string, object)[] { ($"/contacts/{contact}", new { firstName = "O" }), ($"/locations/{location}", new { name = "O" }), ($"/assets/{asset}", new { number = "O" }) })
        {
            (await admin.Get(path)).Expect(404);
            (await admin.Get(path + "/history")).Expect(404);
            (await admin.Put(path, body)).Expect(404);
            (await admin.Patch(path, body)).Expect(404);
            (await admin.Delete(path)).Expect(404);
        }

        (await admin.Get($"/contacts/{contact}/tickets")).Expect(404);
        var ours = await NewCustomer();
        (await admin.Post("/assets", new { number = "O-1", customerId = ours, locationId = location })).Expect(404);
        foreach (var list in new[] { "contacts", "locations", "assets" }) Assert.Equal("0", (await admin.Get($"/{list}?customerId={customer}")).Expect(200)["pagination.total"]);
    }

    [Fact]
    public async Task A_light_agent_reads_the_directory_and_writes_none_of_it()
    {
        var light = desk.Tenant.LightAgent;
        var customer = await NewCustomer();
        (await light.Get($"/customers/{customer}")).Expect(200);
        (await light.Post("/customers", new { name = "x" })).Expect(403);
        (await light.Patch($"/customers/{customer}", new { name = "x" })).Expect(403);
        (await light.Post($"/customers/{customer}/contacts", new { firstName = "x" })).Expect(403);
        (await light.Post("/assets", new { number = "x" })).Expect(403);
        (await light.Delete($"/customers/{customer}")).Expect(403);
    }

    private async Task<string> NewCustomer() => (await desk.Tenant.Agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"]!;

    private Task<string> Events(string id) =>
        desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'");
}
