using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Deskhand.Server.Tests.Operations;

[Collection(ServerCollection.Name)]
public sealed class TelemetryTests : IDisposable
{
    private readonly string folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

    public void Dispose() => Folders.Delete(folder, recursive: true);

    [Fact]
    public async Task Traces_of_requests_and_statements_and_metrics_arrive_at_an_OTLP_receiver()
    {
        var received = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var receiver = builder.Build();
        receiver.Urls.Add("http://127.0.0.1:0");
        receiver.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            var text = Encoding.Latin1.GetString(body.ToArray());
            received.AddOrUpdate(signal, text, (_, before) => before + text);
            return Results.Bytes([], "application/x-protobuf");
        });
        await receiver.StartAsync();
        var address = receiver.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        await using var server = await ServerProcess.Start(folder, settings: new(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
        });
        using var admin = await server.SignIn();
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/tickets")).StatusCode);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(received.TryGetValue("traces", out var traces) && traces.Contains("GET /api/v1/tickets", StringComparison.Ordinal) && traces.Contains("postgresql", StringComparison.Ordinal)
            && received.TryGetValue("metrics", out var metrics) && metrics.Contains("http.server.request.duration", StringComparison.Ordinal)))
        {
            Assert.False(deadline.IsCancellationRequested, $"received only: {string.Join(", ", received.Select(r => $"{r.Key} ({r.Value.Length} bytes)"))}");
            await Task.Delay(50);
        }

        Assert.Contains("deskhand", received["traces"], StringComparison.Ordinal);
    }
}
