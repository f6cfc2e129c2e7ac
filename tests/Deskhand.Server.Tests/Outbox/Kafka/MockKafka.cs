using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>
/// librdkafka's mock cluster: brokers that any client can speak to over TCP, on free ports of loopback, that fail as they are told. Topics
/// come into being with four partitions when they are first asked for. Read with kcat, a client of its own.
/// </summary>
internal sealed class MockKafka : IDisposable
{
    private const int Brokers = 3;
    private const short Produce = 0;
    private readonly nint client;
    private readonly nint cluster;
    private readonly List<Socket> ports = [];

    public MockKafka()
    {
        var error = new byte[256];
        client = Native.rd_kafka_new(0, Native.rd_kafka_conf_new(), error, error.Length);
        Assert.True(client != 0, Encoding.UTF8.GetString(error));
        cluster = Native.rd_kafka_mock_cluster_new(client, Brokers);
        Bootstrap = Marshal.PtrToStringUTF8(Native.rd_kafka_mock_cluster_bootstraps(cluster))!;
    }

    public string Bootstrap { get; }

    /// <summary>
    /// Nothing listens any more, and who is connected is cut off. The ports stay taken: the kernel would give one of them to some connection going
    /// out, even to a client's own that asks for this very port, and librdkafka ends the process when it cannot have it back.
    /// </summary>
    public void Down()
    {
        Each(Native.rd_kafka_mock_broker_set_down);
        foreach (var address in Bootstrap.Split(','))
        {
            var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            ports.Add(held);
            held.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            held.Bind(IPEndPoint.Parse(address)); // and not listened to: who connects is refused
        }
    }

    public void Up()
    {
        Each(Native.rd_kafka_mock_broker_set_up);
        ReleasePorts();
    }

    /// <summary>From now on answers come so late.</summary>
    public void Slow(int milliseconds) => Each((c, b) => Native.rd_kafka_mock_broker_set_rtt(c, b, milliseconds));

    /// <summary>The next requests to produce are answered with these errors of the protocol.</summary>
    public void FailProduce(params int[] errors) => Native.rd_kafka_mock_push_request_errors_array(cluster, Produce, (nuint)errors.Length, errors);

    /// <summary>What a topic holds, in the order of each partition.</summary>
    public async Task<List<KafkaRecord>> Read(string topic)
    {
        var start = new ProcessStartInfo("kcat", ["-C", "-b", Bootstrap, "-t", topic, "-o", "beginning", "-e", "-q", "-J"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var kcat = Process.Start(start)!;
        var errors = kcat.StandardError.ReadToEndAsync();
        var records = new List<KafkaRecord>();
        while (await kcat.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line) records.Add(KafkaRecord.Parse(line));
        await kcat.WaitForExitAsync();
        Assert.True(kcat.ExitCode == 0, await errors);
        return records;
    }

    public void Dispose()
    {
        ReleasePorts();
        Native.rd_kafka_mock_cluster_destroy(cluster);
        Native.rd_kafka_destroy(client);
    }

    private void ReleasePorts()
    {
        ports.ForEach(p => p.Dispose());
        ports.Clear();
    }

    private void Each(Func<nint, int, int> change)
    {
        for (var broker = 1; broker <= Brokers; broker++) Assert.Equal(0, change(cluster, broker));
    }

#pragma warning disable IDE1006, SYSLIB1054 // the library's own names; three lines each would not be clearer
    private static class Native
    {
        private const string Library = "librdkafka.so.1";

        [DllImport(Library)] public static extern nint rd_kafka_conf_new();

        [DllImport(Library)] public static extern nint rd_kafka_new(int type, nint conf, byte[] error, nint size);

        [DllImport(Library)] public static extern void rd_kafka_destroy(nint client);

        [DllImport(Library)] public static extern nint rd_kafka_mock_cluster_new(nint client, int brokers);

        [DllImport(Library)] public static extern void rd_kafka_mock_cluster_destroy(nint cluster);

        [DllImport(Library)] public static extern nint rd_kafka_mock_cluster_bootstraps(nint cluster);

        [DllImport(Library)] public static extern int rd_kafka_mock_broker_set_down(nint cluster, int broker);

        [DllImport(Library)] public static extern int rd_kafka_mock_broker_set_up(nint cluster, int broker);

        [DllImport(Library)] public static extern int rd_kafka_mock_broker_set_rtt(nint cluster, int broker, int milliseconds);

        [DllImport(Library)] public static extern void rd_kafka_mock_push_request_errors_array(nint cluster, short request, nuint count, int[] errors);
    }
#pragma warning restore IDE1006, SYSLIB1054
}

/// <summary>A record as kcat shows it.</summary>
internal sealed record KafkaRecord(int Partition, long Offset, string Key, IReadOnlyDictionary<string, string> Headers, JsonNode Body)
{
    public string EventId => Body["eventId"]!.ToString();

    public long Sequence => Body["sequence"]!.GetValue<long>();

    public static KafkaRecord Parse(string line)
    {
        var json = JsonNode.Parse(line)!;
        // one array of names and values
        var headers = json["headers"]!.AsArray().Select(h => h!.ToString()).Chunk(2).ToDictionary(h => h[0], h => h[1], StringComparer.Ordinal);
        return new(json["partition"]!.GetValue<int>(), json["offset"]!.GetValue<long>(), json["key"]!.ToString(), headers, JsonNode.Parse(json["payload"]!.ToString())!);
    }
}
