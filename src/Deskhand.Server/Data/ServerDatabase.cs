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

    public static async Task<ServerDatabase> Open(DeskhandSettings settings, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger("Deskhand.Data");
        var embedded = settings.Database is null
            ? await EmbeddedPostgres.StartAsync(new(settings.DataFolder, settings.PostgresBinaries), logger, cancellationToken)
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

    /// <summary>Runs something as the owner of the schema: migrations, and nothing else.</summary>
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

    private static NpgsqlDataSource OwnerSource(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "deskhand-owner" });
}
