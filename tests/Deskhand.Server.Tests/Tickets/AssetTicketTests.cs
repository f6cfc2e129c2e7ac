using System.Globalization;
using Deskhand.Tickets;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>Tickets about an asset, and the references that come of channels and assets.</summary>
public sealed class AssetTicketTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_ticket_named_after_an_asset_stands_where_the_asset_stands()
    {
        var agent = desk.Tenant.Agent;
        var (customer, location, project, asset) = await Installed(desk.Tenant, "DR1734315");

        var made = (await agent.Post("/tickets", new { subject = "No signal", assetNumber = "dr1734315" })).Expect(201);
        Assert.Equal((asset, customer, location, project), (made["assetId"], made["customerId"], made["locationId"], made["projectId"]));
        Assert.Null(made.At("assetNumber"));
        Assert.Equal(made.Text, (await agent.Get($"/tickets/{made["id"]}")).Expect(200).Text);
        Assert.Equal(made["id"], (await agent.Get($"/tickets?projectId={project}")).Expect(200)["data.0.id"]);
        var body = new { subject = "No signal", assetId = asset };
        Assert.Equal("1", (await agent.Put($"/tickets/{made["id"]}", body)).Expect(200)["version"]);

        var later = await agent.NewTicket();
        var edited = (await agent.Patch($"/tickets/{later}", new { assetNumber = "DR1734315" })).Expect(200);
        Assert.Equal((asset, customer, location, project), (edited["assetId"], edited["customerId"], edited["locationId"], edited["projectId"]));
        Assert.Contains("projectId", (await agent.Get($"/tickets/{later}/history")).Expect(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_is_nobodys_is_told()
    {
        var agent = desk.Tenant.Agent;
        await Installed(desk.Foreign, "DR4040404");
        foreach (var number in new[] { "DR4040404", "no such", "a\0b", new string('9', 5000) })
            Assert.Equal("asset_not_found", (await agent.Post("/tickets", new { subject = "x", assetNumber = number })).Expect(404)["code"]);
        (await agent.Post("/tickets", new { subject = "x", projectId = Guid.NewGuid() })).Expect(404);
        var (_, _, _, asset) = await Installed(desk.Tenant, "DR5050505");
        await Installed(desk.Tenant, "DR5050506");
        Assert.Contains("assetNumber", (await agent.Post("/tickets", new { subject = "x", assetNumber = "DR5050506", assetId = asset })).Expect(422).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("email", "EML-")]
    [InlineData("internal", "FF-")]
    [InlineData("ad_hoc", "AH-")]
    [InlineData("phone", "TICKET-2")]
    public async Task Sec13_Of_fifty_tickets_made_at_once_each_has_the_next_reference_of_its_channel_and_none_is_left_out(string channel, string prefix)
    {
        var tenant = await desk.NewTenant("scheme-" + channel.Replace('_', '-'), scheme: ReferenceScheme.ByChannel);
        var made = await Fifty(i => tenant.Agent.Post("/tickets", new { subject = $"Number {i}", channel }));
        Assert.All(made, m => Assert.StartsWith(prefix, m["reference"], StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1, 50), made.Select(m => Last(m["reference"]!)).Order());
        Assert.Equal(Enumerable.Range(1, 50), made.Select(m => int.Parse(m["number"]!, CultureInfo.InvariantCulture)).Order());
        Assert.Equal(made[7]["id"], (await tenant.Agent.Get($"/tickets/{made[7]["reference"]}")).Expect(200)["id"]);
    }

    [Theory]
    [InlineData("whatsapp")]
    [InlineData("construction")]
    public async Task Sec13_References_named_after_an_asset_count_for_each_asset_alone(string channel)
    {
        var tenant = await desk.NewTenant("drops-" + channel, scheme: ReferenceScheme.ByChannel);
        await Installed(tenant, "DR1734315");
        await Installed(tenant, "dr99");
        var made = await Fifty(i => tenant.Agent.Post("/tickets", new { subject = $"Number {i}", channel, assetNumber = i % 2 == 0 ? "DR1734315" : "DR99" }));
        Assert.Equal(Enumerable.Range(1, 25).Select(n => $"DR1734315-{n}").Order(StringComparer.Ordinal), Of("DR1734315-"));
        Assert.Equal(Enumerable.Range(1, 25).Select(n => $"DR99-{n}").Order(StringComparer.Ordinal), Of("DR99-"));
        Assert.StartsWith("TICKET-", (await tenant.Agent.Post("/tickets", new { subject = "No drop", channel })).Expect(201)["reference"], StringComparison.Ordinal);

        IEnumerable<string> Of(string prefix) => made.Select(m => m["reference"]!).Where(r => r.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Sec13_The_number_that_qcontact_gave_is_the_reference_and_taken_once()
    {
        var tenant = await desk.NewTenant("qcontact", scheme: ReferenceScheme.ByChannel);
        var made = await Fifty(i => tenant.Agent.Post("/tickets", new { subject = $"Number {i}", channel = "qcontact", externalId = $"{48200 + i}" }));
        Assert.Equal(Enumerable.Range(48200, 50).Select(n => $"FT{n}"), made.Select(m => m["reference"]!).Order(StringComparer.Ordinal));
        Assert.Equal("reference_taken", (await tenant.Agent.Post("/tickets", new { subject = "Again", channel = "qcontact", externalId = "48200" })).Expect(409)["code"]);
        // what was refused took no number
        Assert.Equal("51", (await tenant.Agent.Post("/tickets", new { subject = "Next", channel = "qcontact", externalId = "48299" })).Expect(201)["number"]);
    }

    private static async Task<IReadOnlyList<Reply>> Fifty(Func<int, Task<Reply>> create) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, 50).Select(create))).Select(r => r.Expect(201))];

    private static int Last(string reference) => int.Parse(reference[(reference.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);

    private static async Task<(string Customer, string Location, string Project, string Asset)> Installed(TestTenant tenant, string number)
    {
        var agent = tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"]!;
        var location = (await agent.Post($"/customers/{customer}/locations", new { name = "Depot" })).Expect(201)["id"]!;
        var project = (await agent.Post("/projects", new { name = "Sea Point" })).Expect(201)["id"]!;
        var asset = (await agent.Post("/assets", new { number, customerId = customer, locationId = location, projectId = project })).Expect(201)["id"]!;
        return (customer, location, project, asset);
    }
}
