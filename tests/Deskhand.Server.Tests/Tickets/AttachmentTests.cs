using System.Net.Http.Headers;
using Deskhand.Access;
using Deskhand.Tickets;

namespace Deskhand.Server.Tests.Tickets;

public sealed class SmallUploads : Desk
{
    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_MAX_UPLOAD_MB"] = "3" };
}

public sealed class AttachmentTests(SmallUploads desk) : IClassFixture<SmallUploads>
{
    private TestTenant Tenant => desk.Tenant;

    [Fact]
    public async Task A_file_goes_from_upload_to_comment_to_download()
    {
        var content = new byte[2_500_000];
        new Random(7).NextBytes(content);
        Files.Png.CopyTo(content, 0);
        var upload = (await Tenant.Agent.Send("/uploads", content, "router.png")).Expect(201);
        Assert.Equal(["contentType", "createdAt", "id", "name", "sha256", "size"], upload.Body!.AsObject().Select(m => m.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("router.png", "image/png", "2500000", Files.Hash(content)), (upload["name"], upload["contentType"], upload["size"], upload["sha256"]));

        var ticket = await Tenant.Agent.NewTicket();
        var comment = (await Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "see", attachmentIds = new[] { upload["id"] } })).Expect(201);
        Assert.Equal(upload["id"], comment["attachmentIds.0"]);
        var list = (await Tenant.LightAgent.Get($"/tickets/{ticket}/attachments")).Expect(200);
        Assert.Equal((upload["id"], comment["id"]), (list["data.0.id"], list["data.0.commentId"]));

        using var response = await Tenant.LightAgent.Fetch(upload["id"]!);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{Files.Hash(content)}\"", response.Headers.ETag!.ToString());
    }

    [Fact]
    public async Task A_download_comes_in_ranges_and_not_again_while_it_is_the_same()
    {
        var content = Files.Png.Concat(Enumerable.Range(0, 1000).Select(i => (byte)i)).ToArray();
        var id = await Tenant.Agent.NewUpload(content);

        using var part = await Tenant.Agent.Fetch(id, r => r.Headers.Range = new RangeHeaderValue(10, 19));
        Assert.Equal(206, (int)part.StatusCode);
        Assert.Equal(content[10..20], await part.Content.ReadAsByteArrayAsync());
        using var beyond = await Tenant.Agent.Fetch(id, r => r.Headers.Range = new RangeHeaderValue(5000, 6000));
        Assert.Equal(416, (int)beyond.StatusCode);
        using var same = await Tenant.Agent.Fetch(id, r => r.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{Files.Hash(content)}\"")));
        Assert.Equal(304, (int)same.StatusCode);
    }

    [Theory]
    [InlineData("<html><script>alert(document.domain)</script></html>", "page.html", "text/html")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image.svg", "image/svg+xml")]
    [InlineData("alert(1)", "app.js", "application/javascript")]
    [InlineData("deny from all", ".htaccess", "image/png")]
    [InlineData("%PDF-1.7 <script>alert(1)</script>", "both.html", "text/html")]
    [InlineData("MZ", "photo.jpg.exe", "image/jpeg")]
    public async Task Sec22_Sec23_Nothing_uploaded_can_run_in_a_browser(string content, string name, string claimed)
    {
        var upload = (await Tenant.Agent.Send("/uploads", System.Text.Encoding.UTF8.GetBytes(content), name, claimed)).Expect(201);

        using var response = await Tenant.Agent.Fetch(upload["id"]!);

        Assert.Contains(response.Content.Headers.ContentType!.ToString(), (string[])["text/plain", "application/pdf", "application/octet-stream"]);
        Assert.Equal("attachment; filename*=UTF-8''" + Uri.EscapeDataString(name), response.Content.Headers.GetValues("Content-Disposition").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("sandbox; default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.True(response.Headers.CacheControl!.Private);
        Assert.False(response.Headers.CacheControl.Public);
    }

    [Theory]
    [InlineData("filename=\"../../../etc/passwd\"", "passwd")]
    [InlineData("filename=\"..\\\\..\\\\boot.ini\"", "boot.ini")]
    [InlineData("filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3D1.txt", "aSet-Cookie: x=1.txt")]
    [InlineData("filename*=UTF-8''a%00.txt", "a.txt")]
    [InlineData("filename*=UTF-8''invoice%E2%80%AEgnp.exe", "invoicegnp.exe")]
    [InlineData("filename=\"CON\"", "CON")]
    [InlineData("filename=\"añ😀.txt\"", "añ😀.txt")]
    [InlineData("filename=\"=HYPERLINK(1)\"", "=HYPERLINK(1)")]
    [InlineData("filename=\"..\"", "file")]
    public async Task Sec19_Sec23_A_hostile_name_loses_its_teeth_and_nothing_else(string given, string kept)
    {
        var upload = (await Tenant.Agent.SendRaw("/uploads", $"--x\r\nContent-Disposition: form-data; name=\"file\"; {given}\r\n\r\nhello\r\n--x--\r\n")).Expect(201);
        Assert.Equal(kept, upload["name"]);
        using var response = await Tenant.Agent.Fetch(upload["id"]!);
        Assert.Equal("attachment; filename*=UTF-8''" + Uri.EscapeDataString(kept), response.Content.Headers.GetValues("Content-Disposition").Single());
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    public static TheoryData<string, string, int> Unreadable => new()
    {
        { "", "multipart/form-data; boundary=x", 400 },
        { "--x--\r\n", "multipart/form-data; boundary=x", 400 },
        { "no form at all", "multipart/form-data; boundary=x", 400 },
        { "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nbroken off", "multipart/form-data; boundary=x", 400 },
        { "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\na\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b\"\r\n\r\nb\r\n--x--\r\n", "multipart/form-data; boundary=x", 400 },
        { "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nno file\r\n--x--\r\n", "multipart/form-data; boundary=x", 400 },
        { "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--x--\r\n", "multipart/form-data; boundary=x", 400 },
        { "--x\r\nno header\r\n\r\na\r\n--x--\r\n", "multipart/form-data; boundary=x", 400 },
        { "--x\r\nX: " + new string('a', 40_000) + "\r\n\r\na\r\n--x--\r\n", "multipart/form-data; boundary=x", 400 },
        { "--x--\r\n", "multipart/form-data", 400 },
        { "--x--\r\n", "multipart/form-data; boundary=" + new string('y', 5000), 400 },
        { "{}", "application/json", 415 },
        { "a=b", "application/x-www-form-urlencoded", 415 },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_is_not_one_file_in_a_form_is_refused_and_leaves_nothing(string body, string contentType, int status)
    {
        var reply = await Tenant.Agent.SendRaw("/uploads", body, contentType);
        reply.Expect(status);
        Assert.NotNull(reply["code"]);
        Assert.Empty(Unfinished());
    }

    [Fact]
    public async Task A_file_beyond_the_limit_is_refused_with_413_and_leaves_nothing()
    {
        (await Tenant.Agent.Send("/uploads", new byte[3 * 1024 * 1024])).Expect(201);
        var over = (await Tenant.Agent.Send("/uploads", new byte[(3 * 1024 * 1024) + 1])).Expect(413);
        Assert.Equal("too_large", over["code"]);
        var ticket = await Tenant.Agent.NewTicket();
        (await Tenant.Agent.Send($"/tickets/{ticket}/attachments", new byte[(3 * 1024 * 1024) + 1])).Expect(413);
        Assert.Empty(Unfinished());
        Assert.Equal("0", (await Tenant.Agent.Get($"/tickets/{ticket}/attachments"))["pagination.total"]);
    }

    [Fact]
    public async Task A_file_put_to_a_ticket_is_a_change_of_the_ticket()
    {
        var ticket = await Tenant.Agent.NewTicket();
        var file = (await Tenant.Agent.Send($"/tickets/{ticket}/attachments", Files.Png, "plan.png")).Expect(201);
        Assert.Equal(ticket.ToString(), file["ticketId"]);
        Assert.Equal(200, await Tenant.LightAgent.FetchStatus(file["id"]!));
        Assert.Equal("2", (await Tenant.Agent.Get($"/tickets/{ticket}"))["version"]);

        (await Tenant.LightAgent.Send($"/tickets/{ticket}/attachments", Files.Png)).Expect(403);
        (await Tenant.LightAgent.Delete($"/attachments/{file["id"]}")).Expect(403);
        (await Tenant.Agent.Delete($"/attachments/{file["id"]}")).Expect(204);
        (await Tenant.Agent.Delete($"/attachments/{file["id"]}")).Expect(404);
        Assert.Equal(404, await Tenant.Agent.FetchStatus(file["id"]!));
        var history = (await Tenant.Agent.Get($"/tickets/{ticket}/history")).Expect(200);
        Assert.Equal(("plan.png", "attachments"), (history["data.0.from.name"], history["data.0.field"]));
    }

    [Fact]
    public async Task A_closed_ticket_takes_no_file_and_keeps_none_of_the_attempt()
    {
        var ticket = await Tenant.Agent.NewTicket();
        (await Tenant.Agent.Put($"/tickets/{ticket}/resolve")).Expect(200);
        (await Tenant.Agent.Put($"/tickets/{ticket}/status", new { status = "closed" })).Expect(200);
        var before = Folders.GetFiles(Store, "*", SearchOption.AllDirectories).Length;
        (await Tenant.Agent.Send($"/tickets/{ticket}/attachments", Files.Png)).Expect(409);
        Assert.Equal(before, Folders.GetFiles(Store, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Sec22_An_upload_is_its_uploaders_alone_until_it_hangs_on_a_comment()
    {
        var upload = await Tenant.Agent.NewUpload();
        var ticket = await Tenant.Agent.NewTicket();
        foreach (var other in (Person[])[Tenant.Admin, Tenant.Manager, Tenant.LightAgent, desk.Foreign.Admin])
        {
            Assert.Equal(404, await other.FetchStatus(upload));
            (await other.Delete($"/attachments/{upload}")).Expect(404);
        }

        (await Tenant.Admin.Post($"/tickets/{ticket}/comments", new { body = "mine?", attachmentIds = new[] { upload } })).Expect(404);
        (await Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "mine", attachmentIds = new[] { upload, upload } })).Expect(201);
        (await Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "twice", attachmentIds = new[] { upload } })).Expect(404);
        Assert.Equal(200, await Tenant.Admin.FetchStatus(upload));
        Assert.Equal(404, await desk.Foreign.Admin.FetchStatus(upload));
        using var nobody = await desk.Client().GetAsync($"/api/v1/attachments/{upload}");
        Assert.Equal(401, (int)nobody.StatusCode);
    }

    [Fact]
    public async Task An_upload_can_be_taken_back_by_its_uploader()
    {
        var upload = await Tenant.LightAgent.NewUpload();
        (await Tenant.LightAgent.Delete($"/attachments/{upload}")).Expect(204);
        Assert.Equal(404, await Tenant.LightAgent.FetchStatus(upload));
        Assert.False(File.Exists(Path.Combine(Store, AttachmentStore.KeyOf(Tenant.Id, upload))));
    }

    [Fact]
    public async Task Two_comments_at_once_cannot_both_claim_an_upload()
    {
        var upload = await Tenant.Agent.NewUpload();
        var tickets = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Tenant.Agent.NewTicket($"race {i}")));
        var replies = await Task.WhenAll(tickets.Select(t => Tenant.Agent.Post($"/tickets/{t}/comments", new { body = "mine", attachmentIds = new[] { upload } })));
        Assert.Equal([201, 404, 404, 404], replies.Select(r => r.Status).Order());
    }

    [Fact]
    public async Task Sec10_Files_of_notes_are_seen_by_who_may_read_notes_and_go_with_their_comment()
    {
        var ticket = await Tenant.Agent.NewTicket();
        var (secret, open) = (await Tenant.LightAgent.NewUpload(name: "secret-plan.png"), await Tenant.Agent.NewUpload(name: "open.png"));
        (await Tenant.LightAgent.Post($"/tickets/{ticket}/notes", new { body = "internal", attachmentIds = new[] { secret } })).Expect(201);
        var said = (await Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "public", attachmentIds = new[] { open } })).Expect(201);
        var reader = await desk.NewTokenHolder(Tenant, Role.Agent, Permission.TicketsRead);

        Assert.Equal(200, await Tenant.Admin.FetchStatus(secret));
        Assert.Equal(404, await reader.FetchStatus(secret));
        Assert.Equal(200, await reader.FetchStatus(open));
        var list = (await reader.Get($"/tickets/{ticket}/attachments")).Expect(200);
        Assert.Equal((open.ToString(), "1"), (list["data.0.id"], list["pagination.total"]));

        (await Tenant.Agent.Delete($"/comments/{said["id"]}")).Expect(204);
        Assert.Equal(404, await Tenant.Admin.FetchStatus(open));
        Assert.Equal(secret.ToString(), (await Tenant.Admin.Get($"/tickets/{ticket}/attachments"))["data.0.id"]);
        (await Tenant.Agent.Delete($"/attachments/{secret}")).Expect(403);
        (await Tenant.LightAgent.Delete($"/attachments/{secret}")).Expect(204);
        Assert.DoesNotContain("secret-plan", (await reader.Get($"/tickets/{ticket}/history")).Text, StringComparison.Ordinal);
        Assert.Equal(0, await desk.Scalar<long>(Tenant.Id, "SELECT count(*) FROM events WHERE body LIKE '%secret-plan%'"));
    }

    [Fact]
    public async Task Sec06_A_file_of_a_ticket_out_of_scope_is_not_there()
    {
        var ticket = await Tenant.Agent.NewTicket(more: new { assigneeId = Tenant.Agent.UserId });
        var file = (await Tenant.Agent.Send($"/tickets/{ticket}/attachments", Files.Png)).Expect(201)["id"]!;
        var narrow = await desk.NewPerson(Tenant, Role.Manager, TicketScope.Assigned);
        Assert.Equal(404, await narrow.FetchStatus(file));
        (await narrow.Get($"/tickets/{ticket}/attachments")).Expect(404);
        (await narrow.Send($"/tickets/{ticket}/attachments", Files.Png)).Expect(404);
        (await narrow.Delete($"/attachments/{file}")).Expect(404);

        (await Tenant.Manager.Delete($"/tickets/{ticket}")).Expect(204);
        Assert.Equal(404, await Tenant.Agent.FetchStatus(file));
    }

    [Fact]
    public async Task Sec31_An_upload_that_is_sent_again_with_its_key_is_taken_once()
    {
        var ticket = await Tenant.Agent.NewTicket();
        var key = Guid.NewGuid().ToString();
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/tickets/{ticket}/attachments") { Content = new MultipartFormDataContent("same") { { new ByteArrayContent(Files.Png), "file", "a.png" } } };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await Tenant.Agent.Client.SendAsync(request);
            Assert.Equal(201, (int)response.StatusCode);
            ids.Add(System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!.ToString());
        }

        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(200, await Tenant.Agent.FetchStatus(ids[0]));
        Assert.Equal("1", (await Tenant.Agent.Get($"/tickets/{ticket}/attachments?skip=0&take=5"))["pagination.total"]);
    }

    [Fact]
    public async Task Files_are_listed_page_by_page()
    {
        var ticket = await Tenant.Agent.NewTicket();
        for (var i = 0; i < 5; i++) (await Tenant.Agent.Send($"/tickets/{ticket}/attachments", Files.Png, $"{i}.png")).Expect(201);
        var first = (await Tenant.Agent.Get($"/tickets/{ticket}/attachments?limit=2")).Expect(200);
        var second = (await Tenant.Agent.Get($"/tickets/{ticket}/attachments?limit=2&cursor={first["pagination.nextCursor"]}")).Expect(200);
        var third = (await Tenant.Agent.Get($"/tickets/{ticket}/attachments?limit=2&page=3")).Expect(200);
        Assert.Equal(("0.png", "2.png", "4.png"), (first["data.0.name"], second["data.0.name"], third["data.0.name"]));
        (await Tenant.Agent.Get($"/tickets/{ticket}/attachments?cursor=abc")).Expect(400);
    }

    private string Store => Path.Combine(desk.DataFolder, "attachments");

    private string[] Unfinished() => Folders.Exists(Store) ? Folders.GetFiles(Store, "*.part", SearchOption.AllDirectories) : [];
}
