using System.Diagnostics;

namespace Deskhand.Server.Tests.Access;

public sealed class SignInTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_right_password_gives_a_token_that_says_who_calls()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var reply = (await desk.Login($"  {user.Email.ToUpperInvariant()} ")).Expect(200);
        Assert.Equal("900", reply["expiresIn"]);
        Assert.Equal(user.Id.ToString(), reply["user.id"]);
        Assert.Equal("agent", reply["user.role"]);
        Assert.Equal("all", reply["user.ticketScope"]);
        Assert.Equal("acme", reply["user.tenant"]);
        Assert.Contains("tickets:create", reply.At("user.permissions")!.AsArray().Select(p => p!.ToString()));

        var person = desk.Nobody(reply["accessToken"]!);
        Assert.Equal(user.Email, (await person.Get("/auth/me")).Expect(200)["email"]);
        (await person.Get("/tickets")).Expect(200);
        Assert.Equal(["user.created", "auth.signed_in"], await desk.Audited(desk.Tenant.Id, user.Id));
    }

    [Fact]
    public async Task Sec36_unknown_wrong_and_inactive_answer_alike_after_the_same_time()
    {
        var known = await desk.NewAccount(desk.Tenant);
        var invited = await desk.NewAccount(desk.Tenant, password: null);
        var (knownTimes, unknownTimes) = (new List<double>(), new List<double>());
        var bodies = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 6; i++)
        {
            await Try(known.Email, knownTimes);
            await Try($"nobody{i}@acme.example", unknownTimes);
        }

        await Try(invited.Email, []);
        await Try("not an address\0", []);
        Assert.Single(bodies);
        var (one, other) = (knownTimes.Order().ElementAt(2), unknownTimes.Order().ElementAt(2));
        // a busy machine hashes slowly; a shortcut would answer in a hundredth
        Assert.True(Math.Abs(one - other) < Math.Max(240, 0.5 * Math.Max(one, other)), $"known {one} ms, unknown {other} ms");

        async Task Try(string email, List<double> times)
        {
            var watch = Stopwatch.StartNew();
            var reply = (await desk.Login(email, "wrong horse at noon")).Expect(401);
            times.Add(watch.Elapsed.TotalMilliseconds);
            Assert.Equal("invalid_credentials", reply["code"]);
            reply.Body!.AsObject().Remove("traceId");
            bodies.Add(reply.Body.ToJsonString());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sec33_fifty_parallel_attempts_are_ten_and_then_the_address_is_locked_whether_it_is_known_or_not(bool known)
    {
        var email = known ? (await desk.NewAccount(desk.Tenant)).Email : $"{Guid.NewGuid():N}@acme.example";
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => desk.Login(email, $"wrong horse number {i}")));
        Assert.Equal(10, replies.Count(r => r.Status == 401));
        var locked = replies.Where(r => r.Status == 429).ToList();
        Assert.Equal(40, locked.Count);
        Assert.All(locked, r => Assert.Equal("too_many_attempts", r["code"]));
        Assert.All(locked, r => Assert.InRange(r.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 800, 900));

        // the right password does not open it either
        (await desk.Login(email)).Expect(429);
    }

    [Fact]
    public async Task Sec33_the_lock_is_in_the_database_where_other_instances_see_it()
    {
        var user = await desk.NewAccount(desk.Tenant);
        for (var i = 0; i < 10; i++) (await desk.Login(user.Email, "wrong horse at noon")).Expect(401);
        Assert.Equal(10, await desk.Scalar<int>(desk.Tenant.Id, $"SELECT failed_attempts FROM credentials WHERE user_id = '{user.Id}' AND locked_until > now() + interval '14 minutes'"));
        Assert.Equal("auth.locked_out", (await desk.Audited(desk.Tenant.Id, user.Id))[^1]);
    }

    [Fact]
    public async Task Parallel_right_sign_ins_lock_nobody_out_and_each_is_a_session_of_its_own()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var replies = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => desk.Login(user.Email)));
        Assert.All(replies, r => r.Expect(200));
        var list = (await desk.Nobody(replies[0]["accessToken"]!).Get("/auth/sessions")).Expect(200).At("data")!.AsArray();
        Assert.Equal(15, list.Count);
        Assert.Single(list, s => s!["current"]!.GetValue<bool>());
    }

    [Fact]
    public async Task An_address_in_several_tenants_needs_the_tenant_only_when_the_password_fits_several()
    {
        var email = $"{Guid.NewGuid():N}@both.example";
        var here = await desk.NewAccount(desk.Tenant, email: email);
        await desk.NewAccount(desk.Foreign, email: email, password: "another quiet horse");
        Assert.Equal("acme", (await desk.Login(email)).Expect(200)["user.tenant"]);
        Assert.Equal("globex", (await desk.Login(email, "another quiet horse")).Expect(200)["user.tenant"]);

        // signing in there is no failure here
        for (var i = 0; i < 10; i++) (await desk.Login(email, "another quiet horse")).Expect(200);
        Assert.Equal(0, await desk.Scalar<int>(desk.Tenant.Id, $"SELECT failed_attempts FROM credentials WHERE user_id = '{here.Id}'"));
        Assert.Equal("acme", (await desk.Login(email)).Expect(200)["user.tenant"]);

        var twin = $"{Guid.NewGuid():N}@both.example";
        await desk.NewAccount(desk.Tenant, email: twin);
        await desk.NewAccount(desk.Foreign, email: twin);
        (await desk.Login(twin, "wrong horse at noon")).Expect(401);
        var asked = (await desk.Login(twin)).Expect(409);
        Assert.Equal("tenant_required", asked["code"]);
        Assert.Equal("globex", (await desk.Login(twin, tenant: "globex")).Expect(200)["user.tenant"]);
        (await desk.Login(twin, tenant: "initech")).Expect(401);
    }

    [Fact]
    public async Task A_refresh_token_is_good_once_and_its_second_use_ends_the_session()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var first = (await desk.Login(user.Email)).Expect(200);
        var second = (await desk.Refresh(first["refreshToken"])).Expect(200);
        Assert.NotEqual(first["refreshToken"], second["refreshToken"]);
        (await desk.Nobody(second["accessToken"]!).Get("/auth/me")).Expect(200);

        (await desk.Refresh(first["refreshToken"])).Expect(401);
        (await desk.Refresh(second["refreshToken"])).Expect(401);
        (await desk.Nobody(second["accessToken"]!).Get("/auth/me")).Expect(401);
        Assert.Equal("auth.refresh_token_reused", (await desk.Audited(desk.Tenant.Id, user.Id))[^1]);
        (await desk.Refresh("dhr_nonsense\0")).Expect(401);
    }

    [Fact]
    public async Task Of_parallel_refreshes_exactly_one_wins_and_the_session_lives_on()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var token = (await desk.Login(user.Email)).Expect(200)["refreshToken"];
        // connections first, so that the requests arrive together
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.Refresh("none")));
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.Refresh(token)));
        Assert.Single(replies, r => r.Status == 200);
        Assert.Equal(7, replies.Count(r => r.Status == 401));
    }

    [Fact]
    public async Task Sec37_signing_out_ends_the_session_at_once()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var mine = (await desk.Login(user.Email)).Expect(200);
        var other = (await desk.Login(user.Email)).Expect(200);
        var person = desk.Nobody(mine["accessToken"]!);
        (await person.Post("/auth/logout")).Expect(204);
        (await person.Get("/auth/me")).Expect(401);
        (await desk.Refresh(mine["refreshToken"])).Expect(401);

        var rest = desk.Nobody(other["accessToken"]!);
        var sessions = (await rest.Get("/auth/sessions")).Expect(200).At("data")!.AsArray();
        var id = Assert.Single(sessions)!["id"]!.ToString();
        (await desk.Tenant.Admin.Delete($"/auth/sessions/{id}")).Expect(404);
        (await desk.Foreign.Admin.Delete($"/auth/sessions/{id}")).Expect(404);
        (await rest.Delete($"/auth/sessions/{id}")).Expect(204);
        (await rest.Get("/auth/me")).Expect(401);
    }

    [Fact]
    public async Task Sec03_the_tenant_header_never_selects()
    {
        (await desk.Tenant.Agent.Send(HttpMethod.Get, "/auth/me", null, ("X-Tenant-Id", desk.Tenant.Id.ToString()))).Expect(200);
        var reply = (await desk.Tenant.Agent.Send(HttpMethod.Get, "/auth/me", null, ("X-Tenant-Id", desk.Foreign.Id.ToString()))).Expect(403);
        Assert.Equal("wrong_tenant", reply["code"]);
        (await desk.Tenant.Agent.Send(HttpMethod.Get, "/auth/me", null, ("X-Tenant-Id", "acme"))).Expect(403);
    }

    [Fact]
    public async Task What_a_route_takes_is_told_only_to_those_who_may_use_it()
    {
        Assert.Equal("unauthenticated", (await desk.Nobody().Get("/tickets?nonsense=1")).Expect(401)["code"]);
        Assert.Equal("unknown_parameter", (await desk.Tenant.Agent.Get("/tickets?nonsense=1")).Expect(400)["code"]);
    }
}
