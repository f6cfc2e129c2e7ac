using Npgsql;

namespace Deskhand.Data;

/// <summary>The database of this process: the embedded cluster or a server of the operator's own, with roles made and schema brought up to date.</summary>
internal sealed class ServerDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres? embedded;

    private ServerDatabase(EmbeddedPostgres? embedded, string ownerConnectionString, DatabaseRoles roles, Database database)
    {
        this.embedded = embedded;
        OwnerConnectionString = ownerConnectionString;
        Roles = roles;
        Database = database;
    }

    public Database Database { get; }

    public string OwnerConnectionString { get; }

    public DatabaseRoles Roles { get; }

    public bool IsEmbedded => embedded is not null;

    /// <param name="settings">Which database.</param>
    /// <param name="loggers">For the database's own messages.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <param name="besideServer">Another process runs the embedded cluster: use it, and leave it running.</param>
    public static async Task<ServerDatabase> Open(DeskhandSettings settings, ILoggerFactory loggers, CancellationToken cancellationToken, bool besideServer = false)
    {
        var logger = loggers.CreateLogger("Deskhand.Data");
        var embedded = settings.Database is null
            ? await Embedded(settings, besideServer, logger, cancellationToken)
            : null;
        try
        {
            var connectionString = settings.Database ?? embedded!.OwnerConnectionString;
            await using var owner = OwnerSource(connectionString);
            var roles = await DatabaseRoles.Ensure(owner, cancellationToken);
            return new(embedded, connectionString, roles, new Database(roles.ConnectionString(connectionString), loggers));
        }
        catch
        {
            if (embedded is not null) await embedded.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs migrations as the owner of the schema. Beside them only the partitions of events are kept as the owner (EventRetention).</summary>
    public async Task<T> AsOwner<T>(Func<Migrations, Task<T>> work, ILogger logger)
    {
        await using var owner = OwnerSource(OwnerConnectionString);
        return await work(new Migrations(owner, Roles, logger));
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (embedded is not null) await embedded.DisposeAsync();
    }

    private static async Task<EmbeddedPostgres> Embedded(DeskhandSettings settings, bool besideServer, ILogger logger, CancellationToken cancellationToken) =>
        !besideServer
            ? await EmbeddedPostgres.StartAsync(new(settings.DataFolder, settings.PostgresBinaries), logger, cancellationToken)
            : await EmbeddedPostgres.TryAttachAsync(settings.DataFolder, logger, cancellationToken)
                ?? throw new EmbeddedPostgresException($"The data folder {settings.DataFolder} is in use by a server whose database does not answer yet. Try again in a moment.");

    private static NpgsqlDataSource OwnerSource(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "deskhand-owner" });
}
