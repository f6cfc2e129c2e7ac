using Deskhand.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Deskhand.Server.Tests;

/// <summary>The PostgreSQL of this test run: one private cluster with a migrated template, from which each test class gets a database of its own.</summary>
internal sealed class TestCluster
{
    private static readonly Lazy<Task<TestCluster>> One = new(Start);
    private static int databases;
    private readonly EmbeddedPostgres postgres;

    private TestCluster(EmbeddedPostgres postgres, string folder)
    {
        this.postgres = postgres;
        // the run ends with its process, and its database with the run
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            postgres.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Folders.Delete(folder, recursive: true);
        };
    }

    public static Task<TestCluster> Shared => One.Value;

    /// <summary>Connection string of the owner of a new database, migrated and empty.</summary>
    public async Task<string> NewDatabase()
    {
        var name = $"desk_{Interlocked.Increment(ref databases)}";
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Owner("postgres")) { Pooling = false }.ConnectionString);
        await owner.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE deskhand", owner);
        await create.ExecuteNonQueryAsync();
        return Owner(name);
    }

    private string Owner(string database) =>
        new NpgsqlConnectionStringBuilder(postgres.OwnerConnectionString) { Database = database }.ConnectionString;

    private static async Task<TestCluster> Start()
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;
        var postgres = await EmbeddedPostgres.StartAsync(new(folder, null)
        {
            // tests of what survives a kill start a cluster of their own; here only the SQL matters
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["fsync"] = "off", ["shared_buffers"] = "128MB", ["max_connections"] = "400" },
        }, NullLogger.Instance, CancellationToken.None);
        var cluster = new TestCluster(postgres, folder);
        var settings = DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DESKHAND_DATA"] = folder,
            ["DESKHAND_DATABASE"] = cluster.Owner("deskhand"),
        }).Build());
        await using var database = await ServerDatabase.Open(settings, NullLoggerFactory.Instance, CancellationToken.None);
        await database.AsOwner(m => m.Up(null, CancellationToken.None), NullLogger.Instance);
        return cluster;
    }
}
