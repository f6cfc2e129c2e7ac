using System.Buffers.Text;
using System.Net.WebSockets;
using System.Text;

namespace Deskhand.Bench.Driving;

/// <summary>A client of the hub that does as little as can be: it counts events, and how long ago the change was that each tells of (its <c>timestamp</c>).</summary>
internal sealed class LiveClient : IDisposable
{
    private const byte Separator = 0x1e;
    private readonly ClientWebSocket socket = new();
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Latencies heard;

    private LiveClient(Latencies heard) => this.heard = heard;

    public int Events { get; set; }

    public bool HasEnded { get; private set; }

    public static async Task<LiveClient> Open(Uri desk, string token, Latencies heard)
    {
        var client = new LiveClient(heard);
        client.socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        client.socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await client.socket.ConnectAsync(new Uri($"ws://{desk.Authority}/hubs/desk"), CancellationToken.None);
        await client.Send("""{"protocol":"json","version":1}""");
        await client.Send("""{"type":1,"target":"Join","arguments":[{}]}""");
        _ = Task.Run(client.Read);
        _ = Task.Run(client.Live);
        await client.begun.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return client;
    }

    public void Dispose() => socket.Dispose();

    private async Task Send(string json) => await socket.SendAsync(Encoding.UTF8.GetBytes(json + (char)Separator), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Pings, as SignalR's clients do.</summary>
    private async Task Live()
    {
        while (!HasEnded)
        {
            await Task.Delay(TimeSpan.FromSeconds(10));
            if (!HasEnded) await Send("""{"type":6}""");
        }
    }

    private async Task Read()
    {
        var (buffer, filled) = (new byte[32 * 1024], 0);
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close) break;
                filled += received.Count;
                var rest = Take(buffer.AsSpan(0, filled));
                buffer.AsSpan(filled - rest, rest).CopyTo(buffer);
                filled = rest;
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // cut, or the end of the measurement
        }

        HasEnded = true;
    }

    /// <summary>Takes whole records; answers how many bytes are left of one that is not.</summary>
    private int Take(ReadOnlySpan<byte> text)
    {
        var now = DateTime.UtcNow;
        while (text.IndexOf(Separator) is >= 0 and var end)
        {
            var record = text[..end];
            if (record.IndexOf("\"timestamp\":\""u8) is > 0 and var at) Hear(now, record.Slice(at + 13, 23));
            else if (record.IndexOf("stream:begun"u8) > 0) begun.TrySetResult();
            text = text[(end + 1)..];
        }

        return text.Length;
    }

    /// <param name="now">When it was received.</param>
    /// <param name="changed">When the change was made: <c>2026-11-21T09:30:00.123</c>, UTC.</param>
    private void Hear(DateTime now, ReadOnlySpan<byte> changed)
    {
        Events++;
        var day = new DateTime(Number(changed[..4]), Number(changed[5..7]), Number(changed[8..10]), 0, 0, 0, DateTimeKind.Utc);
        heard.Add(now - day.Add(new TimeSpan(0, Number(changed[11..13]), Number(changed[14..16]), Number(changed[17..19]), Number(changed[20..23]))));
    }

    private static int Number(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits, out int number, out _) ? number : throw new FormatException("No number.");
}
