using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Deskhand.Server.Tests.Outbox;
using Xunit.Abstractions;

namespace Deskhand.Server.Tests.Realtime;

/// <summary>Clients that do not behave.</summary>
public sealed class HubLoadTests(Desk desk, ITestOutputHelper output) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_client_that_does_not_read_is_cut_and_others_are_not_kept_waiting()
    {
        var tenant = await desk.NewTenant("hubslow");
        using var slow = await Silent(tenant.Agent);
        await using var good = await HubClient.Open(tenant.Manager);
        var ids = Enumerable.Range(0, 1000).Select(_ => Guid.NewGuid()).ToArray();
        var start = good.Position;

        // far more than buffers hold, in steps that a client which reads can follow
        for (var sequence = 1; sequence <= 25; sequence++)
        {
            await Publish.Customers(desk, tenant, ids, sequence);
            await Eventually.Holds(() => Task.FromResult(good.Heard.Count(t => t.Name == "customer.updated") == 1000 * sequence), 60, $"{1000 * sequence} heard");
        }

        Assert.False(good.Ended);
        var cut = Stopwatch.StartNew();
        await Eventually.Holds(() => Task.FromResult(IsCut(slow.Client)), 60, "the silent client is cut");
        output.WriteLine($"cut {cut.Elapsed.TotalSeconds:F1} s after the last event");
        await using var resumed = await HubClient.Open(tenant.Agent, start + 24_000);
        await Eventually.Holds(() => Task.FromResult(resumed.Heard.Any(t => t.Name == "customer.updated")), what: "it resumes");
    }

    [Fact]
    public async Task A_flood_of_calls_is_refused_and_then_cut_and_others_are_not_disturbed()
    {
        var (agent, manager) = (desk.Tenant.Agent, desk.Tenant.Manager);
        var ticket = await agent.NewTicket();
        await using var watcher = await HubClient.Open(manager);
        await watcher.Call("Look", ticket);
        await using var flood = await HubClient.Open(agent);
        await flood.Call("Look", ticket);

        List<string?> answers = [];
        for (var i = 0; i < 100; i++) answers.Add(await flood.Try("Type", ticket, i % 2 == 0));
        Assert.Contains(answers, a => a is null);
        Assert.Contains(answers, a => a?.Contains("too_many_requests", StringComparison.Ordinal) == true);
        // messages that say the same thing twice are one
        await Eventually.Holds(() => Task.FromResult(watcher.Heard.Any(t => t.Name == "ticket:presence")), what: "presence is told");
        Assert.InRange(watcher.Heard.Count(t => t.Name == "ticket:presence"), 1, 60);

        try
        {
            for (var i = 0; i < 1000 && !flood.Ended; i++) await flood.Write($$"""{"type":1,"target":"Type","arguments":["{{ticket}}",true]}""");
        }
        catch (Exception e) when (e is WebSocketException or IOException)
        {
            // cut while it spoke
        }

        await flood.Ends();
        await watcher.Sees(ticket, $"{manager.UserId}");
    }

    [Theory]
    [InlineData("""{"type":1,"invocationId":"1","target":"Look","arguments":["not an id"]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Look","arguments":[]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Look","arguments":[123456789012345678901234567890]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Dispose","arguments":[]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"OnConnectedAsync","arguments":[]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Join","arguments":[{"after":99999999999999999999999}]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Join","arguments":[{"after":-1}]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Join","arguments":[null]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Join","arguments":[{"only":[null]}]}""")]
    public async Task Nonsense_is_answered_with_an_error_that_shows_nothing_of_the_inside(string message)
    {
        await using var client = await HubClient.Connect(desk.Address, desk.Tenant.Agent.Token);

        var error = await client.Answer("1", message);

        Assert.NotNull(error);
        Assert.DoesNotContain("Deskhand", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        await client.Join();
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    public async Task What_is_no_message_ends_the_connection(string message)
    {
        await using var client = await HubClient.Open(desk.Tenant.Agent);

        await client.Write(message);
        await client.Ends();
    }

    [Fact]
    public async Task A_huge_message_ends_the_connection()
    {
        await using var client = await HubClient.Open(desk.Tenant.Agent);
        try
        {
            await client.Write("""{"type":1,"target":"Look","arguments":[" """ + new string('x', 100_000) + "\"]}");
        }
        catch (Exception e) when (e is WebSocketException or IOException)
        {
            // cut while it spoke
        }

        await client.Ends();
    }

    /// <summary>A client that joins, and then reads nothing.</summary>
    private async Task<TcpClient> Silent(Person person)
    {
        var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(desk.Address.Host, desk.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /hubs/desk HTTP/1.1\r\nHost: {desk.Address.Authority}\r\nAuthorization: Bearer {person.Token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var answer = new byte[4096];
        var read = await stream.ReadAsync(answer);
        Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
        await stream.WriteAsync(Masked("""{"protocol":"json","version":1}"""));
        await stream.WriteAsync(Masked("""{"type":1,"target":"Join","arguments":[{}]}"""));
        return socket;
    }

    /// <summary>A text frame as clients send it (RFC 6455, 5.2), masked with zeros.</summary>
    private static byte[] Masked(string json)
    {
        var text = Encoding.UTF8.GetBytes(json + "\u001e");
        return [0x81, (byte)(0x80 | text.Length), 0, 0, 0, 0, .. text];
    }

    /// <summary>Whether the other side has reset or closed the connection, seen without reading what it sent.</summary>
    private static bool IsCut(Socket socket)
    {
        if (socket.Poll(0, SelectMode.SelectError)) return true;
        try
        {
            // an unmasked ping: taken while the connection lives, answered with an error once it is reset
            socket.Send([0x89, 0x80, 0, 0, 0, 0]);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
