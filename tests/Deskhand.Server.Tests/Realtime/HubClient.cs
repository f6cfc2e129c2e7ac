using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Realtime;

/// <summary>What the hub told: the name and its argument.</summary>
internal sealed record Told(string Name, JsonObject Data)
{
    public string Id => Data["id"]?.ToString() ?? "";

    public long Position => Data["position"]!.GetValue<long>();
}

/// <summary>
/// A client of /hubs/desk that speaks SignalR's JSON protocol over a plain WebSocket:
/// https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md. It sees each byte, unlike the real one.
/// </summary>
internal sealed class HubClient : IAsyncDisposable
{
    private const byte Separator = 0x1e;
    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonNode>> calls = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stop = new();
    private Task reading = Task.CompletedTask;
    private int lastCall = 100;

    public ConcurrentQueue<Told> Heard { get; } = new();

    /// <summary>The last position that was told.</summary>
    public long Position { get; private set; }

    public bool Ended => reading.IsCompleted;

    /// <summary>Whether the server's close message allows to connect again; null when there was none.</summary>
    public bool? MayReconnect { get; private set; }

    /// <summary>Connects, without joining.</summary>
    public static async Task<HubClient> Connect(Uri desk, string? token, Action<ClientWebSocketOptions>? configure = null, string query = "")
    {
        var client = new HubClient();
        if (token is not null) client.socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        client.socket.Options.CollectHttpResponseDetails = true;
        configure?.Invoke(client.socket.Options);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await client.socket.ConnectAsync(new Uri($"ws://{desk.Authority}/hubs/desk{query}"), patience.Token);
        }
        catch (WebSocketException e) when (client.socket.HttpStatusCode != default)
        {
            throw new HttpRequestException(e.Message, e, client.socket.HttpStatusCode);
        }

        await client.Write("""{"protocol":"json","version":1}""");
        client.reading = Task.Run(client.Read);
        return client;
    }

    /// <summary>Connects and joins: everything that happens from now on is heard.</summary>
    public static async Task<HubClient> Open(Person person, long? after = null, string[]? only = null, Uri? at = null)
    {
        var client = await Connect(at ?? person.Client.BaseAddress!, person.Token);
        await client.Join(after, only);
        return client;
    }

    public async Task Join(long? after = null, string[]? only = null)
    {
        await Call("Join", new { after, only });
        await Hears(t => t.Name == "stream:begun");
    }

    /// <summary>Calls a method; the message of the refusal, or null.</summary>
    public async Task<string?> Try(string method, params object?[] arguments)
    {
        var id = Interlocked.Increment(ref lastCall).ToString(CultureInfo.InvariantCulture);
        return await Answer(id, JsonSerializer.Serialize(new { type = 1, invocationId = id, target = method, arguments }));
    }

    /// <summary>Sends something with an id; the error that answers it, or null.</summary>
    public async Task<string?> Answer(string id, string json)
    {
        var answer = calls.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await Write(json);
        return (await answer.Task.WaitAsync(TimeSpan.FromSeconds(30)))["error"]?.ToString();
    }

    public async Task Call(string method, params object?[] arguments) => Assert.Null(await Try(method, arguments));

    /// <summary>Sends something as it is.</summary>
    public async Task Write(string json)
    {
        byte[] message = [.. Encoding.UTF8.GetBytes(json), Separator];
        await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, stop.Token);
    }

    public Task Hears(Func<Told, bool> what, double seconds = 30, string? called = null) => Eventually.Holds(() => Task.FromResult(Heard.Any(what)), seconds, called);

    public Task Ends(double seconds = 30) => Eventually.Holds(() => Task.FromResult(Ended), seconds, "the connection ends");

    /// <summary>Hears this of a ticket's presence last: the ids of people, those who type with a star.</summary>
    public Task Sees(Guid ticket, params string[] people) => Eventually.Holds(() => Task.FromResult(Present(ticket) is { } here && here.SequenceEqual(people.Order(StringComparer.Ordinal), StringComparer.Ordinal)), 30,
        $"{string.Join(' ', people)} at the ticket; the last was {string.Join(' ', Present(ticket) ?? ["nothing"])}");

    public string[]? Present(Guid ticket) => Heard.LastOrDefault(t => t.Name == "ticket:presence" && t.Id == ticket.ToString())?.Data["people"]!.AsArray()
        .Select(p => p!["userId"] + (p["typing"]!.GetValue<bool>() ? "*" : "")).Order(StringComparer.Ordinal).ToArray();

    /// <summary>Ends as a machine does that loses its network: without a word.</summary>
    public void Abort() => socket.Abort();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        socket.Dispose();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task Read()
    {
        var (buffer, message) = (new byte[16 * 1024], new List<byte>());
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, stop.Token);
                if (received.MessageType == WebSocketMessageType.Close) return;
                foreach (var letter in buffer.AsSpan(0, received.Count))
                    if (letter != Separator)
                    {
                        message.Add(letter);
                    }
                    else
                    {
                        Take(JsonNode.Parse(message.ToArray())!);
                        message.Clear();
                    }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // one side has gone
        }
    }

    private void Take(JsonNode message)
    {
        switch (message["type"]?.GetValue<int>())
        {
            case 1:
                var told = new Told(message["target"]!.ToString(), message["arguments"]![0]!.AsObject());
                if (told.Data.ContainsKey("position")) Position = told.Position;
                Heard.Enqueue(told);
                break;
            case 3:
                calls.GetOrAdd(message["invocationId"]!.ToString(), _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(message);
                break;
            case 7:
                MayReconnect = message["allowReconnect"]?.GetValue<bool>() == true;
                break;
        }
    }
}
