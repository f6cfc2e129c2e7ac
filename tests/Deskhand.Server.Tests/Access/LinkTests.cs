using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

/// <summary>A desk that is reached under a public address.</summary>
public sealed class PublicDesk : Desk
{
    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_PUBLIC_URL"] = "https://desk.acme.example/support/" };
}

public sealed class LinkTests(PublicDesk desk) : IClassFixture<PublicDesk>
{
    [Fact]
    public async Task An_invited_user_sets_a_first_password_by_a_link_that_is_good_once()
    {
        var user = (await desk.Tenant.Admin.Post("/users", new { email = $"{Guid.NewGuid():N}@acme.example", name = "Invited" })).Expect(201);
        var link = (await desk.Tenant.Admin.Post($"/users/{user["id"]}/invite")).Expect(200)["link"]!;
        var newer = (await desk.Tenant.Admin.Post($"/users/{user["id"]}/invite")).Expect(200)["link"]!;
        (await Accept(link)).Expect(422);
        Assert.Contains("password", (await Accept(newer, "password12")).Expect(422).At("errors")!.AsObject().Select(e => e.Key));

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Accept(newer)));
        Assert.Single(replies, r => r.Status == 204);
        Assert.All(replies.Where(r => r.Status != 204), r => Assert.Equal("invalid_token", r.Expect(422)["code"]));
        var me = (await desk.Login(user["email"]!)).Expect(200);
        Assert.Equal("Nomsa Dlamini", me["user.name"]);
        Assert.Equal("already_joined", (await desk.Tenant.Admin.Post($"/users/{user["id"]}/invite")).Expect(409)["code"]);

        Task<Reply> Accept(string link, string password = AccessStories.Password) =>
            desk.Nobody().Post("/auth/invitation/accept", new { token = Token(link), password, name = "Nomsa Dlamini" });
    }

    [Fact]
    public async Task Sec34_links_begin_with_the_configured_address_whatever_the_request_says()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var reply = await desk.Tenant.Admin.Post($"/users/{user.Id}/reset-link", null,
            ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"), ("Forwarded", "host=evil.example"));
        Assert.StartsWith("https://desk.acme.example/support/reset-password#", reply.Expect(200)["link"], StringComparison.Ordinal);
        Assert.DoesNotContain("evil", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sec37_a_reset_ends_everything_and_opens_a_locked_account()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var me = await desk.SignedIn(user);
        for (var i = 0; i < 10; i++) await desk.Login(user.Email, "wrong horse at noon");
        (await desk.Login(user.Email)).Expect(429);
        var link = (await desk.Tenant.Admin.Post($"/users/{user.Id}/reset-link")).Expect(200)["link"]!;
        (await desk.Nobody().Post("/auth/invitation/accept", new { token = Token(link), password = "seven green umbrellas" })).Expect(422);
        (await desk.Nobody().Post("/auth/password/reset", new { token = Token(link), password = "seven green umbrellas" })).Expect(204);
        (await me.Get("/auth/me")).Expect(401);
        (await desk.Login(user.Email, "seven green umbrellas")).Expect(200);
        (await desk.Nobody().Post("/auth/password/reset", new { token = "nonsense", password = "seven green umbrellas" })).Expect(422);
    }

    [Fact]
    public async Task Sec36_who_forgot_a_password_gets_the_same_answer_known_or_not_and_the_request_is_noted()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var known = (await desk.Nobody().Post("/auth/password/forgot", new { email = user.Email })).Expect(202);
        var unknown = (await desk.Nobody().Post("/auth/password/forgot", new { email = "nobody@acme.example" })).Expect(202);
        Assert.Equal(known.Text, unknown.Text);
        for (var i = 0; i < 100 && !(await desk.Audited(desk.Tenant.Id, user.Id)).Contains("auth.password_forgotten"); i++) await Task.Delay(50);
        Assert.Contains("auth.password_forgotten", await desk.Audited(desk.Tenant.Id, user.Id));
    }

    [Fact]
    public async Task A_token_that_may_manage_users_reaches_nobody_above_itself()
    {
        var admin = await desk.NewAccount(desk.Tenant, Role.Admin);
        var token = desk.Nobody((await (await desk.SignedIn(admin)).Post("/api-tokens", new { name = "hr", scopes = new[] { "users:manage", "users:read" } })).Expect(201)["token"]!);
        Assert.Equal("role_too_high", (await token.Post($"/users/{desk.Tenant.Agent.UserId}/reset-link")).Expect(403)["code"]);
        (await token.Patch($"/users/{admin.Id}", new { name = "Mine" })).Expect(403);
        (await token.Post("/users", new { email = "new@acme.example", name = "New", role = "admin" })).Expect(403);
        (await token.Delete($"/users/{desk.Tenant.Manager.UserId}")).Expect(403);
    }

    private static string Token(string link) => link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..];
}
