using System.Diagnostics;

namespace Deskhand.Data;

/// <param name="DataFolder">DESKHAND_DATA, claimed by this process (<see cref="Data.DataFolder"/>): two servers must not share a cluster.</param>
/// <param name="BinaryFolder">DESKHAND_POSTGRES_BIN, or null to look for PostgreSQL on this machine.</param>
internal sealed record EmbeddedPostgresOptions(string DataFolder, string? BinaryFolder)
{
    /// <summary>Replaces or adds to <see cref="PostgresSettings"/>; a test switches fsync off with it.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The private cluster cannot be had; the message says what is wrong and what to do.</summary>
internal sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A PostgreSQL of the server's own, for an installation without DESKHAND_DATABASE: made in the data folder at the
/// first start, reached through a private socket only, stopped with the server, found again after the server was killed.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>How long a postmaster may say nothing before it counts as hung.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long it may answer "starting up": replaying max_wal_size of log on a slow disk takes minutes.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan FastShutdownWithin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ImmediateShutdownWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(10);

    private readonly PostgresCluster _cluster;
    private readonly PostgresSecret _secret;
    private readonly ILogger _logger;
    private readonly bool _stopWithUs;
    private Postmaster _postmaster = new(0, "");
    private bool _disposed;

    private EmbeddedPostgres(PostgresCluster cluster, PostgresSecret secret, ILogger logger, bool stopWithUs)
    {
        _cluster = cluster;
        _secret = secret;
        _logger = logger;
        _stopWithUs = stopWithUs;
    }

    /// <summary>Database "deskhand" as its owner: not a superuser, but may create roles and databases.</summary>
    public string OwnerConnectionString => new PostgresAccess(_postmaster.SocketFolder, _secret).Owner;

    /// <summary>The postmaster's.</summary>
    public int ProcessId => _postmaster.ProcessId;

    public string BinaryFolder { get; private set; } = "";

    /// <summary>Starts the cluster, making it first if need be, or adopts the one that a killed server left running.</summary>
    /// <exception cref="EmbeddedPostgresException">With a message for the operator.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            throw new EmbeddedPostgresException("The embedded database runs on Linux only. Set DESKHAND_DATABASE to the connection string of a PostgreSQL server (15 or later).");

        var dataFolder = Path.GetFullPath(options.DataFolder);
        var cluster = new PostgresCluster(dataFolder);
        var version = cluster.MajorVersion;
        var secret = PostgresSecret.LoadOrCreate(dataFolder, clusterExists: version is not null);
        var postgres = new EmbeddedPostgres(cluster, secret, logger, stopWithUs: true);
        try
        {
            if (await postgres.AdoptAsync(cancellationToken))
                return postgres;

            var binaries = PostgresBinaries.Find(options.BinaryFolder, version, cluster.Folder);
            PostgresAccount? account;
            if (version is null)
            {
                account = PostgresAccount.Choose();
                await cluster.CreateAsync(binaries, account, secret, cancellationToken);
                logger.LogInformation("Made a database of PostgreSQL {Version} in {Folder}", binaries.MajorVersion, cluster.Folder);
            }
            else
            {
                account = PostgresAccount.OwnerOf(cluster.Folder);
            }

            await postgres.RunAsync(binaries, account, options.Settings, cancellationToken);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// For a command beside a running server: the server's cluster, which is left running when this is disposed;
    /// null when it does not run.
    /// </summary>
    public static async Task<EmbeddedPostgres?> TryAttachAsync(string dataFolder, ILogger logger, CancellationToken cancellationToken)
    {
        var cluster = new PostgresCluster(Path.GetFullPath(dataFolder));
        if (!OperatingSystem.IsLinux() || cluster.MajorVersion is null)
            return null;
        var secret = PostgresSecret.LoadOrCreate(Path.GetFullPath(dataFolder), clusterExists: true);
        var postgres = new EmbeddedPostgres(cluster, secret, logger, stopWithUs: false);
        return await postgres.AdoptAsync(cancellationToken) ? postgres : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed || !_stopWithUs)
            return;
        _disposed = true;
        if (_postmaster.ProcessId == 0)
            return;

        await StopAsync();
        PostgresCluster.RemoveTemporarySocketFolder(_postmaster.SocketFolder);
    }

    private async Task StopAsync()
    {
        foreach (var (signal, within) in new[] { (Postmaster.FastShutdown, FastShutdownWithin), (Postmaster.ImmediateShutdown, ImmediateShutdownWithin), (Postmaster.Kill, ImmediateShutdownWithin) })
        {
            // asked each time: a process that is gone may have left its number to a stranger
            if (!_postmaster.Carries(_secret.ClusterName))
                return;
            if (signal != Postmaster.FastShutdown)
                _logger.LogWarning("The database did not stop; sending it signal {Signal}", signal);
            _postmaster.Signal(signal);
            var waited = Stopwatch.StartNew();
            while (_postmaster.IsAlive && waited.Elapsed < within)
                await Task.Delay(PollEvery);
        }
    }

    /// <summary>False when no cluster of ours runs any more; then it is safe to start one.</summary>
    private async Task<bool> AdoptAsync(CancellationToken cancellationToken)
    {
        if (Postmaster.Read(_cluster.Folder) is not { } left)
            return false;
        if (left.RunsCluster(_secret.ClusterName, _cluster.Folder))
        {
            _postmaster = left;
            // It may be stopping on behalf of a server that is just going away: then it is gone in a moment.
            if (await ReadyAsync(() => !left.IsAlive, cancellationToken))
            {
                BinaryFolder = Path.GetDirectoryName(new FileInfo($"/proc/{left.ProcessId}/exe").LinkTarget) ?? "";
                if (_stopWithUs)
                    _logger.LogInformation("Took over the running database (process {ProcessId}) of a server that was killed", left.ProcessId);
                return true;
            }

            _postmaster = new Postmaster(0, "");
        }
        else if (_stopWithUs && left.IsAlive && !Postmaster.AnyProcessOf(_secret.ClusterName))
        {
            // A stranger has the number now (usual in containers). PostgreSQL would take it for a running server and refuse.
            File.Delete(Postmaster.PidFile(_cluster.Folder));
        }

        if (_stopWithUs && !left.RunsCluster(_secret.ClusterName, _cluster.Folder))
            PostgresCluster.RemoveTemporarySocketFolder(left.SocketFolder);
        return false;
    }

    private async Task RunAsync(PostgresBinaries binaries, PostgresAccount? account, IReadOnlyDictionary<string, string> overrides, CancellationToken cancellationToken)
    {
        var settings = PostgresSettings.For(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        foreach (var (name, value) in overrides)
            settings[name] = value;
        settings["cluster_name"] = _secret.ClusterName;
        settings["unix_socket_directories"] = _cluster.MakeSocketFolder(account);
        BinaryFolder = binaries.Folder;
        var started = Stopwatch.StartNew();
        while (true)
        {
            var process = _cluster.Launch(binaries, account, "postgres", _cluster.Folder, settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" }));
            _postmaster = new Postmaster(process.Id, settings["unix_socket_directories"]);
            if (await ReadyAsync(() => process.HasExited, cancellationToken))
            {
                WatchFor(process);
                return;
            }

            // The processes of a postmaster that was killed notice within moments; until then the cluster is taken.
            var log = _cluster.LastLines();
            process.Dispose();
            _postmaster = new Postmaster(0, "");
            if (settings["wal_compression"] != "on" && log.Contains("wal_compression", StringComparison.Ordinal))
            {
                // this build has no other method than its own
                settings["wal_compression"] = "on";
                continue;
            }

            if (!log.Contains("pre-existing shared memory block", StringComparison.Ordinal) || started.Elapsed > SilenceLimit)
            {
                PostgresCluster.RemoveTemporarySocketFolder(settings["unix_socket_directories"]);
                throw new EmbeddedPostgresException($"PostgreSQL ({binaries.Folder}) did not start on {_cluster.Folder}. Its log ends:\n{log}");
            }

            await Task.Delay(PollEvery, cancellationToken);
        }
    }

    /// <summary>True when the owner can work in the database, false when the postmaster is gone.</summary>
    private async Task<bool> ReadyAsync(Func<bool> gone, CancellationToken cancellationToken)
    {
        var access = new PostgresAccess(_postmaster.SocketFolder, _secret);
        var waited = Stopwatch.StartNew();
        var limit = SilenceLimit;
        while (true)
        {
            switch (await access.TryAsync(mayRepair: _stopWithUs, cancellationToken))
            {
                case PostgresAnswer.Ready:
                    return true;
                case PostgresAnswer.StartingOrStopping:
                    limit = RecoveryLimit;
                    break;
                case PostgresAnswer.None:
                    break;
            }

            if (gone())
                return false;
            if (waited.Elapsed > limit)
                throw new EmbeddedPostgresException($"PostgreSQL (process {ProcessId}) does not answer. Its log ends:\n{_cluster.LastLines()}");
            await Task.Delay(PollEvery, cancellationToken);
        }
    }

    private void WatchFor(Process process)
    {
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            if (!_disposed)
                _logger.LogCritical("The database stopped by itself. Its log ends:\n{Log}", _cluster.LastLines());
            process.Dispose();
        };
    }
}
