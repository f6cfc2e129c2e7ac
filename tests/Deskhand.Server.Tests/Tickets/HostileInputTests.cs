using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Deskhand.Tickets;

namespace Deskhand.Server.Tests.Tickets;

public sealed class HostileInputTests(Desk desk) : IClassFixture<Desk>
{
    private static readonly string[] Injections =
    [
        "'", "\"", "\\", "--", ";", "')", "' OR '1'='1", "1; DROP TABLE tickets; --", "') UNION SELECT password_hash FROM credentials --", "$1", "$99", "%", "_", "{}", "{0}", "NULL", "\0", "a\0b",
        "\r\n", "\u202e", "😀", "\ufffe", "me", "none", "-1", "0", "1e9", "99999999999999999999", "9223372036854775808", "NaN", "Infinity", "true", "[]", "open,closed", "*:*", "a & | ! ( )", "<->", "'foo':*",
        "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-20T09:30:00", "infinity", "now()", "../../etc/passwd", "00000000-0000-0000-0000-000000000000",
        "{00000000-0000-0000-0000-000000000000}", "WyItdXBkYXRlZEF0IiwiMSIsIjIiXQ", "eyJhIjoxfQ",
    ];

    public static TheoryData<string> Parameters => [.. typeof(TicketQuery).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];

    [Theory]
    [MemberData(nameof(Parameters))]
    public async Task Sec27_No_value_of_any_parameter_of_the_list_reaches_the_database_as_more_than_a_value(string parameter)
    {
        foreach (var value in Injections.Append(new string('x', 5000)))
        {
            // a manager may see deleted ones too, and asks by every parameter there is
            var reply = await desk.Tenant.Manager.Get($"/tickets?{parameter}={Uri.EscapeDataString(value)}");
            Assert.True(reply.Status is 200 or 400, $"{parameter}={value} answered {reply.Status}: {reply.Text}");
        }

        foreach (var value in (string[])["'", "\0", "' OR 1=1 --"])
        {
            foreach (var path in (string[])["/tickets", "/tickets/stats"])
            {
                var reply = await desk.Tenant.Agent.Get($"{path}?{parameter}={Uri.EscapeDataString(value)}&{parameter}=x");
                Assert.True(reply.Status is 200 or 400, $"{path}: twice {parameter}={value} answered {reply.Status}: {reply.Text}");
            }
        }
    }

    [Theory]
    [InlineData("/tickets/%00", 400)]
    [InlineData("/tickets/%ED%A0%80", 404)]
    [InlineData("/tickets/%FF", 404)]
    [InlineData("/tickets/99999999999999999999999999", 404)]
    [InlineData("/tickets/9223372036854775808", 404)]
    [InlineData("/tickets/9223372036854775807", 404)]
    [InlineData("/tickets/-1", 404)]
    [InlineData("/tickets/0", 404)]
    [InlineData("/tickets/'%20OR%201=1", 404)]
    [InlineData("/tickets/%F0%9F%98%80", 404)]
    [InlineData("/tickets/TICKET-2026-999999/comments?cursor=%00", 400)]
    [InlineData("/tickets/1/history?page=99999999999", 400)]
    [InlineData("/tickets/1/comments?sort=body", 400)]
    [InlineData("/attachments/1", 400)]
    public async Task An_address_that_names_nothing_answers_so(string path, int status)
    {
        var reply = await desk.Tenant.Agent.Get(path);
        Assert.True(reply.Status == status || (status == 400 && reply.Status == 404), $"{path} answered {reply.Status}: {reply.Text}");
    }

    /// <summary>Bytes that no client library sends: invalid UTF-8 in the query and in the body.</summary>
    [Theory]
    [InlineData("GET /api/v1/tickets?search=\u00ed\u00a0\u0080 HTTP/1.1", "")]
    [InlineData("GET /api/v1/tickets?search=%ED%A0%80&subcategory=%C0%80&tag=%ff HTTP/1.1", "")]
    [InlineData("GET /api/v1/tickets?\u00ff=1 HTTP/1.1", "")]
    [InlineData("DELETE /api/v1/tickets/1?reason=%ED%A0%80%00 HTTP/1.1", "")]
    [InlineData("POST /api/v1/tickets HTTP/1.1", "{\"subject\":\"\u00ff\u00fe\"}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1", "{\"subject\":\"x\",\"\u00ff\":1}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1", "{\"subject\":\"x\",\"customFields\":{\"\u00ff\":\"\u00ff\"}}")]
    [InlineData("POST /api/v1/tickets HTTP/1.1", "\u00ff\u00fe{\0}\0")]
    [InlineData("PATCH /api/v1/tickets/1 HTTP/1.1", "{\"subject\":\"\u00ff\"}")]
    [InlineData("PATCH /api/v1/tickets/1 HTTP/1.1", "{\"\u00ff\":1}")]
    [InlineData("PATCH /api/v1/tickets/1 HTTP/1.1", "{\"\\ud800\":1}")]
    [InlineData("PATCH /api/v1/tickets/1 HTTP/1.1", "{\"customFields\":{\"\\ud800\":{\"\\ud800\":1}}}")]
    public async Task Bytes_that_are_no_text_are_the_callers_mistake(string line, string body)
    {
        await desk.Tenant.Manager.NewTicket();
        using var socket = new TcpClient();
        await socket.ConnectAsync(desk.Address.Host, desk.Address.Port);
        var bytes = Encoding.Latin1.GetBytes(body);
        var head = $"{line}\r\nHost: x\r\nAuthorization: Bearer {desk.Tenant.Manager.Token}\r\nContent-Type: application/json\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(head).Concat(bytes).ToArray());
        using var reader = new StreamReader(socket.GetStream(), Encoding.Latin1);
        var status = (await reader.ReadLineAsync())!.Split(' ')[1];
        Assert.True(status[0] is '2' or '4', $"{line} {body} answered {status}: {await reader.ReadToEndAsync()}");
    }

    public static TheoryData<string, string, int> Bodies => new()
    {
        { "POST", "", 400 },
        { "POST", "null", 400 },
        { "POST", "[]", 400 },
        { "POST", "\"x\"", 400 },
        { "POST", "7", 400 },
        { "POST", "{", 400 },
        { "POST", "{}", 400 },
        { "POST", """{"subject":null}""", 400 },
        { "POST", """{"subject":7}""", 400 },
        { "POST", """{"subject":"x","subject":"y"}""", 400 },
        { "POST", """{"Subject":"x"}""", 400 },
        { "POST", """{"subject":"\ud800"}""", 400 },
        { "POST", """{"subject":"a\u0000b"}""", 422 },
        { "POST", """{"subject":"x","description":"a\u0000b"}""", 422 },
        { "POST", """{"subject":"x","externalId":"a\u0000b"}""", 422 },
        { "POST", """{"subject":"x","tags":null}""", 400 },
        { "POST", """{"subject":"x","tags":[null]}""", 400 },
        { "POST", """{"subject":"x","tags":[["x"]]}""", 400 },
        { "POST", """{"subject":"x","tags":["a\u0000"]}""", 422 },
        { "POST", """{"subject":"x","category":"a\u0000"}""", 422 },
        { "POST", """{"subject":"x","subcategory":"a\u0000"}""", 422 },
        { "POST", """{"subject":"x","customFields":[]}""", 400 },
        { "POST", """{"subject":"x","customFields":null}""", 400 },
        { "POST", """{"subject":"x","customFields":{"a":1e400}}""", 422 },
        { "POST", """{"subject":"x","customFields":{"a\u0000":1}}""", 422 },
        { "POST", """{"subject":"x","customerId":"1"}""", 400 },
        { "POST", """{"subject":"x","dueAt":"0001-01-01T00:00:00+14:00"}""", 400 },
        { "POST", """{"subject":"x","dueAt":"tomorrow"}""", 400 },
        { "POST", """{"subject":"x","priority":3}""", 400 },
        { "POST", """{"subject":"x","priority":"asap"}""", 400 },
        { "POST", """{"subject":"x","number":7}""", 400 },
        { "PATCH", "", 400 },
        { "PATCH", "null", 400 },
        { "PATCH", "[]", 400 },
        { "PATCH", "[{}]", 400 },
        { "PATCH", "true", 400 },
        { "PATCH", """{"subject":null}""", 400 },
        { "PATCH", """{"subject":["x"]}""", 400 },
        { "PATCH", """{"subject":{"x":1}}""", 400 },
        { "PATCH", """{"tags":{"0":"x"}}""", 400 },
        { "PATCH", """{"customFields":[1]}""", 400 },
        { "PATCH", """{"customFields":"x"}""", 400 },
        { "PATCH", """{"subject":"x","subject":"y"}""", 400 },
        { "PATCH", """{"status":"closed"}""", 400 },
        { "PATCH", """{"version":7}""", 400 },
        { "PATCH", """{"subject":"\ud800"}""", 400 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_cannot_be_taken_says_why(string verb, string body, int status)
    {
        var id = await desk.Tenant.Agent.NewTicket();
        var reply = await desk.Tenant.Agent.Send(new HttpMethod(verb), verb == "POST" ? "/tickets" : $"/tickets/{id}", body);
        Assert.True(reply.Status == status, $"{verb} {body} answered {reply.Status}: {reply.Text}");
        Assert.NotNull(reply["code"]);
    }

    [Theory]
    [InlineData("POST", "/tickets")]
    [InlineData("PATCH", "/tickets/{id}")]
    [InlineData("PUT", "/tickets/{id}/status")]
    [InlineData("POST", "/tickets/{id}/comments")]
    public async Task Deep_and_long_bodies_are_refused(string verb, string path)
    {
        path = path.Replace("{id}", (await desk.Tenant.Agent.NewTicket()).ToString(), StringComparison.Ordinal);
        foreach (var deep in (string[])[new string('[', 10_000), "{\"customFields\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5001), string.Concat(Enumerable.Repeat("{\"a\":", 20)) + "1" + new string('}', 20)])
            Assert.Equal(400, (await desk.Tenant.Agent.Send(new HttpMethod(verb), path, deep)).Status);
    }

    [Fact]
    public async Task Twenty_thousand_unknown_fields_get_a_short_answer()
    {
        var id = await desk.Tenant.Agent.NewTicket();
        var wide = JsonSerializer.Serialize(new { subject = "x", customFields = Enumerable.Range(0, 20_000).ToDictionary(i => $"field_{i}", i => i) });
        foreach (var reply in (Reply[])[await desk.Tenant.Agent.Post("/tickets", wide), await desk.Tenant.Agent.Patch($"/tickets/{id}", wide), await desk.Tenant.Agent.Put($"/tickets/{id}", wide)])
            Assert.InRange(reply.Expect(422).Text.Length, 1, 20_000);
    }

    [Theory]
    [InlineData("POST", "/tickets/{id}/comments", """{"body":null}""", 400)]
    [InlineData("POST", "/tickets/{id}/comments", """{"body":"x","attachmentIds":null}""", 400)]
    [InlineData("POST", "/tickets/{id}/comments", """{"body":"x","attachmentIds":["x"]}""", 400)]
    [InlineData("POST", "/tickets/{id}/comments", """{"body":"x","attachmentIds":[null]}""", 400)]
    [InlineData("POST", "/tickets/{id}/comments", """{"body":"a\u0000"}""", 422)]
    [InlineData("POST", "/tickets/{id}/comments", """{"body":"x","visibility":"secret"}""", 400)]
    [InlineData("POST", "/tickets/{id}/comments", """{"body":"x","authorId":"00000000-0000-7000-8000-000000000001"}""", 400)]
    [InlineData("PUT", "/tickets/{id}/status", """{"status":null}""", 400)]
    [InlineData("PUT", "/tickets/{id}/status", """{"status":"a\u0000"}""", 422)]
    [InlineData("PUT", "/tickets/{id}/status", """{"status":"open","reason":"a\u0000"}""", 422)]
    [InlineData("PUT", "/tickets/{id}/assign", """[]""", 400)]
    [InlineData("PUT", "/tickets/{id}/assign", """{"assigneeId":"me"}""", 400)]
    [InlineData("PUT", "/tickets/{id}/escalate", """{"reason":"x","level":99999999999}""", 400)]
    [InlineData("PUT", "/tickets/{id}/escalate", """{"reason":"x","level":4}""", 422)]
    [InlineData("PUT", "/tickets/{id}/escalate", """{"reason":"a\u0000"}""", 422)]
    [InlineData("DELETE", "/tickets/{id}/escalate?reason=%00", null, 422)]
    [InlineData("DELETE", "/tickets/{id}?reason=%00", null, 422)]
    public async Task So_does_a_body_about_part_of_a_ticket(string verb, string path, string? body, int status)
    {
        var id = (await desk.Tenant.Manager.NewTicket()).ToString();
        var reply = await desk.Tenant.Manager.Send(new HttpMethod(verb), path.Replace("{id}", id, StringComparison.Ordinal), body);
        Assert.True(reply.Status == status, $"{verb} {path} {body} answered {reply.Status}: {reply.Text}");
    }

    [Theory]
    [InlineData("\"99999999999999999999\"", 400)]
    [InlineData("W/\"1\"", 400)]
    [InlineData("1", 400)]
    [InlineData("\"1\", \"2\"", 400)]
    [InlineData("\"2\"", 412)]
    [InlineData("*", 200)]
    public async Task If_Match_is_one_ETag(string header, int status)
    {
        var id = await desk.Tenant.Agent.NewTicket();
        (await desk.Tenant.Agent.Patch($"/tickets/{id}", new { subject = "changed" }, ("If-Match", header))).Expect(status);
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    public async Task Only_json_is_taken_where_json_is_asked_for(string contentType, int status)
    {
        foreach (var (verb, path) in new[] { ("POST", "/tickets"), ("PATCH", $"/tickets/{await desk.Tenant.Agent.NewTicket()}") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(verb), "/api/v1" + path) { Content = new ByteArrayContent("{\"subject\":\"x\"}"u8.ToArray()) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            using var response = await desk.Tenant.Agent.Client.SendAsync(request);
            Assert.Equal(status, (int)response.StatusCode);
        }
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+27 82")]
    [InlineData("@SUM(A1)")]
    [InlineData("-2")]
    [InlineData("|calc")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("'; DROP TABLE tickets; --")]
    [InlineData("Robert \u202e trebor")]
    [InlineData("مرحبا 😀 \u200b")]
    public async Task Sec24_Text_is_stored_as_it_is(string text)
    {
        var ticket = (await desk.Tenant.Agent.Post("/tickets", new { subject = text, description = text, tags = new[] { text.Replace(",", "", StringComparison.Ordinal) } })).Expect(201);
        var read = (await desk.Tenant.Agent.Get($"/tickets/{ticket["id"]}")).Expect(200);
        Assert.Equal((text, text, text.ToLowerInvariant()), (read["subject"], read["description"], read["tags.0"]));
    }
}
