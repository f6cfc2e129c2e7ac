using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

public sealed class OwnAccountTests(Desk desk) : IClassFixture<Desk>
{
    private const string Another = "seven green umbrellas";

    [Fact]
    public async Task Sec37_a_new_password_ends_the_other_sessions_and_the_tokens_at_once()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var other = (await desk.Login(user.Email)).Expect(200);
        var me = await desk.SignedIn(user);
        var token = (await me.Post("/api-tokens", new { name = "script", scopes = new[] { "tickets:read" } })).Expect(201)["token"]!;
        (await desk.Nobody(token).Get("/auth/me")).Expect(200);

        Assert.Equal("wrong_password", (await me.Post("/auth/password", new { currentPassword = "wrong horse", newPassword = Another })).Expect(422)["code"]);
        (await me.Post("/auth/password", new { currentPassword = AccessStories.Password, newPassword = "password123" })).Expect(422);
        (await me.Post("/auth/password", new { currentPassword = AccessStories.Password, newPassword = Another })).Expect(204);

        (await me.Get("/auth/me")).Expect(200);
        (await desk.Nobody(other["accessToken"]!).Get("/auth/me")).Expect(401);
        (await desk.Refresh(other["refreshToken"])).Expect(401);
        (await desk.Nobody(token).Get("/auth/me")).Expect(401);
        (await desk.Login(user.Email)).Expect(401);
        (await desk.Login(user.Email, Another)).Expect(200);
        Assert.Contains("auth.password_changed", await desk.Audited(desk.Tenant.Id, user.Id));
    }

    [Fact]
    public async Task Sec33_wrong_present_passwords_are_limited_with_an_idempotency_key_too()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var me = await desk.SignedIn(user);
        var replies = await Task.WhenAll(Enumerable.Range(0, 14).Select(i =>
            me.Post("/auth/password", new { currentPassword = $"wrong horse {i}", newPassword = Another }, ("Idempotency-Key", $"try-{i}"))));
        Assert.Equal(10, replies.Count(r => r.Status == 422));
        Assert.Equal(4, replies.Count(r => r.Status == 429));
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_after_the_password_and_each_code_counts_once()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var me = await desk.SignedIn(user);
        (await me.Post("/auth/totp/confirm", new { code = "123456" })).Expect(409);
        var setup = (await me.Post("/auth/totp/setup")).Expect(200);
        Assert.StartsWith("otpauth://totp/Deskhand:", setup["uri"], StringComparison.Ordinal);
        // pending: not yet asked for
        (await desk.Login(user.Email)).Expect(200);
        Assert.True(Base32.TryDecode(setup["secret"], out var secret));
        (await me.Post("/auth/totp/confirm", new { code = "000000" })).Expect(422);
        (await me.Post("/auth/totp/confirm", new { code = Totp.CodeAt(secret, DateTimeOffset.UtcNow) })).Expect(204);
        (await me.Post("/auth/totp/setup")).Expect(409);

        Assert.Equal("invalid_credentials", (await desk.Login(user.Email, "wrong horse at noon")).Expect(401)["code"]);
        Assert.Equal("totp_required", (await desk.Login(user.Email)).Expect(401)["code"]);
        var next = Totp.CodeAt(secret, DateTimeOffset.UtcNow.AddSeconds(30));
        var both = await Task.WhenAll(desk.Login(user.Email, totp: next), desk.Login(user.Email, totp: next));
        Assert.Single(both, r => r.Status == 200);
        Assert.Equal("invalid_totp", both.Single(r => r.Status == 401)["code"]);
        Assert.True((await me.Get("/auth/me")).Expect(200).At("totpEnabled")!.GetValue<bool>());

        (await me.Send(HttpMethod.Delete, "/auth/totp", new { password = "wrong horse" })).Expect(422);
        (await me.Send(HttpMethod.Delete, "/auth/totp", new { password = AccessStories.Password })).Expect(204);
        (await desk.Login(user.Email)).Expect(200);
        Assert.Contains("auth.totp_disabled", await desk.Audited(desk.Tenant.Id, user.Id));
    }

    [Fact]
    public async Task Sec33_codes_are_limited_as_passwords_are()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var me = await desk.SignedIn(user);
        var setup = (await me.Post("/auth/totp/setup")).Expect(200);
        Assert.True(Base32.TryDecode(setup["secret"], out var secret));
        (await me.Post("/auth/totp/confirm", new { code = Totp.CodeAt(secret, DateTimeOffset.UtcNow) })).Expect(204);
        var replies = new List<int>();
        for (var i = 0; i < 12; i++)
        {
            // asking without a code is no failure, and forgives none
            await desk.Login(user.Email);
            replies.Add((await desk.Login(user.Email, totp: $"00000{i % 10}")).Status);
        }

        Assert.Equal(10, replies.Count(s => s == 401));
        Assert.Equal([429, 429], replies[10..]);

        (await desk.Tenant.Admin.Delete($"/users/{user.Id}/totp")).Expect(204);
        (await me.Get("/auth/me")).Expect(401);
    }

    [Fact]
    public async Task An_api_token_cannot_change_the_account_behind_it()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var me = await desk.SignedIn(user);
        var token = desk.Nobody((await me.Post("/api-tokens", new { name = "script", scopes = new[] { "tickets:read" } })).Expect(201)["token"]!);
        foreach (var refused in new[]
        {
            await token.Post("/api-tokens", new { name = "more", scopes = new[] { "tickets:read" } }),
            await token.Post("/auth/password", new { currentPassword = AccessStories.Password, newPassword = Another }),
            await token.Post("/auth/totp/setup"),
            await token.Send(HttpMethod.Delete, "/auth/totp", new { password = AccessStories.Password }),
            await token.Get("/auth/sessions"),
            await token.Post("/auth/logout"),
        })
            Assert.Equal("session_required", refused.Expect(403)["code"]);
        Assert.Equal(["tickets:read"], (await token.Get("/auth/me")).Expect(200).At("permissions")!.AsArray().Select(p => p!.ToString()));
        (await token.Post("/tickets", new { subject = "No" })).Expect(403);
    }
}
