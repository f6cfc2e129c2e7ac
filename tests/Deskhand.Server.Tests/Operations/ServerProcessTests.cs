using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Deskhand.Server.Tests.Outbox;

namespace Deskhand.Server.Tests.Operations;

[Collection(ServerCollection.Name)]
public sealed class ServerProcessTests : IDisposable
{
    private readonly string folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

    public void Dispose() => Folders.Delete(folder, recursive: true);

    [Fact]
    public async Task It_starts_on_an_empty_folder_refuses_a_second_server_there_and_stops_cleanly()
    {
        await using var server = await ServerProcess.Start(folder);
        using var admin = await server.SignIn();
        Assert.Equal(200, (int)(await admin.GetAsync("/api/v1/tickets")).StatusCode);
        Assert.Equal("ready", await admin.GetStringAsync("/health/ready"));
        // loaded only where it is configured
        Assert.DoesNotContain("kafka", await server.LoadedFiles(), StringComparison.OrdinalIgnoreCase);

        var second = await ServerProcess.Run(folder, ["serve"]);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("in use by process", second.Output, StringComparison.Ordinal);

        var postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(folder, "data", "postgres", "postmaster.pid")))[0]);
        Assert.Equal(0, await server.Terminate());
        Assert.False(Folders.Exists($"/proc/{postmaster}"), "the database outlived the server");
    }

    [Fact]
    public async Task What_is_under_way_when_it_is_told_to_stop_is_answered_and_the_database_ends_with_it()
    {
        await using var server = await ServerProcess.Start(folder);
        using var admin = await server.SignIn();
        var postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(folder, "data", "postgres", "postmaster.pid")))[0]);
        var bytes = new System.IO.Pipelines.Pipe();
        using var form = new MultipartFormDataContent { { new StreamContent(bytes.Reader.AsStream()), "file", "slow.txt" } };
        // more than the client keeps back
        var sent = bytes.Writer.WriteAsync(new byte[256 * 1024]);
        var upload = admin.PostAsync("/api/v1/uploads", form);
        await sent;
        await Eventually.Holds(() => Task.FromResult(Folders.EnumerateFiles(Path.Combine(folder, "data"), "*", SearchOption.AllDirectories).Any(f => f.EndsWith(".part", StringComparison.Ordinal))));

        var stopped = server.Terminate();
        // longer than a program has to end unless it says otherwise
        await Task.Delay(TimeSpan.FromSeconds(4));
        Assert.False(stopped.IsCompleted, server.Output);
        await bytes.Writer.WriteAsync("and the second"u8.ToArray());
        await bytes.Writer.CompleteAsync();

        using var answer = await upload;
        Assert.True((int)answer.StatusCode == 201, await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, await stopped);
        Assert.False(Folders.Exists($"/proc/{postmaster}"), "the database outlived the server");
    }

    [Fact]
    public async Task Commands_work_beside_the_running_server_and_without_it()
    {
        await using (var server = await ServerProcess.Start(folder))
        {
            var doctor = await ServerProcess.Run(folder, ["doctor"]);
            Assert.True(doctor.ExitCode == 0, doctor.Output);
            Assert.Contains("row level security is forced", doctor.Output, StringComparison.Ordinal);
            Assert.Equal(0, (await ServerProcess.Run(folder, ["tenant", "create", "second", "--workflow", "psa"])).ExitCode);
            using var admin = await server.SignIn();
            Assert.Equal(200, (int)(await admin.GetAsync("/api/v1/auth/me")).StatusCode);
            // Sec03: refused, and noted
            using var strange = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me") { Headers = { { "X-Tenant-Id", Guid.NewGuid().ToString() } } };
            Assert.Equal(403, (int)(await admin.SendAsync(strange)).StatusCode);
            Assert.Contains("sent the header X-Tenant-Id of another tenant", server.Output, StringComparison.Ordinal);
        }

        var made = await ServerProcess.Run(folder, ["user", "create", "second", "boss@second.example", "--role", "admin"]);
        Assert.True(made.ExitCode == 0, made.Output);
        Assert.Contains("Password:", made.Output, StringComparison.Ordinal);
        var token = await ServerProcess.Run(folder, ["token", "create", "second", "boss@second.example", "--scope", "tickets:read"]);
        Assert.Matches("^dh_", token.Output);
        Assert.Contains("second", (await ServerProcess.Run(folder, ["tenant", "list"])).Output, StringComparison.Ordinal);
        Assert.Contains("second is suspended", (await ServerProcess.Run(folder, ["tenant", "suspend", "second"])).Output, StringComparison.Ordinal);
        Assert.Contains("(suspended)", (await ServerProcess.Run(folder, ["tenant", "list"])).Output, StringComparison.Ordinal);
        Assert.Contains("second is open", (await ServerProcess.Run(folder, ["tenant", "resume", "second"])).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await ServerProcess.Run(folder, ["tenant", "suspend", "third"])).ExitCode);
        Assert.Contains("applied", (await ServerProcess.Run(folder, ["migrate", "status"])).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await ServerProcess.Run(folder, ["migrate", "down", "--to", "0"])).ExitCode);
        Assert.Equal(0, (await ServerProcess.Run(folder, ["migrate", "down", "--to", "0", "--yes"])).ExitCode);
        Assert.Contains("missing", (await ServerProcess.Run(folder, ["migrate", "status"])).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ServerProcess.Run(folder, ["migrate", "up"])).ExitCode);
    }

    [Fact]
    public async Task A_migration_that_is_killed_in_the_middle_of_a_step_leaves_none_of_it_and_the_next_one_does_it()
    {
        var database = await (await TestCluster.Shared).NewDatabase();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["DESKHAND_DATABASE"] = database };
        Task<(int ExitCode, string Output)> Migrate(params string[] arguments) => ServerProcess.Run(folder, ["migrate", .. arguments], settings);
        await using var owner = Npgsql.NpgsqlDataSource.Create(database);
        async Task<long> Count(string sql)
        {
            await using var command = owner.CreateCommand(sql);
            return (long)(await command.ExecuteScalarAsync())!;
        }

        Assert.Equal(0, (await Migrate("down", "--to", "26", "--yes")).ExitCode);
        await using (var reader = await owner.OpenConnectionAsync())
        await using (await reader.BeginTransactionAsync())
        {
            await using (var read = new Npgsql.NpgsqlCommand("SELECT FROM ticket_search LIMIT 1", reader)) await read.ExecuteNonQueryAsync();
            await using var first = ServerProcess.Begin(folder, ["migrate", "up"], settings);
            // 0027 begins by changing this table, which is being read
            await Eventually.Holds(async () => await Count("SELECT count(*) FROM pg_locks WHERE relation = 'ticket_search'::regclass AND NOT granted") == 1);
            await first.Kill();
            Assert.Contains("missing", (await Migrate("status")).Output, StringComparison.Ordinal);
        }

        var again = await Migrate("up");
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.DoesNotContain("missing", (await Migrate("status")).Output, StringComparison.Ordinal);
        Assert.Equal(1, await Count("SELECT count(*) FROM information_schema.columns WHERE table_name = 'ticket_search' AND column_name = 'facets'"));
    }

    [Theory]
    [InlineData("DESKHAND_PORT", "http")]
    [InlineData("DESKHAND_JWT_SECRET", "short")]
    [InlineData("DESKHAND_JWT_SECRET", "your-256-bit-secret-your-256-bit-secret")]
    [InlineData("DESKHAND_DATABASE", "nonsense")]
    [InlineData("DESKHAND_RABBITMQ_URL", "http://localhost")]
    [InlineData("DESKHAND_KAFKA_BOOTSTRAP", "broker-without-port")]
    [InlineData("DESKHAND_KAFKA_TOPIC_PREFIX", "no blanks")]
    [InlineData("DESKHAND_KAFKA_CONFIG", "/nowhere/kafka.properties")]
    [InlineData("DESKHAND_DIRECTORY_EXCHANGE", "crm.events")]
    [InlineData("DESKHAND_EVENTS_KEPT_DAYS", "7")]
    [InlineData("DESKHAND_ROLES", "web,cook")]
    [InlineData("DESKHAND_CORS_ORIGINS", "*")]
    [InlineData("DESKHAND_PUBLIC_URL", "desk.example.com")]
    [InlineData("DESKHAND_ADMIN_EMAIL", "nobody")]
    [InlineData("DESKHAND_CLAMD", "127.0.0.1")]
    [InlineData("DESKHAND_JWKS_URL", "http://keys.example.com")]
    public async Task A_wrong_setting_stops_the_start_and_names_itself(string name, string value)
    {
        var run = await ServerProcess.Run(folder, ["serve"], new(StringComparer.Ordinal) { [name] = value });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(name, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sec31_Killed_under_a_load_of_creates_it_comes_back_with_every_acknowledged_ticket_no_gap_and_one_event_each_and_what_is_sent_again_is_done_once()
    {
        var (acknowledged, asked) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        static HttpRequestMessage Create(string key) => new(HttpMethod.Post, "/api/v1/tickets") { Content = JsonContent.Create(new { subject = key }), Headers = { { "Idempotency-Key", key } } };
        for (var round = 0; round < 2; round++)
        {
            var server = await ServerProcess.Start(folder);
            using var admin = await server.SignIn();
            using var stop = new CancellationTokenSource();
            var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    try
                    {
                        var key = Guid.NewGuid().ToString();
                        asked.Add(key);
                        using var answer = await admin.SendAsync(Create(key), stop.Token);
                        acknowledged.Add(JsonNode.Parse(await answer.Content.ReadAsStringAsync(stop.Token))!["reference"]!.ToString());
                    }
                    catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
                    {
                        return;
                    }
                }
            })).ToArray();
            var enough = acknowledged.Count + 300;
            var clock = Stopwatch.StartNew();
            while (acknowledged.Count < enough && clock.Elapsed < TimeSpan.FromSeconds(60)) await Task.Delay(5);
            await server.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(load);
            await server.DisposeAsync();
        }

        await using var again = await ServerProcess.Start(folder);
        using var reader = await again.SignIn();
        // whoever got no answer, and some who did, ask once more
        foreach (var key in asked)
        {
            using var repeated = await reader.SendAsync(Create(key));
            Assert.Equal(System.Net.HttpStatusCode.Created, repeated.StatusCode);
        }

        var (references, subjects) = (new List<(long Number, string Reference)>(), new List<string>());
        string? cursor = null;
        do
        {
            var page = JsonNode.Parse(await reader.GetStringAsync("/api/v1/tickets?limit=100&sort=number" + (cursor is null ? "" : $"&cursor={cursor}")))!;
            references.AddRange(page["data"]!.AsArray().Select(t => (t!["number"]!.GetValue<long>(), t["reference"]!.ToString())));
            subjects.AddRange(page["data"]!.AsArray().Select(t => t!["subject"]!.ToString()));
            cursor = page["pagination"]!["nextCursor"]?.ToString();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(1, references.Count).Select(n => (long)n), references.Select(r => r.Number));
        Assert.All(references, r => Assert.EndsWith($"-{r.Number:D6}", r.Reference, StringComparison.Ordinal));
        Assert.Equal(asked.Order(StringComparer.Ordinal), subjects.Order(StringComparer.Ordinal));
        Assert.Empty(acknowledged.Except(references.Select(r => r.Reference), StringComparer.Ordinal));

        var events = new List<string>();
        string? after = null;
        do
        {
            var page = JsonNode.Parse(await reader.GetStringAsync("/api/v1/events?type=ticket.created&limit=100" + (after is null ? "" : $"&after={after}")))!;
            var batch = page["data"]!.AsArray();
            events.AddRange(batch.Select(e => e!["data"]!["ticket"]!["reference"]!.ToString()));
            after = page["pagination"]!["hasMore"]!.GetValue<bool>() ? page["pagination"]!["nextCursor"]!.ToString() : null;
        }
        while (after is not null);
        Assert.Equal(references.Select(r => r.Reference), events.Order(StringComparer.Ordinal));
    }
}
