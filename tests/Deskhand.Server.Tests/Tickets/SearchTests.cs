using System.Text.Json.Nodes;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Tickets;

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
    public async Task A_beginning_finds_every_word_that_begins_so_however_many_there_are_and_with_whatever_in_them()
    {
        var tenant = await desk.NewTenant("beginnings");
        var agent = tenant.Agent;
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        var (longest, longer) = (new string('q', 40), new string('q', 41));
        foreach (var word in (string[])["quartz", "quarter", "quartz15pro", "quartz-16", "quarz100", "QUÄRTZITE", "quart.eur@mine.example", "http://quartz.example/l'oeil\\mine", "15quartz", longest, longer, longer + "u5"])
            ids[word] = await agent.NewTicket("About " + word);
        for (var i = 0; i < 70; i++) ids[$"swarm{(char)('a' + (i % 26))}{(char)('a' + (i / 26))}"] = await agent.NewTicket($"swarm{(char)('a' + (i % 26))}{(char)('a' + (i / 26))}");
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM ticket_search") == ids.Count);

        async Task Begins(string typed, params string[] words)
        {
            var found = (await agent.Get($"/search?type=ticket&limit=100&q={Uri.EscapeDataString(typed)}")).Expect(200).At("data")!.AsArray().Select(t => t!["id"]!.ToString());
            Assert.Equal([typed, .. words.Order(StringComparer.Ordinal)], [typed, .. found.Select(f => ids.Single(i => i.Value.ToString() == f).Key).Order(StringComparer.Ordinal)]);
        }

        string[] quartz = ["quartz", "quartz15pro", "quartz-16", "QUÄRTZITE", "http://quartz.example/l'oeil\\mine"];
        await Begins("quart", [.. quartz, "quarter", "quart.eur@mine.example"]);
        await Begins("quartz", quartz);
        await Begins("quartzi", "QUÄRTZITE");
        await Begins("quartz1", "quartz15pro");
        await Begins("quartz15p", "quartz15pro");
        await Begins("quarz100", "quarz100");
        await Begins("15q", "15quartz");
        await Begins("quart.e", "quart.eur@mine.example");
        await Begins(longest[1..], longest, longer, longer + "u5");
        await Begins(longest, longest, longer, longer + "u5");
        await Begins(longer, longer, longer + "u5");
        await Begins(longer + "u", longer + "u5");
        await Begins("quartzx");
        // more words than are put into one question
        await Begins("swarm", [.. ids.Keys.Where(k => k.StartsWith("swarm", StringComparison.Ordinal))]);
        await Begins("swarma", [.. ids.Keys.Where(k => k.StartsWith("swarma", StringComparison.Ordinal))]);
        Assert.Equal(ids.Count - 8, (await agent.Get("/tickets?limit=100&q=-quar*")).Expect(200).At("data")!.AsArray().Count);
        // a word that nobody had used when it was looked for
        await Begins("nov");
        ids["novel"] = await agent.NewTicket("A novel word");
        await Eventually.Holds(async () => await Finds(agent, "nov*", ids["novel"]));
    }

    [Fact]
    public async Task A_beginning_tells_nothing_of_notes_to_who_may_not_read_them()
    {
        var tenant = await desk.NewTenant("blind");
        var id = await tenant.Agent.NewTicket("Plain words");
        (await tenant.Agent.Post($"/tickets/{id}/notes", new { body = "confidentially plagiarised" })).Expect(201);
        await Found(tenant.Agent, "confidentially", id);
        var blind = await desk.NewTokenHolder(tenant, Role.Admin, Permission.TicketsRead);
        foreach (var (typed, forAll) in ((string, bool)[])[("confid*", false), ("pla*", true), ("plag*", false), ("plai*", true)])
        {
            Assert.True(await Finds(tenant.Agent, typed, id), typed);
            Assert.Equal((typed, forAll), (typed, await Finds(blind, typed, id)));
        }
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
    public async Task Customers_and_contacts_ahead_of_tickets_are_shown_as_they_are()
    {
        var agent = desk.Tenant.Agent;
        var parent = (await agent.Post("/customers", new { name = "Krypton Holding" })).Expect(201)["id"]!;
        var customer = (await agent.Post("/customers", new
        {
            name = "Krypton Gas",
            type = "residential",
            tier = "gold",
            number = "KR-1",
            email = "office@krypton.example",
            phone = "+27 21 555 0100",
            website = "https://krypton.example",
            address = new { line1 = "1 Long Street", line2 = "Floor 2", city = "Cape Town", state = "WC", postalCode = "8001", country = "ZA" },
            domains = new[] { "krypton.example" },
            details = "Pays late",
            parentId = parent,
            customFields = new { floor = 3 },
            externalId = "X-1",
            active = false,
        })).Expect(201)["id"]!;
        var contact = (await agent.Post($"/customers/{customer}/contacts", new
        {
            firstName = "Kara",
            lastName = "Krypton",
            title = "Dr",
            department = "Labs",
            email = "kara@krypton.example",
            phoneOffice = "+27 21 555 0101",
            phoneMobile = "+27 82 555 0102",
            phoneDirect = "+27 21 555 0103",
            isPrimary = true,
            isBilling = true,
            isTechnical = true,
            identities = new[] { new { kind = "whatsapp", value = "+27 82 555 0104" } },
            customFields = new { shoe = "42" },
            externalId = "X-2",
            active = false,
        })).Expect(201)["id"]!;
        var bare = (await agent.Post($"/customers/{parent}/contacts", new { firstName = "Krypton" })).Expect(201)["id"]!;

        var found = (await agent.Get("/search?q=krypton")).Expect(200).At("data")!.AsArray();
        Assert.Equal([customer, parent, bare, contact], found.Select(r => r!["id"]!.ToString()));
        foreach (var (each, kind) in found.Zip((string[])["customer", "customer", "contact", "contact"]))
        {
            var alone = (await agent.Get($"/{kind}s/{each!["id"]}")).Expect(200);
            Assert.True(JsonNode.DeepEquals(alone.Body, each[kind]), $"{alone.Text}\n{each[kind]}");
        }
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

        // of thousands of tags the last one too
        Assert.Equal(3001, await desk.Scalar<long>(desk.Tenant.Id, "WITH tagged AS (INSERT INTO ticket_tags (tenant_id, tag, ticket_id) SELECT t.tenant_id, x.tag, t.id FROM (SELECT tenant_id, id FROM tickets LIMIT 1) t, (SELECT 'aaa-' || n AS tag FROM generate_series(1, 3000) n UNION ALL SELECT 'zzz-last') x RETURNING 1) SELECT count(*) FROM tagged"));
        Assert.Equal("zzz-last", (await agent.Get("/search/suggest?q=zzz-l")).Expect(200)["tags.0"]);
        Assert.Equal(0, await desk.Scalar<long>(desk.Tenant.Id, "WITH gone AS (DELETE FROM ticket_tags WHERE tag LIKE 'aaa-%' OR tag = 'zzz-last' RETURNING 1) SELECT count(*) FROM gone WHERE false"));
    }

    [Fact]
    public async Task By_relevance_come_first_those_with_all_words_in_reference_subject_names_or_tags()
    {
        var tenant = await desk.NewTenant("relevance");
        var agent = tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Rhodium Works" })).Expect(201)["id"]!;
        async Task<string> New(string subject, string description, string? customerId = null, params string[] tags) =>
            (await agent.Post("/tickets", new { subject, description, customerId, tags })).Expect(201)["id"]!;
        var subject = await New("Rhodium leaks", "It drips");
        var name = await New("It drips", "Quickly", customer);
        var tag = await New("A drop", "Slowly", tags: "rhodium");
        var both = await New("A drop of rhodium", "Rhodium here, leaks there");
        var said = await New("A puddle", "The rhodium leaks");
        var commented = await New("A lake", "Nobody knows");
        (await agent.Post($"/tickets/{commented}/notes", new { body = "Rhodium leaks, rhodium drips, rhodium" })).Expect(201);
        await Found(agent, "rhodium", Guid.Parse(commented));
        var blind = await desk.NewTokenHolder(tenant, Role.Admin, Permission.TicketsRead);

        async Task<List<string>> Relevant(Person who, string q, int limit = 100)
        {
            var (pages, cursor) = (new List<string>(), "");
            do
            {
                var page = (await who.Get($"/search?type=ticket&sort=relevance&limit={limit}&q={Uri.EscapeDataString(q)}{cursor}")).Expect(200);
                pages.AddRange(Ids(page));
                cursor = page["pagination.nextCursor"] is { } next ? "&cursor=" + Uri.EscapeDataString(next) : "";
            }
            while (cursor.Length > 0);
            return pages;
        }

        // the newest first among either
        string[] all = [both, tag, name, subject, commented, said];
        foreach (var limit in (int[])[1, 2, 3, 4, 5, 6, 100])
            foreach (var q in (string[])["rhodium ", "rhodium", "rhod", "rhod*"]) Assert.Equal(all, await Relevant(agent, q, limit));
        Assert.Equal([subject, commented, said, both], await Relevant(agent, "rhodium leaks "));
        Assert.Equal([subject, commented, said], await Relevant(agent, "\"rhodium leaks\""));
        Assert.Equal(all.Except([commented]), await Relevant(blind, "rhodium", 4));
        // what must not be there must be nowhere
        Assert.Equal([tag, name], await Relevant(agent, "rhodium -leak"));
        Assert.Equal([both, tag, subject], await Relevant(agent, "rhodium -quickly -lake -puddle"));
        Assert.Equal([tag], await Relevant(agent, "rhodium tag:rhodium"));
        // without words there is nothing to rank by
        Assert.Equal([commented, said, both, tag, name, subject], await Relevant(agent, "is:unsolved", 4));
        Assert.Equal("3", (await agent.Get("/search?type=ticket&sort=relevance&q=rhodium%20leaks%20-lake")).Expect(200)["pagination.total"]);
        (await agent.Get("/search?type=ticket&sort=relevance&q=rhodium&cursor=" + Uri.EscapeDataString((await agent.Get("/search?type=ticket&limit=1&q=rhodium")).Expect(200)["pagination.nextCursor"]!))).Expect(400);
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
