using System.Net;
using System.Text;

namespace Deskhand.Server.Tests.Http;

public sealed class ConventionTests(Desk desk) : IClassFixture<Desk>
{
    public static TheoryData<string, int, string> Bodies => new()
    {
        { "", 400, "malformed" },
        { "{", 400, "malformed" },
        { "null", 400, "malformed" },
        { "[]", 400, "malformed" },
        { "\"text\"", 400, "malformed" },
        { "{}", 400, "malformed" },
        { """{"subject":null}""", 400, "malformed" },
        { """{"subject":1}""", 400, "malformed" },
        { """{"subject":{"a":1}}""", 400, "malformed" },
        { """{"subject":"a","subject":"b"}""", 400, "malformed" },
        { """{"subject":"a","priority":"hot"}""", 400, "malformed" },
        { """{"subject":"a","priority":3}""", 400, "malformed" },
        { """{"subject":"a","tags":"vip"}""", 400, "malformed" },
        { """{"subject":"a","tags":[1]}""", 400, "malformed" },
        { """{"subject":"a","tags":[null]}""", 400, "malformed" },
        { """{"subject":"a","customerId":"7"}""", 400, "malformed" },
        { """{"subject":"a","dueAt":"tomorrow"}""", 400, "malformed" },
        { """{"subject":"a","dueAt":"2026-13-01T00:00:00Z"}""", 400, "malformed" },
        { """{"subject":"a","dueAt":"2026-12-01T00:00:00"}""", 400, "malformed" },
        { """{"subject":"a","customFields":[]}""", 400, "malformed" },
        { """{"subject":"a","customFields":{"none":1}}""", 422, "invalid" },
        { """{"subject":"a","tenantId":"x"}""", 400, "unknown_member" },
        { """{"subject":"a","createdAt":"2026-01-01T00:00:00Z"}""", 400, "unknown_member" },
        { """{"subject":"a","Subject":"b"}""", 400, "unknown_member" },
        { """{"subject":"a","__proto__":{}}""", 400, "unknown_member" },
        { """{"subject":"   "}""", 422, "invalid" },
        { """{"subject":"two\r\nlines"}""", 422, "invalid" },
        { """{"subject":"nul \u0000"}""", 422, "invalid" },
        { """{"subject":"a","description":"nul \u0000"}""", 422, "invalid" },
        { """{"subject":"a","category":"none"}""", 422, "invalid" },
        { """{"subject":"a","customerId":"00000000-0000-0000-0000-000000000000"}""", 404, "customer_not_found" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Bad_input_is_told_what_is_wrong_and_never_breaks_the_server(string body, int status, string code)
    {
        var reply = await desk.Tenant.Agent.Post("/tickets", body);

        Assert.True(reply.Status == status && reply["code"] == code, $"{body}: {reply.Status} {reply.Text}");
        Assert.NotNull(reply["traceId"]);
        Assert.DoesNotContain("Deskhand.", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lone_surrogates_and_bytes_that_are_no_text_are_refused()
    {
        Assert.InRange((await desk.Tenant.Agent.Post("/tickets", """{"subject":"\ud800"}""")).Status, 400, 422);
        using var content = new ByteArrayContent([.. "{\"subject\":\""u8, 0xff, 0xfe, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        using var answer = await desk.Tenant.Agent.Client.PostAsync(new Uri("/api/v1/tickets", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_too_deep_or_of_another_type_is_refused()
    {
        var agent = desk.Tenant.Agent;
        foreach (var size in new[] { 1_100_000, 40_000_000 })
            Assert.Equal("too_large", (await agent.Post("/tickets", $$"""{"subject":"a","description":"{{new string('x', size)}}"}""")).Expect(413)["code"]);
        (await agent.Post("/tickets", "{\"subject\":\"a\",\"customFields\":" + string.Concat(Enumerable.Repeat("{\"a\":", 50)) + "1" + new string('}', 50) + "}")).Expect(400);
        using var form = new StringContent("subject=a", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await agent.Client.PostAsync(new Uri("/api/v1/tickets", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/tickets/99999999999999999999")]
    [InlineData("/tickets/-1")]
    [InlineData("/tickets/%00")]
    [InlineData("/tickets/%ff%fe")]
    [InlineData("/tickets/'%20OR%201=1--")]
    [InlineData("/tickets/TICKET-2026-999999")]
    [InlineData("/tickets/00000000-0000-0000-0000-000000000000/history")]
    [InlineData("/comments/nothing")]
    [InlineData("/nothing/at/all")]
    public async Task What_names_nothing_answers_404(string path) =>
        Assert.True((await desk.Tenant.Agent.Get(path)).Status is 404 or 400 or 405);

    [Theory]
    [InlineData("page=0")]
    [InlineData("page=-1")]
    [InlineData("page=1.5")]
    [InlineData("page=99999999999")]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=ten")]
    [InlineData("cursor=AAAA")]
    [InlineData("cursor=%00")]
    [InlineData("cursor=WyItdXBkYXRlZEF0IiwieCIsInkiXQ")]
    [InlineData("cursor=x&page=2")]
    [InlineData("sort=subject")]
    [InlineData("sort=-updatedAt,id")]
    [InlineData("sort=-updatedAt,")]
    [InlineData("sort=,-updatedAt")]
    [InlineData("sort=-updatedAt,updatedAt")]
    [InlineData("sort=-updatedAt,dueAt")]
    [InlineData("sort=priority,createdAt")]
    [InlineData("sort=-priority,updatedAt")]
    [InlineData("sort=-updatedAt,priority,-priority")]
    [InlineData("status=nothing")]
    [InlineData("priority=9")]
    [InlineData("assignee=you")]
    [InlineData("customerId=7")]
    [InlineData("createdAfter=yesterday")]
    [InlineData("escalated=maybe")]
    [InlineData("nothing=1")]
    public async Task A_bad_parameter_answers_400_and_names_itself(string query)
    {
        var reply = (await desk.Tenant.Agent.Get("/tickets?" + query)).Expect(400);
        Assert.Contains(query.Split('=')[0], reply.At("errors")!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task Sec32_Of_two_writes_with_one_ETag_the_second_is_stale()
    {
        var agent = desk.Tenant.Agent;
        var id = await agent.NewTicket();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => agent.Patch($"/tickets/{id}", new { subject = $"Write {i}" }, ("If-Match", "\"1\""))));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal("stale_version", a.Expect(412)["code"]));
        Assert.Equal("2", (await agent.Get($"/tickets/{id}"))["version"]);
    }

    [Fact]
    public async Task Sec32_Without_an_ETag_parallel_changes_of_different_fields_are_all_kept()
    {
        var agent = desk.Tenant.Agent;
        var id = await agent.NewTicket();
        object[] patches = [new { subject = "New words" }, new { priority = "urgent" }, new { tags = new[] { "a" } }, new { type = "incident" }, new { category = "billing" }, new { externalId = $"ext-{id}" }];
        var answers = await Task.WhenAll(patches.Select(p => agent.Patch($"/tickets/{id}", p)));

        Assert.All(answers, a => a.Expect(200));
        var ticket = await agent.Get($"/tickets/{id}");
        Assert.Equal("New words urgent a incident billing", $"{ticket["subject"]} {ticket["priority"]} {ticket["tags.0"]} {ticket["type"]} {ticket["category"]}");
        Assert.Equal("7", ticket["version"]);
        Assert.Equal(6, await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(*) FROM events WHERE entity_id = '{id}' AND type = 'ticket.updated'"));
    }

    [Fact]
    public async Task A_read_with_the_present_ETag_answers_304_and_a_patch_that_changes_nothing_publishes_nothing()
    {
        var agent = desk.Tenant.Agent;
        var id = await agent.NewTicket("Same");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/tickets/{id}") { Headers = { { "If-None-Match", "\"1\"" } } };
        using var answer = await agent.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);

        Assert.Equal("1", (await agent.Patch($"/tickets/{id}", new { subject = "Same" })).Expect(200)["version"]);
        Assert.Equal(1, await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(*) FROM events WHERE entity_id = '{id}'"));
    }

    [Fact]
    public async Task Null_in_a_patch_takes_a_value_away_and_a_missing_member_leaves_it()
    {
        var agent = desk.Tenant.Agent;
        var id = await agent.NewTicket("With a date", new { dueAt = "2027-01-01T00:00:00Z", tags = new[] { "x" } });

        var patched = (await agent.Patch($"/tickets/{id}", """{"dueAt":null}""")).Expect(200);

        Assert.Null(patched["dueAt"]);
        Assert.Equal("x", patched["tags.0"]);
        Assert.Equal(400, (await agent.Patch($"/tickets/{id}", """{"subject":null}""")).Status);
        Assert.Equal(400, (await agent.Patch($"/tickets/{id}", "[]")).Status);
        Assert.Equal("unknown_member", (await agent.Patch($"/tickets/{id}", """{"status":"open"}""")).Expect(400)["code"]);
    }

    [Fact]
    public async Task Sec08_Answers_to_a_signed_in_caller_are_private()
    {
        var reply = await desk.Tenant.Agent.Get("/tickets");
        Assert.True(reply.Headers.CacheControl!.Private);
    }

    [Fact]
    public async Task Sec35_A_browser_page_of_an_origin_that_is_not_configured_gets_no_permission()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/tickets") { Headers = { { "Origin", "https://evil.example" }, { "Access-Control-Request-Method", "GET" } } };
        using var answer = await desk.Tenant.Agent.Client.SendAsync(request);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Sec40_Health_in_parts_needs_the_permission_and_the_short_forms_tell_nothing()
    {
        using var stranger = desk.Client();
        Assert.Equal("live", await stranger.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        Assert.Equal("ready", await stranger.GetStringAsync(new Uri("/health/ready", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode);
        Assert.Equal(403, (await desk.Tenant.Agent.Get("/health")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await desk.Tenant.Agent.Client.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode);
        Assert.Equal("up", (await desk.Tenant.Admin.Get("/health")).Expect(200)["components.database.status"]);
    }
}
