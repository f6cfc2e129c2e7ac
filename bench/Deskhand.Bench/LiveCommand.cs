using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Deskhand.Bench.Comparing;
using Deskhand.Bench.Driving;

namespace Deskhand.Bench;

/// <summary>
/// <c>bench live</c>: how long after a change it is heard by a thousand clients of the hub while a hundred changes a second are made, what that costs
/// the server, and what it costs those who ask the API. The bar is 150 ms at p99.
/// </summary>
internal sealed class LiveCommand
{
    private static readonly TimeSpan Bar = TimeSpan.FromMilliseconds(150);

    /// <summary>Load that is not measured: the runtime still compiles what is new to it, in the background and twice over.</summary>
    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(20);

    private const int Tickets = 200;
    private const int ReadsPerSecond = 50;
    private static readonly string[] Scopes = ["tickets:read"];
    private readonly Option<string> deskhand = new("--deskhand") { Required = true };
    private readonly Option<int> process = new("--deskhand-process") { Required = true };
    private readonly Option<string> email = new("--email") { Required = true };
    private readonly Option<string> password = new("--password") { Required = true };
    private readonly Option<int> clients = new("--clients") { DefaultValueFactory = _ => 1000 };
    private readonly Option<int> changes = new("--changes") { Description = "a second", DefaultValueFactory = _ => 100 };
    private readonly Option<int> seconds = new("--seconds") { DefaultValueFactory = _ => 25 };
    private readonly Option<string> data;

    public LiveCommand(Option<string> data)
    {
        this.data = data;
        Command = new Command("live", "Connects clients to the hub of a running server, changes tickets, and measures when the clients hear of it.")
        {
            data, deskhand, process, email, password, clients, changes, seconds,
        };
        Command.SetAction((options, _) => Run(options));
    }

    public Command Command { get; }

    private async Task<int> Run(ParseResult options)
    {
        await using var desk = await Desk.Open(options.GetRequiredValue(data));
        var (address, server) = (new Uri(options.GetRequiredValue(deskhand)), options.GetRequiredValue(process));
        var (rate, length) = (options.GetValue(changes), TimeSpan.FromSeconds(options.GetValue(seconds)));
        using var api = await SignIn(address, options.GetRequiredValue(email), options.GetRequiredValue(password));
        var tickets = await Task.WhenAll(Enumerable.Range(0, Tickets).Select(n => NewTicket(api, n)));
        var tokens = new List<string>();
        // fifty connections to a token are allowed
        for (var i = 0; i < options.GetValue(clients) / 50; i++) tokens.Add(await NewToken(api, i));
        Say($"{tokens.Count} tokens, {tickets.Length} tickets; the server takes {Memory(server)} MB");

        // what is asked of the API while nobody listens, and once more with everybody there; the first seconds are for the compiler
        await Load(api, tickets, rate, Compiling);
        var alone = await Load(api, tickets, rate, TimeSpan.FromSeconds(10));
        Say($"without clients: {alone}");

        var heard = new Latencies();
        var listeners = new List<LiveClient>();
        var connecting = Stopwatch.StartNew();
        foreach (var token in tokens) listeners.AddRange(await Task.WhenAll(Enumerable.Range(0, options.GetValue(clients) / tokens.Count).Select(_ => LiveClient.Open(address, token, heard))));
        Say($"{listeners.Count} clients connected and joined in {connecting.Elapsed.TotalSeconds:F1} s; the server takes {Memory(server)} MB");
        await Load(api, tickets, rate, Compiling);
        await Quiet(listeners);

        heard.Clear();
        foreach (var listener in listeners) listener.Events = 0;
        var (ours, database, own, clock) = (ProcessorTime.Of(server), ProcessorTime.OfFamily(desk.Postmaster), ProcessorTime.Of(Environment.ProcessId), Stopwatch.StartNew());
        var with = await Load(api, tickets, rate, length);
        var took = clock.Elapsed;
        Say($"with clients: {with}");
        Say($"processors: server {Share(ProcessorTime.Of(server) - ours)}, database {Share(ProcessorTime.OfFamily(desk.Postmaster) - database)}, the clients and this program {Share(ProcessorTime.Of(Environment.ProcessId) - own)}; the server takes {Memory(server)} MB");
        await Quiet(listeners);
        var (fewest, most) = (listeners.Min(l => l.Events), listeners.Max(l => l.Events));
        Say($"live: {heard.Count} told, each client heard {fewest} to {most} events of {with.Changes} changes, {listeners.Count(l => l.HasEnded)} clients were cut");
        Say($"change to client: p50 {heard.At(0.5)} ms, p90 {heard.At(0.9)} ms, p99 {heard.At(0.99)} ms, longest {heard.At(1)} ms");
        foreach (var listener in listeners) listener.Dispose();
        return heard.At(0.99) < Bar.TotalMilliseconds && fewest == most && fewest >= with.Changes ? 0 : 1;

        string Share(TimeSpan time) => (time / took).ToString("F2", CultureInfo.InvariantCulture);
    }

    /// <summary>Changes tickets and reads them at an even pace, whatever the answers take.</summary>
    private static async Task<LoadTaken> Load(HttpClient api, string[] tickets, int changesPerSecond, TimeSpan length)
    {
        var (reads, writes, clock) = (new Latencies(), new Latencies(), Stopwatch.StartNew());
        var asked = new List<Task>();
        var (read, written) = (0, 0);
        while (clock.Elapsed < length)
        {
            for (; written < clock.Elapsed.TotalSeconds * changesPerSecond; written++) asked.Add(Change(written));
            for (; read < clock.Elapsed.TotalSeconds * ReadsPerSecond; read++) asked.Add(Read(read));
            await Task.Delay(2);
        }

        await Task.WhenAll(asked);
        return new LoadTaken(written, reads.At(0.5), reads.At(0.99), writes.At(0.5), writes.At(0.99));

        async Task Change(int n)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await api.PatchAsync(new Uri($"/api/v1/tickets/{tickets[n % tickets.Length]}", UriKind.Relative),
                new StringContent(JsonSerializer.Serialize(new { subject = $"Subject {Guid.NewGuid()}" }), Encoding.UTF8, "application/merge-patch+json"));
            if (!answer.IsSuccessStatusCode) throw new BenchFailed($"A change was answered with {answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            writes.Add(Stopwatch.GetElapsedTime(began));
        }

        async Task Read(int n)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await api.GetAsync(new Uri($"/api/v1/tickets/{tickets[n * 7 % tickets.Length]}", UriKind.Relative));
            await answer.Content.ReadAsByteArrayAsync();
            reads.Add(Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>Waits until nothing more arrives.</summary>
    private static async Task Quiet(List<LiveClient> listeners)
    {
        long before;
        do
        {
            before = listeners.Sum(l => (long)l.Events);
            await Task.Delay(1000);
        }
        while (listeners.Sum(l => (long)l.Events) != before);
    }

    private static async Task<HttpClient> SignIn(Uri address, string email, string password)
    {
        var api = new HttpClient { BaseAddress = address };
        using var answer = await api.PostAsJsonAsync(new Uri("/api/v1/auth/login", UriKind.Relative), new { email, password });
        answer.EnsureSuccessStatusCode();
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Member(answer, "accessToken"));
        return api;
    }

    private static async Task<string> NewTicket(HttpClient api, int n)
    {
        using var answer = await api.PostAsJsonAsync(new Uri("/api/v1/tickets", UriKind.Relative), new { subject = $"Ticket {n}" });
        answer.EnsureSuccessStatusCode();
        return await Member(answer, "id");
    }

    private static async Task<string> NewToken(HttpClient api, int n)
    {
        using var answer = await api.PostAsJsonAsync(new Uri("/api/v1/api-tokens", UriKind.Relative), new { name = $"live {n}", scopes = Scopes });
        answer.EnsureSuccessStatusCode();
        return await Member(answer, "token");
    }

    private static async Task<string> Member(HttpResponseMessage answer, string name)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return json.RootElement.GetProperty(name).GetString()!;
    }

    /// <summary>Resident memory of a process in megabytes: proc(5), VmRSS.</summary>
    private static long Memory(int id) =>
        long.Parse(File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

    private sealed record LoadTaken(int Changes, double ReadP50, double ReadP99, double WriteP50, double WriteP99)
    {
        public override string ToString() => FormattableString.Invariant($"{Changes} changes, p50 {WriteP50} ms, p99 {WriteP99} ms; reads p50 {ReadP50} ms, p99 {ReadP99} ms");
    }
}
