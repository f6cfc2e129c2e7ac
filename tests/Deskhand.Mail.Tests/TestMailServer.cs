using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Deskhand.Mail;

/// <summary>A real mail server on loopback, in a process of its own; what it took lies in a folder.</summary>
public sealed class TestMailServer : IAsyncDisposable
{
    private readonly string folder = Folders.CreateTempSubdirectory("deskhand-mail-").FullName;
    private Process? process;

    public int Port { get; private set; }

    public static async Task<TestMailServer> Start(params string[] options)
    {
        var server = new TestMailServer();
        await server.Run(options);
        return server;
    }

    /// <summary>Starts it, after its end again at the same port.</summary>
    public async Task Run(params string[] options)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "smtp_server.py");
        process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, folder, "--port", Port.ToString(CultureInfo.InvariantCulture), .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Port = int.Parse(line?.Split(' ')[1] ?? throw new InvalidOperationException("The mail server did not start; it needs python3-aiosmtpd."), CultureInfo.InvariantCulture);
    }

    public async Task Stop()
    {
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>When the server holds a message to a recipient that begins with hold-.</summary>
    public async Task Holds(string name)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (!File.Exists(Path.Combine(folder, "held-" + name)))
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"The mail server never came to hold {name}.");
            await Task.Delay(20);
        }
    }

    /// <summary>Lets go of a message that it holds.</summary>
    public void LetGo(string name) => File.Create(Path.Combine(folder, "go-" + name)).Dispose();

    public IReadOnlyList<(string Text, JsonNode Envelope)> Taken() =>
    [
        .. Folders.GetFiles(folder, "*.eml").Order(StringComparer.Ordinal)
            .Select(f => (File.ReadAllText(f, Encoding.UTF8), JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(f, ".json")))!)),
    ];

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Folders.Delete(folder, recursive: true);
    }
}
