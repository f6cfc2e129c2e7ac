using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace Deskhand.Server.Tests.Operations;

/// <summary>A desk whose workspace was built: a page and two files, as the build lays them.</summary>
public sealed class BuiltDesk : Desk
{
    public const string Script = "console.log('the workspace')";

    public string Root { get; } = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

    protected override void Add(IServiceCollection services)
    {
        Folders.CreateDirectory(Path.Combine(Root, "assets"));
        File.WriteAllText(Path.Combine(Root, "index.html"), """<!doctype html><meta name="csp-nonce" content="__NONCE__"><div id="root"></div>""");
        File.WriteAllText(Path.Combine(Root, "theme.js"), "// theme");
        var script = Path.Combine(Root, "assets", "index-abc123.js");
        File.WriteAllText(script, Script);
        using (var brotli = new BrotliStream(File.Create(script + ".br"), CompressionLevel.Optimal)) brotli.Write(System.Text.Encoding.UTF8.GetBytes(Script));
        var environment = services.Select(s => s.ImplementationInstance).OfType<IWebHostEnvironment>().First();
        environment.WebRootFileProvider = new PhysicalFileProvider(Root);
    }
}

public sealed partial class WorkspacePageTests(BuiltDesk desk) : IClassFixture<BuiltDesk>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/tickets")]
    [InlineData("/tickets/TICKET-2026-000001")]
    [InlineData("/settings/fields?q=a.b")]
    [InlineData("/index.html")]
    [InlineData("/assets")]
    [InlineData("/assets/01990000-0000-7000-8000-000000000000")]
    public async Task Every_address_of_the_workspace_shows_its_page(string address)
    {
        using var response = await Get(address, "text/html");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        Assert.Contains("id=\"root\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/nothing", "text/html")]
    [InlineData("/hubs/nothing", "text/html")]
    [InlineData("/docs/nothing", "text/html")]
    [InlineData("/openapi/nothing", "text/html")]
    [InlineData("/assets/gone-000000.js", "text/html")]
    [InlineData("/tickets", "application/json")]
    public async Task What_is_no_page_is_not_found(string address, string accept)
    {
        using var response = await Get(address, accept);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Another_verb_shows_no_page()
    {
        using var client = desk.Client();
        using var response = await client.PostAsync("/tickets", null);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task The_policy_lets_in_only_the_desk_s_own_scripts_and_a_nonce_of_this_answer()
    {
        using var first = await Get("/tickets", "text/html");
        using var second = await Get("/tickets", "text/html");
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        var nonce = Nonce().Match(policy).Groups["value"].Value;
        Assert.True(nonce.Length >= 20);
        Assert.Contains($"content=\"{nonce}\"", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(nonce, await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("nosniff", first.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", first.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("same-origin", first.Headers.GetValues("Referrer-Policy").Single());
    }

    [Fact]
    public async Task Files_named_by_their_content_are_kept_and_come_as_compressed_as_the_build_made_them()
    {
        using var client = desk.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/assets/index-abc123.js");
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");
        using var response = await client.SendAsync(request);
        Assert.Equal(["br"], response.Content.Headers.ContentEncoding);
        Assert.Equal("text/javascript", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString());
        await using var brotli = new BrotliStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(brotli);
        Assert.Equal(BuiltDesk.Script, await reader.ReadToEndAsync());

        using var plain = await client.GetAsync("/assets/index-abc123.js");
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal(BuiltDesk.Script, await plain.Content.ReadAsStringAsync());
        using var theme = await client.GetAsync("/theme.js");
        Assert.Equal("no-cache", theme.Headers.CacheControl!.ToString());
    }

    private async Task<HttpResponseMessage> Get(string address, string accept)
    {
        using var client = desk.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd(accept);
        return await client.SendAsync(request);
    }

    [GeneratedRegex("'nonce-(?<value>[^']+)'", RegexOptions.NonBacktracking)]
    private static partial Regex Nonce();
}
