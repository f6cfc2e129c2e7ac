namespace Deskhand.Server.Tests.Directory;

public sealed class DuplicateTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Customers_that_may_be_the_same_are_found_by_address_number_and_name()
    {
        var tenant = await desk.NewTenant("doubles");
        await Customer(tenant, new { name = "Acme (Pty) Ltd", email = "desk@acme.example", phone = "+27 21 555 0100" });
        await Customer(tenant, new { name = "ACME", phone = "021 555-0100" });
        await Customer(tenant, new { name = "acme", domains = new[] { "acme.example" } });
        await Customer(tenant, new { name = "Somebody", email = "DESK@acme.example" });
        await Customer(tenant, new { name = "Acme", email = "x@elsewhere.example" });
        await Customer(desk.Foreign, new { name = "Theirs", email = "desk@acme.example" });

        var pairs = (await tenant.Agent.Get("/customers/duplicates")).Expect(200).At("data")!.AsArray().Select(p => $"{p!["reason"]} {p["first"]!["name"]} {p["second"]!["name"]}");
        Assert.Equal(["email Acme (Pty) Ltd Somebody", "phone Acme (Pty) Ltd ACME", "name Acme (Pty) Ltd acme"], pairs);
        Assert.Equal("phone", (await tenant.Agent.Get("/customers/duplicates?reason=phone")).Expect(200)["data.0.reason"]);
        (await tenant.Agent.Get("/customers/duplicates?reason=luck")).Expect(400);
        (await tenant.Agent.Get("/customers/duplicates?cursor=x")).Expect(400);
    }

    [Fact]
    public async Task Contacts_that_may_be_the_same_are_listed_page_by_page_each_once()
    {
        var tenant = await desk.NewTenant("twins");
        var customer = await Customer(tenant, new { name = "Acme" });
        for (var i = 0; i < 7; i++)
            (await tenant.Agent.Post($"/customers/{customer}/contacts", new { firstName = "Ada", lastName = "Lovelace", email = i < 4 ? "ada@acme.example" : null, phoneMobile = i > 3 ? "+27 82 555 0100" : null })).Expect(201);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await tenant.Agent.Get($"/contacts/duplicates?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
            seen.AddRange(page.At("data")!.AsArray().Select(p => $"{p!["reason"]} {p["second"]!["id"]}"));
            cursor = page["pagination.nextCursor"];
        }
        while (cursor is not null && seen.Count < 50);
        Assert.Equal(3 + 2 + 6, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count());
    }

    private static async Task<string> Customer(TestTenant tenant, object fields) => (await tenant.Agent.Post("/customers", fields)).Expect(201)["id"]!;
}
