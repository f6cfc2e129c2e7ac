using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;

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
