using System.Collections.Concurrent;
using System.Net;
using Deskhand.Http;
using Deskhand.Server.Tests.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Webhooks;

public sealed class OutboundAddressTests(Desk desk) : IClassFixture<Desk>
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001:81b::200e", true)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::7f00:1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:a9fe:a9fe", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("64:ff9b:1::a00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("2001:0:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%2", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void Sec28_Only_addresses_of_the_public_internet_may_be_called(string address, bool isPublic) => Assert.Equal(isPublic, OutboundAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://hooks.example.com/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0x7f.0.0.1/")]
    [InlineData("https://017700000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://0/")]
    [InlineData("https://0.0.0.0/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    [InlineData("https://[::127.0.0.1]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://localhost/")]
    [InlineData("https://LOCALHOST./")]
    [InlineData("https://desk.localhost/")]
    [InlineData("https://database/")]
    [InlineData("https://hooks.example.com:22/")]
    [InlineData("https://hooks.example.com:25/")]
    [InlineData("https://user:password@hooks.example.com/")]
    [InlineData("https://①②⑦.⓪.⓪.①/")]
    public async Task Sec28_What_is_seen_to_lead_inside_is_refused_when_it_is_written(string url)
    {
        var refused = (await desk.Tenant.Admin.Post("/webhooks", new { url })).Expect(422);
        Assert.NotNull(refused.At("errors.url.0"));
        var id = (await desk.Tenant.Admin.Post("/webhooks", new { url = "https://hooks.example.com/in", enabled = false })).Expect(201)["id"];
        (await desk.Tenant.Admin.Patch($"/webhooks/{id}", new { url })).Expect(422);
        (await desk.Tenant.Admin.Delete($"/webhooks/{id}")).Expect(204);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("93.184.215.14,127.0.0.1")]
    [InlineData("127.0.0.1,93.184.215.14")]
    public async Task Sec28_A_name_that_means_an_address_inside_is_not_connected_to(string addresses)
    {
        await using var inside = await Receiver.Start();
        var asked = new ConcurrentQueue<string>();
        using var handler = OutboundConnection.Handler(allowPrivate: false, (host, _) =>
        {
            asked.Enqueue(host);
            return Task.FromResult(addresses.Split(',').Select(IPAddress.Parse).ToArray());
        });
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1.nip.example:{inside.Address.Port}/in"));
        var refused = await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.SendAsync(request, CancellationToken.None));
        Assert.IsType<RefusedAddressException>(refused.InnerException);
        Assert.Equal(["127.0.0.1.nip.example"], asked);
        Assert.Empty(inside.Got);
        Assert.DoesNotContain("127", refused.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sec28_The_connection_goes_to_the_address_that_was_checked_without_a_second_look_up()
    {
        await using var inside = await Receiver.Start();
        var asked = 0;
        // nobody but this resolver knows the name: any other look-up would find nothing
        using var handler = OutboundConnection.Handler(allowPrivate: true, (_, _) => Task.FromResult(new[] { IPAddress.Parse(++asked == 1 ? "127.0.0.1" : "127.0.0.9") }));
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://rebinding.invalid:{inside.Address.Port}/in"));
        request.Headers.Add("webhook-timestamp", "0");
        using var response = await http.SendAsync(request, CancellationToken.None);
        Assert.Equal((HttpStatusCode.NoContent, 1), (response.StatusCode, asked));
        Assert.Single(inside.Got);
    }
}

/// <summary>A desk as it is run, whose look-ups of names answer what a test wants.</summary>
public sealed class RebindingDesk : Desk
{
    /// <summary>What every name means.</summary>
    internal IPAddress[] Means { get; set; } = [IPAddress.Loopback];

    protected override void Add(IServiceCollection services)
    {
        services.AddSingleton(WebhookTestDesk.Quick);
        services.AddSingleton<OutboundConnection.Resolver>((_, _) => Task.FromResult(Means));
    }
}

public sealed class RebindingTests(RebindingDesk desk) : IClassFixture<RebindingDesk>
{
    [Fact]
    public async Task Sec28_A_webhook_whose_name_comes_to_mean_an_address_inside_is_not_sent_and_the_attempt_says_why_without_naming_it()
    {
        await using var inside = await Receiver.Start();
        var id = (await desk.Tenant.Admin.Post("/webhooks", new { url = $"https://hooks.example.com:{inside.Address.Port}/in" })).Expect(201)["id"];
        (await desk.Tenant.Admin.Post($"/webhooks/{id}/test")).Expect(202);
        await Eventually.Holds(async () => (await desk.Tenant.Admin.Get($"/webhooks/{id}/attempts?failed=true")).Expect(200).At("data")!.AsArray().Count > 2);
        Assert.All((await desk.Tenant.Admin.Get($"/webhooks/{id}/attempts")).Expect(200).At("data")!.AsArray(), a => Assert.Equal("The host is not one of the public internet.", a!["error"]!.ToString()));
        Assert.Empty(inside.Got);
    }
}
