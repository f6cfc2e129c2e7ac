using Npgsql;

namespace Deskhand.Data;

internal enum PostgresAnswer
{
    /// <summary>No socket, or nobody at it.</summary>
    None,
    StartingOrStopping,
    Ready,
}

/// <summary>Who may do what in the private cluster: the superuser makes the owner and its database, and is not used after that.</summary>
internal sealed class PostgresAccess(string socketFolder, PostgresSecret secret)
{
    private const string OwnerRole = "deskhand_owner";
    private const string DatabaseName = "deskhand";

    public string Owner => ConnectionString(DatabaseName, OwnerRole, secret.OwnerPassword, pooling: true);

    /// <summary>With <paramref name="mayRepair"/> the role and the database are made if they are missing: at the first start, or after one that was cut off.</summary>
    /// <exception cref="EmbeddedPostgresException">It answers, but not to us.</exception>
    public async Task<PostgresAnswer> TryAsync(bool mayRepair, CancellationToken cancellationToken)
    {
        try
        {
            if (await TryOwnerAsync(cancellationToken))
                return PostgresAnswer.Ready;
            if (mayRepair)
            {
                await CreateDatabaseAsync(cancellationToken);
                if (await TryOwnerAsync(cancellationToken))
                    return PostgresAnswer.Ready;
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown)
        {
            return PostgresAnswer.StartingOrStopping;
        }
        catch (PostgresException e)
        {
            throw new EmbeddedPostgresException($"The embedded database refuses its own server: {e.MessageText}. Does postgres.secret belong to this data folder?", e);
        }
        catch (NpgsqlException)
        {
            return PostgresAnswer.None;
        }

        throw new EmbeddedPostgresException("The embedded database has no database for Deskhand. Start the server first: it makes one.");
    }

    /// <summary>False when the role, its password or the database is not there.</summary>
    private async Task<bool> TryOwnerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString(DatabaseName, OwnerRole, secret.OwnerPassword, pooling: false));
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidCatalogName)
        {
            return false;
        }
    }

    /// <summary>Every statement holds when an earlier start was cut off between two of them.</summary>
    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres", "postgres", secret.SuperuserPassword, pooling: false));
        await connection.OpenAsync(cancellationToken);
        if (!await ExistsAsync("SELECT FROM pg_roles WHERE rolname = $1", OwnerRole))
            await ExecuteAsync($"CREATE ROLE {OwnerRole}");
        await ExecuteAsync($"ALTER ROLE {OwnerRole} LOGIN NOSUPERUSER CREATEROLE CREATEDB PASSWORD '{secret.OwnerPassword}'");
        if (!await ExistsAsync("SELECT FROM pg_database WHERE datname = $1", DatabaseName))
            await ExecuteAsync($"CREATE DATABASE {DatabaseName} OWNER {OwnerRole}");

        async Task<bool> ExistsAsync(string query, string name)
        {
            await using var command = new NpgsqlCommand(query, connection) { Parameters = { new() { Value = name } } };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken);
        }

        async Task ExecuteAsync(string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private string ConnectionString(string database, string user, string password, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = socketFolder,
        Database = database,
        Username = user,
        Password = password,
        Pooling = pooling,
    }.ConnectionString;
}
