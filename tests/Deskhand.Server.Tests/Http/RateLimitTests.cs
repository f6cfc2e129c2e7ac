namespace Deskhand.Server.Tests.Http;

public sealed class RateLimitTests(RateLimitTests.Limited desk) : IClassFixture<RateLimitTests.Limited>
{
    [Fact]
    public async Task Sec33_A_caller_who_asks_too_often_is_told_to_wait_and_others_are_not()
    {
        var replies = new List<Reply>();
        for (var i = 0; i < 40; i++) replies.Add(await desk.Tenant.Agent.Post("/tickets", new { subject = "again" }));

        var refused = replies.First(r => r.Status == 429);
        Assert.Equal("too_many_requests", refused["code"]);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("30", replies[0].Headers.GetValues("RateLimit-Limit").Single());
        Assert.Equal("29", replies[0].Headers.GetValues("RateLimit-Remaining").Single());
        Assert.Equal(201, (await desk.Tenant.Manager.Post("/tickets", new { subject = "another caller" })).Status);
        Assert.Equal(200, (await desk.Tenant.Agent.Get("/tickets")).Status);
    }

    [Fact]
    public async Task Sec33_Many_callers_of_one_tenant_leave_the_others_their_room()
    {
        // a tenant gets twenty times as much as one caller
        var crowd = await desk.NewTenant("crowd");
        var people = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => desk.NewPerson(crowd, Deskhand.Access.Role.Agent)));
        var replies = new List<Reply>();
        for (var i = 0; i < 29; i++) replies.AddRange(await Task.WhenAll(people.Select(p => p.Post("/tickets", new { subject = "" }))));

        // a minute's room fills up again while it is used
        Assert.InRange(replies.Count(r => r.Status == 429), 1, 270);
        Assert.All(replies, r => Assert.Contains(r.Status, (int[])[422, 429]));
        (await desk.Foreign.Agent.Post("/tickets", new { subject = "Another tenant" })).Expect(201);
    }

    public sealed class Limited : Desk
    {
        protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_RATE_LIMIT"] = "30" };
    }
}

public sealed class FailedCredentialTests(FailedCredentialTests.Limited desk) : IClassFixture<FailedCredentialTests.Limited>
{
    [Fact]
    public async Task Sec33_A_flood_of_guessed_tokens_is_held_up_and_those_who_are_known_are_not()
    {
        (await desk.Tenant.Agent.Get("/tickets")).Expect(200);
        var answers = new List<System.Net.HttpStatusCode>();
        for (var i = 0; i < 20; i++)
        {
            using var guesser = desk.Client($"dh_{Guid.NewGuid():N}");
            using var reply = await guesser.GetAsync(new Uri("/api/v1/tickets", UriKind.Relative));
            answers.Add(reply.StatusCode);
        }

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, answers[0]);
        Assert.Contains(System.Net.HttpStatusCode.TooManyRequests, answers);
        (await desk.Tenant.Agent.Get("/tickets")).Expect(200);
    }

    public sealed class Limited : Desk
    {
        protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_RATE_LIMIT"] = "100" };
    }
}
