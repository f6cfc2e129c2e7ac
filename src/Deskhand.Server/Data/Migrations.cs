using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Deskhand.Data;

/// <summary>One step of the schema: a file <c>Data/Schema/NNNN-name.sql</c> with a part that goes up and one that goes down.</summary>
/// <param name="Version">NNNN.</param>
/// <param name="Name">The rest of the file name.</param>
/// <param name="Cost">What the step is expected to cost, from its <c>-- cost:</c> line.</param>
/// <param name="Up">SQL.</param>
/// <param name="Down">SQL.</param>
/// <param name="Checksum">SHA-256 of the file, hex.</param>
internal sealed record Migration(int Version, string Name, string Cost, string Up, string Down, string Checksum)
{
    /// <summary>All steps in this program, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    private static List<Migration> Load()
    {
        var assembly = typeof(Migration).Assembly;
        var all = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var file = string.Join('.', resource.Split('.')[^2..]);
            all.Add(Parse(file, reader.ReadToEnd()));
        }

        return all;
    }

    /// <exception cref="FormatException">The file lacks a part.</exception>
    public static Migration Parse(string file, string sql)
    {
        var up = sql.IndexOf("\n-- up", StringComparison.Ordinal);
        var down = sql.IndexOf("\n-- down", StringComparison.Ordinal);
        if (up < 0 || down < up) throw new FormatException($"{file} needs a line '-- up' and below it a line '-- down'.");
        var cost = sql.Split('\n').FirstOrDefault(l => l.StartsWith("-- cost:", StringComparison.Ordinal))?[8..].Trim() ?? "unknown";
        return new(
            int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture),
            Path.GetFileNameWithoutExtension(file)[5..],
            cost,
            sql[up..down],
            sql[down..],
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }
}

/// <summary>Where one step stands in a database.</summary>
internal sealed record MigrationState(Migration Migration, DateTimeOffset? AppliedAt, bool Changed);

/// <summary>Brings a database to a version of the schema and back. One at a time, by an advisory lock.</summary>
internal sealed class Migrations(NpgsqlDataSource owner, DatabaseRoles roles, ILogger logger)
{
    private const long Lock = 7236000;

    /// <summary>Applies what is missing, each step in a transaction of its own, up to <paramref name="target"/>.</summary>
    /// <exception cref="MigrationException">The database is newer than this program, or an applied step differs from the one in it.</exception>
    public async Task<int> Up(int? target, CancellationToken cancellationToken)
    {
        await using var connection = await LockedAsync(cancellationToken);
        var applied = 0;
        foreach (var state in await States(connection, cancellationToken))
        {
            if (state.AppliedAt is not null || state.Migration.Version > (target ?? int.MaxValue)) continue;
            var migration = state.Migration;
            logger.LogInformation("Migrating to {Version:D4} {Name}; expected cost: {Cost}", migration.Version, migration.Name, migration.Cost);
            var clock = Stopwatch.StartNew();
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await Run(connection, roles.Fill(migration.Up), cancellationToken);
            await using (var note = new NpgsqlCommand(
                "INSERT INTO deskhand_private.migrations (version, name, checksum, applied_at, took_ms) VALUES ($1, $2, $3, now(), $4)", connection)
            {
                Parameters = { Rows.P(migration.Version), Rows.P(migration.Name), Rows.P(migration.Checksum), Rows.P(clock.ElapsedMilliseconds) },
            })
                await note.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            logger.LogInformation("Migrated to {Version:D4} in {Milliseconds} ms", migration.Version, clock.ElapsedMilliseconds);
            applied++;
        }

        return applied;
    }

    /// <summary>Takes back every step above <paramref name="target"/>, newest first.</summary>
    public async Task<int> Down(int target, CancellationToken cancellationToken)
    {
        await using var connection = await LockedAsync(cancellationToken);
        var taken = 0;
        foreach (var state in (await States(connection, cancellationToken)).Reverse())
        {
            if (state.AppliedAt is null || state.Migration.Version <= target) continue;
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await Run(connection, roles.Fill(state.Migration.Down), cancellationToken);
            await using (var note = new NpgsqlCommand("DELETE FROM deskhand_private.migrations WHERE version = $1", connection) { Parameters = { Rows.P(state.Migration.Version) } })
                await note.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            logger.LogInformation("Took back {Version:D4} {Name}", state.Migration.Version, state.Migration.Name);
            taken++;
        }

        return taken;
    }

    /// <summary>Where each step of this program stands.</summary>
    public async Task<IReadOnlyList<MigrationState>> Status(CancellationToken cancellationToken)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellationToken);
        await Prepare(connection, cancellationToken);
        return await States(connection, cancellationToken, strict: false);
    }

    private async Task<NpgsqlConnection> LockedAsync(CancellationToken cancellationToken)
    {
        var connection = await owner.OpenConnectionAsync(cancellationToken);
        await Run(connection, $"SELECT pg_advisory_lock({Lock})", cancellationToken);
        await Prepare(connection, cancellationToken);
        return connection;
    }

    private static Task Prepare(NpgsqlConnection connection, CancellationToken cancellationToken) => Run(connection, """
        CREATE SCHEMA IF NOT EXISTS deskhand_private;
        CREATE TABLE IF NOT EXISTS deskhand_private.migrations (
            version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL, took_ms bigint NOT NULL);
        """, cancellationToken);

    private static async Task<IReadOnlyList<MigrationState>> States(NpgsqlConnection connection, CancellationToken cancellationToken, bool strict = true)
    {
        await using var command = new NpgsqlCommand("SELECT version, name, checksum, applied_at FROM deskhand_private.migrations ORDER BY version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = await Rows.Read(reader, r => (Version: r.GetInt32(0), Name: r.GetString(1), Checksum: r.GetString(2), At: r.GetFieldValue<DateTimeOffset>(3)), cancellationToken);
        var known = Migration.All;
        if (strict && rows.FirstOrDefault(r => known.All(m => m.Version != r.Version)) is { Name: not null } newer)
            throw new MigrationException($"The database is at {newer.Version:D4} {newer.Name}, which this program does not know: it was upgraded by a newer Deskhand. Start that one, or take the step back with it: deskhand migrate down.");
        var states = known.Select(m => rows.FirstOrDefault(r => r.Version == m.Version) is { Name: not null } row
            ? new MigrationState(m, row.At, !string.Equals(row.Checksum, m.Checksum, StringComparison.Ordinal))
            : new MigrationState(m, null, false)).ToList();
        if (strict && states.Find(s => s.Changed) is { } changed)
            throw new MigrationException($"The step {changed.Migration.Version:D4} {changed.Migration.Name} in this program differs from the one that was applied to the database. A step is never edited once released: add a new one.");
        return states;
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The schema of the database and this program do not fit.</summary>
internal sealed class MigrationException(string message) : Exception(message);
