using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Deskhand.Bench.Driving;

/// <summary>
/// The way without wrk: a blocking socket and a thread per connection, requests as prepared bytes. Takes about twice wrk's processor time a
/// request, so its throughput is lower for quick answers; latencies are as seen, without wrk's correction.
/// </summary>
internal static class ClosedLoop
{
    public static Stretch Drive(Target target, IReadOnlyList<Request> requests, int connections, TimeSpan time)
    {
        var prepared = requests.Select(request => Prepare(target, request)).ToArray();
        var clock = Stopwatch.StartNew();
        var loops = Enumerable.Range(0, connections).Select(i => new Loop(target, prepared, i * prepared.Length / connections)).ToArray();
        var threads = loops.Select(loop => new Thread(() => loop.Run(clock, time), 256 * 1024)).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        var took = clock.Elapsed;
        var latencies = loops.SelectMany(loop => loop.Latencies).ToArray();
        Array.Sort(latencies);
        var error = loops.Select(loop => loop.Error).FirstOrDefault(text => text is not null);
        return new Stretch(latencies.Length, took, At(latencies, 0.50), At(latencies, 0.99), error);
    }

    private static TimeSpan At(long[] sorted, double share) =>
        sorted.Length == 0 ? default : Stopwatch.GetElapsedTime(0, sorted[(int)(share * (sorted.Length - 1))]);

    private static byte[] Prepare(Target target, Request request)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Path} HTTP/1.1\r\nHost: {target.Url.Authority}\r\n");
        foreach (var (name, value) in target.Headers) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (request.Body is { } body)
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
        else
            text.Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private sealed class Loop(Target target, byte[][] requests, int first)
    {
        private readonly byte[] buffer = new byte[256 * 1024];

        public List<long> Latencies { get; } = new(100_000);

        public string? Error { get; private set; }

        public void Run(Stopwatch clock, TimeSpan time)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Connect(IPAddress.Loopback, target.Url.Port);
                for (var i = first; clock.Elapsed < time; i = (i + 1) % requests.Length)
                {
                    var before = Stopwatch.GetTimestamp();
                    socket.Send(requests[i]);
                    if (Receive(socket) is { } answer)
                    {
                        Error = $"{Encoding.UTF8.GetString(requests[i])} -> {answer}";
                        return;
                    }
                    Latencies.Add(Stopwatch.GetTimestamp() - before);
                }
            }
            catch (SocketException e)
            {
                Error = e.Message;
            }
        }

        /// <summary>Reads one answer; gives its text when it is not a 2xx.</summary>
        private string? Receive(Socket socket)
        {
            var filled = 0;
            int head;
            while ((head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0) filled += Read(socket, filled);
            head += 4;
            var headers = buffer.AsSpan(0, head);
            if (Header(headers, "Content-Length: "u8) is { IsEmpty: false } length && Utf8Parser.TryParse(length, out int size, out _))
            {
                while (filled < head + size) filled += Read(socket, filled);
            }
            else if (!Header(headers, "Transfer-Encoding: "u8).IsEmpty)
            {
                while (!buffer.AsSpan(head, filled - head).EndsWith("0\r\n\r\n"u8)) filled += Read(socket, filled);
            }
            return buffer[9] == '2' ? null : Encoding.UTF8.GetString(buffer, 0, filled);
        }

        private int Read(Socket socket, int filled)
        {
            var read = socket.Receive(buffer.AsSpan(filled));
            return read > 0 ? read : throw new SocketException((int)SocketError.ConnectionReset);
        }

        private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name)
        {
            var at = headers.IndexOf(name);
            if (at < 0) return default;
            var rest = headers[(at + name.Length)..];
            return rest[..rest.IndexOf((byte)'\r')];
        }
    }
}
