namespace Deskhand.Server.Tests.Tickets;

public sealed class DefinitionTests(Desk desk) : IClassFixture<Desk>
{
    private Person Admin => desk.Tenant.Admin;

    private Person Agent => desk.Tenant.Agent;

    [Fact]
    public async Task A_category_lives_from_creation_to_removal_and_tickets_follow_at_once()
    {
        var made = (await Admin.Post("/categories", new { key = "fibre", name = "Fibre", subcategories = new[] { "drop", "trunk" }, position = 3 })).Expect(201);
        var id = made["id"];
        Assert.Equal($"/api/v1/categories/{id}", made.Headers.Location!.ToString());
        var ticket = await Agent.NewTicket(more: new { category = "fibre", subcategory = "drop" });

        Assert.Equal("category_in_use", (await Admin.Delete($"/categories/{id}")).Expect(409)["code"]);
        Assert.Equal("category_in_use", (await Admin.Patch($"/categories/{id}", new { key = "fiber" })).Expect(409)["code"]);
        (await Admin.Patch($"/categories/{id}", new { name = "Glass", subcategories = new[] { "trunk" } }, ("If-Match", "\"1\""))).Expect(200);
        (await Admin.Patch($"/categories/{id}", new { name = "Copper" }, ("If-Match", "\"1\""))).Expect(412);
        (await Agent.Patch($"/tickets/{ticket}", new { priority = "high" })).Expect(200);
        (await Agent.Post("/tickets", new { subject = "x", category = "fibre", subcategory = "drop" })).Expect(422);

        (await Admin.Put($"/categories/{id}", new { key = "fibre", name = "Glass", active = false })).Expect(200);
        (await Agent.Post("/tickets", new { subject = "x", category = "fibre" })).Expect(422);
        Assert.Equal("1", (await Agent.Get("/tickets?category=fibre")).Expect(200)["pagination.total"]);
        Assert.Equal("fibre", (await Agent.Get("/categories?active=false")).Expect(200)["data.0.key"]);
        Assert.Equal("created updated updated", await desk.Scalar<string>(desk.Tenant.Id,
            $"SELECT string_agg(substr(action, 10), ' ' ORDER BY id) FROM audit_log WHERE target_id = '{id}'"));
        Assert.Contains("name", await desk.Scalar<string>(desk.Tenant.Id, $"SELECT string_agg(field, ' ') FROM history WHERE entity_type = 'category' AND entity_id = '{id}'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unused_category_changes_its_key_and_goes()
    {
        var id = (await Admin.Post("/categories", new { key = "temporary", name = "T" })).Expect(201)["id"];
        Assert.Equal("short_lived", (await Admin.Patch($"/categories/{id}", new { key = "short_lived" })).Expect(200)["key"]);
        (await Admin.Delete($"/categories/{id}", ("If-Match", "\"1\""))).Expect(412);
        (await Admin.Delete($"/categories/{id}")).Expect(204);
        (await Admin.Get($"/categories/{id}")).Expect(404);
        (await Admin.Delete($"/categories/{id}")).Expect(404);
        (await Agent.Post("/tickets", new { subject = "x", category = "short_lived" })).Expect(422);
    }

    [Fact]
    public async Task The_category_of_tickets_that_name_none_stays()
    {
        var tenant = await desk.NewTenant("default-category");
        var id = (await tenant.Admin.Get("/categories")).Expect(200).At("data")!.AsArray().Single(c => c!["key"]!.ToString() == "general_inquiry")!["id"]!.ToString();
        Assert.Equal("default_category", (await tenant.Admin.Delete($"/categories/{id}")).Expect(409)["code"]);
        (await tenant.Admin.Patch($"/categories/{id}", new { active = false })).Expect(409);
        (await tenant.Admin.Patch($"/categories/{id}", new { key = "general" })).Expect(409);
        (await tenant.Admin.Patch($"/categories/{id}", new { name = "Anything else" })).Expect(200);
    }

    [Fact]
    public async Task A_custom_field_keeps_its_type_where_tickets_have_values()
    {
        var made = (await Admin.Post("/custom-fields", new { key = "site", label = "Site", type = "select", options = new[] { "north", "south" } })).Expect(201);
        var ticket = await Agent.NewTicket(more: new { customFields = new { site = "north" } });

        Assert.Equal("custom_field_in_use", (await Admin.Patch($"/custom-fields/{made["id"]}", new { type = "text", options = Array.Empty<string>() })).Expect(409)["code"]);
        (await Admin.Patch($"/custom-fields/{made["id"]}", new { key = "place" })).Expect(409);
        (await Admin.Delete($"/custom-fields/{made["id"]}")).Expect(409);
        // an option that is taken away stays where it is, and is given no more
        (await Admin.Patch($"/custom-fields/{made["id"]}", new { options = new[] { "south" } })).Expect(200);
        Assert.Equal("north", (await Agent.Patch($"/tickets/{ticket}", new { subject = "Still north" })).Expect(200)["customFields.site"]);
        (await Agent.Post("/tickets", new { subject = "x", customFields = new { site = "north" } })).Expect(422);
        (await Admin.Patch($"/custom-fields/{made["id"]}", new { active = false })).Expect(200);
        (await Agent.Post("/tickets", new { subject = "x", customFields = new { site = "south" } })).Expect(422);

        var unused = (await Admin.Post("/custom-fields", new { key = "floor", label = "Floor", type = "number" })).Expect(201)["id"];
        Assert.Equal("text", (await Admin.Patch($"/custom-fields/{unused}", new { type = "text" })).Expect(200)["type"]);
        (await Admin.Delete($"/custom-fields/{unused}")).Expect(204);
    }

    [Theory]
    [InlineData("/categories", """{"key":"billing","name":"Twice"}""", 409)]
    [InlineData("/categories", """{"key":"Upper","name":"x"}""", 422)]
    [InlineData("/categories", """{"key":"x","name":"x","subcategories":[null]}""", 400)]
    [InlineData("/categories", """{"key":"x","name":"x","subcategories":null}""", 400)]
    [InlineData("/categories", """{"key":"x","name":"a\u0000b"}""", 422)]
    [InlineData("/categories", """{"key":"x","name":"\ud800"}""", 400)]
    [InlineData("/categories", """{"key":"x","name":"x","position":1e30}""", 400)]
    [InlineData("/categories", """{"key":"x","name":"x","id":"y"}""", 400)]
    [InlineData("/categories", """{"name":"x"}""", 400)]
    [InlineData("/custom-fields", """{"key":"x","label":"x","type":"colour"}""", 400)]
    [InlineData("/custom-fields", """{"key":"x","label":"x","type":"select"}""", 422)]
    [InlineData("/custom-fields", """{"key":"x","label":"x","type":"text","options":["a"]}""", 422)]
    [InlineData("/custom-fields", """{"key":"x","label":"x","type":"select","options":["a","a"]}""", 422)]
    public async Task A_definition_that_does_not_fit_is_refused(string path, string body, int status) => (await Admin.Post(path, body)).Expect(status);

    [Fact]
    public async Task Only_who_manages_settings_changes_definitions()
    {
        foreach (var person in (Person[])[desk.Tenant.Manager, Agent, desk.Tenant.LightAgent])
        {
            (await person.Get("/categories")).Expect(200);
            (await person.Post("/categories", new { key = "mine", name = "Mine" })).Expect(403);
            (await person.Post("/custom-fields", new { key = "mine", label = "Mine", type = "text" })).Expect(403);
        }
    }

    [Fact]
    public async Task Definitions_are_listed_by_page_and_by_cursor()
    {
        var keys = (await Agent.Get("/categories")).Expect(200).At("data")!.AsArray().Select(c => c!["key"]!.ToString()).ToList();
        var first = (await Agent.Get("/categories?limit=2")).Expect(200);
        var second = (await Agent.Get($"/categories?limit=2&cursor={first["pagination.nextCursor"]}")).Expect(200);
        Assert.Equal(keys.Take(4), first.At("data")!.AsArray().Concat(second.At("data")!.AsArray()).Select(c => c!["key"]!.ToString()));
        (await Agent.Get("/categories?cursor=zzz")).Expect(400);
        (await Agent.Get("/categories?active=perhaps")).Expect(400);
    }
}
