using System.Globalization;
using System.Runtime.InteropServices;
using Deskhand.Bench.Driving;
using Npgsql;

namespace Deskhand.Bench.Comparing;

/// <summary>Where and with what a table of figures came to be.</summary>
internal static class Machine
{
    private const string Autogrouping = "/proc/sys/kernel/sched_autogroup_enabled";

    public static async Task<IReadOnlyList<(string What, string Value)>> Describe(Desk desk, string? commit, bool useWrk) =>
    [
        ("date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
        ("commit", commit ?? "unknown"),
        ("processor", $"{Line("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores"),
        ("memory", string.Create(CultureInfo.InvariantCulture, $"{long.Parse(Line("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024.0 / 1024:0.0} GiB")),
        ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"),
        ("autogrouping", File.Exists(Autogrouping) && File.ReadAllText(Autogrouping).Trim() == "1" ? "on: PostgreSQL's processes push the servers aside" : "off"),
        ("PostgreSQL", await Scalar(desk.Database, "SELECT current_setting('server_version') || ', shared_buffers ' || current_setting('shared_buffers') || ', fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')")),
        ("tenant", await Scalar(desk.Database, $"SELECT (SELECT count(*) FROM tickets WHERE tenant_id = '{desk.Tenant}') || ' tickets, ' || (SELECT count(*) FROM ticket_comments WHERE tenant_id = '{desk.Tenant}') || ' comments, database of ' || pg_size_pretty(pg_database_size(current_database()))")),
        ("load", useWrk ? $"{Wrk.Version()}, one thread" : "built-in closed loop, a thread a connection"),
    ];

    private static string Line(string file, string name) =>
        File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':', 2)[1].Trim();

    private static async Task<string> Scalar(NpgsqlDataSource database, string query)
    {
        await using var command = database.CreateCommand(query);
        command.CommandTimeout = 120;
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
