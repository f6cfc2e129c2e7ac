using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Deskhand.Server.Tests.Webhooks;

/// <summary>A request that a receiver got.</summary>
internal sealed record Received(DateTimeOffset At, string Path, string Id, string Stamp, string Signature, byte[] Bytes)
{
    public JsonNode Body => JsonNode.Parse(Bytes)!;

    public string Type => Body["eventType"]!.ToString();

    public long Sequence => Body["sequence"]!.GetValue<long>();

    public string Text => Encoding.UTF8.GetString(Bytes);
}

/// <summary>A real HTTP server on loopback that takes webhooks, and behaves or misbehaves as a test wants.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private Receiver(WebApplication app) => this.app = app;

    /// <summary>Everything that arrived whole, in order, whatever was answered.</summary>
    public ConcurrentQueue<Received> Got { get; } = new();

    /// <summary>What was answered with 2xx.</summary>
    public ConcurrentQueue<Received> Took { get; } = new();

    /// <summary>How it answers; 204 unless a test says otherwise.</summary>
    public Func<HttpContext, Received, Task> Answers { get; set; } = Answer(204);

    public Uri Address { get; private set; } = null!;

    public static async Task<Receiver> Start(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.Take);
        await app.StartAsync();
        receiver.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return receiver;
    }

    public static Func<HttpContext, Received, Task> Answer(int status, params (string Name, string Value)[] headers) => (context, _) =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        return Task.CompletedTask;
    };

    /// <summary>A new webhook of a tenant that comes here, on a path of its own.</summary>
    public async Task<(string Id, string Secret)> Subscribe(Person admin, string path = "/in", params string[] events)
    {
        var made = (await admin.Post("/webhooks", new { url = new Uri(Address, path), events = events.Length == 0 ? ["ticket.*"] : events })).Expect(201);
        return (made["id"]!, made["secret"]!);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task Take(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes);
        var headers = context.Request.Headers;
        var received = new Received(DateTimeOffset.UtcNow, context.Request.Path, headers["webhook-id"].ToString(),
            headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), bytes.ToArray());
        Got.Enqueue(received);
        await Answers(context, received);
        if (context.Response.StatusCode is >= 200 and < 300 && !context.RequestAborted.IsCancellationRequested) Took.Enqueue(received);
    }
}

/// <summary>A desk that may call this machine, with waits of a fraction of a second.</summary>
public class WebhookTestDesk : Desk
{
    internal static readonly Deskhand.Webhooks.WebhookPace Quick = new(
        [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(300), 6)], AnswerWithin: TimeSpan.FromSeconds(2), Lease: TimeSpan.FromSeconds(5), Broken: 4,
        FirstPause: TimeSpan.FromMilliseconds(400), LongestPause: TimeSpan.FromMilliseconds(800));

    private int tenants;

    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_WEBHOOKS_PRIVATE"] = "true" };

    internal virtual Deskhand.Webhooks.WebhookPace Pace => Quick;

    protected override void Add(IServiceCollection services) => services.AddSingleton(Pace);

    /// <summary>A tenant whose webhooks no other test has.</summary>
    internal Task<TestTenant> Fresh() => NewTenant("hooks" + Interlocked.Increment(ref tenants).ToString(CultureInfo.InvariantCulture));

    /// <summary>What does not answer any more would go on being tried.</summary>
    internal static async Task DeleteAll(TestTenant tenant)
    {
        foreach (var webhook in (await tenant.Admin.Get("/webhooks?limit=100")).Expect(200).At("data")!.AsArray())
            (await tenant.Admin.Delete($"/webhooks/{webhook!["id"]}")).Expect(204);
    }
}

/// <summary>The same with time enough that nothing is sent twice because a busy machine was slow.</summary>
public sealed class PatientWebhookDesk : WebhookTestDesk
{
    internal override Deskhand.Webhooks.WebhookPace Pace => Quick with { AnswerWithin = TimeSpan.FromSeconds(30), Lease = TimeSpan.FromSeconds(90) };
}
