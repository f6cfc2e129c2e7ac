using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Server.Tests.Directory;

public sealed class ErasureTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Sec58_An_erased_person_is_found_in_no_table_and_no_file_and_the_tickets_stay()
    {
        var tenant = await desk.NewTenant("erase");
        var (agent, admin) = (tenant.Agent, tenant.Admin);
        var customer = (await agent.Post("/customers", new { name = "Acme", details = "Ask for Zenobia Quagmire" })).Expect(201)["id"]!;
        var contact = (await agent.Post($"/customers/{customer}/contacts", new
        {
            firstName = "Zenobia",
            lastName = "Quagmire",
            title = "Zookeeper",
            email = "zenobia@quag.example",
            phoneMobile = "+27 82 987 6543",
            identities = new[] { new { kind = "whatsapp", value = "27829876543@c.us" }, new { kind = "email", value = "zq@home.example" } },
            customFields = new { badge = "ZQ-77-secret" },
        }, ("Idempotency-Key", Guid.NewGuid().ToString()))).Expect(201)["id"]!;
        (await agent.Patch($"/contacts/{contact}", new { department = "Zebra house" })).Expect(200);
        var other = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Ann", email = "ann.zenobia@quag.example" })).Expect(201)["id"];
        var ticket = await agent.NewTicket("Call Zenobia  Quagmire", new { contactId = contact, description = "Mail ZENOBIA@quag.example or 082-987 6543. Order 12345 stays, and ann.zenobia@quag.example too." });
        var before = (await agent.Get($"/tickets/{ticket}")).Expect(200);
        (await agent.Post($"/tickets/{ticket}/comments", new { body = "Quagmire, Zenobia rang from 0829876543" })).Expect(201);
        (await agent.Post($"/tickets/{ticket}/notes", new { body = "zq@home.example is private" })).Expect(201);
        (await agent.Patch($"/tickets/{ticket}", new { subject = "Call back Zenobia Quagmire" })).Expect(200);
        (await agent.Get("/contacts/export.csv?email=zenobia@quag.example")).Expect(200);
        var file = await Upload(tenant, ticket, contact);

        // what search knows goes too, and what others have in common stays
        var named = await agent.NewTicket("Ann of Zebediah's", new { contactId = other, description = "Zenobia is a palace, too." });
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM search_words WHERE word IN ('quagmire', 'zenobia', 'palace')") == 3);
        (await tenant.Manager.Post($"/contacts/{contact}/erase", new { reason = "asked" })).Expect(403);
        (await admin.Post($"/contacts/{contact}/erase", new { reason = " " })).Expect(422);
        (await tenant.Manager.Delete($"/contacts/{contact}")).Expect(204);
        var certificate = (await admin.Post($"/contacts/{contact}/erase", new { reason = "Zenobia Quagmire asked for it, GDPR art. 17" })).Expect(200);

        foreach (var word in new[] { "zenobia quagmire", "zenobia  quagmire", "quagmire", "zookeeper", "zebra house", "zq@home", "zq-77", "9876543", "987 6543" })
            Assert.True(await Everywhere(tenant, word) is { Length: 0 } && true, $"\"{word}\" still stands in {await Everywhere(tenant, word)}");
        Assert.Equal("", (await Everywhere(tenant, "zenobia@quag.example", except: "ann.zenobia@quag.example")));
        Assert.False(File.Exists(file));

        Assert.Equal("zenobia zebediah", await desk.Scalar<string>(tenant.Id, "SELECT string_agg(word, ' ' ORDER BY word DESC) FROM search_words WHERE word IN ('quagmire', 'zenobia', 'zebediah')"));
        Assert.True(long.Parse(certificate["places.searchWords"]!, System.Globalization.CultureInfo.InvariantCulture) > 0, certificate.Text);
        Assert.Equal(named.ToString(), (await agent.Get("/search?q=zenob&type=ticket")).Expect(200)["data.0.id"]);

        var after = (await agent.Get($"/tickets/{ticket}")).Expect(200);
        Assert.Equal((before["reference"], before["number"], "Call back [erased]"), (after["reference"], after["number"], after["subject"]));
        Assert.Equal("Mail [erased] or [erased]. Order 12345 stays, and ann.zenobia@quag.example too.", after["description"]);
        Assert.Equal("ann.zenobia@quag.example", (await agent.Get($"/contacts/{other}")).Expect(200)["email"]);
        Assert.Equal("[erased] asked for it, GDPR art. 17", certificate["reason"]);
        Assert.All(new[] { "contacts", "tickets", "comments", "history", "events", "audit", "attachments", "customers", "keptContacts" }, place => Assert.True(long.Parse(certificate[$"places.{place}"]!, System.Globalization.CultureInfo.InvariantCulture) > 0, place + certificate.Text));
        Assert.EndsWith("contact.erased", await desk.Scalar<string>(tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{contact}'"), StringComparison.Ordinal);

        // twice is once, and the certificate can be shown
        Assert.Equal(certificate.Text, (await admin.Post($"/contacts/{contact}/erase", new { reason = "again" })).Expect(200).Text);
        Assert.Equal(certificate["id"], (await admin.Get($"/erasures?contactId={contact}")).Expect(200)["data.0.id"]);
        (await tenant.Manager.Get("/erasures")).Expect(403);
        (await desk.Foreign.Admin.Post($"/contacts/{contact}/erase", new { reason = "asked" })).Expect(404);
    }

    [Fact]
    public async Task Sec58_Who_was_merged_into_one_that_was_merged_is_erased_with_the_last()
    {
        var tenant = await desk.NewTenant("erase-merged");
        var customer = (await tenant.Agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"];
        var first = await Contact(new { firstName = "Xanthippe", lastName = "Oldfield", title = "Zookeeper", email = "xo@first.example" });
        var second = await Contact(new { firstName = "Xan", email = "x@second.example" });
        var third = await Contact(new { firstName = "X", email = "x@third.example" });
        (await tenant.Manager.Post($"/contacts/{second}/merge", new { sourceIds = new[] { first } })).Expect(200);
        (await tenant.Manager.Post($"/contacts/{third}/merge", new { sourceIds = new[] { second } })).Expect(200);

        var certificate = (await tenant.Admin.Post($"/contacts/{third}/erase", new { reason = "asked" })).Expect(200);

        Assert.Equal("3", certificate["places.contacts"]);
        foreach (var word in new[] { "xanthippe", "oldfield", "zookeeper", "first.example", "second.example", "third.example" })
            Assert.True(await Everywhere(tenant, word) is "", $"\"{word}\" still stands in {await Everywhere(tenant, word)}");

        async Task<string> Contact(object fields) => (await tenant.Agent.Post($"/customers/{customer}/contacts", fields, ("Idempotency-Key", Guid.NewGuid().ToString()))).Expect(201)["id"]!;
    }

    [Fact]
    public async Task Sec58_A_telephone_number_that_was_kept_as_a_number_is_erased_and_all_that_held_it_can_still_be_read()
    {
        var tenant = await desk.NewTenant("erase-number");
        var (agent, admin) = (tenant.Agent, tenant.Admin);
        foreach (var key in new[] { "line", "seats" }) (await admin.Post("/custom-fields", new { key, label = key, type = "number" })).Expect(201);
        var customer = (await agent.Post("/customers", new { name = "Acme", customFields = new { account = 27825550100, lines = new object[] { 825550100, 12, "082 555 0100" } } })).Expect(201)["id"];
        (await agent.Patch($"/customers/{customer}", new { customFields = new { seats = 5 } })).Expect(200);
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Uma", lastName = "Thornquist", phoneMobile = "+27 82 555 0100" })).Expect(201)["id"];
        // in JSON the emoji and the line break are written with letters and digits, which are no part of what stands beside them
        var asked = new { subject = "Line down", customerId = customer, description = "\U0001F4F1825550100\nUma Thornquist", customFields = new { line = 27825550100, seats = 12 } };
        var once = ("Idempotency-Key", Guid.NewGuid().ToString());
        var ticket = (await agent.Post("/tickets", asked, once)).Expect(201)["id"];
        (await agent.Patch($"/tickets/{ticket}", new { description = "Once more:\nUma Thornquist", customFields = new { seats = 13 } })).Expect(200);
        var draft = (await agent.Post("/drafts", new { body = "", ticket = new { subject = "Half", customFields = new { line = 27825550100 } } })).Expect(201)["id"];

        (await admin.Post($"/contacts/{contact}/erase", new { reason = "asked" })).Expect(200);

        foreach (var word in new[] { "825550100", "555 0100", "thornquist" })
            Assert.True(await Everywhere(tenant, word) is "", $"\"{word}\" still stands in {await Everywhere(tenant, word)}");
        Assert.Equal(0, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM events WHERE jsonb_typeof(body::jsonb) <> 'object'"));
        var shown = (await agent.Get($"/tickets/{ticket}")).Expect(200);
        Assert.Equal(("[erased]", "13", "Once more:\n[erased]"), (shown["customFields.line"], shown["customFields.seats"], shown["description"]));
        var kept = (await agent.Post("/tickets", asked, once)).Expect(201);
        Assert.Equal(("[erased]", "12", "\U0001F4F1[erased]\n[erased]"), (kept["customFields.line"], kept["customFields.seats"], kept["description"]));
        Assert.Equal("[erased]", (await agent.Get($"/drafts/{draft}")).Expect(200)["ticket.customFields.line"]);
        (await agent.Get($"/tickets/{ticket}/history")).Expect(200);
        var owner = (await agent.Get($"/customers/{customer}")).Expect(200);
        Assert.Equal("""{"account":"[erased]","lines":["[erased]",12,"[erased]"],"seats":5}""", owner.At("customFields")!.ToJsonString());
        (await agent.Get($"/customers/{customer}/history")).Expect(200);

        // the field is one of numbers still: comparisons pass the ticket over, other fields change beside it, and it takes a number again
        Assert.Equal((0, 1), (await Found("cf.line>5"), await Found("cf.seats>5")));
        Assert.Equal("[erased]", (await agent.Patch($"/tickets/{ticket}", new { subject = "Line up", customFields = new { seats = 14 } })).Expect(200)["customFields.line"]);
        Assert.Equal("7", (await agent.Patch($"/tickets/{ticket}", new { customFields = new { line = 7 } })).Expect(200)["customFields.line"]);
        (await agent.Patch($"/customers/{customer}", new { customFields = new { seats = 6 } })).Expect(200);

        async Task<int> Found(string q) => (await agent.Get($"/tickets?q={Uri.EscapeDataString(q)}")).Expect(200).At("data")!.AsArray().Count;
    }

    [Fact]
    public async Task Sec58_External_ids_that_hold_an_address_are_taken_from_their_tickets()
    {
        var tenant = await desk.NewTenant("erase-external");
        var customer = (await tenant.Agent.Post("/customers", new { name = "Acme" })).Expect(201)["id"];
        var contact = (await tenant.Agent.Post($"/customers/{customer}/contacts", new { firstName = "Perpetua", email = "perpetua@ink.example" })).Expect(201)["id"];
        var (one, two, other) = (await Ticket("perpetua@ink.example"), await Ticket("Perpetua@Ink.example"), await Ticket("ORDER-77"));

        (await tenant.Admin.Post($"/contacts/{contact}/erase", new { reason = "asked" })).Expect(200);

        Assert.Equal((null, null, "ORDER-77"), (await ExternalId(one), await ExternalId(two), await ExternalId(other)));
        Assert.Equal("", await Everywhere(tenant, "perpetua@ink"));

        Task<Guid> Ticket(string externalId) => tenant.Agent.NewTicket("Ink", new { customerId = customer, externalId });
        async Task<string?> ExternalId(Guid id) => (await tenant.Agent.Get($"/tickets/{id}")).Expect(200)["externalId"];
    }

    [Theory]
    [InlineData("""{"line":27825550100,"near":278255501001,"much":2.78255501e10}""", """{"line":"[erased]","near":278255501001,"much":"[erased]"}""")]
    [InlineData("""["\n0825550100","\"082 555 0100\"","\ud83d\udcf1825550100","Uma\nThornquist","C:\\new"]""", """["\n[erased]","\"[erased]\"","📱[erased]","[erased]","C:\\new"]""")]
    [InlineData("""{ "b" : -5.50 , "Uma Thornquist" : [ true , null , {} , 1e2 ] }""", """{ "b" : -5.50 , "[erased]" : [ true , null , {} , 1e2 ] }""")]
    [InlineData("""{ "a" : [erased], "b" : "Uma Thornquist" }""", """{ "a" : [erased], "b" : "[erased]" }""")]
    [InlineData("""{ "a" : "Uma", "b" : "Thornquist \u00e9" }""", """{ "a" : "Uma", "b" : "Thornquist \u00e9" }""")]
    public async Task Erasing_from_JSON_looks_at_each_value_by_itself_and_leaves_all_else_as_it_was_written(string said, string left)
    {
        var patterns = PersonPatterns.Of(new ContactFields { FirstName = "Uma", LastName = "Thornquist", PhoneMobile = "+27 82 555 0100" }).ToArray();
        Assert.Equal(left, await desk.Scalar<string>(desk.Tenant.Id, "SELECT erase_json($1, $2)", Rows.P(said), Rows.P(patterns)));
    }

    /// <summary>The tables in which a word stands, with every column as text.</summary>
    private async Task<string> Everywhere(TestTenant tenant, string word, string except = "\u0001")
    {
        var found = new List<string>();
        foreach (var table in await desk.Database.AcrossTenants("SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1", r => r.GetString(0), CancellationToken.None))
        {
            var text = table == "idempotency_keys" ? "convert_from(coalesce(body, ''), 'UTF8')" : "t::text";
            if (await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM {table} t WHERE position($1 in replace(lower({text}), $2, '')) > 0", Rows.P(word), Rows.P(except)) > 0) found.Add(table);
        }

        return string.Join(' ', found);
    }

    private async Task<string> Upload(TestTenant tenant, Guid ticket, string contact)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent("her photograph"u8.ToArray()), "file", "quagmire.txt" } };
        using var response = await tenant.Agent.Client.PostAsync(new Uri($"/api/v1/tickets/{ticket}/attachments", UriKind.Relative), form);
        response.EnsureSuccessStatusCode();
        // as the portal will write it: uploaded by the contact
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<int>(async () => await session.Execute($"UPDATE attachments SET created_by = '{contact}' WHERE ticket_id = '{ticket}'", CancellationToken.None), CancellationToken.None);
        var key = await desk.Scalar<string>(tenant.Id, $"SELECT storage_key FROM attachments WHERE ticket_id = '{ticket}'");
        var path = Path.Combine(desk.DataFolder, "attachments", key);
        Assert.True(File.Exists(path), path);
        return path;
    }
}
