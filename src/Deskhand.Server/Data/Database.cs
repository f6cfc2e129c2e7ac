using Npgsql;

namespace Deskhand.Data;

/// <summary>The pool of connections the server works with. They belong to the application role, which row level security binds.</summary>
internal sealed class Database : IAsyncDisposable
{
    public Database(string connectionString, ILoggerFactory? loggers = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // About four connections a core give the throughput of many more at a tenth of the p99 (docs/benchmarks.md).
            MaxPoolSize = Math.Max(8, Environment.ProcessorCount * 4),
            // Preparing by itself halves the CPU of a short statement; nothing is kept in a session, so nothing needs resetting.
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            // a page of a list is some 50 KB: read at once where it is there, instead of in six parts
            ReadBufferSize = 64 * 1024,
            ApplicationName = "deskhand",
            IncludeErrorDetail = false,
        };
        ConnectionString = settings.ConnectionString;
        var builder = new NpgsqlDataSourceBuilder(ConnectionString);
        if (loggers is not null) builder.UseLoggerFactory(loggers);
        Source = builder.Build();
        Disk = new DiskWait(Source);
    }

    public NpgsqlDataSource Source { get; }

    public DiskWait Disk { get; }

    public string ConnectionString { get; }

    /// <summary>Access to the rows of one tenant.</summary>
    public TenantSession For(Guid tenantId) => new(this, tenantId);

    /// <summary>
    /// The turns of those who lock a tenant's counters. Only one can hold them; a few more in line keep it busy, and whoever comes after these waits
    /// here, where it costs the database neither a connection nor a place in the queue of a row.
    /// </summary>
    public Turns Drawing { get; } = new(atOnce: 4);

    /// <summary>Asks one of the narrow functions that look across tenants (listed in ARCHITECTURE.md).</summary>
    public async Task<List<T>> AcrossTenants<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = Source.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await Rows.Read(reader, map, cancellationToken);
    }

    /// <summary>Whoever reacts to notifications in this process; see <see cref="DatabaseListener"/>.</summary>
    public Action<string, string?> Heard { get; set; } = (_, _) => { };

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
