using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Deskhand.Server.Tests.Realtime;

/// <summary>An event as a client of the stream got it.</summary>
internal sealed record Heard(long Id, string Name, JsonNode Data, long At)
{
    public string Entity => Data["id"]?.ToString() ?? "";
}

/// <summary>A client of GET /events/stream.</summary>
internal sealed class EventListener : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly HttpResponseMessage response;
    private readonly Task reading;

    private EventListener(HttpResponseMessage response, Stream body)
    {
        this.response = response;
        reading = Task.Run(() => Read(body));
    }

    public ConcurrentQueue<Heard> Heard { get; } = new();

    public HttpResponseMessage Response => response;

    /// <summary>The last id that the server told, which a browser would resume with.</summary>
    public string LastId { get; private set; } = "";

    /// <summary>Whether the server has ended the stream.</summary>
    public bool Ended => reading.IsCompleted;

    public static async Task<EventListener> Open(Person person, string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream" + query);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await person.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return new EventListener(response, await response.Content.ReadAsStreamAsync());
    }

    public Task Hears(Func<Heard, bool> what, double seconds = 15) => Outbox.Eventually.Holds(() => Task.FromResult(Heard.Any(what)), seconds);

    public Task Ends(double seconds = 15) => Outbox.Eventually.Holds(() => Task.FromResult(Ended), seconds, "the stream ends");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        response.Dispose();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task Read(Stream body)
    {
        var parser = SseParser.Create(body);
        await foreach (var item in parser.EnumerateAsync(stop.Token))
        {
            if (item.EventType == "closed") continue;
            LastId = parser.LastEventId;
            Heard.Enqueue(new Heard(long.Parse(parser.LastEventId, CultureInfo.InvariantCulture), item.EventType, JsonNode.Parse(item.Data)!, Stopwatch.GetTimestamp()));
        }
    }
}
