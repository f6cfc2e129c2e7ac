using Deskhand.Data;
namespace Deskhand.Server.Tests.Directory;

public sealed class CustomerListTests(Desk desk) : IClassFixture<Desk>
{
    public static TheoryData<string, string> Filters => new()
    {
        { "type=residential", "Ndlovu" },
        { "type=residential&type=business&tier=gold&tier=platinum", "Acme Bellville Zest" },
        { "active=false", "Zest" },
        { "active=true&tier=gold", "Acme Bellville" },
        { "parentId=none", "Acme Ndlovu Zest" },
        { "number=Z-9", "Zest" },
        { "externalId=X-1", "Acme" },
        { "email=DESK@acme.EXAMPLE", "Acme" },
        { "domain=Acme.Example", "Acme" },
        { "domain=nobody.example", "" },
        { "search=acm", "Acme Bellville" },
        { "search=fibre acme", "Acme" },
        { "search=O'Ndl", "Ndlovu" },
        { "search=z9", "Zest" },
        { "search=Z-9", "Zest" },
        { "search=desk@acme", "Acme" },
        { "search=acme.example", "Acme" },
        { "search=0215550100", "Acme" },
        { "search=cme", "" },
        { "search=-", "" },
        { "search=acme&tier=gold&sort=-name", "Acme Bellville" },
        { "createdAfter=2000-01-01T00:00:00Z&createdBefore=2001-01-01T00:00:00Z", "" },
        { "updatedAfter=2000-01-01T00:00:00Z", "Acme Bellville Ndlovu Zest" },
        { "sort=-name", "Zest Ndlovu Acme Bellville" },
        { "sort=createdAt", "Zest Acme Ndlovu Bellville" },
        { "sort=-createdAt", "Bellville Ndlovu Acme Zest" },
        { "sort=-updatedAt", "Bellville Ndlovu Acme Zest" },
        { "sort=number&number=Z-9", "Zest" },
    };

    /// <summary>The beginning of a name is a range of the index by names, whatever signs are in it.</summary>
    [Fact]
    public async Task A_name_is_found_by_its_beginning_whatever_signs_are_in_it()
    {
        var tenant = await desk.NewTenant("signs");
        string[] names = ["50% off", "50_50 Partners", "50 Fathoms", "5\\x Labs", "Ünal & Söhne", "漢字商店", "...", "Z"];
        foreach (var name in names) (await tenant.Agent.Post("/customers", new { name })).Expect(201);
        async Task<IEnumerable<string>> Found(string typed) =>
            (await tenant.Agent.Get($"/customers?search={Uri.EscapeDataString(typed)}")).Expect(200).At("data")!.AsArray().Select(c => c!["name"]!.ToString()).Order(StringComparer.Ordinal);
        Assert.Equal(["50 Fathoms", "50% off", "50_50 Partners"], await Found("50"));
        Assert.Equal(["50% off"], await Found("50% o"));
        Assert.Equal(["5\\x Labs"], await Found("5\\"));
        Assert.Equal(["Ünal & Söhne"], await Found("üna"));
        Assert.Equal(["漢字商店"], await Found("漢"));
        Assert.Equal(["..."], await Found(".."));
        Assert.Equal(["Z"], await Found("  z"));
    }

    [Fact]
    public async Task Each_filter_search_and_order_leaves_the_customers_it_should()
    {
        var tenant = await desk.NewTenant("filters");
        var agent = tenant.Agent;
        (await agent.Post("/customers", new { name = "Zest", number = "Z-9", tier = "platinum", active = false })).Expect(201);
        var acme = (await agent.Post("/customers", new
        {
            name = "ACME Fibre",
            tier = "gold",
            externalId = "X-1",
            email = "desk@acme.example",
            phone = "021 555-0100",
            domains = new[] { "acme.example", "acme.test" },
        })).Expect(201)["id"];
        (await agent.Post("/customers", new { name = "O'Ndlovu", type = "residential" })).Expect(201);
        var branch = (await agent.Post("/customers", new { name = "acme Bellville", tier = "gold", parentId = acme })).Expect(201)["id"];
        var names = new Dictionary<string, string>(StringComparer.Ordinal) { ["ACME Fibre"] = "Acme", ["acme Bellville"] = "Bellville", ["O'Ndlovu"] = "Ndlovu", ["Zest"] = "Zest" };

        foreach (var row in Filters)
        {
            var (query, expected) = ((string)row[0], (string)row[1]);
            var reply = (await agent.Get("/customers?" + query.Replace("'", "%27", StringComparison.Ordinal).Replace(" ", "%20", StringComparison.Ordinal))).Expect(200);
            var found = reply.At("data")!.AsArray().Select(c => names[c!["name"]!.ToString()]);
            if (!query.Contains("sort=", StringComparison.Ordinal)) found = found.Order(StringComparer.Ordinal);
            Assert.True(string.Join(' ', found) == expected, $"{query}: {reply.Text}");
            Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length.ToString(), reply["pagination.total"]);
        }

        Assert.Equal(branch, (await agent.Get($"/customers/{acme}/children")).Expect(200)["data.0.id"]);
        Assert.Equal(branch, (await agent.Get($"/customers?parentId={acme}")).Expect(200)["data.0.id"]);
        Assert.Equal("2", (await agent.Get($"/customers?ids={acme}&ids={branch}&ids={Guid.NewGuid()}")).Expect(200)["pagination.total"]);
        Assert.Equal("4", (await agent.Get($"/customers?parentId={acme}&parentId=none")).Expect(200)["pagination.total"]);
        var organizations = (await agent.Get("/organizations")).Expect(200);
        Assert.Equal(["acme Bellville", "ACME Fibre", "Zest"], organizations.At("data")!.AsArray().Select(c => c!["name"]!.ToString()));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("-name")]
    [InlineData("createdAt")]
    [InlineData("-updatedAt")]
    [InlineData("number")]
    [InlineData("-number")]
    public async Task Pages_and_cursors_walk_the_same_list(string sort)
    {
        var tenant = await desk.NewTenant("walk" + sort.Replace("-", "down", StringComparison.Ordinal).ToLowerInvariant());
        // equal names, so that only the id tells them apart
        for (var i = 0; i < 23; i++) (await tenant.Agent.Post("/customers", new { name = $"Twin {i % 3}" })).Expect(201);

        var byPage = new List<string>();
        for (var page = 1; page <= 3; page++) byPage.AddRange(Ids(await tenant.Agent.Get($"/customers?page={page}&limit=10&sort={sort}")));
        var bySkip = new List<string>();
        for (var skip = 0; skip < 30; skip += 10) bySkip.AddRange(Ids(await tenant.Agent.Get($"/customers?skip={skip}&take=10&sort={sort}")));
        var byCursor = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var reply = await tenant.Agent.Get($"/customers?limit=10&sort={sort}" + (cursor.Length == 0 ? "" : "&cursor=" + cursor));
            byCursor.AddRange(Ids(reply));
            cursor = reply["pagination.nextCursor"];
            Assert.Equal(cursor is not null, reply.At("pagination.hasMore")!.GetValue<bool>());
        }

        Assert.Equal(23, byPage.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(byPage, byCursor);
        Assert.Equal(byPage, bySkip);
        var beyond = (await tenant.Agent.Get("/customers?page=9&limit=10")).Expect(200);
        Assert.Equal(("23", "0"), (beyond["pagination.total"], beyond.At("data")!.AsArray().Count.ToString()));
    }

    [Theory]
    [InlineData("tier=diamond", "platinum")]
    [InlineData("type=x", "residential")]
    [InlineData("sort=email", "-updatedAt")]
    [InlineData("active=maybe", "true")]
    [InlineData("colour=red", "tier")]
    [InlineData("parentId=1", null)]
    [InlineData("createdAfter=yesterday", null)]
    [InlineData("limit=101", null)]
    [InlineData("page=0", null)]
    [InlineData("cursor=abc", null)]
    [InlineData("cursor=WyJuYW1lIiwiYSIsImIiXQ", null)]
    public async Task What_cannot_be_understood_answers_400_and_names_what_is_allowed(string query, string? allowed)
    {
        var refused = (await desk.Tenant.Agent.Get("/customers?" + query)).Expect(400);
        if (allowed is not null) Assert.Contains(allowed, refused.At("allowed")!.AsArray().Select(a => a!.ToString()));
    }

    [Fact]
    public async Task Sec27_Every_parameter_takes_hostile_text_as_a_value_or_refuses_it()
    {
        string[] hostile = ["' OR 1=1 --", "'; DROP TABLE customers; --", "\\'; SELECT pg_sleep(9) --", "%", "_", "') UNION SELECT", "a:*|b", "!(", "\u0000", "\ud83d\ude00", "𝓐", "'':*", "<->", new('x', 5000)];
        string[] names = ["type", "tier", "active", "parentId", "number", "externalId", "email", "domain", "search", "sort", "cursor", "page", "limit", "skip", "take", "createdAfter", "createdBefore", "updatedAfter", "updatedBefore"];
        foreach (var list in new[] { "/customers", "/contacts", "/locations", "/assets", "/organizations" })
        {
            var known = (await desk.Tenant.Agent.Get(list + "?nosuch=1")).Expect(400).At("allowed")!.AsArray().Select(a => a!.ToString());
            foreach (var name in known.Union(list == "/customers" ? names : []))
                foreach (var text in hostile)
                {
                    var reply = await desk.Tenant.Agent.Get($"{list}?{name}={Uri.EscapeDataString(text)}");
                    Assert.True(reply.Status is 200 or 400, $"{list} {name}={text}: {reply.Text}");
                }
        }

        foreach (var text in hostile)
            foreach (var path in new[] { "/contacts/search?q=", "/locations/search?q=", "/assets/lookup?number=", "/customers/" })
            {
                var reply = await desk.Tenant.Agent.Get(path + Uri.EscapeDataString(text));
                Assert.True(reply.Status is 200 or 400 or 404, $"{path}{text}: {reply.Text}");
            }
    }

    [Fact]
    public async Task Sec01_Lists_and_searches_hold_nothing_of_another_tenant()
    {
        var (ours, theirs) = (await desk.NewTenant("ours"), await desk.NewTenant("theirs"));
        var secret = (await theirs.Agent.Post("/customers", new { name = "Secret", domains = new[] { "secret.example" }, externalId = "S", number = "S-1" })).Expect(201)["id"];
        foreach (var query in new[] { "", "?search=secret", "?domain=secret.example", "?externalId=S", "?number=S-1", $"?parentId={secret}" })
            Assert.Equal("0", (await ours.Agent.Get("/customers" + query)).Expect(200)["pagination.total"]);
        // what is taken there is free here (security case 2)
        (await ours.Agent.Post("/customers", new { name = "Mine", externalId = "S", number = "S-1" })).Expect(201);
        (await ours.Agent.Post("/customers", new { name = "Child", parentId = secret })).Expect(404);
    }

    private static IEnumerable<string> Ids(Reply reply) => reply.Expect(200).At("data")!.AsArray().Select(c => c!["id"]!.ToString());

    [Fact]
    public async Task Deep_pages_show_what_the_cursor_shows()
    {
        var tenant = await desk.NewTenant("deep");
        await using (var session = desk.Database.For(tenant.Id))
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("""
                    INSERT INTO customers (tenant_id, id, number, name, type, tier, created_at, updated_at)
                    SELECT $1, gen_random_uuid(), 'N' || i, 'Customer ' || i % 700, 'business', 'gold', now(), now() FROM generate_series(1, 1200) i
                    """, CancellationToken.None, Rows.P(tenant.Id));
                return default(Nothing);
            }, CancellationToken.None);

        string? cursor = null;
        for (var page = 1; page <= 12; page++)
        {
            var byCursor = (await tenant.Agent.Get("/customers?sort=name&limit=100" + (cursor is null ? "" : $"&cursor={cursor}"))).Expect(200);
            var byPage = (await tenant.Agent.Get($"/customers?sort=name&limit=100&page={page}")).Expect(200);
            Assert.Equal(byCursor.At("data")!.ToJsonString(), byPage.At("data")!.ToJsonString());
            Assert.Equal(100, byPage.At("data")!.AsArray().Count);
            cursor = byCursor["pagination.nextCursor"];
        }

        Assert.Null(cursor);
    }
}
