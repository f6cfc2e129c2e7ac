using System.Globalization;
using System.Text.RegularExpressions;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Outbox;

/// <summary>
/// Keeps the partitions of events (decision 23): makes those of the coming months, and drops what is older than the configuration says. What
/// is still to be delivered is never dropped, nor anything after it.
/// </summary>
internal sealed partial class EventRetention(ServerDatabase server, DeskhandSettings settings, TimeProvider clock, ILogger<EventRetention> logger)
{
    /// <summary>Months that are ready beside the present one.</summary>
    private const int Ahead = 2;

    private const int Round = 5000;

    /// <summary>Makes and drops what is due.</summary>
    public async Task Run(IEnumerable<Guid> tenants, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.OwnerConnectionString) { Pooling = false, ApplicationName = "deskhand-owner" });
        await using var owner = await source.OpenConnectionAsync(cancellationToken);
        await Make(owner, now, cancellationToken);
        var oldest = (await server.Database.AcrossTenants("SELECT min(oldest) FROM waiting_deliveries()", r => r.Instant(0), cancellationToken))[0] ?? now;
        var limit = Ids.First(Min(now - settings.EventsKeptFor, oldest));
        var old = (await Partitions(owner, cancellationToken)).Where(p => string.CompareOrdinal(p.Until.ToString(), limit.ToString()) <= 0).ToList();
        if (old.Count == 0) return;
        foreach (var tenant in tenants) await Forget(tenant, old[^1].Until, now, cancellationToken);
        foreach (var (name, _) in old)
        {
            await Execute(owner, $"SET lock_timeout = '5s'; DROP TABLE {name}", cancellationToken);
            logger.LogInformation("Dropped the events of {Partition}, which are older than {Days} days", name, settings.EventsKeptFor.TotalDays);
        }
    }

    /// <summary>Takes a tenant's places in the stream away below an id, and remembers up to which.</summary>
    private async Task Forget(Guid tenantId, Guid below, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var session = server.Database.For(tenantId);
        int taken;
        do
        {
            taken = (await session.Transact<int>(async () => (await session.Query("""
                WITH gone AS (
                    DELETE FROM event_stream WHERE tenant_id = $1 AND event_id IN
                        (SELECT event_id FROM event_stream WHERE tenant_id = $1 AND event_id < $2 ORDER BY event_id LIMIT $3 FOR UPDATE SKIP LOCKED)
                    RETURNING position),
                noted AS (
                    INSERT INTO event_horizons AS h (tenant_id, position, at) SELECT $1, max(position), $4 FROM gone HAVING count(*) > 0
                    ON CONFLICT (tenant_id) DO UPDATE SET position = greatest(h.position, excluded.position), at = excluded.at)
                SELECT count(*)::int FROM gone
                """, r => r.GetInt32(0), cancellationToken, Rows.P(tenantId), Rows.P(below), Rows.P((long)Round), Rows.P(now)))[0], cancellationToken)).Value;
        }
        while (taken == Round);
    }

    /// <summary>The partitions follow one another without a gap; each new one takes over what came too early for it.</summary>
    private async Task Make(NpgsqlConnection owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await owner.BeginTransactionAsync(cancellationToken);
        await Execute(owner, "SELECT pg_advisory_xact_lock(7236019)", cancellationToken);
        var last = (await Partitions(owner, cancellationToken)).Max(p => Instant(p.Until));
        var wanted = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(Ahead + 1);
        for (var from = last; from < wanted; from = from.AddMonths(1))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"events_{from:yyyy_MM}");
            var (first, until) = (Ids.First(from), Ids.First(from.AddMonths(1)));
            await Execute(owner, $"""
                SET LOCAL lock_timeout = '5s';
                CREATE TABLE {name} (LIKE events INCLUDING ALL);
                ALTER TABLE {name} ADD UNIQUE (tenant_id, entity_id, sequence);
                ALTER TABLE events_other NO FORCE ROW LEVEL SECURITY;
                WITH moved AS (DELETE FROM events_other WHERE id >= '{first}' AND id < '{until}' RETURNING *) INSERT INTO {name} SELECT * FROM moved;
                ALTER TABLE events_other FORCE ROW LEVEL SECURITY;
                ALTER TABLE events ATTACH PARTITION {name} FOR VALUES FROM ('{first}') TO ('{until}');
                CALL isolate();
                REVOKE INSERT, UPDATE, DELETE ON {name} FROM {server.Roles.App};
                """, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Names and ends, in their order.</summary>
    private static async Task<List<(string Name, Guid Until)>> Partitions(NpgsqlConnection owner, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT c.relname::text, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass
            """, owner);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var all = await Rows.Read(reader, r => (Name: r.GetString(0), Bound: End().Match(r.GetString(1))), cancellationToken);
        return [.. all.Where(p => p.Bound.Success).Select(p => (p.Name, Guid.Parse(p.Bound.Groups["until"].Value))).OrderBy(p => p.Item2.ToString(), StringComparer.Ordinal)];
    }

    private static DateTimeOffset Instant(Guid first) => DateTimeOffset.FromUnixTimeMilliseconds(System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(first.ToByteArray(bigEndian: true)) >> 16);

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static async Task Execute(NpgsqlConnection owner, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, owner);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [GeneratedRegex(@"TO \('(?<until>[0-9a-f-]{36})'\)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex End();
}
