namespace Deskhand.Data;

/// <summary>What the private cluster is started with; given on the command line, so that an upgrade of Deskhand changes them.</summary>
internal static class PostgresSettings
{
    private const long MiB = 1024 * 1024;

    /// <param name="memoryBytes">What the machine, or this container, has.</param>
    public static Dictionary<string, string> For(long memoryBytes) => new(StringComparer.Ordinal)
    {
        // an eighth, because the server and the page cache live on the same machine
        ["shared_buffers"] = $"{Math.Clamp(memoryBytes / 8, 128 * MiB, 8192 * MiB) / MiB}MB",
        ["max_connections"] = "100",
        ["work_mem"] = "16MB",
        ["maintenance_work_mem"] = "128MB",

        // a commit that was acknowledged survives a power cut
        ["fsync"] = "on",
        ["synchronous_commit"] = "on",
        // full-page images after a checkpoint are most of the log: compress them, and checkpoint seldom. The older method takes longer over a page
        // than the index over its words; a build without lz4 is started with it all the same (EmbeddedPostgres)
        ["wal_compression"] = "lz4",
        ["max_wal_size"] = "4GB",
        ["checkpoint_timeout"] = "15min",

        // compiling takes longer than the short queries of a desk run
        ["jit"] = "off",
        // solid state disks: a random read costs about as much as a sequential one, and many go at once
        ["random_page_cost"] = "1.1",
        ["effective_io_concurrency"] = "200",

        // the default (a fifth of the table) lets a million tickets collect 200,000 dead rows and a stale plan
        ["autovacuum_vacuum_scale_factor"] = "0.02",
        ["autovacuum_analyze_scale_factor"] = "0.05",
        // append-only tables (history, outbox): keep the visibility map fresh for index-only scans
        ["autovacuum_vacuum_insert_scale_factor"] = "0.05",
        ["autovacuum_naptime"] = "15s",
        ["autovacuum_vacuum_cost_limit"] = "1000",

        // no port: nobody but this machine's server can reach it
        ["listen_addresses"] = "",
        // part of the socket's name all the same
        ["port"] = "5432",
        ["unix_socket_permissions"] = "0700",

        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        // seven files, one a weekday, each overwritten a week later: bounded without anyone tidying up
        ["logging_collector"] = "on",
        ["log_directory"] = "log",
        ["log_filename"] = "postgres-%a.log",
        ["log_rotation_age"] = "1d",
        ["log_rotation_size"] = "0",
        ["log_truncate_on_rotation"] = "on",
    };
}
