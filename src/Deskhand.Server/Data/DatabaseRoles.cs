using System.Security.Cryptography;
using Npgsql;

namespace Deskhand.Data;

/// <summary>
/// The roles of one database: {app}, as which the server works, and {system}, which owns the functions that look across tenants.
/// Neither is a superuser, bypasses row level security or owns a table. The server's password is made here and kept where only the owner reads it.
/// </summary>
/// <param name="App">Role name.</param>
/// <param name="System">Role name.</param>
/// <param name="AppPassword">The application role's password.</param>
internal sealed record DatabaseRoles(string App, string System, string AppPassword)
{
    /// <summary>Puts the role names into a statement of the schema.</summary>
    public string Fill(string sql) => sql.Replace("{app}", App, StringComparison.Ordinal).Replace("{system}", System, StringComparison.Ordinal);

    /// <summary>Finds the roles of a database, and makes them the first time.</summary>
    public static async Task<DatabaseRoles> Ensure(NpgsqlDataSource owner, CancellationToken cancellationToken)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Run("SELECT pg_advisory_xact_lock(7236002)");
        await Run("""
            CREATE SCHEMA IF NOT EXISTS deskhand_private;
            CREATE TABLE IF NOT EXISTS deskhand_private.roles (app text NOT NULL, system text NOT NULL, app_password text NOT NULL);
            """);
        if (await Find() is { } found) return found;

        // roles belong to the whole cluster, so their names carry the database's
        var suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var roles = new DatabaseRoles($"deskhand_app_{suffix}", $"deskhand_system_{suffix}", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        try
        {
            await Run($"""
                CREATE ROLE {roles.App} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '{roles.AppPassword}';
                CREATE ROLE {roles.System} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
                GRANT {roles.System} TO CURRENT_USER;
                GRANT USAGE ON SCHEMA public TO {roles.App};
                GRANT USAGE, CREATE ON SCHEMA public TO {roles.System};
                """);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MigrationException($"The role of DESKHAND_DATABASE may not create roles ({e.MessageText}). Deskhand works as a role of its own that cannot pass row level security; allow its making once: ALTER ROLE … CREATEROLE, and let it own the database.");
        }

        await using (var note = new NpgsqlCommand("INSERT INTO deskhand_private.roles VALUES ($1, $2, $3)", connection)
        {
            Parameters = { Rows.P(roles.App), Rows.P(roles.System), Rows.P(roles.AppPassword) },
        })
            await note.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return roles;

        async Task<DatabaseRoles?> Find()
        {
            await using var command = new NpgsqlCommand("SELECT app, system, app_password FROM deskhand_private.roles", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = await Rows.Read(reader, r => new DatabaseRoles(r.GetString(0), r.GetString(1), r.GetString(2)), cancellationToken);
            return rows.SingleOrDefault();
        }

        async Task Run(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The owner's connection string with the application role in place of the owner.</summary>
    public string ConnectionString(string ownerConnectionString) =>
        new NpgsqlConnectionStringBuilder(ownerConnectionString) { Username = App, Password = AppPassword }.ConnectionString;
}
