using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Tickets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Deskhand.Server.Tests.Tickets;

public sealed class SearchTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_ticket_is_found_within_two_seconds_by_everything_it_holds()
    {
        var agent = desk.Tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Quixote Windmills" })).Expect(201)["id"]!;
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Dulcinea", lastName = "Toboso", email = "dulcinea@mancha.example" })).Expect(201)["id"]!;
        var id = await agent.NewTicket("Giants ahead", new { customerId = customer, contactId = contact, tags = new[] { "tilting" }, description = "Thirty monstrous giants", externalId = "EXT-77-A" });
        (await agent.Post($"/tickets/{id}/comments", new { body = "Those are windmills, said Sancho." })).Expect(201);
        await Found(agent, "sancho", id, seconds: 2);
        var ticket = (await agent.Get($"/tickets/{id}")).Expect(200);
        foreach (var q in (string[])["giants", "GIANT", "monstrous", "quixote", "dulcinea", "dulcinea@mancha.example", "tilting", "EXT-77-A", ticket["reference"]!, ticket["number"]!,
            "\"monstrous giants\"", "windm*", "giants windmill", "giants -dragons", "customer:\"Quixote Windmills\" sancho", "contact:dulcinea@mancha.example", $"reference:{ticket["reference"]!.ToLowerInvariant()}"])
            Assert.True(await Finds(agent, q, id), q);
        foreach (var q in (string[])["dragon", "\"giants monstrous\"", "giants dragon", "giants -sancho", "-tag:tilting giants"]) Assert.False(await Finds(agent, q, id), q);
        foreach (var q in (string[])["giants", "tilt*"]) Assert.Equal(id.ToString(), (await agent.Get($"/tickets?q={Uri.EscapeDataString(q)}&sort=-priority&status=new&customerId={customer}")).Expect(200)["data.0.id"]);
        Assert.Equal(id.ToString(), (await agent.Get($"/customers/{customer}/tickets?q=giants")).Expect(200)["data.0.id"]);
        Assert.Equal(id.ToString(), (await agent.Get("/tickets?search=windmills+sancho")).Expect(200)["data.0.id"]);
        Assert.Equal("1", (await agent.Get("/tickets/stats?q=sancho")).Expect(200)["total"]);
    }

    [Fact]
    public async Task A_reference_or_number_is_found_at_once()
    {
        for (var i = 0; i < 5; i++)
        {
            var ticket = (await desk.Tenant.Agent.Post("/tickets", new { subject = "Just made", externalId = $"NOW{i}" })).Expect(201);
            foreach (var typed in (string?[])[ticket["reference"], ticket["reference"]!.ToLowerInvariant(), ticket["number"], $"NOW{i}"])
                Assert.Equal(ticket["id"], (await desk.Tenant.Agent.Get($"/search?q={typed}&type=ticket")).Expect(200)["data.0.id"]);
            Assert.Equal(ticket["id"], (await desk.Tenant.Agent.Get($"/search/suggest?q={ticket["reference"]}")).Expect(200)["tickets.0.id"]);
            Assert.Equal(ticket["id"], (await desk.Tenant.Agent.Get($"/tickets?q={ticket["number"]}&sort=createdAt")).Expect(200).At("data")!.AsArray().Select(t => t!["id"]!.ToString()).Single(t => t == ticket["id"]));
        }
    }

    [Fact]
    public async Task The_index_follows_edits_deletions_and_new_names()
    {
        var agent = desk.Tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Oldname" })).Expect(201)["id"]!;
        var id = await agent.NewTicket("Zinc roof", new { customerId = customer });
        var comment = (await agent.Post($"/tickets/{id}/comments", new { body = "cadmium" })).Expect(201)["id"];
        await Found(agent, "cadmium", id);
        (await agent.Patch($"/comments/{comment}", new { body = "gallium" })).Expect(200);
        await Found(agent, "gallium", id);
        Assert.False(await Finds(agent, "cadmium", id));
        (await agent.Patch($"/tickets/{id}", new { subject = "Tin roof" })).Expect(200);
        await Found(agent, "tin", id);
        Assert.False(await Finds(agent, "zinc", id));
        (await agent.Patch($"/customers/{customer}", new { name = "Freshname" })).Expect(200);
        await Found(agent, "freshname", id);
        Assert.False(await Finds(agent, "oldname", id));
        (await agent.Delete($"/comments/{comment}")).Expect(204);
        await Eventually.Holds(async () => !await Finds(agent, "gallium", id));
        (await desk.Tenant.Manager.Delete($"/tickets/{id}")).Expect(204);
        Assert.False(await Finds(agent, "tin", id));
        await Eventually.Holds(async () => await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM ticket_search WHERE ticket_id = $1", Rows.P(id)) == 0);
    }

    [Fact]
    public async Task Words_are_found_in_their_other_forms_without_accents_and_by_their_beginning()
    {
        var spanish = await desk.NewTenant("spanish");
        (await spanish.Admin.Patch("/settings", new { searchLanguage = "spanish" })).Expect(200);
        Assert.Equal("spanish", (await spanish.Admin.Get("/settings")).Expect(200)["searchLanguage"]);
        (await spanish.Admin.Patch("/settings", new { searchLanguage = "klingon" })).Expect(422);
        var id = await spanish.Agent.NewTicket("Las instalaciones de la conexión están dañadas");
        await Found(spanish.Agent, "instalaciones", id);
        foreach (var q in (string[])["instalación", "instalar", "conexion", "CONEXIÓN", "danadas", "dañada", "conex*", "instal*"]) Assert.True(await Finds(spanish.Agent, q, id), q);

        var english = await desk.Tenant.Agent.NewTicket("Printers keep crashing in the Çelik café");
        await Found(desk.Tenant.Agent, "crashing", english);
        foreach (var q in (string[])["printer", "crashed", "cafe", "celik", "Café", "crash*"]) Assert.True(await Finds(desk.Tenant.Agent, q, english), q);

        // another language, and every document is made anew
        (await spanish.Admin.Patch("/settings", new { searchLanguage = (string?)null })).Expect(200);
        await Eventually.Holds(async () => !await Finds(spanish.Agent, "instalar", id), 30);
        Assert.True(await Finds(spanish.Agent, "instalaciones", id));
    }

    [Fact]
    public async Task A_search_marks_what_it_found_and_escapes_nothing_into_markup()
    {
        var agent = desk.Tenant.Agent;
        var id = await agent.NewTicket("<b>Vanadium</b> rods", new { description = "No such metal here." });
        var comment = (await agent.Post($"/tickets/{id}/comments", new { body = "We keep **vanadium** in the <i>cellar</i>" })).Expect(201)["id"];
        await Found(agent, "vanadium", id);
        var found = (await agent.Get("/search?q=vanad&type=ticket")).Expect(200).At("data.0")!;
        Assert.Equal("<b>Vanadium</b> rods", found["title"]!["text"]!.ToString());
        Assert.Equal((3, 8), (found["title"]!["marks"]![0]!["start"]!.GetValue<int>(), found["title"]!["marks"]![0]!["length"]!.GetValue<int>()));
        Assert.Equal(comment, found["commentId"]!.ToString());
        Assert.Single(found["snippet"]!["marks"]!.AsArray());
        Assert.Equal(id.ToString(), found["ticket"]!["id"]!.ToString());
    }

    [Fact]
    public async Task Customers_and_contacts_are_found_beside_tickets_and_each_type_alone_by_pages()
    {
        var agent = desk.Tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Xenon Lights" })).Expect(201)["id"]!;
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Xenon", lastName = "Lamp" })).Expect(201)["id"]!;
        var tickets = new List<string>();
        for (var i = 0; i < 5; i++) tickets.Add((await agent.NewTicket($"Xenon bulb {i}")).ToString());
        await Found(agent, "xenon", Guid.Parse(tickets[^1]));

        var all = (await agent.Get("/search?q=xenon")).Expect(200).At("data")!.AsArray();
        Assert.Equal(["customer", "contact", "ticket", "ticket", "ticket", "ticket", "ticket"], all.Select(r => r!["type"]!.ToString()));
        Assert.Equal([customer], Ids(await agent.Get("/search?q=xenon&type=customer")));
        Assert.Equal([contact], Ids(await agent.Get("/search?q=xenon&type=contact")));
        Assert.Equal([customer, contact], Ids(await agent.Get("/search?q=xenon&type=customer,contact")));
        foreach (var sort in (string[])["-updatedAt", "relevance", "createdAt"])
        {
            var (pages, cursor) = (new List<string>(), "");
            do
            {
                var page = (await agent.Get($"/search?q=xenon&type=ticket&limit=2&sort={sort}{cursor}")).Expect(200);
                pages.AddRange(Ids(page));
                cursor = page["pagination.nextCursor"] is { } next ? "&cursor=" + next : "";
            }
            while (cursor.Length > 0);
            Assert.Equal(tickets.Order(), pages.Order());
        }

        Assert.Equal(tickets.AsEnumerable().Reverse(), Ids(await agent.Get("/search?q=xenon&type=ticket")));
        var suggested = (await agent.Get("/search/suggest?q=xen")).Expect(200);
        Assert.Equal((customer, contact), (suggested["customers.0.id"], suggested["contacts.0.id"]));
        Assert.Equal(5, suggested.At("tickets")!.AsArray().Count);
    }

    [Theory]
    [InlineData(TicketScope.Groups)]
    [InlineData(TicketScope.Assigned)]
    public async Task Sec06_A_search_shows_nothing_of_tickets_out_of_scope(TicketScope scope)
    {
        var tenant = await desk.NewTenant("search-" + Wire.Name(scope));
        var me = await desk.NewPerson(tenant, Role.Agent, scope);
        var hidden = await tenant.Admin.NewTicket("Osmium secret", new { assigneeId = tenant.Admin.UserId, tags = new[] { "osmium-tag" } });
        var mine = await tenant.Admin.NewTicket("Osmium mine", new { assigneeId = me.UserId, tags = new[] { "osmium-mine" } });
        await Found(tenant.Admin, "osmium secret", hidden);
        await Found(tenant.Admin, "osmium mine", mine);
        foreach (var path in (string[])["/search?q=osmium", "/search?q=osmium&sort=relevance", "/search/suggest?q=osmium", "/tickets?q=osmium", "/tickets?q=osm*&sort=createdAt", "/tickets?search=osmium", "/tickets/stats?q=osmium"])
        {
            var reply = (await me.Get(path)).Expect(200);
            Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("osmium-tag", reply.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(hidden.ToString(), reply.Text, StringComparison.Ordinal);
            if (reply["pagination.total"] is { } total) Assert.Equal("1", total);
        }

        var number = (await tenant.Admin.Get($"/tickets/{hidden}"))["reference"];
        Assert.Empty(Ids(await me.Get($"/search?q={number}&type=ticket")));
        Assert.Empty((await me.Get($"/search/suggest?q={number}")).At("tickets")!.AsArray());
        Assert.Equal("0", (await me.Get("/tickets?q=secret"))["pagination.total"]);
    }

    [Fact]
    public async Task Sec10_Notes_are_found_and_shown_only_to_who_may_read_them()
    {
        var (agent, id) = (desk.Tenant.Agent, await desk.Tenant.Agent.NewTicket("Rhodium plating"));
        (await agent.Post($"/tickets/{id}/notes", new { body = "iridium is what they really use, rhodium is for show" })).Expect(201);
        await Found(agent, "iridium", id);
        var blind = await desk.NewTokenHolder(desk.Tenant, Role.Admin, Permission.TicketsRead);
        foreach (var q in (string[])["iridium", "irid*", "rhodium iridium", "\"they really use\"", "rhodium show"]) Assert.False(await Finds(blind, q, id), q);
        Assert.True(await Finds(blind, "rhodium", id));
        Assert.True(await Finds(blind, "-iridium rhodium", id));
        Assert.DoesNotContain("iridium", (await blind.Get("/search?q=rhodium")).Expect(200).Text, StringComparison.Ordinal);
        Assert.Empty((await blind.Get("/search/suggest?q=iridium")).Expect(200).At("tickets")!.AsArray());
        (await blind.Get("/search?q=x&type=customer")).Expect(403);
        (await blind.Get("/tickets?q=assignee:agent")).Expect(400);
    }

    [Fact]
    public async Task Sec01_A_search_finds_nothing_of_another_tenant()
    {
        var foreign = await desk.Foreign.Agent.NewTicket("Palladium bars", new { tags = new[] { "palladium" } });
        await Found(desk.Foreign.Agent, "palladium", foreign);
        foreach (var path in (string[])["/search?q=palladium", "/tickets?q=palladium", "/search/suggest?q=pallad"])
            Assert.DoesNotContain(foreign.ToString(), (await desk.Tenant.Admin.Get(path)).Expect(200).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tickets?q=", "status:opne", 7)]
    [InlineData("/tickets?q=", "x assignee:nobody", 11)]
    [InlineData("/tickets?q=", "customer:\"No such\"", 9)]
    [InlineData("/search?q=", "colour:red", 0)]
    [InlineData("/search?q=", "a \"b", 2)]
    [InlineData("/search?q=", "sla:late", 4)]
    [InlineData("/tickets/stats?q=", "created>soon", 8)]
    public async Task A_malformed_query_answers_400_with_its_position(string path, string query, int position)
    {
        var reply = (await desk.Tenant.Agent.Get(path + Uri.EscapeDataString(query))).Expect(400);
        Assert.Equal(("query_syntax", position.ToString()), (reply["code"], reply["position"]));
        Assert.NotNull(reply.At("errors.q"));
    }

    [Fact]
    public async Task Sec27_No_query_filter_or_sort_makes_the_server_fail()
    {
        var random = new Random(27);
        string[] pieces = ["'", "\"", "\\", ";", "--", "/*", "(", ")", "&", "|", "!", "<->", ":*", ":", "*", "%", "_", "$1", "{", "}", "\n", "\0", "é", "😀", "\ud83d", "a", "tag:", "status:", "cf.x:", "priority>", "created<", "-", ",", "DROP TABLE tickets", "' OR 1=1", "x@y.z", "\\'", "E'", "0x", "NaN", "1e999", "𝕏", "ａ"];
        for (var i = 0; i < 400; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => pieces[random.Next(pieces.Length)] + (random.Next(3) == 0 ? " " : "")));
            var value = Uri.EscapeDataString(text);
            var path = random.Next(7) switch { 0 => "/search?q=", 1 => "/search?type=ticket&sort=relevance&q=", 2 => "/tickets?sort=", 3 => "/search/suggest?q=", 4 => "/tickets?search=", 5 => "/tickets?tag=", _ => "/tickets?q=" };
            var reply = await desk.Tenant.LightAgent.Get(path + value);
            Assert.True(reply.Status is 200 or 400, $"{path} {text}: {reply.Text}");
        }
    }

    [Fact]
    public async Task Conditions_mean_what_the_parameters_of_lists_mean()
    {
        var tenant = await desk.NewTenant("conditions");
        var (agent, admin) = (tenant.Agent, tenant.Admin);
        (await admin.Post("/custom-fields", new { key = "floor", label = "Floor", type = "number" })).Expect(201);
        (await admin.Post("/custom-fields", new { key = "lines", label = "Lines", type = "multi_select", options = new[] { "a", "b" } })).Expect(201);
        var group = (await admin.Post("/groups", new { name = "Night shift" })).Expect(201)["id"]!;
        var one = await admin.NewTicket("One", new { priority = "urgent", assigneeId = agent.UserId, tags = new[] { "vip" }, dueAt = "2020-01-01T00:00:00Z", customFields = new { floor = 3, lines = new[] { "a" } } });
        var two = await admin.NewTicket("Two", new { priority = "low", groupId = group, type = "incident", category = "billing" });
        (await admin.Put($"/tickets/{two}/escalate", new { reason = "Look" })).Expect(200);
        foreach (var (q, fits) in new (string, Guid[])[]
        {
            ("priority>=high", [one]), ("priority<high", [two]), ("assignee:me", [one]), ("assignee:none", [two]), ("assignee:me,none", [one, two]), ("-assignee:me", [two]), ($"assignee:{agent.Email}", [one]),
            ("group:\"night shift\"", [two]), ("tag:VIP", [one]), ("-tag:vip", [two]), ("type:incident", [two]), ("category:billing", [two]), ("is:escalated", [two]), ("is:overdue", [one]), ("is:unsolved", [one, two]),
            ("due<1day", [one]), ("due:none", [two]), ("created:today", [one, two]), ("created<1hour", [one, two]), ("updated>1hour", []), ("solved:none", [one, two]), ("-solved:none", []), ("has:attachment", []),
            ("cf.floor:3", [one]), ("cf.floor>3", []), ("cf.floor>=2.5", [one]), ("cf.floor:none", [two]), ("cf.lines:a,b", [one]), ("-cf.floor:3", [two]), ("status:new statusCategory:new channel:api", [one, two]), ("customer:none contact:none", [one, two]),
        })
        {
            var found = Ids((await agent.Get($"/tickets?q={Uri.EscapeDataString(q)}")).Expect(200));
            Assert.True(fits.Select(f => f.ToString()).Order().SequenceEqual(found.Order()), $"{q} found {found.Count}");
        }
    }

    [Fact]
    public async Task The_program_and_the_database_fold_words_alike()
    {
        var text = Folding.From + " ÀÉÎõü ŁØĐ Ω Я e\u0301";
        // each of the three ways the function takes
        foreach (var some in new[] { text, string.Concat(Folding.From.Where(c => c < '\u0180')) + " İstanbul “ÑANDÚ” €", "Plain ASCII, 42." })
            Assert.Equal(Folding.Fold(some), await desk.Scalar<string>(desk.Tenant.Id, "SELECT search_fold($1)", Rows.P(some)));
    }

    private static List<string> Ids(Reply reply) => [.. reply.Expect(200).At("data")!.AsArray().Select(r => r!["id"]!.ToString())];

    private static async Task<bool> Finds(Person person, string q, Guid id) =>
        Ids(await person.Get($"/tickets?limit=100&q={Uri.EscapeDataString(q)}")).Contains(id.ToString());

    private static Task Found(Person person, string q, Guid id, double seconds = 15) => Eventually.Holds(() => Finds(person, q, id), seconds, q);
}

/// <summary>The indexer on a desk that runs none by itself.</summary>
public sealed class SearchIndexTests(SearchIndexTests.Still desk) : IClassFixture<SearchIndexTests.Still>
{
    public sealed class Still : Desk
    {
        protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_ROLES"] = "web" };
    }

    [Fact]
    public async Task Tickets_from_before_the_index_are_filled_in_by_batches_and_a_stop_in_the_middle_loses_none()
    {
        var tenant = await desk.NewTenant("filled");
        await Many(tenant.Id, 700);
        Assert.True(await Follow(tenant));
        Assert.Equal(300, await Indexed(tenant));
        // another process takes over where the first was stopped
        while (await Follow(tenant)) { }
        Assert.Equal(700, await Indexed(tenant));
        Assert.False(await Follow(tenant));

        await SearchIndex.Rebuild(desk.Database, tenant.Id, CancellationToken.None);
        await Scalar(tenant, "WITH gone AS (DELETE FROM ticket_search WHERE ticket_id IN (SELECT ticket_id FROM ticket_search LIMIT 100) RETURNING 1) SELECT count(*) FROM gone");
        while (await Follow(tenant)) { }
        Assert.Equal(700, await Indexed(tenant));
    }

    [Fact]
    public async Task Two_indexers_at_once_do_not_wait_for_each_other_and_lose_nothing()
    {
        var tenant = await desk.NewTenant("two");
        await Many(tenant.Id, 1200);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            for (var i = 0; i < 20; i++)
                if (!await Follow(tenant)) await Task.Delay(5);
        }));
        while (await Follow(tenant)) { }
        Assert.Equal(1200, await Indexed(tenant));
    }

    [Fact]
    public async Task Texts_of_any_size_and_kind_are_indexed()
    {
        var tenant = await desk.NewTenant("hostile");
        var agent = tenant.Agent;
        var words = string.Join(' ', Enumerable.Range(0, 14_000).Select(i => "w" + i.ToString("x")));
        var ids = new List<Guid>
        {
            await agent.NewTicket("Long", new { description = words }),
            await agent.NewTicket("One word", new { description = new string('x', 90_000) }),
            await agent.NewTicket("Signs", new { description = string.Concat(Enumerable.Repeat("漢字😀 <a href='x'> &amp; \\ ' \" ", 2000)) }),
        };
        for (var i = 0; i < 6; i++)
        {
            (await agent.Post($"/tickets/{ids[0]}/comments", new { body = words.Replace("w", "c" + i, StringComparison.Ordinal)[..90_000] })).Expect(201);
            (await agent.Post($"/tickets/{ids[0]}/notes", new { body = words.Replace("w", "n" + i, StringComparison.Ordinal)[..90_000] })).Expect(201);
        }

        while (await Follow(tenant)) { }
        Assert.Equal(3, await Indexed(tenant));
    }

    /// <summary>Each way to the newest tickets is taken: words that are everywhere, often, seldom and rarely there, with conditions that the index knows and others.</summary>
    [Fact]
    public async Task The_newest_tickets_with_words_are_found_page_by_page_however_frequent_the_words_are()
    {
        var tenant = await desk.NewTenant("frequent");
        await Many(tenant.Id, 3000);
        await Scalar(tenant, """
            WITH changed AS (UPDATE tickets SET updated_at = now() - number / 100 * interval '100 hours',
                subject = 'everywhere' || CASE WHEN number % 3 = 0 THEN ' often' ELSE '' END || CASE WHEN number % 10 = 0 THEN ' seldom' ELSE '' END || CASE WHEN number % 500 = 0 THEN ' rare' ELSE '' END,
                status = CASE number % 4 WHEN 0 THEN 'open' WHEN 2 THEN 'solved' ELSE 'new' END, status_category = CASE number % 4 WHEN 0 THEN 'open' WHEN 2 THEN 'solved' ELSE 'new' END,
                priority = CASE WHEN number > 2950 THEN 4 WHEN number % 7 = 0 THEN 3 ELSE 2 END RETURNING 1) SELECT count(*) FROM changed
            """);
        while (await Follow(tenant)) { }
        await using (var owner = Npgsql.NpgsqlDataSource.Create(desk.OwnerConnectionString))
        await using (var analyze = owner.CreateCommand("ANALYZE ticket_search, tickets"))
            await analyze.ExecuteNonQueryAsync();

        var now = DateTimeOffset.UtcNow;
        var often = new SearchPlan("'often'", 1000, 30, 3000, now.AddHours(-3000), []);
        Assert.Equal(WordsWay.Weeks, NewestByWords.Choose(often, 3000, isIndexed: true, hasFacets: false, isUnsolved: false, 21, now).Way);
        Assert.Equal(WordsWay.Look, NewestByWords.Choose(often with { Estimate = 3000 }, 3000, isIndexed: true, hasFacets: false, isUnsolved: false, 21, now).Way);
        Assert.Equal(WordsWay.Gather, NewestByWords.Choose(often with { Estimate = 6 }, 3000, isIndexed: true, hasFacets: false, isUnsolved: false, 21, now).Way);
        (string Word, int Every)[] words = [("everywhere", 1), ("often", 3), ("ofte*", 3), ("seldom", 10), ("rare", 500)];
        (string Condition, string Also)[] conditions = [("", "true"), (" status:open", "status = 'open'"), (" is:unsolved", "status <> 'solved'"), (" is:unsolved priority:high", "status <> 'solved' AND number % 7 = 0 AND number <= 2950"),
            (" category:billing statusCategory:open", "status = 'open'"), (" priority:high", "number % 7 = 0 AND number <= 2950")];
        async Task AllAreFound(bool isIndexed)
        {
            foreach (var (word, every) in words)
                foreach (var (condition, also) in conditions)
                {
                    // a hundred were changed at one instant, so a page begins and ends in the middle of them
                    var expected = (await desk.Scalar<string>(tenant.Id, $"""
                        SELECT coalesce(string_agg(reference, ' '), '') FROM (
                            SELECT reference FROM tickets WHERE deleted_at IS NULL AND number % {every} = 0 AND {also} ORDER BY updated_at DESC, id DESC LIMIT 70) n
                        """)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    var all = await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM tickets WHERE deleted_at IS NULL AND number % {every} = 0 AND {also}");
                    var (found, cursor) = (new List<string>(), "");
                    do
                    {
                        var page = (await tenant.Agent.Get($"/tickets?limit=20&q={Uri.EscapeDataString(word + condition)}{cursor}")).Expect(200);
                        if (isIndexed && found.Count == 0 && page["pagination.totalIsEstimate"] == "false") Assert.Equal(all.ToString(CultureInfo.InvariantCulture), page["pagination.total"]);
                        found.AddRange(page.At("data")!.AsArray().Select(t => t!["reference"]!.ToString()));
                        cursor = page["pagination.nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
                    }
                    while (cursor.Length > 0 && found.Count < 70);
                    Assert.Equal(expected, found.Take(70));
                }
        }

        await AllAreFound(isIndexed: true);
        // what is ranked are the newest that fit the conditions too, though these be older than the newest with the words
        Assert.Equal(50, (await tenant.Agent.Get("/search?type=ticket&sort=relevance&limit=100&q=everywhere%20priority:urgent")).Expect(200).At("data")!.AsArray().Count);

        // the newest are solved and deleted by hundreds, and the index does not know it yet
        await Scalar(tenant, """
            WITH changed AS (UPDATE tickets SET status = CASE WHEN number < 700 THEN 'solved' ELSE status END, status_category = CASE WHEN number < 700 THEN 'solved' ELSE status_category END,
                deleted_at = CASE WHEN number >= 700 THEN now() END WHERE number < 900 RETURNING 1) SELECT count(*) FROM changed
            """);
        await AllAreFound(isIndexed: false);

        // how far back the first page reached is remembered, and no longer far enough
        await Scalar(tenant, """
            WITH gone AS (UPDATE tickets SET deleted_at = now() WHERE number < 1500 RETURNING id), forgotten AS (DELETE FROM ticket_search WHERE ticket_id IN (SELECT id FROM gone) RETURNING 1)
            SELECT count(*) FROM forgotten
            """);
        var left = (await tenant.Agent.Get("/tickets?limit=20&q=often")).Expect(200).At("data")!.AsArray().Select(t => t!["number"]!.GetValue<int>()).ToList();
        Assert.Equal(20, left.Count);
        Assert.All(left, number => Assert.InRange(number, 1500, 1600));

        // suggestions: a word that many have comes before longer ones
        await Scalar(tenant, "WITH longer AS (UPDATE tickets SET subject = 'everywherever' WHERE number < 1600 AND deleted_at IS NULL RETURNING id) INSERT INTO search_queue (tenant_id, ticket_id) SELECT current_setting('app.tenant_id')::uuid, id FROM longer RETURNING 1::bigint");
        while (await Follow(tenant)) { }
        async Task<List<string>> Suggested(string typed) =>
            [.. (await tenant.Agent.Get($"/search/suggest?q={typed}")).Expect(200).At("tickets")!.AsArray().Select(t => t!["subject"]!.ToString()).Distinct(StringComparer.Ordinal)];
        Assert.DoesNotContain("everywherever", await Suggested("everywhere"));
        Assert.Equal(["everywherever"], await Suggested("everywherev"));
        Assert.Equal(["everywherever"], await Suggested("everywhe"));
    }

    [Fact]
    public async Task What_is_solved_and_reopened_is_found_among_the_unsolved_again()
    {
        var tenant = await desk.NewTenant("reopened");
        var id = await tenant.Agent.NewTicket("Gearbox hums");
        async Task<int> Found(string q)
        {
            while (await Follow(tenant)) { }
            return (await tenant.Agent.Get($"/tickets?q={Uri.EscapeDataString(q)}")).Expect(200).At("data")!.AsArray().Count;
        }

        Assert.Equal(1, await Found("gearbox is:unsolved"));
        (await tenant.Agent.Put($"/tickets/{id}/resolve")).Expect(200);
        Assert.Equal((0, 1), (await Found("gearbox is:unsolved"), await Found("gearbox")));
        (await tenant.Agent.Put($"/tickets/{id}/status", new { status = "open" })).Expect(200);
        Assert.Equal(1, await Found("gearbox is:unsolved"));
    }

    [Theory]
    [InlineData("2000-01-03T00:00:00Z", 0)]
    [InlineData("2000-01-02T23:59:59Z", -1)]
    [InlineData("2026-11-21T23:59:59Z", 1402)]
    [InlineData("2026-11-23T00:00:00Z", 1403)]
    public async Task The_program_and_the_database_count_weeks_alike(string at, int week)
    {
        var instant = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(week, NewestByWords.Week(instant));
        Assert.Equal(week, await desk.Scalar<int>(desk.Tenant.Id, "SELECT search_week($1)", Rows.P(instant)));
    }

    private Task<bool> Follow(TestTenant tenant) => SearchIndex.Follow(desk.Database, tenant.Id, TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private Task<long> Indexed(TestTenant tenant) => Scalar(tenant, "SELECT count(*) FROM ticket_search");

    private async Task<long> Scalar(TestTenant tenant, string sql)
    {
        await using var session = desk.Database.For(tenant.Id);
        return (await session.Query(sql, r => r.GetInt64(0), CancellationToken.None))[0];
    }

    private async Task Many(Guid tenantId, int count)
    {
        await using var session = desk.Database.For(tenantId);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("""
                INSERT INTO tickets (tenant_id, id, number, reference, subject, description, status, status_category, priority, type, category, channel, version, sequence, created_at, updated_at)
                SELECT $1, gen_random_uuid(), n, 'OLD-' || n, 'Old ticket ' || n, '', 'new', 'new', 2, 'question', 'billing', 'api', 1, 1, now(), now() FROM generate_series(1, $2) n
                """, CancellationToken.None, Rows.P(tenantId), Rows.P(count));
            return default(Nothing);
        }, CancellationToken.None);
    }
}
