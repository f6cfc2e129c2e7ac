using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Deskhand.Data;
using Deskhand.Server.Tests.Outbox;
using Deskhand.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Deskhand.Server.Tests.Webhooks;

/// <summary>Headers of its own that a webhook sends, whose values are secrets.</summary>
public sealed class WebhookHeaderTests(WebhookTestDesk desk) : IClassFixture<WebhookTestDesk>
{
    private const string Token = "tok-5f2c9e\"<\\ükxzw";
    private const string Ascii = "tok-5f2c9e\"<\\&kxzw";

    [Fact]
    public async Task Sec39_Headers_go_with_each_request_and_their_values_are_nowhere_to_be_read()
    {
        await using var receiver = await Receiver.Start();
        var sent = Capture(receiver, echo: true);
        var tenant = await desk.Fresh();
        var made = (await tenant.Admin.Post("/webhooks", new { url = new Uri(receiver.Address, "/in"), events = new[] { "ticket.created" }, headers = Headers(("Authorization", $" Bearer {Ascii}\t"), ("X-Team", "field-kqzw-ops"), ("Expires", "never-kvzw")) })).Expect(201);
        Assert.Equal("""{"Authorization":"***","Expires":"***","X-Team":"***"}""", made.At("headers")!.ToJsonString());
        var id = made["id"];
        await tenant.Agent.NewTicket("With headers");
        await Eventually.Holds(() => Task.FromResult(sent.Count == 1));
        Assert.Equal(($"Bearer {Ascii}", "field-kqzw-ops", "never-kvzw"), (sent.Single()["Authorization"], sent.Single()["X-Team"], sent.Single()["Expires"]));
        Assert.StartsWith("application/json", sent.Single()["Content-Type"], StringComparison.Ordinal);

        // changed one by one: what is not named stays, what is null goes
        var patched = (await tenant.Admin.Patch($"/webhooks/{id}", new { headers = new Dictionary<string, string?>(StringComparer.Ordinal) { ["X-Team"] = "other-kqxw-ops", ["Expires"] = null } })).Expect(200);
        Assert.Equal(("""{"Authorization":"***","X-Team":"***"}""", "2"), (patched.At("headers")!.ToJsonString(), patched["version"]));
        // what was read can be written back
        (await tenant.Admin.Put($"/webhooks/{id}", new { url = new Uri(receiver.Address, "/other"), events = new[] { "ticket.created" }, headers = Headers(("authorization", "***"), ("X-Team", "***")) })).Expect(200);
        await tenant.Agent.NewTicket("Once more");
        await Eventually.Holds(() => Task.FromResult(sent.Count == 2));
        Assert.Equal(($"Bearer {Ascii}", "other-kqxw-ops", null), (sent.Last()["Authorization"], sent.Last()["X-Team"], sent.Last().GetValueOrDefault("Expires")));
        // the same again is a change all the same, since nobody can tell; as it is, is none
        Assert.Equal("4", (await tenant.Admin.Patch($"/webhooks/{id}", new { headers = Headers(("X-Team", "other-kqxw-ops")) })).Expect(200)["version"]);
        Assert.Equal("4", (await tenant.Admin.Patch($"/webhooks/{id}", new { headers = Headers(("X-Team", "***")) })).Expect(200)["version"]);

        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/deliveries?state=delivered")).Expect(200)["pagination.total"] == "2");
        Assert.Equal("""You sent *** and {"a":"***"} and *** end""", (await tenant.Admin.Get($"/webhooks/{id}/attempts")).Expect(200)["data.0.responseBody"]);
        await Eventually.Holds(async () => (await tenant.Admin.Get("/events?entityType=webhook")).Expect(200).At("data")!.AsArray().Count == 4);
        var shown = new List<string> { made.Text, patched.Text };
        foreach (var path in new[] { "/webhooks", $"/webhooks/{id}", $"/webhooks/{id}/attempts", $"/webhooks/{id}/deliveries", $"/webhooks/{id}/status", "/events?limit=100", "/audit-log?limit=100" })
            shown.Add((await tenant.Admin.Get(path)).Expect(200).Text);
        shown.Add(await desk.Scalar<string>(tenant.Id, "SELECT string_agg(to_jsonb(h)::text, ' ') FROM history h WHERE entity_type = 'webhook'"));
        shown.Add(await desk.Scalar<string>(tenant.Id, "SELECT string_agg(to_jsonb(w)::text || (SELECT string_agg(to_jsonb(a)::text, ' ') FROM webhook_attempts a), ' ') FROM webhooks w"));
        Assert.Contains("\"headers\"", shown[^2], StringComparison.Ordinal);
        foreach (var text in shown)
            // letters that no id has, for any four digits are somewhere in those
            foreach (var part in new[] { "tok-5f2c9e", "kxzw", "kqzw", "kqxw", "kvzw", Convert.ToBase64String(Encoding.ASCII.GetBytes(Ascii))[..12] })
                Assert.DoesNotContain(part, text, StringComparison.Ordinal);

        (await tenant.Admin.Delete($"/webhooks/{id}")).Expect(204);
        Assert.Equal("{}", await desk.Scalar<string>(tenant.Id, "SELECT headers::text FROM webhooks"));
    }

    [Fact]
    public async Task Sec29_What_would_break_the_request_or_tell_a_value_to_another_host_is_refused_by_its_member()
    {
        var admin = (await desk.Fresh()).Admin;
        var id = (await admin.Post("/webhooks", new { url = "https://hooks.example.com/in", enabled = false, headers = Headers(("X-Key", "value-1")) })).Expect(201)["id"];
        foreach (var headers in new object[]
        {
            Headers(("Host", "evil.example")), Headers(("Content-Length", "0")), Headers(("webhook-signature", "v1,x")), Headers(("X-Key", "a\r\nHost: evil.example")), Headers(("X-Key\r\n", "a")),
            Headers(("X-Key", "")), Headers(("X-Key", Token)), Headers(("X-Key", "a"), ("x-key", "b")), Headers(("X-New", "***")), Headers([.. Enumerable.Range(0, 11).Select(i => ($"X-{i}", "x"))]),
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["X-Key"] = null },
        })
        {
            var reply = (await admin.Put($"/webhooks/{id}", new { url = "https://hooks.example.com/in", enabled = false, headers })).Expect(422);
            Assert.NotNull(reply.At("errors.headers"));
        }

        foreach (var body in new[] { """{"headers":["X-Key: a"]}""", """{"headers":"X-Key: a"}""", """{"headers":{"X-Key":7}}""", """{"headers":{"X-Key":{"a":"b"}}}""", """{"headers":{"X-Key":"a","X-Key":"b"}}""" })
            (await admin.Patch($"/webhooks/{id}", body)).Expect(400);
        Assert.NotNull((await admin.Patch($"/webhooks/{id}", new { url = "https://evil.example/in" })).Expect(422).At("errors.headers"));
        Assert.Equal("https://evil.example/in", (await admin.Patch($"/webhooks/{id}", new { url = "https://evil.example/in", headers = Headers(("X-Key", "anew")) })).Expect(200)["url"]);
        Assert.Equal("{}", (await admin.Patch($"/webhooks/{id}", """{"url":"https://hooks.example.com/in","headers":null}""")).Expect(200).At("headers")!.ToJsonString());
        // two keys that a language may hold for one are two
        (await admin.Post("/webhooks", """{"url":"https://hooks.example.com/","headers":{"X-A":"1","X-\u00adA":"2"}}""")).Expect(422);
    }

    [Fact]
    public async Task Headers_that_two_set_at_the_same_time_are_both_there()
    {
        await using var receiver = await Receiver.Start();
        var sent = Capture(receiver, echo: false);
        var tenant = await desk.Fresh();
        var (id, _) = await receiver.Subscribe(tenant.Admin, "/in", "ticket.created");
        foreach (var reply in await Task.WhenAll(Enumerable.Range(0, 8).Select(i => tenant.Admin.Patch($"/webhooks/{id}", new { headers = Headers(($"X-{i}", $"value-{i}")) })))) reply.Expect(200);
        Assert.Equal("9", (await tenant.Admin.Get($"/webhooks/{id}")).Expect(200)["version"]);
        await tenant.Agent.NewTicket();
        await Eventually.Holds(() => Task.FromResult(sent.Count == 1));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"value-{i}"), Enumerable.Range(0, 8).Select(i => sent.Single()[$"X-{i}"]));
    }

    [Fact]
    public async Task With_headers_that_cannot_be_opened_nothing_is_sent_the_attempt_says_so_and_new_values_mend_it()
    {
        await using var receiver = await Receiver.Start();
        var sent = Capture(receiver, echo: false);
        var tenant = await desk.Fresh();
        var id = (await tenant.Admin.Post("/webhooks", new { url = new Uri(receiver.Address, "/in"), events = new[] { "ticket.created" }, headers = Headers(("X-Key", "value-1")) })).Expect(201)["id"];
        // sealed for another webhook
        await using (var session = desk.Database.For(tenant.Id))
            await session.Transact<int>(async () => await session.Execute("UPDATE webhooks SET headers = jsonb_build_object('X-Key', encode(decode(repeat('ab', 60), 'hex'), 'base64')) WHERE tenant_id = $1", CancellationToken.None, Rows.P(tenant.Id)), CancellationToken.None);
        await tenant.Agent.NewTicket("Sealed");
        await Eventually.Holds(async () => (await tenant.Admin.Get($"/webhooks/{id}/attempts?failed=true")).Expect(200).Text.Contains("give their values again", StringComparison.Ordinal));
        Assert.Empty(receiver.Got);
        (await tenant.Admin.Patch($"/webhooks/{id}", new { headers = Headers(("X-Key", "value-2")) })).Expect(200);
        await Eventually.Holds(() => Task.FromResult(sent.Count == 1));
        Assert.Equal("value-2", sent.Single()["X-Key"]);
    }

    [Theory]
    [InlineData("It was Bearer abcdefgh-1 indeed", false, "It was *** indeed")]
    [InlineData("abcdefgh-1 is no good", false, "*** is no good")]
    [InlineData("Bearer", false, "Bearer")]
    [InlineData("{\"x\":\"a\\\"b\"}", false, "{\"x\":\"***\"}")]
    [InlineData("{\"x\":\"a\\u0022b\"}", false, "{\"x\":\"***\"}")]
    [InlineData("xxx Bearer abcde", true, "xxx ***")]
    [InlineData("xxx abcdefgh-", true, "xxx ***")]
    [InlineData("xxx abcdefgh-", false, "xxx abcdefgh-")]
    [InlineData("nothing of the kind!", true, "nothing of the kind!")]
    public void Sec39_What_an_endpoint_repeats_is_taken_out_of_what_is_kept(string answer, bool isCut, string kept) =>
        Assert.Equal(kept, WebhookHeaders.Scrub(answer, isCut, [KeyValuePair.Create("Authorization", "Bearer abcdefgh-1"), KeyValuePair.Create("X-Key", "a\"b")]));

    [Fact]
    public void Sec39_However_often_a_long_value_is_repeated_and_wherever_the_answer_is_cut_nothing_of_it_is_kept()
    {
        var value = string.Concat(Enumerable.Range(0, 250).Select(i => $"{i:D4}"));
        var endless = string.Concat(Enumerable.Repeat(value, 5));
        for (var cut = 1; cut <= 4000; cut += 37)
        {
            var kept = WebhookHeaders.Scrub(endless[..cut], isCut: true, [KeyValuePair.Create("X-Key", value)]);
            Assert.True(kept.Length > 0 && kept.All(c => c == '*'), $"{cut}: {kept}");
        }
    }

    private static Dictionary<string, string> Headers(params (string Name, string Value)[] headers) => headers.ToDictionary(h => h.Name, h => h.Value, StringComparer.Ordinal);

    /// <summary>The headers of each request; the receiver tells the first of them back when it shall.</summary>
    private static ConcurrentQueue<ImmutableDictionary<string, string>> Capture(Receiver receiver, bool echo)
    {
        var sent = new ConcurrentQueue<ImmutableDictionary<string, string>>();
        receiver.Answers = (context, _) =>
        {
            sent.Enqueue(context.Request.Headers.ToImmutableDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            var authorization = context.Request.Headers.Authorization.ToString();
            var told = new System.Text.Json.Nodes.JsonObject { ["a"] = authorization };
            return echo ? context.Response.WriteAsync($"You sent {authorization} and {told.ToJsonString()} and {authorization["Bearer ".Length..]} end") : Task.CompletedTask;
        };
        return sent;
    }
}
