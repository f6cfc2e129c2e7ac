using System.Globalization;
using Deskhand.Bench.Comparing;
using Deskhand.Bench.Loading;
using Npgsql;

namespace Deskhand.Bench;

/// <summary>The desk under test, seen from below: the embedded database of a data folder, as its superuser.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private Desk(int postmaster, string connectionString, NpgsqlDataSource database, Guid tenant)
    {
        Postmaster = postmaster;
        ConnectionString = connectionString;
        Database = database;
        Tenant = tenant;
    }

    /// <summary>Process id of PostgreSQL.</summary>
    public int Postmaster { get; }

    public string ConnectionString { get; }

    public NpgsqlDataSource Database { get; }

    public Guid Tenant { get; }

    /// <summary>Opens the database of a running server that was started with that DESKHAND_DATA; it must have one tenant.</summary>
    public static async Task<Desk> Open(string dataFolder)
    {
        // lines: process id, data folder, start time, port, socket folder
        var running = await File.ReadAllLinesAsync(Path.Combine(dataFolder, "postgres", "postmaster.pid"));
        var secret = await File.ReadAllLinesAsync(Path.Combine(dataFolder, "postgres.secret"));
        var connectionString = new NpgsqlConnectionStringBuilder
        {
            Host = running[4],
            Port = int.Parse(running[3], CultureInfo.InvariantCulture),
            Database = "deskhand",
            Username = "postgres",
            Password = secret[0],
        }.ConnectionString;
        var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand("SELECT tenant_id FROM tenants");
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync()) throw new BenchFailed("The desk has no tenant yet.");
        var tenant = row.GetGuid(0);
        if (await row.ReadAsync()) throw new BenchFailed("The desk has several tenants; give the benchmark a data folder of its own.");
        return new Desk(int.Parse(running[0], CultureInfo.InvariantCulture), connectionString, database, tenant);
    }

    public async Task<long> Tickets()
    {
        await using var command = Database.CreateCommand("SELECT count(*) FROM tickets WHERE created_at < $1");
        command.Parameters.Add(new() { Value = LoadSize.End });
        command.CommandTimeout = 120;
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<Guid> SomeAgent()
    {
        await using var command = Database.CreateCommand("SELECT id FROM users WHERE tenant_id = $1 ORDER BY id LIMIT 1");
        command.Parameters.Add(new() { Value = Tenant });
        return await command.ExecuteScalarAsync() is Guid id ? id : throw new BenchFailed("The desk has no agents: load it first.");
    }

    /// <summary>Takes away what earlier runs have written, and makes the sequence that the floor numbers its tickets by, far from the desk's counters.</summary>
    public async Task Tidy()
    {
        // no triggers and no foreign keys: the rows go in an order that leaves none behind
        await using var connection = await Database.OpenConnectionAsync();
        foreach (var statement in new[]
        {
            "SET session_replication_role = replica",
            "TRUNCATE events, event_deliveries, event_stream, idempotency_keys",
            $"DELETE FROM history WHERE at > '{LoadSize.End:O}'",
            $"DELETE FROM ticket_comments WHERE created_at > '{LoadSize.End:O}'",
            $"DELETE FROM tickets WHERE created_at > '{LoadSize.End:O}'",
            // the indexer may still be at what an earlier run left
            "BEGIN; LOCK ticket_search; DELETE FROM ticket_search s WHERE NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id); COMMIT",
            "DELETE FROM ticket_sla s WHERE NOT EXISTS (SELECT 1 FROM tickets t WHERE t.tenant_id = s.tenant_id AND t.id = s.ticket_id)",
            "VACUUM ANALYZE",
            "CREATE SCHEMA IF NOT EXISTS bench",
            "CREATE SEQUENCE IF NOT EXISTS bench.floor_number START 500000001 CACHE 64",
            "CHECKPOINT",
            "RESET session_replication_role",
        })
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync();
        }
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
