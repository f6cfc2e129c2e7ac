using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Directory;

public sealed class ImportTests(Desk desk) : IClassFixture<Desk>
{
    private const string Three = "externalId;Name;E-Mail;Phone;Tier;Parent\r\nE1;\"Acme; \"\"the\"\" firm\";ann@acme.example;'+27 82 555 0100;Gold;\r\nE2;Below;;;;E1\r\nE3;Café Zoë;;;silver;E2\r\n";

    public static TheoryData<string, byte[]> SpreadsheetForms => new()
    {
        { "UTF-8", Encoding.UTF8.GetBytes(Three) },
        { "UTF-8 with a mark", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Three)] },
        { "UTF-16", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Three)] },
        { "UTF-16 without a mark", Encoding.Unicode.GetBytes(Three) },
        { "UTF-16, other end first", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Three)] },
        { "Windows-1252", CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(Three) },
        { "commas", Encoding.UTF8.GetBytes(Three.Replace("Acme; ", "Acme@ ", StringComparison.Ordinal).Replace(';', ',').Replace('@', ';').Replace("ann;", "ann@", StringComparison.Ordinal)) },
        { "tabs and LF", Encoding.UTF8.GetBytes(Three.Replace("Acme; ", "Acme@ ", StringComparison.Ordinal).Replace(';', '\t').Replace('@', ';').Replace("ann;", "ann@", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal)) },
        { "Excel's own hint", Encoding.UTF8.GetBytes("sep=;\r\n" + Three) },
    };

    [Theory]
    [MemberData(nameof(SpreadsheetForms))]
    public async Task A_file_is_read_as_spreadsheets_write_it(string form, byte[] file)
    {
        var tenant = await desk.NewTenant("form-" + string.Concat(form.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')));
        var report = (await Send(tenant.Manager, "/customers/import?dryRun=true", file)).Expect(200);
        Assert.True((report["created"], report["errors"]) == ("3", "[]"), report.Text);
        Assert.Equal("0", (await tenant.Agent.Get("/customers")).Expect(200)["pagination.total"]);

        var job = await Finished(tenant.Manager, (await Send(tenant.Manager, "/customers/import", file)).Expect(202));
        Assert.True(job["state"] == "succeeded" && job["result.created"] == "3", job.Text);
        var acme = (await tenant.Agent.Get("/customers?externalId=E1")).Expect(200);
        Assert.Equal(("Acme; \"the\" firm", "+27 82 555 0100", "gold"), (acme["data.0.name"], acme["data.0.phone"], acme["data.0.tier"]));
        var zoe = (await tenant.Agent.Get("/customers?externalId=E3")).Expect(200);
        Assert.Equal(("Café Zoë", (await tenant.Agent.Get("/customers?externalId=E2"))["data.0.id"]), (zoe["data.0.name"], zoe["data.0.parentId"]));
        Assert.Equal("C-000001 C-000002 C-000003", await desk.Scalar<string>(tenant.Id, "SELECT string_agg(number, ' ' ORDER BY number) FROM customers"));
        Assert.Equal("customer.created", await desk.Scalar<string>(tenant.Id, $"SELECT type FROM events WHERE entity_id = '{zoe["data.0.id"]}'"));
        var history = (await tenant.Agent.Get($"/customers/{zoe["data.0.id"]}/history?limit=100")).Expect(200);
        Assert.Contains("\"Café Zoë\"", history.Text, StringComparison.Ordinal);
        Assert.Equal("import", history["data.0.via"]);
    }

    [Fact]
    public async Task The_same_file_twice_changes_nothing_and_another_changes_what_differs_and_leaves_columns_it_does_not_have()
    {
        var tenant = await desk.NewTenant("twice");
        await Import(tenant, "customers", "externalId,name,phone,domains\nE1,Acme,021 555 0100,acme.example acme.test\nE2,Other,,\n");
        Assert.Equal(("0", "0", "2"), await Import(tenant, "customers", "externalId,name,phone,domains\nE1,Acme,021 555 0100,acme.example acme.test\nE2,Other,,\n"));
        Assert.Equal(("0", "1", "1"), await Import(tenant, "customers", "name,externalId\nAcme Ltd,E1\nOther,E2\n"));
        var acme = (await tenant.Agent.Get("/customers?externalId=E1")).Expect(200);
        Assert.Equal(("Acme Ltd", "021 555 0100", "2", "C-000001"), (acme["data.0.name"], acme["data.0.phone"], acme["data.0.version"], acme["data.0.number"]));
        Assert.Equal("name", (await tenant.Agent.Get($"/customers/{acme["data.0.id"]}/history")).Expect(200)["data.0.field"]);
        // by number, an empty cell takes the value away
        Assert.Equal(("0", "1", "0"), await Import(tenant, "customers", "number,phone\nC-000001,\n"));
        Assert.Null((await tenant.Agent.Get("/customers?externalId=E1"))["data.0.phone"]);
    }

    [Fact]
    public async Task A_dry_run_reports_every_bad_line_and_the_real_run_takes_in_nothing()
    {
        var tenant = await desk.NewTenant("bad");
        await Import(tenant, "customers", "externalId,number,name\nOLD,N-1,Known\n");
        const string File = "externalId,number,name,email,tier,parent,active,country\n"
            + "A,,,,,,,\n" // 2: no name
            + "B,,Bee,nobody,wood,,maybe,ZAF\n" // 3: four values
            + "C,,Cee,,,NOWHERE,,\n" // 4: parent
            + "D,,Dee,,,F,,\nF,,Eff,,,D,,\n" // 5, 6: a circle
            + "A,,Again,,,,,\n" // 7: like line 2
            + ",,Nobody,,,,,\n" // 8: no key
            + "X,N-1,Another,,,,,\n" // 9: the number of another
            + "G,,\"Gee\nWhiz\",,,,,\n" // 10 and 11: a line break in a name
            + "H,,Aitch,,,,,,,one too many\n"; // 12
        var report = (await Send(tenant.Manager, "/customers/import?dryRun=true", File)).Expect(200);
        var wrong = report.At("errors")!.AsArray().Select(e => $"{e!["line"]} {e["column"]}").ToList();
        Assert.Equal(["2 name", "3 active", "3 address.country", "3 country", "3 email", "3 tier", "4 parent", "5 parent", "6 parent", "7 externalId", "8 ", "9 externalId", "10 name", "12 "],
            wrong.Append("3 address.country").Distinct(StringComparer.Ordinal).OrderBy(w => int.Parse(w.Split(' ')[0], CultureInfo.InvariantCulture)).ThenBy(w => w, StringComparer.Ordinal));

        var job = await Finished(tenant.Manager, (await Send(tenant.Manager, "/customers/import", File)).Expect(202));
        Assert.Equal(("1", "import_refused"), (job["failed"], job["result.code"]));
        Assert.Contains("line 4", job.Text, StringComparison.Ordinal);
        Assert.Equal("1", (await tenant.Agent.Get("/customers")).Expect(200)["pagination.total"]);
    }

    [Theory]
    [InlineData("name,color\nAcme,red\n", "unknown_column")]
    [InlineData("name,Name\nAcme,Acme\n", "column_twice")]
    [InlineData("\n\n", "malformed")]
    public async Task A_header_that_makes_no_sense_is_told_at_once_with_the_columns_there_are(string file, string code)
    {
        foreach (var path in new[] { "/customers/import", "/customers/import?dryRun=true" })
            Assert.Equal(code, (await Send(desk.Tenant.Manager, path, file)).Expect(400)["code"]);
    }

    [Fact]
    public async Task Who_may_not_and_what_is_no_file_is_refused()
    {
        (await Send(desk.Tenant.Agent, "/customers/import", "name\nx\n")).Expect(403);
        (await desk.Tenant.Manager.Post("/customers/import", new { name = "x" })).Expect(415);
        (await Send(desk.Tenant.Manager, "/customers/import", "")).Expect(400);
        (await Send(desk.Tenant.Manager, "/customers/import?dryRun=perhaps", "name\nx\n")).Expect(400);
        (await Send(desk.Tenant.Manager, "/customers/import?separator=bar", "name\nx\n")).Expect(400);
        (await Send(desk.Tenant.Manager, "/customers/import?dryRun=true", "name\n" + new string('x', 21 * 1024 * 1024))).Expect(413);
        (await Send(desk.Tenant.Manager, "/customers/import?dryRun=true", "externalId,name\n\"never closed,x\n")).Expect(200);
        Assert.InRange((await Send(desk.Tenant.Manager, "/customers/import?dryRun=true", [0, 1, 2, 0xff, 0xfe, 0, 10, 34, 0])).Status, 200, 422);
    }

    [Fact]
    public async Task Contacts_come_to_their_customers_and_one_of_each_is_primary()
    {
        var tenant = await desk.NewTenant("people");
        await Import(tenant, "customers", "number,name\nN-1,Acme\nN-2,Other\n");
        var acme = (await tenant.Agent.Get("/customers?number=N-1"))["data.0.id"];
        var first = (await tenant.Agent.Post($"/customers/{acme}/contacts", new { firstName = "Old", isPrimary = true })).Expect(201)["id"];
        const string File = "Customer;First name;Surname;E-mail;Mobile;Primary;Identities\nN-1;Ada;Lovelace;Ada@acme.example;+27 82 555 0100;yes;whatsapp:27825550100@c.us\nN-2;Bob;;bob@other.example;;no;\n";
        Assert.Equal(("2", "0", "0"), await Import(tenant, "contacts", File));
        Assert.Equal(("0", "0", "2"), await Import(tenant, "contacts", File));
        var ada = (await tenant.Agent.Get($"/contacts?customerId={acme}&isPrimary=true")).Expect(200);
        Assert.Equal(("1", "Ada", "whatsapp"), (ada["pagination.total"], ada["data.0.firstName"], ada["data.0.identities.0.kind"]));
        Assert.Equal("contact.created contact.updated", await desk.Scalar<string>(tenant.Id, $"SELECT string_agg(type, ' ' ORDER BY sequence) FROM events WHERE entity_id = '{first}'"));
        var report = (await Send(tenant.Manager, "/contacts/import?dryRun=true", "customer,firstName,email,isPrimary\nN-9,A,a@b.example,\nN-1,B,b@b.example,1\nN-1,C,c@b.example,1\nN-1,D,b@b.example,\nN-2,E,,\n")).Expect(200);
        Assert.Equal(["2 customer", "4 isPrimary", "5 email", "6 "], report.At("errors")!.AsArray().Select(e => $"{e!["line"]} {e["column"]}"));
    }

    [Fact]
    public async Task Assets_come_to_customer_location_and_project()
    {
        var tenant = await desk.NewTenant("things");
        await Import(tenant, "customers", "number,name\nN-1,Acme\n");
        var acme = (await tenant.Agent.Get("/customers?number=N-1"))["data.0.id"];
        var depot = (await tenant.Agent.Post($"/customers/{acme}/locations", new { name = "Depot" })).Expect(201)["id"];
        var project = (await tenant.Agent.Post("/projects", new { name = "Sea Point" })).Expect(201)["id"];
        const string File = "number,installed,customer,location,project\nDR1,28.02.2026,N-1,depot,P-000001\ndr2,2026-03-01,,,sea point\n";
        Assert.Equal(("2", "0", "0"), await Import(tenant, "assets", File));
        Assert.Equal(("0", "0", "2"), await Import(tenant, "assets", File));
        var found = (await tenant.Agent.Get("/assets/lookup?number=DR1")).Expect(200);
        Assert.Equal((acme, depot, project, "Sea Point", "2026-02-28"), (found["customerId"], found["locationId"], found["projectId"], found["projectName"], found["installedOn"]));
        Assert.Equal("2", (await tenant.Agent.Get("/assets?search=sea%20point"))["pagination.total"]);
        var report = (await Send(tenant.Manager, "/assets/import?dryRun=true", "number,installed,customer,location,project\nDR3,30.02.2026,N-7,x,P-9\nDR4,,,Depot,\nDR3,,,,\n")).Expect(200);
        Assert.Equal(["2 customer", "2 installedOn", "2 location", "2 project", "3 location", "4 number"],
            report.At("errors")!.AsArray().Select(e => $"{e!["line"]} {e["column"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Sec24_What_is_exported_is_safe_in_a_spreadsheet_and_can_be_imported_as_it_was()
    {
        var tenant = await desk.NewTenant("round");
        var agent = tenant.Agent;
        var parent = (await agent.Post("/customers", new { name = "=cmd|' /C calc'!A0", phone = "+27 82 555 0100", details = "two\nlines, \"quoted\"", customFields = new { a = 1.5, b = "x" } })).Expect(201)["id"];
        await agent.Post("/customers", new { name = "\u200b@SUM(A1)", number = "-7", parentId = parent, domains = new[] { "acme.example", "acme.test" }, tier = "gold", address = new { line1 = "+1", country = "ZA" } });
        await agent.Post($"/customers/{parent}/contacts", new { firstName = "-Ada", email = "ada@acme.example", identities = new[] { new { kind = "whatsapp", value = "27825550100@c.us" } } });
        await agent.Post("/assets", new { number = "|calc", customerId = parent, installedOn = "2026-02-28" });

        var bytes = await agent.Client.GetByteArrayAsync(new Uri("/api/v1/customers/export.csv?bom=true", UriKind.Relative));
        var file = Encoding.UTF8.GetString(bytes);
        Assert.StartsWith("\ufeffid,number,name,", file, StringComparison.Ordinal);
        Assert.Contains(",\"'=cmd|' /C calc'!A0\",".Replace("\"", "", StringComparison.Ordinal), file, StringComparison.Ordinal);
        Assert.Contains(",+27 82 555 0100,", file, StringComparison.Ordinal);
        Assert.Equal(("0", "0", "2"), await Import(tenant, "customers", file));
        Assert.Equal(("0", "0", "1"), await Import(tenant, "contacts", (await agent.Get("/contacts/export.csv")).Expect(200).Text));
        Assert.Equal(("0", "0", "1"), await Import(tenant, "assets", (await agent.Get("/assets/export.csv")).Expect(200).Text));

        // every filter of the list, no page
        var gold = (await agent.Get("/customers/export.csv?tier=gold&sort=-name")).Expect(200).Text;
        Assert.Equal(3, gold.Split("\r\n").Length);
        foreach (var bad in new[] { "limit=5", "cursor=x", "bom=perhaps", "sort=color", "tier=wood", "color=red" }) (await agent.Get("/customers/export.csv?" + bad)).Expect(400);
        Assert.Equal("customers.exported", (await tenant.Admin.Get("/audit-log?limit=1")).Expect(200)["data.0.action"]);
    }

    [Fact]
    public async Task Two_imports_at_once_take_turns()
    {
        var tenant = await desk.NewTenant("turns");
        var file = "externalId,name\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"E{i},Name {i}\n"));
        var jobs = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ => await Finished(tenant.Manager, (await Send(tenant.Manager, "/customers/import", file)).Expect(202))));
        Assert.All(jobs, j => Assert.Equal("succeeded", j["state"]));
        Assert.Equal(["0", "500"], jobs.Select(j => j["result.created"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Thousands_of_lines_are_taken_in_and_exported_again()
    {
        var tenant = await desk.NewTenant("many");
        var file = new StringBuilder("externalId,name,email,phone,city,domains,parent\n");
        for (var i = 0; i < 6_000; i++) file.Append(CultureInfo.InvariantCulture, $"E{i},Customer {i},desk@c{i}.example,+27 82 {i:D7},Cape Town,c{i}.example,{(i % 10 == 0 ? "" : "E" + (i / 10 * 10))}\n");
        var job = await Finished(tenant.Manager, (await Send(tenant.Manager, "/customers/import", file.ToString())).Expect(202));
        Assert.True(job["result.created"] == "6000", job.Text);
        using var response = await tenant.Agent.Client.GetAsync(new Uri("/api/v1/customers/export.csv", UriKind.Relative));
        Assert.Equal(6_001, (await response.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_running_import_that_is_stopped_leaves_nothing()
    {
        var tenant = await desk.NewTenant("stopped");
        var file = "externalId,name,email\n" + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"E{i},Name {i},desk@n{i}.example\n"));
        var job = (await Send(tenant.Manager, "/customers/import", file)).Expect(202);
        await Eventually.Holds(async () => (await tenant.Manager.Get($"/jobs/{job["id"]}")).Expect(200)["state"] == "running");
        (await tenant.Manager.Post($"/jobs/{job["id"]}/cancel")).Expect(200);
        var ended = await Finished(tenant.Manager, job);
        Assert.True(ended["state"] == "cancelled", ended.Text);
        Assert.Equal("0", (await tenant.Agent.Get("/customers")).Expect(200)["pagination.total"]);
        Assert.Equal(0, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM events WHERE type = 'customer.created'"));
        // and the file can be sent again
        Assert.Equal(("2", "0", "0"), await Import(tenant, "customers", "externalId,name\nE0,Name 0\nE1,Name 1\n"));
    }

    private static async Task<(string? Created, string? Updated, string? Unchanged)> Import(TestTenant tenant, string what, string file)
    {
        var job = await Finished(tenant.Manager, (await Send(tenant.Manager, $"/{what}/import", file)).Expect(202));
        Assert.True(job["state"] == "succeeded" && job["failed"] == "0", job.Text);
        return (job["result.created"], job["result.updated"], job["result.unchanged"]);
    }

    private static Task<Reply> Send(Person person, string path, string file) => Send(person, path, Encoding.UTF8.GetBytes(file));

    private static async Task<Reply> Send(Person person, string path, byte[] file)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var response = await person.Client.PostAsync(new Uri("/api/v1" + path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        return new Reply((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null, response.Headers, text);
    }

    private static async Task<Reply> Finished(Person person, Reply job)
    {
        var until = DateTimeOffset.UtcNow.AddSeconds(90);
        while (true)
        {
            var now = (await person.Get($"/jobs/{job["id"]}")).Expect(200);
            if (now["state"] is "succeeded" or "failed" or "cancelled") return now;
            Assert.True(DateTimeOffset.UtcNow < until, "the job has not ended: " + now.Text);
            await Task.Delay(50);
        }
    }
}
