using Deskhand.Data;

namespace Deskhand.Server.Tests.Tenants;

public sealed class SettingsTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Settings_change_at_once_and_are_noted()
    {
        var tenant = await desk.NewTenant("settings");
        var before = (await tenant.LightAgent.Get("/settings")).Expect(200);
        Assert.Equal(("settings", "support", "50", "\"1\""), (before["slug"], before["workflow"], before["pageLimit"], before.Headers.ETag!.ToString()));

        var after = (await tenant.Admin.Patch("/settings", new { name = " Acme Fibre ", pageLimit = 7, timeZone = "Africa/Johannesburg", locale = "es", referenceScheme = "by_channel" })).Expect(200);
        Assert.Equal(("Acme Fibre", "2"), (after["name"], after["version"]));
        Assert.Equal("7", (await tenant.Agent.Get("/tickets"))["pagination.limit"]);
        Assert.StartsWith("EML-", (await tenant.Agent.Post("/tickets", new { subject = "x", channel = "email" })).Expect(201)["reference"]!, StringComparison.Ordinal);
        Assert.Equal("locale name pageLimit referenceScheme timeZone", await desk.Scalar<string>(tenant.Id, "SELECT string_agg(field, ' ' ORDER BY field) FROM history WHERE entity_type = 'settings'"));
        Assert.Equal(1, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM audit_log WHERE action = 'settings.updated' AND actor_id = $1", Rows.P(tenant.Admin.UserId)));
        Assert.Equal("2", (await tenant.Admin.Patch("/settings", new { name = "Acme Fibre" })).Expect(200)["version"]);
    }

    [Theory]
    [InlineData("""{"name":""}""", 422)]
    [InlineData("""{"name":null}""", 400)]
    [InlineData("""{"name":"a\u0000"}""", 422)]
    [InlineData("""{"locale":"xx"}""", 422)]
    [InlineData("""{"timeZone":"Nowhere/Atall"}""", 422)]
    [InlineData("""{"timeZone":"../../../../dev/zero"}""", 422)]
    [InlineData("""{"timeZone":""}""", 422)]
    [InlineData("""{"pageLimit":0}""", 422)]
    [InlineData("""{"pageLimit":101}""", 422)]
    [InlineData("""{"pageLimit":99999999999}""", 400)]
    [InlineData("""{"pageLimit":"50"}""", 400)]
    [InlineData("""{"referenceScheme":"mine"}""", 400)]
    [InlineData("""{"workflow":"mine"}""", 422)]
    [InlineData("""{"slug":"other"}""", 400)]
    [InlineData("""{"tenantId":"x"}""", 400)]
    [InlineData("""[]""", 400)]
    [InlineData("""7""", 400)]
    public async Task What_does_not_fit_is_refused(string body, int status) => (await desk.Tenant.Admin.Patch("/settings", body)).Expect(status);

    [Fact]
    public async Task Only_who_manages_settings_changes_them_and_a_stale_write_is_refused()
    {
        foreach (var person in (Person[])[desk.Tenant.Manager, desk.Tenant.Agent, desk.Tenant.LightAgent]) (await person.Patch("/settings", new { name = "x" })).Expect(403);
        (await desk.Tenant.Admin.Patch("/settings", new { name = "x" }, ("If-Match", "\"99\""))).Expect(412);
    }

    [Fact]
    public async Task Another_workflow_is_taken_only_if_it_knows_every_tickets_status()
    {
        var tenant = await desk.NewTenant("workflows");
        var id = await tenant.Agent.NewTicket();
        await tenant.Agent.NewTicket();
        (await tenant.Agent.Put($"/tickets/{id}/status", new { status = "waiting_internal" })).Expect(200);

        var refused = (await tenant.Admin.Patch("/settings", new { workflow = "psa" })).Expect(409);
        Assert.Equal("workflow_misfit", refused["code"]);
        Assert.Contains("new (1), waiting_internal (1)", refused["detail"], StringComparison.Ordinal);
        Assert.Equal("support", (await tenant.Admin.Get("/settings"))["workflow"]);

        (await tenant.Agent.Put($"/tickets/{id}/status", new { status = "open" })).Expect(200);
        Assert.Equal("classic", (await tenant.Admin.Patch("/settings", new { workflow = "classic" })).Expect(200)["workflow"]);
        Assert.Equal(["new", "open", "pending", "on_hold", "solved", "closed"], (await tenant.Agent.Get("/statuses")).Expect(200).At("data")!.AsArray().Select(s => s!["key"]!.ToString()));
        Assert.Equal("solved", (await tenant.Agent.Put($"/tickets/{id}/resolve")).Expect(200)["status"]);
        var list = (await tenant.LightAgent.Get("/workflows")).Expect(200);
        Assert.Equal(("classic", "true", "4"), (list["data.0.key"], list["data.0.isCurrent"], list["pagination.total"]));
        // and back again, though that row exists already
        (await tenant.Agent.Put($"/tickets/{id}/status", new { status = "open" })).Expect(200);
        (await tenant.Admin.Patch("/settings", new { workflow = "support" })).Expect(200);
        Assert.Equal(1, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM workflows WHERE is_default"));
    }

    [Fact]
    public async Task Workflows_are_read_by_id_and_by_key()
    {
        var field = (await desk.Tenant.Agent.Get("/workflows/field")).Expect(200);
        Assert.Contains(field.At("transitions")!.AsArray(), t => t!["permission"]?.ToString() == "billing:approve");
        var own = (await desk.Tenant.Agent.Get("/workflows?limit=1")).Expect(200);
        Assert.Equal(own["data.0.key"], (await desk.Tenant.Agent.Get($"/workflows/{own["data.0.id"]}")).Expect(200)["key"]);
        Assert.NotEqual(own["data.0.key"], (await desk.Tenant.Agent.Get($"/workflows?limit=1&cursor={own["pagination.nextCursor"]}")).Expect(200)["data.0.key"]);
        (await desk.Tenant.Agent.Get("/workflows/nothing")).Expect(404);
        (await desk.Foreign.Admin.Get($"/workflows/{own["data.0.id"]}")).Expect(404);
        var statuses = (await desk.Tenant.Agent.Get("/statuses")).Expect(200);
        Assert.Contains("resolved", statuses.At("data.0.next")!.AsArray().Select(n => n!.ToString()));
    }
}
