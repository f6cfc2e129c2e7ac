using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Deskhand.Server.Tests.Tickets;

/// <summary>A desk that has its files looked at by a daemon of ClamAV's which a test starts and stops.</summary>
public sealed class ScannedDesk : Desk
{
    internal int ScannerPort { get; } = FreePort();

    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal) { ["DESKHAND_CLAMD"] = $"127.0.0.1:{ScannerPort}" };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

public sealed class ScannerTests(ScannedDesk desk) : IClassFixture<ScannedDesk>
{
    /// <summary>The file that every scanner takes for a virus and that does nothing (eicar.org), in two halves lest a scanner takes this one for it.</summary>
    private static readonly string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    [Fact]
    public async Task Sec23_What_the_scanner_finds_something_in_is_not_taken_and_without_it_nothing_is()
    {
        var agent = desk.Tenant.Agent;
        var ticket = await agent.NewTicket();
        byte[] infected = [.. new byte[200_000], .. Encoding.ASCII.GetBytes(Eicar)];
        await Refused(503, "scanner_unavailable", Files.Png);
        Assert.Equal("degraded", (await desk.Tenant.Admin.Get("/health")).Expect(200)["components.scanner.status"]);

        await using (await Clamd.Start(desk.ScannerPort))
        {
            Assert.Equal("up", (await desk.Tenant.Admin.Get("/health")).Expect(200)["components.scanner.status"]);
            await Refused(422, "infected", infected);
            Assert.Contains("Test.Eicar", (await agent.Send("/uploads", infected)).Expect(422)["errors.file.0"], StringComparison.Ordinal);
            byte[] clean = [.. Enumerable.Range(0, 300_000).Select(n => (byte)n)];
            var kept = (await agent.Send($"/tickets/{ticket}/attachments", clean, "clean.bin")).Expect(201);
            using var answer = await agent.Fetch(kept["id"]!);
            Assert.Equal(clean, await answer.Content.ReadAsByteArrayAsync());
            // longer than the scanner takes: nobody has looked at it
            await Refused(503, "scanner_unavailable", new byte[2_000_000]);
            (await agent.Send("/uploads", Files.Png)).Expect(201);
        }

        await Refused(503, "scanner_unavailable", Files.Png);

        async Task Refused(int status, string code, byte[] content)
        {
            var (files, rows) = (Count(), await Rows());
            foreach (var path in (string[])["/uploads", $"/tickets/{ticket}/attachments"]) Assert.Equal(code, (await agent.Send(path, content)).Expect(status)["code"]);
            Assert.Equal((files, rows), (Count(), await Rows()));
        }

        int Count() => Folders.Exists(Path.Combine(desk.DataFolder, "attachments")) ? Folders.GetFiles(Path.Combine(desk.DataFolder, "attachments"), "*", SearchOption.AllDirectories).Length : 0;
        Task<long> Rows() => desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM attachments");
    }

    /// <summary>clamd(8) with one signature of ours.</summary>
    private sealed class Clamd : IAsyncDisposable
    {
        private const string Program = "/usr/sbin/clamd";
        private readonly string folder = Folders.CreateTempSubdirectory("deskhand-test-clamd-").FullName;
        private Process? process;

        public static async Task<Clamd> Start(int port)
        {
            if (!File.Exists(Program)) throw new InvalidOperationException("These tests need ClamAV: apt-get install -y clamav-daemon (./test does it).");
            var clamd = new Clamd();
            Folders.CreateDirectory(Path.Combine(clamd.folder, "signatures"));
            await File.WriteAllTextAsync(Path.Combine(clamd.folder, "signatures", "test.ndb"), $"Test.Eicar:0:*:{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Eicar))}\n");
            await File.WriteAllTextAsync(Path.Combine(clamd.folder, "clamd.conf"), $"TCPSocket {port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {clamd.folder}/signatures\nForeground yes\nStreamMaxLength 1M\n");
            clamd.process = Process.Start(new ProcessStartInfo(Program, ["-c", Path.Combine(clamd.folder, "clamd.conf")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            clamd.process.OutputDataReceived += (_, _) => { };
            clamd.process.ErrorDataReceived += (_, _) => { };
            clamd.process.BeginOutputReadLine();
            clamd.process.BeginErrorReadLine();
            await Outbox.Eventually.Holds(async () =>
            {
                Assert.False(clamd.process.HasExited, "clamd has ended");
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }, 60, "clamd answers");
            return clamd;
        }

        public async ValueTask DisposeAsync()
        {
            process!.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            Folders.Delete(folder, recursive: true);
        }
    }
}
