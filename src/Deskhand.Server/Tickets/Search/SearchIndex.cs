using Deskhand.Data;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>
/// One tenant's index. It follows the committed events by their positions, so writing a ticket costs nothing more, and no event is passed over.
/// Each batch is one transaction with the note how far it went: whenever the plug is pulled, the next one goes on there.
/// </summary>
internal static class SearchIndex
{
    /// <summary>Tickets at once where all of a tenant's are indexed.</summary>
    private const int Batch = 300;

    /// <summary>
    /// Tickets at once of those that events name: the transaction is over in some hundredths of a second. Old versions of rows that are written without
    /// pause, as a tenant's counters are, cannot be cleared away while it lasts, and each create looks through them.
    /// </summary>
    private const int News = 50;

    /// <summary>Events at once, of which several may name one ticket: those of a life of tickets, as an import or the demonstration writes them.</summary>
    private const int Events = 10 * News;

    /// <summary>Does one batch of what is due. True when there may be more.</summary>
    public static async Task<bool> Follow(Database database, Guid tenantId, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            return await Step(database, tenantId, clock, null, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("54", StringComparison.Ordinal))
        {
            // one ticket that cannot be indexed shall not keep all others out
            logger.LogWarning("A batch of tickets could not be indexed for search: {Error}. Taking them one by one", e.MessageText);
            return await Step(database, tenantId, clock, logger, cancellationToken);
        }
    }

    /// <summary>Has all tickets of a tenant indexed anew, in the background; what is indexed stays in use meanwhile.</summary>
    public static async Task Rebuild(Database database, Guid tenantId, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("UPDATE search_progress SET filled_to = $2 WHERE tenant_id = $1", cancellationToken, Rows.P(tenantId), Rows.P(Guid.Empty));
            return default(Nothing);
        }, cancellationToken);
    }

    private static async Task<bool> Step(Database database, Guid tenantId, TimeProvider clock, ILogger? careful, CancellationToken cancellationToken)
    {
        await using var session = database.For(tenantId);
        return (await session.Transact<bool>(async () =>
        {
            if (await Progress.Take(session, clock.GetUtcNow(), cancellationToken) is not { } progress) return false;
            var (events, position, isFull) = await Changed(session, progress.Position, cancellationToken);
            var queued = await session.Query("""
                DELETE FROM search_queue WHERE tenant_id = $1 AND ticket_id IN (SELECT ticket_id FROM search_queue WHERE tenant_id = $1 LIMIT $2) RETURNING ticket_id
                """, r => r.GetGuid(0), cancellationToken, Rows.P(tenantId), Rows.P((long)Batch));
            // what people write comes first
            var filling = progress.FilledTo is { } place && !isFull && queued.Count < Batch
                ? await session.Query("SELECT id FROM tickets WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3", r => r.GetGuid(0), cancellationToken, Rows.P(tenantId), Rows.P(place), Rows.P((long)Batch))
                : null;
            await Index(session, [.. events.Concat(queued).Concat(filling ?? []).Distinct()], progress.Language, careful, cancellationToken);
            var filledTo = filling is null ? progress.FilledTo : filling.Count < Batch ? null : filling[^1];
            await session.Execute("UPDATE search_progress SET position = $2, language = $3, filled_to = $4, updated_at = $5 WHERE tenant_id = $1", cancellationToken,
                Rows.P(tenantId), Rows.P(position), Rows.P(progress.Language), Rows.P(filledTo), Rows.P(clock.GetUtcNow()));
            return isFull || queued.Count == Batch || filledTo is not null;
        }, cancellationToken)).Value;
    }

    /// <summary>The tickets of the next events, how far they go, and whether there may be more. A name that changed puts all tickets with it into the queue.</summary>
    private static async Task<(List<Guid> Tickets, long Position, bool IsFull)> Changed(TenantSession session, long position, CancellationToken cancellationToken)
    {
        var events = await session.Query("""
            SELECT s.position, e.entity_type, e.entity_id,
                   CASE WHEN e.entity_type IN ('customer', 'contact') THEN e.type NOT LIKE '%.created' AND (e.type NOT LIKE '%.updated'
                        OR jsonb_exists_any(e.body::jsonb #> '{data,changes}', ARRAY['name', 'number', 'firstName', 'lastName', 'email'])) ELSE false END
            FROM event_stream s JOIN events e ON e.tenant_id = s.tenant_id AND e.id = s.event_id
            WHERE s.tenant_id = $1 AND s.position > $2 ORDER BY s.position LIMIT $3
            """, r => (Position: r.GetInt64(0), Type: r.GetString(1), Id: r.GetGuid(2), Renamed: r.GetBoolean(3)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(position), Rows.P((long)Events));
        var tickets = events.Where(e => e.Type == "ticket").Select(e => e.Id).Distinct().Take(News).ToList();
        var isFull = events.Count == Events;
        if (events.FindIndex(e => e.Type == "ticket" && !tickets.Contains(e.Id)) is > 0 and var next)
        {
            events.RemoveRange(next, events.Count - next);
            isFull = true;
        }

        foreach (var column in (string[])["customer", "contact"])
        {
            var renamed = events.Where(e => e.Type == column && e.Renamed).Select(e => e.Id).Distinct().ToArray();
            if (renamed.Length > 0)
                await session.Execute($"INSERT INTO search_queue (tenant_id, ticket_id) SELECT tenant_id, id FROM tickets WHERE tenant_id = $1 AND {column}_id = ANY ($2) AND deleted_at IS NULL ON CONFLICT DO NOTHING",
                    cancellationToken, Rows.P(session.TenantId), Rows.P(renamed));
        }

        return (tickets, events.Count == 0 ? position : events[^1].Position, isFull);
    }

    private static async Task Index(TenantSession session, Guid[] tickets, string language, ILogger? careful, CancellationToken cancellationToken)
    {
        const string sql = "SELECT index_tickets($1, $2::regconfig)";
        if (tickets.Length == 0) return;
        if (careful is null)
        {
            await session.Execute(sql, cancellationToken, Rows.P(tickets), Rows.P(language));
            return;
        }

        foreach (var ticket in tickets)
        {
            await session.Execute("SAVEPOINT ticket", cancellationToken);
            try
            {
                await session.Execute(sql, cancellationToken, Rows.P((Guid[])[ticket]), Rows.P(language));
            }
            catch (PostgresException e)
            {
                careful.LogError("The ticket {Ticket} of {Tenant} cannot be found by search: {Error}", ticket, session.TenantId, e.MessageText);
                await session.Execute("ROLLBACK TO SAVEPOINT ticket", cancellationToken);
            }
        }
    }

    /// <summary>How far a tenant's index is.</summary>
    private sealed record Progress(long Position, string Language, Guid? FilledTo)
    {
        /// <summary>Locks it for this transaction; null when another process works on it. A tenant without one begins here, with all its tickets.</summary>
        public static async Task<Progress?> Take(TenantSession session, DateTimeOffset now, CancellationToken cancellationToken)
        {
            await session.Execute("""
                INSERT INTO search_progress (tenant_id, position, language, filled_to, updated_at)
                SELECT $1, coalesce((SELECT max(position) FROM event_stream WHERE tenant_id = $1), 0), 'simple', $2, $3
                WHERE NOT EXISTS (SELECT 1 FROM search_progress WHERE tenant_id = $1) ON CONFLICT DO NOTHING
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(Guid.Empty), Rows.P(now));
            var rows = await session.Query("""
                SELECT p.position, p.language, p.filled_to, coalesce(t.search_language, CASE t.locale WHEN 'es' THEN 'spanish' ELSE 'english' END)
                FROM search_progress p JOIN tenants t ON t.tenant_id = p.tenant_id WHERE p.tenant_id = $1 FOR UPDATE OF p SKIP LOCKED
                """, r => (Stands: new Progress(r.GetInt64(0), r.GetString(1), r.Id(2)), Wanted: r.GetString(3)), cancellationToken, Rows.P(session.TenantId));
            if (rows.Count == 0) return null;
            var (stands, wanted) = rows[0];
            return stands.Language == wanted ? stands : stands with { Language = wanted, FilledTo = Guid.Empty };
        }
    }
}
