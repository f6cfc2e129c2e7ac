using System.Diagnostics;
using System.Runtime.Versioning;
using Deskhand.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Deskhand.Server.Tests.Data;

[SupportedOSPlatform("linux")]
public sealed class EmbeddedPostgresTests(EmbeddedPostgresTests.StoppedCluster stopped) : IClassFixture<EmbeddedPostgresTests.StoppedCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly string _root = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
    private string _data = "";

    public Task InitializeAsync()
    {
        // An unprivileged user that runs the database for root passes through; the root folder itself stays as mkdtemp made it, closed.
        _data = Folders.CreateDirectory(Path.Combine(_root, "data")).FullName;
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        Folders.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task An_empty_folder_becomes_a_database_whose_owner_is_no_superuser()
    {
        Open(_root);
        await using var postgres = await StartAsync(_data);

        Assert.Equal(
            "deskhand deskhand_owner False True True UTF8 on",
            await ScalarAsync(postgres, """
                SELECT concat_ws(' ', current_database(), rolname, rolsuper::text, rolcreaterole::text, rolcreatedb::text,
                                 current_setting('server_encoding'), current_setting('data_checksums'))
                FROM pg_roles JOIN pg_database ON datdba = pg_roles.oid WHERE datname = current_database() AND rolname = current_user
                """), ignoreCase: true);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_data, "postgres.secret")));
    }

    [Fact]
    public async Task The_database_listens_on_no_port_and_durability_is_on()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await using var postgres = await StartAsync(_data, durable: true);

        Assert.Equal("|on|on|off", await ScalarAsync(postgres,
            "SELECT concat_ws('|', current_setting('listen_addresses'), current_setting('fsync'), current_setting('synchronous_commit'), current_setting('jit'))"));
    }

    [Fact]
    public async Task A_data_folder_below_a_closed_folder_works_for_root_too()
    {
        await using var postgres = await StartAsync(_data);

        Assert.Equal("1", await ScalarAsync(postgres, "SELECT 1::text"));
    }

    [Fact]
    public async Task Letters_are_folded_beyond_ascii()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await using var postgres = await StartAsync(_data);

        Assert.Equal("año", await ScalarAsync(postgres, "SELECT lower('AÑO')"));
    }

    [Fact]
    public async Task Disposing_stops_the_database_cleanly()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        var postgres = await StartAsync(_data);
        await postgres.DisposeAsync();

        Assert.False(Postmaster.Alive(postgres.ProcessId));
        Assert.False(File.Exists(Path.Combine(_data, "postgres/postmaster.pid")));
    }

    [Fact]
    public async Task After_a_kill_of_the_database_what_was_committed_is_there_again()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await using var first = await StartAsync(_data, durable: true);
        await ScalarAsync(first, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (42)");
        Kill(first.ProcessId);

        await using var second = await StartAsync(_data, durable: true);

        Assert.NotEqual(first.ProcessId, second.ProcessId);
        Assert.Equal("42", await ScalarAsync(second, "SELECT id::text FROM kept"));
    }

    [Fact]
    public async Task A_database_left_running_by_a_killed_server_is_adopted_and_stopped_with_its_new_owner()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await using var left = await StartAsync(_data);

        var adopted = await StartAsync(_data);
        Assert.Equal(left.ProcessId, adopted.ProcessId);
        Assert.Equal(left.BinaryFolder, adopted.BinaryFolder);
        Assert.Equal("1", await ScalarAsync(adopted, "SELECT 1::text"));

        await adopted.DisposeAsync();
        Assert.False(Postmaster.Alive(left.ProcessId));
    }

    [Fact]
    public async Task A_command_attaches_to_the_running_database_and_leaves_it_running()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await using var server = await StartAsync(_data);

        await using (var command = await EmbeddedPostgres.TryAttachAsync(_data, NullLogger.Instance, CancellationToken.None))
            Assert.Equal("1", await ScalarAsync(command!, "SELECT 1::text"));

        Assert.True(Postmaster.Alive(server.ProcessId));
    }

    [Fact]
    public async Task Attaching_to_a_folder_without_a_running_database_gives_nothing()
    {
        Assert.Null(await EmbeddedPostgres.TryAttachAsync(_data, NullLogger.Instance, CancellationToken.None));
    }

    [Fact]
    public async Task A_pid_file_whose_number_belongs_to_a_stranger_does_not_stop_the_start()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        var pidFile = Path.Combine(_data, "postgres/postmaster.pid");
        var first = await StartAsync(_data);
        var lines = await File.ReadAllLinesAsync(pidFile);
        await first.DisposeAsync();
        // pid 1 always runs, and is never a postmaster of ours
        await File.WriteAllLinesAsync(pidFile, ["1", .. lines[1..]]);

        await using var second = await StartAsync(_data);

        Assert.Equal("1", await ScalarAsync(second, "SELECT 1::text"));
    }

    [Fact]
    public async Task A_first_start_that_was_cut_off_does_not_spoil_the_folder()
    {
        Open(_root);
        var unfinished = Folders.CreateDirectory(Path.Combine(_data, "postgres.new-1")).FullName;
        await File.WriteAllTextAsync(Path.Combine(unfinished, "PG_VERSION"), "15");

        await using var postgres = await StartAsync(_data);

        Assert.Equal("1", await ScalarAsync(postgres, "SELECT 1::text"));
        Assert.False(Folders.Exists(unfinished));
    }

    [Fact]
    public async Task A_first_start_that_is_cancelled_leaves_nothing_half_made()
    {
        Open(_root);
        using var cancelled = new CancellationTokenSource();
        var starting = EmbeddedPostgres.StartAsync(Options(_data, durable: false), NullLogger.Instance, cancelled.Token);
        await UntilAsync(() => Folders.GetDirectories(_data, "postgres.new-*").Length > 0);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);

        Assert.Empty(Folders.GetDirectories(_data, "postgres*"));
        await using var postgres = await StartAsync(_data);
        Assert.Equal("1", await ScalarAsync(postgres, "SELECT 1::text"));
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_works()
    {
        Open(_root);
        var deep = Path.Combine(_data, new string('d', 120), "with space, and comma");
        Folders.CreateDirectory(deep);
        await UseStoppedClusterAsync(deep);

        string socketFolder;
        await using (var postgres = await StartAsync(deep))
        {
            Assert.Equal("1", await ScalarAsync(postgres, "SELECT 1::text"));
            socketFolder = new NpgsqlConnectionStringBuilder(postgres.OwnerConnectionString).Host!;
        }

        Assert.False(Folders.Exists(socketFolder));
    }

    [Fact]
    public async Task The_temporary_socket_folder_of_a_killed_database_is_removed_by_the_next_start()
    {
        Open(_root);
        var deep = Path.Combine(_data, new string('d', 120));
        Folders.CreateDirectory(deep);
        await UseStoppedClusterAsync(deep);
        await using var first = await StartAsync(deep);
        Kill(first.ProcessId);

        await using var second = await StartAsync(deep);

        Assert.False(Folders.Exists(new NpgsqlConnectionStringBuilder(first.OwnerConnectionString).Host));
        Assert.True(Folders.Exists(new NpgsqlConnectionStringBuilder(second.OwnerConnectionString).Host));
    }

    [Fact]
    public async Task Another_major_version_is_named_with_both_numbers()
    {
        Folders.CreateDirectory(Path.Combine(_data, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(_data, "postgres/PG_VERSION"), "9999\n");
        await File.WriteAllTextAsync(Path.Combine(_data, "postgres.secret"), "a\nb\n");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(_data));

        Assert.Contains("made by PostgreSQL 9999", refusal.Message, StringComparison.Ordinal);
        Assert.Matches("the one found is 1[5-9] ", refusal.Message);
    }

    [Fact]
    public async Task Missing_programs_are_reported_with_what_to_do()
    {
        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() =>
            EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(_data, BinaryFolder: _root), NullLogger.Instance, CancellationToken.None));

        Assert.Contains("DESKHAND_POSTGRES_BIN", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_root, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_secret_is_reported_before_anything_is_started()
    {
        Folders.CreateDirectory(Path.Combine(_data, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(_data, "postgres/PG_VERSION"), "15\n");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(_data));

        Assert.Contains("postgres.secret is missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_of_another_folder_is_reported_as_such()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await File.WriteAllTextAsync(Path.Combine(_data, "postgres.secret"), "other\nother\n");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(_data));

        Assert.Contains("postgres.secret", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_data, "postgres/postmaster.pid")));
    }

    [Fact]
    public async Task A_first_start_that_was_cut_off_before_the_password_was_set_is_completed()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await using (var first = await StartAsync(_data))
            await ScalarAsync(first, "ALTER ROLE deskhand_owner PASSWORD NULL");

        await using var second = await StartAsync(_data);

        Assert.Equal("1", await ScalarAsync(second, "SELECT 1::text"));
    }

    [Fact]
    public async Task A_database_that_cannot_start_says_why()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        await File.AppendAllTextAsync(Path.Combine(_data, "postgres/postgresql.conf"), "no_such_setting = 1\n");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(_data));

        Assert.Contains("no_such_setting", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_without_the_quicker_compression_is_started_with_its_own()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);

        // no build has this one, as some have no lz4
        await using var postgres = await EmbeddedPostgres.StartAsync(
            Options(_data, durable: false) with { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["fsync"] = "off", ["wal_compression"] = "lz5" } }, NullLogger.Instance, CancellationToken.None);

        Assert.Equal("pglz", await ScalarAsync(postgres, "SELECT current_setting('wal_compression')"));
    }

    [Fact]
    public async Task The_databases_own_death_is_logged()
    {
        await UseStoppedClusterAsync(_data);
        Open(_root);
        var log = new HeardLog<EmbeddedPostgres>(LogLevel.Critical);
        await using var postgres = await EmbeddedPostgres.StartAsync(Options(_data, durable: false), log, CancellationToken.None);
        Kill(postgres.ProcessId);

        await UntilAsync(() => log.Heard.Any(h => h.Message.StartsWith("The database stopped by itself", StringComparison.Ordinal)));
    }

    /// <summary>A copy with owners and modes, some ten times faster than making a cluster.</summary>
    private async Task UseStoppedClusterAsync(string data)
    {
        using var copy = Process.Start("cp", ["-a", stopped.Data + "/.", data]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }

    private static Task<EmbeddedPostgres> StartAsync(string data, bool durable = false) =>
        EmbeddedPostgres.StartAsync(Options(data, durable), NullLogger.Instance, CancellationToken.None);

    private static EmbeddedPostgresOptions Options(string data, bool durable) => new(data, BinaryFolder: null)
    {
        Settings = durable ? new Dictionary<string, string>(StringComparer.Ordinal) : new(StringComparer.Ordinal) { ["fsync"] = "off" },
    };

    private static async Task<string?> ScalarAsync(EmbeddedPostgres postgres, string query)
    {
        await using var source = NpgsqlDataSource.Create(postgres.OwnerConnectionString);
        await using var command = source.CreateCommand(query);
        return (string?)await command.ExecuteScalarAsync();
    }

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    private static void Open(string folder) =>
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private static async Task UntilAsync(Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < Deadline, "the condition was not met in time");
            await Task.Delay(5);
        }
    }

    public sealed class StoppedCluster : IAsyncLifetime
    {
        public string Data { get; } = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

        public async Task InitializeAsync() => await (await StartAsync(Data)).DisposeAsync();

        public Task DisposeAsync()
        {
            Folders.Delete(Data, recursive: true);
            return Task.CompletedTask;
        }
    }
}
