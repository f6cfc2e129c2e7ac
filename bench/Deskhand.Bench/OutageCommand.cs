using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Deskhand.Bench.Comparing;

namespace Deskhand.Bench;

/// <summary>
/// <c>bench outage</c>: what an outage of the broker costs. The API's p99 while it hangs, next to that before (bar: within 1.3), and how long it takes until
/// 10,000 events that waited are with it (bar: 30 s).
/// </summary>
internal sealed class OutageCommand
{
    private const double LatencyBar = 1.3;
    private static readonly TimeSpan DrainBar = TimeSpan.FromSeconds(30);
    private readonly Option<string> server = new("--deskhand") { Required = true, Description = "a server with a broker" };
    private readonly Option<string> email = new("--email") { Required = true };
    private readonly Option<string> password = new("--password") { Required = true };
    private readonly Option<int> broker = new("--broker-process") { Required = true, Description = "the broker's process, which is stopped and let go (SIGSTOP, SIGCONT)" };
    private readonly Option<string> sink = new("--sink") { DefaultValueFactory = _ => "rabbitmq" };
    private readonly Option<int> events = new("--events") { DefaultValueFactory = _ => 10_000 };
    private readonly Option<int> seconds = new("--seconds") { Description = "of each turn", DefaultValueFactory = _ => 10 };
    private readonly Option<int> connections = new("--connections") { DefaultValueFactory = _ => 4 };

    public OutageCommand()
    {
        Command = new Command("outage", "Stops the broker while tickets are made, and measures what that costs.") { server, email, password, broker, sink, events, seconds, connections };
        Command.SetAction((options, _) => Run(options));
    }

    public Command Command { get; }

    private async Task<int> Run(ParseResult options)
    {
        using var client = new HttpClient { BaseAddress = new Uri(options.GetRequiredValue(server)) };
        using var signedIn = await client.PostAsJsonAsync("/api/v1/auth/login", new { email = options.GetRequiredValue(email), password = options.GetRequiredValue(password) });
        var token = JsonNode.Parse(await signedIn.Content.ReadAsStringAsync())?["accessToken"]?.ToString() ?? throw new BenchFailed("The sign-in was refused.");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var (wanted, workers, turn, name) = (options.GetValue(events), options.GetValue(connections), TimeSpan.FromSeconds(options.GetValue(seconds)), options.GetValue(sink)!);
        // a server that has just started still compiles what it runs
        await Create(client, workers, TimeSpan.FromSeconds(45));
        // in turns, since a machine is not the same from one moment to the next: the medians are compared
        var (up, down) = (new List<double>(), new List<double>());
        for (var i = 0; i < 3; i++)
        {
            up.Add(await Create(client, workers, turn));
            await Signal(options.GetValue(broker), "STOP");
            down.Add(await Create(client, workers, turn));
            if (i == 2)
                while (await Waiting(client, name) < wanted) await Create(client, workers, TimeSpan.FromSeconds(1));
            await Signal(options.GetValue(broker), "CONT");
            if (i < 2) await Drained(client, name);
        }

        var waited = await Waiting(client, name);
        var clock = Stopwatch.StartNew();
        await Drained(client, name);
        var ratio = down.Order().ElementAt(1) / up.Order().ElementAt(1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"create, p99: {up.Order().ElementAt(1):F1} ms with the broker, {down.Order().ElementAt(1):F1} ms while it hangs ({ratio:F2}); {waited} events that waited were with it {clock.Elapsed.TotalSeconds:F1} s after it went on"));
        return ratio <= LatencyBar && clock.Elapsed <= DrainBar ? 0 : 1;
    }

    /// <summary>Makes tickets for a time, each worker one after the other; answers with the p99 in milliseconds.</summary>
    private static async Task<double> Create(HttpClient client, int workers, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var took = await Task.WhenAll(Enumerable.Range(0, workers).Select(async worker =>
        {
            var each = new List<double>();
            while (clock.Elapsed < time)
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await client.PostAsJsonAsync("/api/v1/tickets", new { subject = $"Made by {worker}" });
                if (!answer.IsSuccessStatusCode) throw new BenchFailed($"A create was answered with {(int)answer.StatusCode}.");
                each.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return each;
        }));
        var all = took.SelectMany(t => t).Order().ToList();
        return all[(int)(all.Count * 0.99)];
    }

    private static async Task Drained(HttpClient client, string sink)
    {
        while (await Waiting(client, sink) > 0) await Task.Delay(50);
    }

    private static async Task<long> Waiting(HttpClient client, string sink) =>
        JsonNode.Parse(await client.GetStringAsync(new Uri("/health", UriKind.Relative)))!["components"]![$"events.{sink}"]?["waiting"]?.GetValue<long>()
            ?? throw new BenchFailed($"The server has no broker {sink}.");

    private static async Task Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
