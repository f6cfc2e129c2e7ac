using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>A policy or a calendar as it is stored.</summary>
internal sealed record SlaEntry<TFields>(Guid Id, TFields Fields, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>What is particular to policies or to calendars.</summary>
/// <param name="name">As history and problems call it.</param>
/// <param name="table">Its table.</param>
internal abstract class SlaKind<TFields>(string name, string table) where TFields : class, IFields<TFields>
{
    public string Name { get; } = name;

    public string Table { get; } = table;

    public abstract string NameOf(TFields fields);

    /// <summary>Why it may not become so (after = null: go).</summary>
    public abstract Task<Problem?> Refuse(TenantSession session, Guid id, TFields? after, Rulebook rulebook, CancellationToken cancellationToken);
}

/// <summary>
/// The one way to change a tenant's policies and calendars: checked, saved, noted in history and audit log, told to every instance, and handed
/// to the clocks that run, in one transaction. The changes of a tenant take turns.
/// </summary>
internal sealed class SlaDesk(TenantSession session, Rulebooks rulebooks, ChangeLog log, TimeProvider clock)
{
    /// <summary>More than these nobody keeps in order.</summary>
    private const int Most = 200;

    public static Task<List<SlaEntry<TFields>>> All<TFields>(SlaKind<TFields> kind, TenantSession session, CancellationToken cancellationToken, Guid? only = null) where TFields : class, IFields<TFields> =>
        session.Query($"SELECT id, fields::text, version, created_at, updated_at FROM {kind.Table} WHERE tenant_id = $1 AND deleted_at IS NULL{(only is null ? "" : " AND id = $2")}",
            r => new SlaEntry<TFields>(r.GetGuid(0), JsonSerializer.Deserialize<TFields>(r.GetString(1), JsonFormat.Options)!, r.GetInt64(2), r.GetFieldValue<DateTimeOffset>(3), r.GetFieldValue<DateTimeOffset>(4)),
            cancellationToken, only is { } id ? [Rows.P(session.TenantId), Rows.P(id)] : [Rows.P(session.TenantId)]);

    public static async Task<SlaEntry<TFields>?> Entry<TFields>(SlaKind<TFields> kind, string address, TenantSession session, CancellationToken cancellationToken) where TFields : class, IFields<TFields> =>
        Guid.TryParseExact(address, "D", out var id) ? (await All(kind, session, cancellationToken, id)).SingleOrDefault() : null;

    public Task<Outcome<SlaEntry<TFields>>> Create<TFields>(SlaKind<TFields> kind, Actor by, TFields fields, RequestOrigin origin, CancellationToken cancellationToken) where TFields : class, IFields<TFields> =>
        session.Transact<SlaEntry<TFields>>(async () =>
        {
            var normal = fields.Normalised();
            if (normal.Check() is { } invalid) return invalid;
            await DefinitionDesk.LockTenant(session, cancellationToken);
            if ((await All(kind, session, cancellationToken)).Count >= Most) return Problem.Conflict("too_many", $"There are {Most} of these already; delete one first.");
            var now = Instants.Now(clock);
            var entry = new SlaEntry<TFields>(Ids.New(now), normal, 1, now, now);
            if (await kind.Refuse(session, entry.Id, normal, await rulebooks.Of(session, cancellationToken), cancellationToken) is { } refused) return refused;
            await Save(kind, entry, cancellationToken);
            await Note(kind, by, "created", entry, FieldDiff.Between(null, normal), now, origin, cancellationToken);
            await Tell(now, cancellationToken);
            return entry;
        }, cancellationToken);

    /// <summary>The fields become what <paramref name="edit"/> makes of them, under lock.</summary>
    public Task<Outcome<SlaEntry<TFields>>> Change<TFields>(
        SlaKind<TFields> kind, Actor by, string address, long? ifMatch, Func<TFields, Outcome<TFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) where TFields : class, IFields<TFields> =>
        session.Transact<SlaEntry<TFields>>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var before = found.Value;
            var edited = edit(before.Fields);
            if (edited.Problem is { } unclear) return unclear;
            var fields = edited.Value.Normalised();
            if (fields.Check() is { } invalid) return invalid;
            var changes = FieldDiff.Between(before.Fields, fields);
            if (changes.IsEmpty) return before;
            if (await kind.Refuse(session, before.Id, fields, await rulebooks.Of(session, cancellationToken), cancellationToken) is { } refused) return refused;
            var now = Instants.Now(clock);
            var after = before with { Fields = fields, Version = before.Version + 1, UpdatedAt = now };
            await Save(kind, after, cancellationToken);
            await Note(kind, by, "updated", after, changes, now, origin, cancellationToken);
            await Tell(now, cancellationToken);
            return after;
        }, cancellationToken);

    public Task<Outcome<SlaEntry<TFields>>> Delete<TFields>(SlaKind<TFields> kind, Actor by, string address, long? ifMatch, RequestOrigin origin, CancellationToken cancellationToken) where TFields : class, IFields<TFields> =>
        session.Transact<SlaEntry<TFields>>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            if (await kind.Refuse(session, found.Value.Id, null, await rulebooks.Of(session, cancellationToken), cancellationToken) is { } refused) return refused;
            var now = Instants.Now(clock);
            await session.Execute($"UPDATE {kind.Table} SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(found.Value.Id), Rows.P(now));
            await Note(kind, by, "deleted", found.Value, [new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)now))], now, origin, cancellationToken);
            await Tell(now, cancellationToken);
            return found.Value;
        }, cancellationToken);

    /// <summary>The policies in this order; those that are not named follow as they were.</summary>
    public Task<Outcome<Nothing>> Reorder(Actor by, ImmutableArray<Guid> first, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            var present = (await All(PolicyKind.One, session, cancellationToken)).OrderBy(p => p.Fields.Position).ThenBy(p => p.Id).ToList();
            if (first.Any(id => present.TrueForAll(p => p.Id != id))) return Problem.UnknownReference("policyIds", "sla_policy");
            var now = Instants.Now(clock);
            var ordered = first.Distinct().Select(id => present.Single(p => p.Id == id)).Concat(present.Where(p => !first.Contains(p.Id))).ToList();
            var moved = false;
            for (var i = 0; i < ordered.Count; i++)
            {
                if (ordered[i].Fields.Position == i) continue;
                var after = ordered[i] with { Fields = ordered[i].Fields with { Position = i }, Version = ordered[i].Version + 1, UpdatedAt = now };
                await Save(PolicyKind.One, after, cancellationToken);
                await Note(PolicyKind.One, by, "updated", after, FieldDiff.Between(ordered[i].Fields, after.Fields), now, origin, cancellationToken);
                moved = true;
            }

            if (moved) await Tell(now, cancellationToken);
            return default(Nothing);
        }, cancellationToken);

    private async Task<Outcome<SlaEntry<TFields>>> Lock<TFields>(SlaKind<TFields> kind, string address, long? ifMatch, CancellationToken cancellationToken) where TFields : class, IFields<TFields>
    {
        await DefinitionDesk.LockTenant(session, cancellationToken);
        if (await Entry(kind, address, session, cancellationToken) is not { } entry) return Problem.NotFound(kind.Name);
        return ifMatch is { } version && version != entry.Version ? Problem.Stale(version, entry.Version) : entry;
    }

    private Task<int> Save<TFields>(SlaKind<TFields> kind, SlaEntry<TFields> entry, CancellationToken cancellationToken) where TFields : class, IFields<TFields> =>
        session.Execute($"""
            INSERT INTO {kind.Table} (tenant_id, id, fields, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant_id, id) DO UPDATE SET fields = excluded.fields, version = excluded.version, updated_at = excluded.updated_at
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(entry.Id), Rows.Json(JsonSerializer.Serialize(entry.Fields, JsonFormat.Options)), Rows.P(entry.Version), Rows.P(entry.CreatedAt), Rows.P(entry.UpdatedAt));

    private async Task Note<TFields>(
        SlaKind<TFields> kind, Actor by, string what, SlaEntry<TFields> entry, ImmutableArray<FieldChange> changes, DateTimeOffset now, RequestOrigin origin, CancellationToken cancellationToken)
        where TFields : class, IFields<TFields>
    {
        await log.Write(session, new Happened(kind.Name, entry.Id, now, by, changes, []), cancellationToken);
        await Audit.Write(session, new AuditEntry($"{kind.Name}.{what}", now, by, kind.Name, entry.Id, new { name = kind.NameOf(entry.Fields), fields = changes.Select(c => c.Field) }, origin), cancellationToken);
    }

    /// <summary>Tells every instance and every clock that runs, once for all that has changed: the clocks of a tenant may be a million.</summary>
    private async Task Tell(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await Rulebooks.Changed(session, cancellationToken);
        await ClockRow.LookAgain(session, now, cancellationToken);
    }
}
