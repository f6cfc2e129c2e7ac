using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Deskhand.Access;

namespace Deskhand.Server.Tests.Access;

/// <summary>A browser's session in cookies, beside bearer tokens.</summary>
public sealed class SessionCookieTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_browser_gets_its_tokens_in_cookies_that_scripts_cannot_read_and_other_sites_do_not_send()
    {
        var (_, response) = await Enter();
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Null(answer["accessToken"]);
        Assert.Null(answer["refreshToken"]);
        var cookies = response.Headers.GetValues("Set-Cookie").ToDictionary(c => c.Split('=')[0], c => c[c.IndexOf(';', StringComparison.Ordinal)..].ToLowerInvariant(), StringComparer.Ordinal);
        Assert.Equal(3, cookies.Count);
        Assert.All(cookies.Values, c => Assert.Contains("samesite=strict", c, StringComparison.Ordinal));
        Assert.Contains("httponly", cookies[SessionCookies.AccessName], StringComparison.Ordinal);
        Assert.Contains("httponly", cookies[SessionCookies.RefreshName], StringComparison.Ordinal);
        Assert.Contains("path=/api/v1/auth;", cookies[SessionCookies.RefreshName] + ";", StringComparison.Ordinal);
        Assert.DoesNotContain("httponly", cookies[SessionCookies.CsrfName], StringComparison.Ordinal);
        // this desk is reached by http
        Assert.All(cookies.Values, c => Assert.DoesNotContain("secure", c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_write_that_does_not_repeat_the_token_is_refused_and_does_nothing()
    {
        var (browser, _) = await Enter();
        using var read = await browser.GetAsync("/api/v1/auth/me");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);

        foreach (var shown in (string?[])[null, "", "made-up", Csrf(await OtherBrowser())])
        {
            using var refused = await Post(browser, "/api/v1/tickets", new { subject = "Forged" }, shown);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Equal("csrf", JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["code"]!.ToString());
        }

        Assert.Equal(0, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM tickets WHERE subject = 'Forged'"));
        using var made = await Post(browser, "/api/v1/tickets", new { subject = "Meant" }, Csrf(browser));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }

    [Fact]
    public async Task A_bearer_token_needs_no_such_token_and_cookies_beside_it_do_not_count()
    {
        var (browser, _) = await Enter();
        using var withBearer = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tickets") { Content = JsonContent.Create(new { subject = "By a program" }) };
        withBearer.Headers.Authorization = new("Bearer", desk.Tenant.Agent.Token);
        using var made = await browser.SendAsync(withBearer);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        using var wrong = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
        wrong.Headers.TryAddWithoutValidation("Authorization", "Basic bm90OnRoaXM=");
        using var refused = await browser.SendAsync(wrong);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task The_cookie_is_renewed_once_and_a_second_use_of_the_old_one_ends_the_session()
    {
        var (browser, _, cookies) = await EnterWithCookies();
        var old = cookies.GetCookies(new Uri(desk.Address, "/api/v1/auth"))[SessionCookies.RefreshName]!.Value;
        using var renewed = await browser.PostAsJsonAsync("/api/v1/auth/refresh", new { });
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
        Assert.NotEqual(old, cookies.GetCookies(new Uri(desk.Address, "/api/v1/auth"))[SessionCookies.RefreshName]!.Value);
        using (var still = await browser.GetAsync("/api/v1/auth/me")) Assert.Equal(HttpStatusCode.OK, still.StatusCode);

        using var thief = desk.Client();
        thief.DefaultRequestHeaders.Add("Cookie", $"{SessionCookies.RefreshName}={old}");
        using var stolen = await thief.PostAsJsonAsync("/api/v1/auth/refresh", new { });
        Assert.Equal(HttpStatusCode.Unauthorized, stolen.StatusCode);
        using var ended = await browser.GetAsync("/api/v1/auth/me");
        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server_and_takes_the_cookies_back()
    {
        var (browser, _, cookies) = await EnterWithCookies();
        var access = cookies.GetCookies(desk.Address)[SessionCookies.AccessName]!.Value;
        using var out1 = await Post(browser, "/api/v1/auth/logout", null, Csrf(browser));
        Assert.Equal(HttpStatusCode.NoContent, out1.StatusCode);
        Assert.Empty(cookies.GetAllCookies());

        using var copy = desk.Client();
        copy.DefaultRequestHeaders.Add("Cookie", $"{SessionCookies.AccessName}={access}");
        using var after = await copy.GetAsync("/api/v1/auth/me");
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task Without_a_cookie_there_is_nothing_to_renew()
    {
        using var nobody = desk.Client();
        using var refused = await nobody.PostAsJsonAsync("/api/v1/auth/refresh", new { });
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private async Task<HttpClient> OtherBrowser() => (await Enter()).Browser;

    private async Task<(HttpClient Browser, HttpResponseMessage Response)> Enter()
    {
        var (browser, response, _) = await EnterWithCookies();
        return (browser, response);
    }

    /// <summary>A browser of somebody new, signed in with cookies.</summary>
    private async Task<(HttpClient Browser, HttpResponseMessage Response, CookieContainer Cookies)> EnterWithCookies()
    {
        var user = await desk.NewAccount(desk.Tenant);
        var cookies = new CookieContainer();
        var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies }) { BaseAddress = desk.Address };
        var response = await browser.PostAsJsonAsync("/api/v1/auth/login", new { email = user.Email, password = AccessStories.Password, cookie = true });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        known.Add(browser, cookies);
        return (browser, response, cookies);
    }

    private readonly Dictionary<HttpClient, CookieContainer> known = [];

    private string Csrf(HttpClient browser) => known[browser].GetCookies(desk.Address)[SessionCookies.CsrfName]!.Value;

    private static Task<HttpResponseMessage> Post(HttpClient browser, string path, object? body, string? csrf)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (csrf is not null) request.Headers.TryAddWithoutValidation(SessionCookies.CsrfHeader, csrf);
        return browser.SendAsync(request);
    }
}

/// <summary>A desk that people reach by https.</summary>
public sealed class SecureDesk : Desk
{
    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_PUBLIC_URL"] = "https://desk.example.test" };
}

public sealed class SecureCookieTests(SecureDesk desk) : IClassFixture<SecureDesk>
{
    [Fact]
    public async Task Where_people_come_by_https_the_cookies_go_nowhere_else()
    {
        var user = await desk.NewAccount(desk.Tenant);
        using var browser = desk.Client();
        using var response = await browser.PostAsJsonAsync("/api/v1/auth/login", new { email = user.Email, password = AccessStories.Password, cookie = true });
        Assert.All(response.Headers.GetValues("Set-Cookie"), c => Assert.Contains("; secure", c, StringComparison.OrdinalIgnoreCase));
    }
}
