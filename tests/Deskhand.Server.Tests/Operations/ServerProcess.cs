using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Deskhand.Server.Tests.Operations;

/// <summary>The real program in a process of its own, with its embedded database in a folder of its own: what can be killed.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private readonly Process process;
    private readonly List<string> output = [];
    private readonly TaskCompletionSource<Uri> serves = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, e) => Line(e.Data);
        process.ErrorDataReceived += (_, e) => Line(e.Data);
        process.Exited += (_, _) => serves.TrySetException(new InvalidOperationException("The server ended: " + Output));
        process.EnableRaisingEvents = true;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public const string Email = "admin@example.com";
    public const string Password = "correct-horse-7431";

    public Uri Address { get; private set; } = null!;

    public DateTimeOffset StartedAt { get; } = DateTimeOffset.UtcNow;

    public string Output
    {
        get
        {
            lock (output) return string.Join('\n', output);
        }
    }

    /// <summary>Starts <c>deskhand serve</c> on a data folder and waits until it serves.</summary>
    public static async Task<ServerProcess> Start(string folder, string[]? arguments = null, Dictionary<string, string>? settings = null)
    {
        var server = new ServerProcess(New(folder, arguments ?? ["serve", "--empty"], settings));
        try
        {
            server.Address = await server.serves.Task.WaitAsync(Deadline);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a command and waits for nothing.</summary>
    public static ServerProcess Begin(string folder, string[] arguments, Dictionary<string, string>? settings = null) => new(New(folder, arguments, settings));

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output)> Run(string folder, string[] arguments, Dictionary<string, string>? settings = null)
    {
        await using var command = Begin(folder, arguments, settings);
        await command.process.WaitForExitAsync().WaitAsync(Deadline);
        command.process.WaitForExit();
        return (command.process.ExitCode, command.Output);
    }

    /// <summary>A client signed in as the administrator.</summary>
    public async Task<HttpClient> SignIn()
    {
        var client = new HttpClient { BaseAddress = Address };
        using var answer = await client.PostAsJsonAsync("/api/v1/auth/login", new { email = Email, password = Password });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", JsonNode.Parse(text)!["accessToken"]!.ToString());
        return client;
    }

    /// <summary>One request below <c>/api/v1/</c> that must succeed.</summary>
    public static async Task<JsonNode> Send(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/v1/" + path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The files that its memory maps, libraries among them; proc(5).</summary>
    public Task<string> LoadedFiles() => File.ReadAllTextAsync($"/proc/{process.Id}/maps");

    /// <summary>SIGKILL: nothing of the server runs on, its database does.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Deadline);
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync().WaitAsync(Deadline);
        process.WaitForExit();
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await Terminate();
        process.Dispose();
    }

    private static Process New(string folder, string[] arguments, Dictionary<string, string>? settings)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet", [Repository.File($"src/Deskhand.Server/bin/{configuration}/net10.0/deskhand.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DESKHAND_DATA"] = Path.Combine(folder, "data"),
            ["DESKHAND_PORT"] = "0",
            ["DESKHAND_ADMIN_EMAIL"] = Email,
            ["DESKHAND_ADMIN_PASSWORD"] = Password,
            ["DESKHAND_RATE_LIMIT"] = "1000000",
        }.Concat(settings ?? []))
            start.Environment[name] = value;
        return new Process { StartInfo = start };
    }

    private void Line(string? line)
    {
        if (line is null) return;
        lock (output) output.Add(line);
        if (Serves().Match(line) is { Success: true } match) serves.TrySetResult(new Uri(match.Groups["address"].Value));
    }

    [GeneratedRegex(@"serves on (?<address>http://\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Serves();
}

/// <summary>
/// The tests whose servers are processes of their own, one after the other: each start takes a processor for some seconds, and several at once would not
/// be up in time.
/// </summary>
[CollectionDefinition(Name)]
public sealed class ServerCollection
{
    public const string Name = "servers";
}
