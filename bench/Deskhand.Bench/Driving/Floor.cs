using System.Diagnostics;
using System.Net.Sockets;

namespace Deskhand.Bench.Driving;

/// <summary>The floor as a process of ours, listening on a port of 127.0.0.1; gone when this is disposed.</summary>
internal sealed class Floor : IDisposable
{
    private readonly Process process;

    private Floor(Process process, Uri url)
    {
        this.process = process;
        Target = new Target("floor", url, process.Id);
    }

    public Target Target { get; }

    public static async Task<Floor> Start(string program, int port, string connectionString, Guid tenant, Guid author)
    {
        var url = new UriBuilder("http", "127.0.0.1", port).Uri;
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        start.Environment["FLOOR_DB"] = connectionString;
        start.Environment["FLOOR_TENANT"] = $"{tenant}";
        start.Environment["FLOOR_AUTHOR"] = $"{author}";
        start.Environment["FLOOR_URL"] = url.ToString();
        var floor = new Floor(Process.Start(start)!, url);
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(url.Host, port);
                return floor;
            }
            catch (SocketException) when (!floor.process.HasExited && waited.Elapsed < TimeSpan.FromSeconds(20))
            {
                // not listening yet
            }
            catch
            {
                floor.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
