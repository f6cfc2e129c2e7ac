using Deskhand.Data;

namespace Deskhand.Server.Tests.Http;

public sealed class IdempotencyTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Sec31_The_same_key_and_body_give_the_stored_answer_and_one_effect()
    {
        var agent = desk.Tenant.Agent;
        var first = (await agent.Post("/tickets", new { subject = "Once" }, ("Idempotency-Key", "k-1"))).Expect(201);
        var second = (await agent.Post("/tickets", new { subject = "Once" }, ("Idempotency-Key", "k-1"))).Expect(201);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Headers.ETag, second.Headers.ETag);
        Assert.Contains("Idempotency-Replayed", second.Headers.Select(h => h.Key));
        Assert.Equal(1, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM tickets WHERE subject = 'Once'"));
        Assert.Equal(1, await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(*) FROM events WHERE entity_id = '{first["id"]}'"));
    }

    [Fact]
    public async Task Sec31_The_same_key_with_another_body_or_address_is_refused()
    {
        var agent = desk.Tenant.Agent;
        var id = await agent.NewTicket();
        (await agent.Post("/tickets", new { subject = "One" }, ("Idempotency-Key", "k-2"))).Expect(201);

        Assert.Equal("idempotency_key_reused", (await agent.Post("/tickets", new { subject = "Two" }, ("Idempotency-Key", "k-2"))).Expect(409)["code"]);
        Assert.Equal("idempotency_key_reused", (await agent.Post($"/tickets/{id}/comments", new { body = "One" }, ("Idempotency-Key", "k-2"))).Expect(409)["code"]);
    }

    [Fact]
    public async Task Sec31_Eight_identical_posts_at_once_make_one_ticket_and_eight_equal_answers()
    {
        var agent = desk.Tenant.Agent;
        for (var round = 0; round < 5; round++)
        {
            var subject = $"Eight at once {round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => agent.Post("/tickets", new { subject }, ("Idempotency-Key", $"eight-{round}"))));

            Assert.All(answers, a => a.Expect(201));
            Assert.Single(answers.Select(a => a.Text).Distinct(StringComparer.Ordinal));
            Assert.Equal(1, await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(*) FROM tickets WHERE subject = '{subject}'"));
        }
    }

    [Fact]
    public async Task Sec31_A_refused_request_leaves_nothing_and_may_be_sent_again_with_its_key()
    {
        var agent = desk.Tenant.Agent;
        var before = await desk.Scalar<long>(desk.Tenant.Id, "SELECT coalesce(max(n), 0) FROM counters WHERE name = 'number'");
        var refused = (await agent.Post("/tickets", new { subject = "Kept", category = "no such" }, ("Idempotency-Key", "k-3"))).Expect(422);
        Assert.Contains("category", refused.At("errors")!.AsObject().Select(e => e.Key));
        Assert.Equal(before, await desk.Scalar<long>(desk.Tenant.Id, "SELECT coalesce(max(n), 0) FROM counters WHERE name = 'number'"));

        (await agent.Post("/tickets", new { subject = "Kept" }, ("Idempotency-Key", "k-3"))).Expect(201);
    }

    [Fact]
    public async Task A_key_is_its_callers_own()
    {
        var a = (await desk.Tenant.Agent.Post("/tickets", new { subject = "Mine" }, ("Idempotency-Key", "shared"))).Expect(201);
        var b = (await desk.Tenant.Manager.Post("/tickets", new { subject = "Mine" }, ("Idempotency-Key", "shared"))).Expect(201);
        var c = (await desk.Foreign.Agent.Post("/tickets", new { subject = "Mine" }, ("Idempotency-Key", "shared"))).Expect(201);

        Assert.Equal(3, new[] { a["id"], b["id"], c["id"] }.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_key_is_good_for_a_day_and_then_for_something_new()
    {
        var agent = desk.Tenant.Agent;
        (await agent.Post("/tickets", new { subject = "Yesterday" }, ("Idempotency-Key", "old"))).Expect(201);
        await using (var session = desk.Database.For(desk.Tenant.Id))
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'old'", CancellationToken.None);
                return default(Nothing);
            }, CancellationToken.None);

        (await agent.Post("/tickets", new { subject = "Today" }, ("Idempotency-Key", "old"))).Expect(201);
    }

    [Fact]
    public async Task Sec39_An_answer_with_a_secret_is_given_once_and_kept_nowhere()
    {
        var agent = desk.Tenant.Agent;
        var made = (await agent.Post("/api-tokens", new { name = "Once", scopes = new[] { "tickets:read" } }, ("Idempotency-Key", "secret-1"))).Expect(201);
        var again = (await agent.Post("/api-tokens", new { name = "Once", scopes = new[] { "tickets:read" } }, ("Idempotency-Key", "secret-1"))).Expect(409);

        Assert.Equal("answer_not_kept", again["code"]);
        Assert.Equal("idempotency_key_reused", (await agent.Post("/api-tokens", new { name = "Another", scopes = new[] { "tickets:read" } }, ("Idempotency-Key", "secret-1"))).Expect(409)["code"]);
        Assert.Equal(1, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM api_tokens WHERE name = 'Once'"));
        Assert.Equal(0, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM idempotency_keys k WHERE strpos(k::text, $1) > 0", Rows.P(made["token"]!)));
        Assert.Equal(201, await desk.Scalar<int>(desk.Tenant.Id, "SELECT status FROM idempotency_keys WHERE key = 'secret-1' AND body IS NULL"));
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused()
    {
        Assert.Equal(400, (await desk.Tenant.Agent.Post("/tickets", new { subject = "x" }, ("Idempotency-Key", "with space"))).Status);
        Assert.Equal(400, (await desk.Tenant.Agent.Post("/tickets", new { subject = "x" }, ("Idempotency-Key", new string('k', 256)))).Status);
    }
}
