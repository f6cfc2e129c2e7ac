using System.Diagnostics;
using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Microsoft.VisualBasic.FileIO;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>Files that leave the desk: read back by programs that are not ours.</summary>
public sealed class ExportTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Tickets_are_exported_with_the_filters_of_the_list_and_their_names()
    {
        var tenant = await desk.NewTenant("export");
        var customer = (await tenant.Agent.Post("/customers", new { name = "Karoo, Ltd" })).Expect(201)["id"];
        (await tenant.Admin.Post("/custom-fields", new { key = "site", label = "Site", type = "text" })).Expect(201);
        await tenant.Agent.NewTicket("First \"quoted\" and, more", new { customerId = customer, tags = new[] { "b", "a" }, customFields = new { site = "north" }, assigneeId = tenant.Agent.UserId });
        await tenant.Agent.NewTicket("Second", new { priority = "urgent" });

        var rows = Csv(await Text(tenant.Agent, "/tickets/export.csv"));
        Assert.Equal(["First \"quoted\" and, more", "Second"], rows.Select(r => r["subject"]));
        Assert.Equal("Karoo, Ltd|a, b|north|Agent of export", $"{rows[0]["customer"]}|{rows[0]["tags"]}|{rows[0]["site"]}|{rows[0]["assignee"]}");
        Assert.Equal("Second", Assert.Single(Csv(await Text(tenant.Agent, "/tickets/export.csv?priority=urgent")))["subject"]);
        Assert.StartsWith("\uFEFF", await Text(tenant.Agent, "/tickets/export.csv?bom=true"), StringComparison.Ordinal);
        (await tenant.Agent.Get("/tickets/export.csv?status=perhaps")).Expect(400);
        (await tenant.Agent.Get("/tickets/export.csv?bom=yes")).Expect(400);
        (await tenant.Agent.Get("/tickets/export.csv?page=2")).Expect(400);
        Assert.Equal(3, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM audit_log WHERE action = 'tickets.exported'"));
    }

    [Fact]
    public async Task An_export_goes_on_past_what_is_read_at_once_and_leaves_nothing_out()
    {
        var tenant = await desk.NewTenant("export-many");
        await tenant.Agent.NewTicket("Pattern");
        await using (var session = desk.Database.For(tenant.Id))
        {
            await session.Transact<int>(async () => await session.Execute("""
                INSERT INTO tickets (tenant_id, id, number, reference, subject, description, status, status_category, priority, type, category, channel, version, sequence, created_at, updated_at)
                SELECT tenant_id, gen_random_uuid(), number + n, 'X-' || n, 'Copy ' || n, '', status, status_category, priority, type, category, channel, 1, 1, created_at, updated_at
                FROM tickets CROSS JOIN generate_series(1, 2499) n WHERE tenant_id = $1
                """, CancellationToken.None, Rows.P(tenant.Id)), CancellationToken.None);
        }

        var numbers = Csv(await Text(tenant.Agent, "/tickets/export.csv")).Select(r => long.Parse(r["number"], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, 2500).Select(n => (long)n), numbers);
    }

    [Fact]
    public async Task Sec06_Sec24_An_export_has_what_the_reader_sees_and_nothing_that_a_spreadsheet_would_calculate()
    {
        var tenant = await desk.NewTenant("export-scope");
        var narrow = await desk.NewPerson(tenant, Role.Agent, TicketScope.Assigned);
        await tenant.Agent.NewTicket("=cmd|' /C calc'!A0", new { tags = new[] { "@sum(1)" }, assigneeId = narrow.UserId });
        await tenant.Agent.NewTicket("Hidden", new { assigneeId = tenant.Agent.UserId });

        var row = Assert.Single(Csv(await Text(narrow, "/tickets/export.csv")));
        Assert.Equal("'=cmd|' /C calc'!A0 '@sum(1)", $"{row["subject"]} {row["tags"]}");
    }

    [Fact]
    public async Task Sec10_A_ticket_on_paper_has_notes_only_for_those_who_ask_for_them_and_may()
    {
        var tenant = await desk.NewTenant("print");
        var ticket = await tenant.Agent.NewTicket("Кабель — cable ñandú", new { description = "First line\nSecond line", tags = new[] { "inner" } });
        (await tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "We are on our way" })).Expect(201);
        (await tenant.Agent.Post($"/tickets/{ticket}/notes", new { body = "Customer is furious" })).Expect(201);

        var outside = await Printed(tenant.Agent, $"/tickets/{ticket}/export.pdf");
        Assert.Contains("Кабель — cable ñandú", outside, StringComparison.Ordinal);
        Assert.Contains("Second line", outside, StringComparison.Ordinal);
        Assert.Contains("We are on our way", outside, StringComparison.Ordinal);
        Assert.DoesNotContain("furious", outside, StringComparison.Ordinal);
        Assert.DoesNotContain("inner", outside, StringComparison.Ordinal);
        var inside = await Printed(tenant.Agent, $"/tickets/{ticket}/export.pdf?include=full");
        Assert.Contains("Customer is furious", inside, StringComparison.Ordinal);
        Assert.Contains("internal note", inside, StringComparison.Ordinal);

        var token = (await tenant.Agent.Post("/api-tokens", new { name = "print", scopes = new[] { "tickets:read" } })).Expect(201)["token"];
        using var client = desk.Client(token);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await client.GetAsync(new Uri($"/api/v1/tickets/{ticket}/export.pdf", UriKind.Relative))).StatusCode);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await client.GetAsync(new Uri($"/api/v1/tickets/{ticket}/export.pdf?include=full", UriKind.Relative))).StatusCode);
        (await tenant.Agent.Get($"/tickets/{ticket}/export.pdf?include=all")).Expect(400);
    }

    [Fact]
    public async Task Sec25_What_somebody_wrote_is_printed_as_words_and_reaches_nothing()
    {
        var body = "<h1>Hi</h1><script>steal()</script><p>Text</p><img src=\"file:///etc/passwd\"><img src=\"http://169.254.169.254/\"><style>@import 'http://x/'</style><div><div>deep</div></div>";
        var ticket = await desk.Tenant.Agent.NewTicket("Paper", new { description = "<img src=\"file:///etc/passwd\"> {\\rtf1} \\\\server\\share" });
        (await desk.Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body, format = "html" })).Expect(201);
        var text = await Printed(desk.Tenant.Agent, $"/tickets/{ticket}/export.pdf");
        Assert.Contains("deep", text, StringComparison.Ordinal);
        Assert.DoesNotContain("steal", text, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_as_long_as_a_book_and_signs_that_turn_the_line_are_printed_on_pages_of_finite_number()
    {
        var ticket = await desk.Tenant.Agent.NewTicket("Long \u202Egnp.exe", new { description = new string('x', 60_000) + "\n" + new string('\n', 20_000) + "👩‍🚒\u0007end" });
        var text = await Printed(desk.Tenant.Agent, $"/tickets/{ticket}/export.pdf");
        Assert.Contains("end", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', text);
    }

    private static async Task<string> Text(Person person, string path)
    {
        using var response = await person.Client.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        Assert.Equal("text/csv", response.Content.Headers.ContentType?.MediaType);
        return System.Text.Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
    }

    private static List<Dictionary<string, string>> Csv(string text)
    {
        using var parser = new TextFieldParser(new StringReader(text.TrimStart('\uFEFF'))) { Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        var columns = parser.ReadFields()!;
        var rows = new List<Dictionary<string, string>>();
        while (!parser.EndOfData) rows.Add(columns.Zip(parser.ReadFields()!).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal));
        return rows;
    }

    /// <summary>The words on the paper, as pdftotext of Poppler reads them.</summary>
    private static async Task<string> Printed(Person person, string path)
    {
        using var response = await person.Client.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal("application/pdf", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        using var poppler = Process.Start(new ProcessStartInfo("pdftotext", ["-layout", "-", "-"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = poppler.StandardOutput.ReadToEndAsync();
        await poppler.StandardInput.BaseStream.WriteAsync(await response.Content.ReadAsByteArrayAsync());
        poppler.StandardInput.Close();
        await poppler.WaitForExitAsync();
        Assert.Equal(0, poppler.ExitCode);
        return await text;
    }
}
