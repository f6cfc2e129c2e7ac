using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using RabbitMQ.Client;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>
/// A RabbitMQ of this test run's own: fresh ports on loopback, its own home, cookie and port mapper, all gone at the end. It can be
/// killed, started again and frozen.
/// </summary>
public sealed class Broker : IAsyncLifetime
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private readonly string folder = Folders.CreateTempSubdirectory("deskhand-test-broker-").FullName;
    private readonly int port = FreePort();
    private readonly int mapperPort = FreePort();
    private readonly int distributionPort = FreePort();
    private Process? wrapper;
    private int beam;

    public Uri Url => new($"amqp://guest:guest@127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program)) throw new InvalidOperationException("These tests need RabbitMQ: apt-get install -y rabbitmq-server (./test does it).");
        foreach (var name in new[] { "mnesia", "log", "conf", "home" }) Folders.CreateDirectory(Path.Combine(folder, name));
        var cookie = Path.Combine(folder, "home", ".erlang.cookie");
        await File.WriteAllTextAsync(cookie, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
        await File.WriteAllTextAsync(Path.Combine(folder, "conf", "rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{port}
            loopback_users = none
            log.console = true
            log.console.level = warning

            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "conf", "enabled_plugins"), "[].");
        await Start();
    }

    /// <summary>Starts it, again too; what was durable is still there.</summary>
    public async Task Start()
    {
        var start = Command(Program);
        wrapper = Process.Start(start)!;
        wrapper.OutputDataReceived += (_, _) => { };
        wrapper.ErrorDataReceived += (_, _) => { };
        wrapper.BeginOutputReadLine();
        wrapper.BeginErrorReadLine();
        await Eventually.Holds(CanConnect, 90, "the broker answers");
        beam = Mine("beam.smp").Single();
    }

    /// <summary>Runs a command of rabbitmqctl(8), as an operator would.</summary>
    public async Task Control(params string[] arguments)
    {
        using var control = Process.Start(Command("/usr/lib/rabbitmq/bin/rabbitmqctl", arguments))!;
        var (output, errors) = (control.StandardOutput.ReadToEndAsync(), control.StandardError.ReadToEndAsync());
        await control.WaitForExitAsync();
        Assert.True(control.ExitCode == 0, await output + await errors);
    }

    /// <summary>As a power cut would.</summary>
    public async Task Kill()
    {
        Signal(beam, "KILL");
        await wrapper!.WaitForExitAsync();
        wrapper.Dispose();
        wrapper = null;
    }

    /// <summary>It hangs: connections stay, nothing answers.</summary>
    public void Freeze() => Signal(beam, "STOP");

    public void Thaw() => Signal(beam, "CONT");

    /// <summary>A connection of a test's own.</summary>
    public Task<IConnection> Connect() => new ConnectionFactory { Uri = Url, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    public async Task DisposeAsync()
    {
        if (wrapper is not null)
        {
            Thaw();
            await Kill();
        }

        // the port mapper outlives its node, and other helpers may take a moment
        foreach (var name in new[] { "epmd", "inet_gethost", "erl_child_setup" })
            foreach (var process in Mine(name)) Signal(process, "KILL");
        for (var tries = 0; Folders.Exists(folder); tries++)
            try
            {
                Folders.Delete(folder, recursive: true);
            }
            catch (IOException) when (tries < 50)
            {
                await Task.Delay(100);
            }
    }

    private ProcessStartInfo Command(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = Path.Combine(folder, "home"),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = mapperPort.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_NODENAME"] = $"t{port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_DIST_PORT"] = distributionPort.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "conf", "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "conf", "enabled_plugins"),
            ["RABBITMQ_SERVER_ERL_ARGS"] = "+S 2:2 +sbwt none +sbwtdcpu none",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        })
            start.Environment[name] = value;
        return start;
    }

    private async Task<bool> CanConnect()
    {
        Assert.False(wrapper!.HasExited, "the broker did not start");
        try
        {
            await using var connection = await Connect();
            return true;
        }
        catch (Exception e) when (e is RabbitMQ.Client.Exceptions.BrokerUnreachableException or IOException or SocketException)
        {
            return false;
        }
    }

    /// <summary>The processes of a name that carry this broker's home in their environment.</summary>
    private List<int> Mine(string name)
    {
        var found = new List<int>();
        foreach (var process in Folders.GetDirectories("/proc").Select(Path.GetFileName).Where(p => int.TryParse(p, out _)))
            try
            {
                if (File.ReadAllText($"/proc/{process}/comm").Trim() == name && File.ReadAllText($"/proc/{process}/environ").Contains($"HOME={folder}/home", StringComparison.Ordinal))
                    found.Add(int.Parse(process!, CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // gone meanwhile, or somebody else's
            }

        return found;
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

[CollectionDefinition(Name)]
public sealed class BrokerCollection : ICollectionFixture<Broker>
{
    public const string Name = "broker";
}
