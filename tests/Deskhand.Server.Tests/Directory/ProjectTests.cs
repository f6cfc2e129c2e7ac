namespace Deskhand.Server.Tests.Directory;

public sealed class ProjectTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_project_is_made_changed_found_and_deleted_and_tells_of_it()
    {
        var tenant = await desk.NewTenant("projects");
        var agent = tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Karoo Logistics" })).Expect(201)["id"]!;
        var made = (await agent.Post("/projects", new { name = " Sandton phase 2 ", customerId = customer, startsOn = "2026-01-12" })).Expect(201);
        var id = made["id"]!;
        Assert.Equal(("P-000001", "Sandton phase 2", "true", $"/api/v1/projects/{id}"), (made["number"], made["name"], made["active"], made.Headers.Location!.ToString()));
        Assert.Equal("FB-7", (await agent.Post("/projects", new { name = "Other", number = "FB-7", active = false })).Expect(201)["number"]);
        Assert.Equal("number_taken", (await agent.Post("/projects", new { name = "Third", number = "fb-7" })).Expect(409)["code"]);
        Assert.Contains("endsOn", (await agent.Patch($"/projects/{id}", new { endsOn = "2025-12-31" })).Expect(422).Text, StringComparison.Ordinal);
        Assert.Equal("2026-09-30", (await agent.Patch($"/projects/{id}", new { endsOn = "2026-09-30" })).Expect(200)["endsOn"]);
        (await agent.Patch($"/projects/{id}", new { customerId = Guid.NewGuid() })).Expect(404);
        Assert.Equal("P-000001", (await agent.Put($"/projects/{id}", new { name = "Sandton phase 2", customerId = customer })).Expect(200)["number"]);

        foreach (var filter in new[] { $"customerId={customer}", "number=p-000001", "search=sandton%202", "active=true", "sort=-name&limit=1" })
            Assert.True((await agent.Get("/projects?" + filter)).Expect(200)["data.0.id"] == id, filter);
        Assert.Equal("0", (await desk.Foreign.Agent.Get("/projects?search=sandton")).Expect(200)["pagination.total"]);
        (await agent.Get("/projects?status=open")).Expect(400);
        Assert.Equal("endsOn", (await agent.Get($"/projects/{id}/history")).Expect(200)["data.0.field"]);

        (await tenant.Manager.Delete($"/customers/{customer}")).Expect(204);
        Assert.Null((await agent.Get($"/projects/{id}")).Expect(200)["customerId"]);
        (await agent.Delete($"/projects/{id}")).Expect(403);
        (await tenant.Manager.Delete($"/projects/{id}")).Expect(204);
        (await agent.Get($"/projects/{id}")).Expect(404);
        Assert.Equal("project.created project.updated project.updated project.updated project.deleted",
            await desk.Scalar<string>(tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{id}'"));
    }

    [Fact]
    public async Task A_project_with_assets_stays_and_its_assets_know_its_new_name_at_once()
    {
        var agent = desk.Tenant.Agent;
        var project = (await agent.Post("/projects", new { name = "Winelands ring" })).Expect(201)["id"]!;
        var asset = (await agent.Post("/assets", new { number = "DR555001", projectId = project })).Expect(201)["id"]!;
        Assert.Equal("project_has_assets", (await desk.Tenant.Manager.Delete($"/projects/{project}")).Expect(409)["code"]);

        (await agent.Patch($"/projects/{project}", new { name = "Boland ring" })).Expect(200);
        var renamed = (await agent.Get($"/assets/{asset}")).Expect(200);
        Assert.Equal(("Boland ring", "1"), (renamed["projectName"], renamed["version"]));
        Assert.Equal(asset, (await agent.Get("/assets?search=boland")).Expect(200)["data.0.id"]);
        Assert.Equal("0", (await agent.Get("/assets?search=winelands")).Expect(200)["pagination.total"]);

        Assert.Null((await agent.Patch($"/assets/{asset}", new { projectId = (string?)null })).Expect(200)["projectName"]);
        (await agent.Patch($"/assets/{asset}", new { projectId = Guid.NewGuid() })).Expect(404);
        (await desk.Tenant.Manager.Delete($"/projects/{project}")).Expect(204);
    }

    [Fact]
    public async Task A_project_that_is_renamed_while_assets_join_it_leaves_none_with_an_old_name()
    {
        var agent = desk.Tenant.Agent;
        var project = (await agent.Post("/projects", new { name = "Name 0" })).Expect(201)["id"]!;
        await Task.WhenAll(Enumerable.Range(1, 8).SelectMany(i => new[]
        {
            agent.Post("/assets", new { number = $"DR7770{i}", projectId = project }),
            agent.Patch($"/projects/{project}", new { name = $"Name {i}" }),
        }).Select(async work => (await work).Expect((await work).Status is 201 ? 201 : 200)));

        Assert.Equal(1L, await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(DISTINCT project_name) FROM assets WHERE project_id = '{project}'"));
        Assert.Equal((await agent.Get($"/projects/{project}"))["name"], (await agent.Get($"/assets?projectId={project}")).Expect(200)["data.0.projectName"]);
    }
}
