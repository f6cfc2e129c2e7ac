using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Jobs;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>
/// Merges customers or contacts into one of them, and takes a merge apart again. Everything that changes is first written down as a move, then made:
/// so the undoing knows exactly what to move back. All in one transaction, but for the tickets of large customers, which follow in a job.
/// </summary>
internal sealed class DirectoryMerges(TenantSession session, ChangeLog log, TicketDesk tickets, JobDesk jobs, TimeProvider clock)
{
    public const int MostSources = 10;

    /// <summary>How many tickets move within the request.</summary>
    private const int TicketsAtOnce = 200;

    public static TimeSpan UndoneWithin { get; } = TimeSpan.FromDays(30);

    public Task<Outcome<MergeResponse>> Merge<TRow, TFields>(MergeKind<TRow, TFields> kind, string address, MergeRecordsBody body, Caller caller, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<MergeResponse>(async () =>
        {
            var name = kind.Kind.Name;
            if (!Guid.TryParseExact(address, "D", out var targetId)) return Problem.NotFound(name);
            Guid[] sourceIds = [.. (body.SourceIds.IsDefault ? [] : body.SourceIds).Distinct().Order()];
            await Turn(cancellationToken);
            var rows = await Locked(kind.Kind, [.. sourceIds, targetId], cancellationToken);
            if (rows.Find(r => r.Id == targetId && r.DeletedAt is null) is not { } target) return Problem.NotFound(name);
            if (sourceIds.Length is 0 or > MostSources) return Problem.Invalid("sourceIds", $"Name 1 to {MostSources}.");
            if (sourceIds.Contains(targetId)) return Problem.Invalid("sourceIds", "It cannot become part of itself.");
            if (await Present(name, targetId, sourceIds, cancellationToken) is { } done) return done;
            TRow[] sources = [.. sourceIds.Select(id => rows.Find(r => r.Id == id && r.DeletedAt is null)).OfType<TRow>()];
            if (sources.Length < sourceIds.Length) return Problem.UnknownReference("sourceIds", name);
            // tickets that are being made for a source are waited for, and those that come now wait (TicketReferences)
            await session.Execute($"SELECT 1 FROM {kind.Kind.Table} WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(sourceIds));
            var now = Instants.Now(clock);
            var moves = await kind.Moves(session, target, sources, cancellationToken);
            if (moves.Problem is { } refused) return refused;
            var filled = Fill(kind, target, sources, body.Take);
            if (filled.Problem is { } wrong) return wrong;

            var id = Ids.New(now);
            await session.Execute("INSERT INTO directory_merges (tenant_id, id, kind, target_id, source_ids, by_user_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancellationToken,
                Rows.P(session.TenantId), Rows.P(id), Rows.P(name), Rows.P(targetId), Rows.P(sourceIds), Rows.P((Guid?)caller.UserId), Rows.P(now));
            Move[] all = [.. moves.Value, .. filled.Value];
            await Record(id, all, cancellationToken);
            var ticketCount = await session.Execute($"""
                INSERT INTO directory_moves (tenant_id, merge_id, entity_type, entity_id, field, from_value, to_value)
                SELECT $1, $2, 'ticket', t.id, $5, to_jsonb(t.{kind.TicketColumn}), to_jsonb($4) FROM tickets t WHERE t.tenant_id = $1 AND t.{kind.TicketColumn} = ANY ($3) AND t.deleted_at IS NULL
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(sourceIds), Rows.P(targetId), Rows.P(kind.TicketField));

            var mover = new DirectoryMoves(session, log, caller.Actor, now, isBack: false, $"Merged into {targetId}");
            await mover.Apply(ContactKind.One, all.Where(m => m.EntityId != targetId), cancellationToken);
            await mover.Apply(LocationKind.One, all, cancellationToken);
            await mover.Apply(AssetKind.One, all, cancellationToken);
            await mover.Apply(ProjectKind.One, all, cancellationToken);
            await mover.Apply(CustomerKind.One, all.Where(m => m.EntityId != targetId), cancellationToken);
            foreach (var source in sources) await Hide(kind.Kind, source, targetId, caller.Actor, now, cancellationToken);
            await mover.Apply(kind.Kind, all.Where(m => m.EntityId == targetId), cancellationToken);
            await Tell(kind.Kind, targetId, "merged", "mergedIds", sourceIds, caller.Actor, now, cancellationToken);
            if (await kind.Unfit(session, targetId, cancellationToken) is { } unfit) return unfit;
            var job = await MoveTickets(id, ticketCount, isBack: false, mover, caller, cancellationToken);
            return job.Problem is { } stuck ? stuck : (await Read(id, [.. mover.Left], cancellationToken))! with { JobId = job.Value };
        }, cancellationToken);

    public Task<Outcome<MergeResponse>> Undo<TRow, TFields>(MergeKind<TRow, TFields> kind, string address, Guid? mergeId, Caller caller, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<MergeResponse>(async () =>
        {
            var name = kind.Kind.Name;
            if (!Guid.TryParseExact(address, "D", out var targetId)) return Problem.NotFound(name);
            await Turn(cancellationToken);
            var merges = await session.Query("""
                SELECT id, source_ids, at, undone_at FROM directory_merges
                WHERE tenant_id = $1 AND target_id = $2 AND kind = $3 AND ($4 IS NULL OR id = $4) ORDER BY undone_at IS NULL DESC, at DESC LIMIT 1 FOR UPDATE
                """, r => (Id: r.GetGuid(0), Sources: r.GetFieldValue<Guid[]>(1), At: r.GetFieldValue<DateTimeOffset>(2), Undone: r.Instant(3)), cancellationToken,
                Rows.P(session.TenantId), Rows.P(targetId), Rows.P(name), Rows.P(mergeId));
            var rows = await Locked(kind.Kind, [targetId, .. merges.SelectMany(m => m.Sources)], cancellationToken);
            if (!rows.Exists(r => r.Id == targetId && r.DeletedAt is null)) return Problem.NotFound(name);
            if (merges.Count == 0) return mergeId is null ? Problem.Conflict("nothing_to_undo", $"Nothing was merged into this {name}.") : Problem.UnknownReference("mergeId", "merge");
            var merge = merges[0];
            if (merge.Undone is not null) return (await Read(merge.Id, [], cancellationToken))!;
            var now = Instants.Now(clock);
            if (merge.At < now - UndoneWithin) return Problem.Conflict("too_late", "A merge can be undone for 30 days.");

            var moves = await session.Query("SELECT entity_type, entity_id, field, from_value::text, to_value::text FROM directory_moves WHERE tenant_id = $1 AND merge_id = $2 AND entity_type <> 'ticket'",
                r => new Move(r.GetString(0), r.GetGuid(1), r.GetString(2), Element(r.Text(3)), Element(r.Text(4))), cancellationToken, Rows.P(session.TenantId), Rows.P(merge.Id));
            var mover = new DirectoryMoves(session, log, caller.Actor, now, isBack: true, $"Merge into {targetId} undone");
            try
            {
                await mover.Apply(kind.Kind, moves.Where(m => m.EntityId == targetId), cancellationToken);
                foreach (var source in rows.Where(r => r.Id != targetId && r.DeletedAt is not null)) await Restore(kind.Kind, source, caller.Actor, now, cancellationToken);
                await mover.Apply(ContactKind.One, moves.Where(m => m.EntityId != targetId), cancellationToken);
                await mover.Apply(LocationKind.One, moves, cancellationToken);
                await mover.Apply(AssetKind.One, moves, cancellationToken);
                await mover.Apply(ProjectKind.One, moves, cancellationToken);
                await mover.Apply(CustomerKind.One, moves.Where(m => m.EntityId != targetId), cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                return Problem.Conflict("value_taken", "What came apart would have a value that another has by now: an external id, or the mark of the primary contact. Change that one first.");
            }

            await Tell(kind.Kind, targetId, "unmerged", "unmergedIds", merge.Sources, caller.Actor, now, cancellationToken);
            await session.Execute("UPDATE directory_merges SET undone_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(merge.Id), Rows.P(now));
            var count = (await session.Query("SELECT count(*)::int FROM directory_moves WHERE tenant_id = $1 AND merge_id = $2 AND entity_type = 'ticket'", r => r.GetInt32(0), cancellationToken,
                Rows.P(session.TenantId), Rows.P(merge.Id)))[0];
            var job = await MoveTickets(merge.Id, count, isBack: true, mover, caller, cancellationToken);
            return job.Problem is { } stuck ? stuck : (await Read(merge.Id, [.. mover.Left], cancellationToken))! with { JobId = job.Value };
        }, cancellationToken);

    /// <summary>Moves one ticket, or finds that it was changed since.</summary>
    /// <returns>False when it was left as it is.</returns>
    public async Task<Outcome<bool>> MoveTicket(Guid mergeId, Guid ticketId, bool isBack, Actor by, CancellationToken cancellationToken)
    {
        var found = await session.Query("""
            SELECT (m.from_value #>> '{}')::uuid, (m.to_value #>> '{}')::uuid, m.field FROM directory_moves m JOIN directory_merges g ON g.tenant_id = m.tenant_id AND g.id = m.merge_id
            WHERE m.tenant_id = $1 AND m.merge_id = $2 AND m.entity_type = 'ticket' AND m.entity_id = $3 AND (g.undone_at IS NOT NULL) = $4
            """, r => (From: r.GetGuid(0), To: r.GetGuid(1), Field: r.GetString(2)), cancellationToken, Rows.P(session.TenantId), Rows.P(mergeId), Rows.P(ticketId), Rows.P(isBack));
        // a merge that was undone meanwhile moves nothing more
        if (found.Count == 0) return false;
        var (from, to) = isBack ? (found[0].To, found[0].From) : (found[0].From, found[0].To);
        var decision = await tickets.Change(by, ticketId.ToString(), null, null, _ => Task.FromResult<Outcome<TicketChange>>(new TicketChange.Redefine(new Redefinition.Owner(from, to))), cancellationToken);
        return decision.Problem is { Kind: ProblemKind.NotFound } ? false : decision.Problem is { } problem ? problem : !decision.Value.History.IsEmpty;
    }

    private async Task<Outcome<Guid?>> MoveTickets(Guid mergeId, int count, bool isBack, DirectoryMoves mover, Caller caller, CancellationToken cancellationToken)
    {
        if (count > TicketsAtOnce)
        {
            var job = await jobs.Start(MoveTicketsJob.Name, new MoveTicketsJob.Asked(mergeId, isBack), caller, cancellationToken);
            return job.Problem is { } refused ? refused : job.Value.Id;
        }

        var field = "";
        foreach (var (id, name) in await session.Query("SELECT entity_id, field FROM directory_moves WHERE tenant_id = $1 AND merge_id = $2 AND entity_type = 'ticket' ORDER BY entity_id",
            r => (r.GetGuid(0), r.GetString(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(mergeId)))
        {
            field = name;
            var moved = await MoveTicket(mergeId, id, isBack, caller.Actor, cancellationToken);
            if (moved.Problem is { } problem) return problem;
            if (!moved.Value) mover.Left.Add(new("ticket", id, field));
        }

        return (Guid?)null;
    }

    /// <summary>Merges of a tenant take turns, and with them all changes of its tree of customers.</summary>
    private async Task Turn(CancellationToken cancellationToken)
    {
        await session.Execute("SELECT pg_advisory_xact_lock(7236006, hashtext($1))", cancellationToken, Rows.P(session.TenantId.ToString()));
        await CustomerKind.LockTree(session, cancellationToken);
    }

    private async Task<List<TRow>> Locked<TRow, TFields>(Kind<TRow, TFields> kind, Guid[] ids, CancellationToken cancellationToken) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        foreach (var id in ids.Order()) await kind.LockOwner(session, id, cancellationToken);
        await session.Execute($"SELECT 1 FROM {kind.Table} WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(ids));
        return await session.Db.Set<TRow>().Where(r => ids.Contains(r.Id)).ToListAsync(cancellationToken);
    }

    /// <summary>Empty fields of the target get the value of the first source that has one; named ones get that of the source that is named.</summary>
    private static Outcome<List<Move>> Fill<TRow, TFields>(MergeKind<TRow, TFields> kind, TRow target, TRow[] sources, ImmutableSortedDictionary<string, Guid> take)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var moves = new List<Move>();
        var merged = kind.Merged(target, sources);
        var values = merged.Values().ToDictionary(v => v.Field, v => v.Value, StringComparer.Ordinal);
        foreach (var (field, source) in take)
        {
            if (!kind.Takeable.Contains(field)) return Problem.Invalid("take", $"There is no such field to take; there are: {string.Join(", ", kind.Takeable)}.") with { Allowed = kind.Takeable };
            if (Array.Find(sources, s => s.Id == source) is not { } from) return Problem.Invalid("take", "Take names one of the sourceIds for each field.");
            foreach (var (name, value) in from.Fields.Values().Where(v => v.Field == field || v.Field.StartsWith(field + ".", StringComparison.Ordinal))) values[name] = value;
        }

        foreach (var (field, value) in target.Fields.Values())
            if (!string.Equals(value, values[field], StringComparison.Ordinal)) moves.Add(new(kind.Kind.Name, target.Id, field, Element(value), Element(values[field])));
        return moves;
    }

    private async Task Record(Guid mergeId, Move[] moves, CancellationToken cancellationToken)
    {
        if (moves.Length == 0) return;
        await session.Execute("INSERT INTO directory_moves (tenant_id, merge_id, entity_type, entity_id, field, from_value, to_value) SELECT $1, $2, m.* FROM unnest($3, $4, $5, $6, $7) m", cancellationToken,
            Rows.P(session.TenantId), Rows.P(mergeId), Rows.P(moves.Select(m => m.EntityType).ToArray()), Rows.P(moves.Select(m => m.EntityId).ToArray()), Rows.P(moves.Select(m => m.Field).ToArray()),
            Rows.P(moves.Select(m => m.From?.GetRawText()).ToArray(), NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Jsonb),
            Rows.P(moves.Select(m => m.To?.GetRawText()).ToArray(), NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Jsonb));
    }

    private async Task Hide<TRow, TFields>(Kind<TRow, TFields> kind, TRow source, Guid targetId, Actor by, DateTimeOffset now, CancellationToken cancellationToken) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        await session.Execute($"UPDATE {kind.Table} SET deleted_at = $3, merged_into_id = $4, version = version + 1, sequence = sequence + 1, updated_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken,
            Rows.P(session.TenantId), Rows.P(source.Id), Rows.P(now), Rows.P(targetId));
        var after = DirectoryBulk.Touch<TRow, TFields>(source, now);
        await log.Write(session, [DirectoryBulk.Happening(kind, by, "deleted", after, [new("deletedAt", null, Json.Of((DateTimeOffset?)now)), new("mergedIntoId", null, Json.Of((Guid?)targetId))])], cancellationToken);
    }

    private async Task Restore<TRow, TFields>(Kind<TRow, TFields> kind, TRow source, Actor by, DateTimeOffset now, CancellationToken cancellationToken) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        await session.Execute($"UPDATE {kind.Table} SET deleted_at = NULL, merged_into_id = NULL, version = version + 1, sequence = sequence + 1, updated_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken,
            Rows.P(session.TenantId), Rows.P(source.Id), Rows.P(now));
        var after = DirectoryBulk.Touch<TRow, TFields>(source, now);
        await log.Write(session, [DirectoryBulk.Happening(kind, by, "restored", after, [new("deletedAt", Json.Of(source.DeletedAt), null)])], cancellationToken);
    }

    /// <summary>The target says what became of it, in history and with an event of its own.</summary>
    private async Task Tell<TRow, TFields>(Kind<TRow, TFields> kind, Guid id, string what, string member, Guid[] others, Actor by, DateTimeOffset now, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var row = DirectoryBulk.Touch<TRow, TFields>(await session.Db.Set<TRow>().SingleAsync(r => r.Id == id, cancellationToken), now);
        await session.Execute($"UPDATE {kind.Table} SET version = $3, sequence = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2", cancellationToken,
            Rows.P(session.TenantId), Rows.P(id), Rows.P(row.Version), Rows.P(row.Sequence), Rows.P(now));
        var draft = new EventDraft($"{kind.Name}.{what}", kind.Name, id, row.Sequence, now, [(kind.Name, kind.Show(row)), (member, others)], []);
        await log.Write(session, [new Happened(kind.Name, id, now, by, [new FieldChange(member, null, JsonSerializer.Serialize(others))], [draft])], cancellationToken);
    }

    /// <summary>The merge that has happened already: asking for it twice is no second one.</summary>
    private async Task<MergeResponse?> Present(string kind, Guid targetId, Guid[] sourceIds, CancellationToken cancellationToken) =>
        (await session.Query("SELECT id FROM directory_merges WHERE tenant_id = $1 AND target_id = $2 AND kind = $3 AND undone_at IS NULL AND source_ids @> $4 ORDER BY at DESC LIMIT 1",
            r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(targetId), Rows.P(kind), Rows.P(sourceIds))) is [var id] ? await Read(id, [], cancellationToken) : null;

    private async Task<MergeResponse?> Read(Guid id, ImmutableArray<LeftBehind> left, CancellationToken cancellationToken)
    {
        var moved = (await session.Query("SELECT entity_type, count(DISTINCT entity_id)::int FROM directory_moves WHERE tenant_id = $1 AND merge_id = $2 GROUP BY 1", r => (r.GetString(0), r.GetInt32(1)),
            cancellationToken, Rows.P(session.TenantId), Rows.P(id))).ToImmutableSortedDictionary(m => m.Item1, m => m.Item2, StringComparer.Ordinal);
        return (await session.Query("SELECT target_id, source_ids, at, undone_at FROM directory_merges WHERE tenant_id = $1 AND id = $2",
            r => new MergeResponse(id, r.GetGuid(0), [.. r.GetFieldValue<Guid[]>(1)], moved, r.GetFieldValue<DateTimeOffset>(2), r.Instant(3), left, null), cancellationToken,
            Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault();
    }

    private static JsonElement? Element(string? json) => json is null ? null : JsonElement.Parse(json);
}
