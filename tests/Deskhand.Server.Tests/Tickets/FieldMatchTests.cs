using System.Globalization;
using System.Text.Json;
using Deskhand.Data;

namespace Deskhand.Server.Tests.Tickets;

public sealed class FieldMatchTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Conditions_on_own_fields_find_what_a_look_at_every_ticket_does()
    {
        var tenant = await desk.NewTenant("own-fields");
        await Define(tenant);
        var random = new Random(25);
        string[] notes = ["Router", "ROUTER", "fibre cable", "50%", "it's", "7.50", "true", "none of these"];
        string[] products = ["router", "Modem", "ÉCOLE", "İz", "7"];
        decimal[] numbers = [0, 7.5m, 7, -3, 1000000];
        string[] days = ["2026-01-31", "2026-02-01", "2027-12-31"];
        string[] lines = ["a", "b", "c"];
        var tickets = new Dictionary<string, Dictionary<string, object>>(StringComparer.Ordinal);
        for (var i = 0; i < 60; i++)
        {
            var fields = new Dictionary<string, object>(StringComparer.Ordinal);
            void Maybe(string key, Func<object> value)
            {
                if (random.Next(3) > 0) fields[key] = value();
            }

            Maybe("note", () => notes[random.Next(notes.Length)]);
            Maybe("product", () => products[random.Next(products.Length)]);
            Maybe("downtime", () => numbers[random.Next(numbers.Length)]);
            Maybe("vip", () => random.Next(2) == 0);
            Maybe("since", () => days[random.Next(days.Length)]);
            Maybe("lines", () => lines.Where(_ => random.Next(2) == 0).ToArray());
            if (i % 10 == 0) fields.Clear();
            tickets[(await tenant.Agent.NewTicket($"Number {i}", new { customFields = fields })).ToString()] = fields;
        }

        var asked = new List<(string Q, Func<Dictionary<string, object>, bool> Fits)>();
        Func<Dictionary<string, object>, bool> Is<T>(string key, Func<T, bool> fits) => f => f.TryGetValue(key, out var value) && fits((T)value);
        foreach (var note in notes) asked.Add(($"cf.note:\"{note}\"", Is<string>("note", v => string.Equals(v, note, StringComparison.OrdinalIgnoreCase))));
        foreach (var product in products) asked.Add(($"cf.product:\"{product}\"", Is<string>("product", v => v == product)));
        foreach (var n in numbers)
        {
            asked.Add((string.Create(CultureInfo.InvariantCulture, $"cf.downtime:{n}"), Is<decimal>("downtime", v => v == n)));
            asked.Add((string.Create(CultureInfo.InvariantCulture, $"cf.downtime>={n}"), Is<decimal>("downtime", v => v >= n)));
        }

        asked.Add(("cf.downtime:7.50", Is<decimal>("downtime", v => v == 7.5m)));
        asked.Add(("cf.vip:true", Is<bool>("vip", v => v)));
        asked.Add(("cf.vip:true,false", Is<bool>("vip", _ => true)));
        foreach (var day in days)
        {
            asked.Add(($"cf.since:{day}", Is<string>("since", v => v == day)));
            asked.Add(($"cf.since<{day}", Is<string>("since", v => string.CompareOrdinal(v, day) < 0)));
        }

        foreach (var line in lines) asked.Add(($"cf.lines:{line}", Is<string[]>("lines", v => v.Contains(line))));
        asked.Add(("cf.lines:a,c", Is<string[]>("lines", v => v.Contains("a") || v.Contains("c"))));
        asked.Add(("cf.product:router,Modem", Is<string>("product", v => v is "router" or "Modem")));
        foreach (var key in (string[])["note", "product", "downtime", "vip", "since", "lines"]) asked.Add(($"cf.{key}:none", f => !f.ContainsKey(key)));

        async Task Same(string q, Func<Dictionary<string, object>, bool> fits)
        {
            var answer = (await tenant.Agent.Get($"/tickets?limit=100&q={Uri.EscapeDataString(q)}")).Expect(200);
            Assert.True(tickets.Where(t => fits(t.Value)).Select(t => t.Key).ToHashSet(StringComparer.Ordinal).SetEquals(answer.At("data")!.AsArray().Select(t => t!["id"]!.ToString())), q);
        }

        foreach (var (q, fits) in asked)
        {
            // by the index and by every ticket, or the other way round: what is not so has no index
            await Same(q, fits);
            await Same("-" + q, f => !fits(f));
        }

        for (var i = 0; i < 40; i++)
        {
            // of one field either value is meant
            var one = asked[random.Next(asked.Count)];
            var others = asked.Where(a => Field(a.Q) != Field(one.Q)).ToList();
            var other = others[random.Next(others.Count)];
            await Same($"{one.Q} {other.Q}", f => one.Fits(f) && other.Fits(f));
            await Same($"{one.Q} -{other.Q}", f => one.Fits(f) && !other.Fits(f));
        }
    }

    [Fact]
    public async Task A_rare_value_is_found_without_a_look_at_every_ticket_and_of_a_common_one_the_newest()
    {
        var tenant = await desk.NewTenant("many-values");
        await Define(tenant);
        var one = await tenant.Agent.NewTicket("The only modem", new { customFields = new { product = "Modem" } });
        await desk.Scalar<long>(tenant.Id, """
            WITH made AS (
                INSERT INTO tickets (tenant_id, id, number, reference, subject, description, status, status_category, priority, type, category, custom_fields, channel, version, sequence, created_at, updated_at)
                SELECT t.tenant_id, gen_random_uuid(), 1000 + i, 'M-' || i, t.subject, repeat('text ', 100), t.status, t.status_category, t.priority, t.type, t.category,
                       jsonb_build_object('product', 'router', 'note', 'SN' || i), t.channel, 1, 1, t.created_at - i * interval '1 minute', t.updated_at - i * interval '1 minute'
                FROM tickets t, generate_series(1, 4000) i WHERE t.tenant_id = $1 RETURNING 1)
            SELECT count(*) FROM made
            """, Rows.P(tenant.Id));

        async Task Total(string q, int total, string? first = null)
        {
            var answer = (await tenant.Agent.Get($"/tickets?q={Uri.EscapeDataString(q)}")).Expect(200);
            Assert.Equal(total.ToString(CultureInfo.InvariantCulture), answer["pagination.total"]);
            if (first is not null) Assert.Equal(first, answer["data.0.id"]);
        }

        await Total("cf.product:modem", 1, one.ToString());
        await Total("cf.product:7", 0);
        await Total("cf.product:modem status:new -cf.vip:true", 1, one.ToString());
        await Total("cf.note:sn3999", 1);
        // many: the walk, cursor and all
        var page = (await tenant.Agent.Get("/tickets?q=cf.product:router&limit=2")).Expect(200);
        var next = (await tenant.Agent.Get($"/tickets?q=cf.product:router&limit=2&cursor={Uri.EscapeDataString(page["pagination.nextCursor"]!)}")).Expect(200);
        Assert.Equal("1001 1002 1003 1004", string.Join(' ', new[] { page, next }.SelectMany(p => p.At("data")!.AsArray()).Select(t => t!["number"]!.ToString())));
        // each order, with a place in it
        foreach (var sort in (string[])["updatedAt", "-createdAt", "-number", "priority"])
            Assert.Equal(one.ToString(), (await tenant.Agent.Get($"/tickets?q=cf.product:modem&sort={sort}")).Expect(200)["data.0.id"]);
        var view = (await tenant.Agent.Post("/views", new { name = "Modems", conditions = "cf.product:modem" })).Expect(201)["id"];
        Assert.Equal("1", (await tenant.Agent.Get($"/views/counts?ids={view}")).Expect(200)["data.0.count"]);

        var pages = await desk.Scalar<long>(tenant.Id, "SELECT pg_relation_size('tickets') / 8192");
        foreach (var condition in (string[])["""{"product":"Modem"}""", """{"product":"7"}""", """{"note":"SN77"}"""])
        {
            var ask = $"SELECT tickets_of_fields('[[{condition}]]', 1500)";
            await using var session = desk.Database.For(tenant.Id);
            var explained = (await session.Transact<string>(async () =>
            {
                // the first time a connection reads the definition of the table too
                await session.Execute(ask, CancellationToken.None);
                return (await session.Query($"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {ask}", r => r.GetString(0), CancellationToken.None))[0];
            }, CancellationToken.None)).Value;
            var plan = JsonDocument.Parse(explained).RootElement[0].GetProperty("Plan");
            var read = plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64();
            Assert.True(read < pages / 2, $"{read} of {pages} pages for {condition}");
        }

        Assert.True(await desk.Scalar<bool>(tenant.Id, """SELECT tickets_of_fields('[[{"product":"router"}]]', 1500) IS NULL AND cardinality(tickets_of_fields('[[{"product":"router"}]]', 4000)) = 4000"""));
    }

    [Fact]
    public async Task What_is_changed_or_deleted_is_found_so_at_once()
    {
        var tenant = await desk.NewTenant("moving-values");
        await Define(tenant);
        var id = await tenant.Agent.NewTicket("Moves", new { customFields = new { product = "router" } });
        async Task<string> Found(string query) => string.Join(' ', (await tenant.Manager.Get($"/tickets?q={query}")).Expect(200).At("data")!.AsArray().Select(t => t!["id"]));
        Assert.Equal(id.ToString(), await Found("cf.product:router"));
        (await tenant.Agent.Patch($"/tickets/{id}", new { customFields = new { product = "Modem" } })).Expect(200);
        Assert.Equal("", await Found("cf.product:router"));
        Assert.Equal(id.ToString(), await Found("cf.product:modem"));
        (await tenant.Manager.Delete($"/tickets/{id}")).Expect(204);
        Assert.Equal("", await Found("cf.product:modem"));
        Assert.Equal(id.ToString(), await Found("cf.product:modem&deleted=true"));
    }

    [Fact]
    public async Task Text_of_any_kind_can_be_asked_of_the_index()
    {
        foreach (var text in (string[])["a\"b", "a\\b", "x, \"y\": {", "$.z", "\t\u0001", "ß", "😀", "' OR 1=1 --", "\\u0041"])
            Assert.Equal(1, await desk.Scalar<int>(desk.Tenant.Id, """
                WITH made AS MATERIALIZED (SELECT field_values($1, jsonb_build_object('note', $2::text)) AS held)
                SELECT count(*)::int FROM made WHERE held @@ format('$.%s.note == %s', to_jsonb($1::text), lower(to_jsonb($2::text)::text))::jsonpath
                """, Rows.P(desk.Tenant.Id), Rows.P(text)));
        Assert.Empty(await desk.Scalar<Guid[]>(desk.Tenant.Id, "SELECT tickets_of_fields(jsonb_build_array(jsonb_build_array(jsonb_build_object($1::text, $1::text))), 10)", Rows.P("\") || (true == true")));
    }

    [Fact]
    public async Task Sec1_values_of_another_tenant_are_never_found_and_without_a_tenant_nothing_is()
    {
        foreach (var tenant in (TestTenant[])[desk.Tenant, desk.Foreign])
        {
            (await tenant.Admin.Post("/custom-fields", new { key = "secret", label = "Secret", type = "text" })).Expect(201);
            await tenant.Agent.NewTicket("Shared", new { customFields = new { secret = "shared" } });
        }

        var theirs = await desk.Foreign.Agent.NewTicket("Theirs", new { customFields = new { secret = "theirs" } });
        const string Find = """SELECT tickets_of_fields('[[{"secret":"theirs"}]]', 10)""";
        Assert.Equal([theirs], await desk.Scalar<Guid[]>(desk.Foreign.Id, Find));
        Assert.Empty(await desk.Scalar<Guid[]>(desk.Tenant.Id, Find));
        Assert.Equal("0", (await desk.Tenant.Agent.Get("/tickets?q=cf.secret:theirs")).Expect(200)["pagination.total"]);
        Assert.Equal("1", (await desk.Tenant.Agent.Get("/tickets?q=cf.secret:shared")).Expect(200)["pagination.total"]);
        Assert.Equal("1", (await desk.Tenant.Agent.Get("/tickets?q=-cf.secret:none")).Expect(200)["pagination.total"]);

        await using var nobody = desk.Database.Source.CreateCommand(Find);
        Assert.Empty((Guid[])(await nobody.ExecuteScalarAsync())!);
    }

    private static string Field(string q) => q.Split([':', '<', '>'])[0];

    private static async Task Define(TestTenant tenant)
    {
        foreach (var (key, type, options) in ((string, string, string[]?)[])[("note", "text", null), ("product", "select", ["router", "Modem", "ÉCOLE", "İz", "7"]), ("downtime", "number", null),
            ("vip", "boolean", null), ("since", "date", null), ("lines", "multi_select", ["a", "b", "c"])])
            (await tenant.Admin.Post("/custom-fields", new { key, label = key, type, options = options ?? [] })).Expect(201);
    }
}
