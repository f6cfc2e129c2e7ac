using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>
/// The one way to change a tenant's categories and custom fields: checked, saved, noted in history and audit log, and told to every
/// instance, in one transaction. The changes of a tenant take turns.
/// </summary>
internal sealed class DefinitionDesk(TenantSession session, ChangeLog log, TimeProvider clock)
{
    public Task<Outcome<TRow>> Create<TRow, TFields>(
        DefinitionKind<TRow, TFields> kind, Actor by, TFields fields, Func<Guid, TFields, DateTimeOffset, TRow> make, RequestOrigin origin, CancellationToken cancellationToken)
        where TRow : Definition<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<TRow>(async () =>
        {
            var now = Instants.Now(clock);
            var normal = fields.Normalised();
            if (normal.Check() is { } invalid) return invalid;
            await LockTenant(session, cancellationToken);
            var row = make(Ids.New(now), normal, now);
            session.Db.Add(row);
            return await Save(kind, by, "created", row, FieldDiff.Between(null, normal), now, origin, cancellationToken);
        }, cancellationToken);

    /// <param name="kind">What it is.</param>
    /// <param name="by">Who.</param>
    /// <param name="address">Its id as the caller gave it.</param>
    /// <param name="ifMatch">The version the caller holds, or null when it does not matter.</param>
    /// <param name="edit">Makes the new fields out of those that stand, under lock.</param>
    /// <param name="origin">For the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Outcome<TRow>> Change<TRow, TFields>(
        DefinitionKind<TRow, TFields> kind, Actor by, string address, long? ifMatch, Func<TFields, Outcome<TFields>> edit, RequestOrigin origin, CancellationToken cancellationToken)
        where TRow : Definition<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<TRow>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var before = found.Value;
            var edited = edit(before.Fields);
            if (edited.Problem is { } unclear) return unclear;
            var fields = edited.Value.Normalised();
            var changes = FieldDiff.Between(before.Fields, fields);
            if (changes.IsEmpty) return before;
            if (fields.Check() is { } invalid) return invalid;
            if (await kind.Refuse(session, before.Fields, fields, cancellationToken) is { } refused) return refused;
            var now = Instants.Now(clock);
            var after = (TRow)((Definition<TFields>)before with { Fields = fields, Version = before.Version + 1, UpdatedAt = now });
            session.Db.Replace(before, after);
            return await Save(kind, by, "updated", after, changes, now, origin, cancellationToken);
        }, cancellationToken);

    public Task<Outcome<TRow>> Delete<TRow, TFields>(
        DefinitionKind<TRow, TFields> kind, Actor by, string address, long? ifMatch, RequestOrigin origin, CancellationToken cancellationToken)
        where TRow : Definition<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<TRow>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            if (await kind.Refuse(session, found.Value.Fields, null, cancellationToken) is { } refused) return refused;
            var now = Instants.Now(clock);
            session.Db.Attach(found.Value).State = EntityState.Deleted;
            return await Save(kind, by, "deleted", found.Value, [new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)now))], now, origin, cancellationToken);
        }, cancellationToken);

    /// <summary>Lets the changes of a tenant's rules take turns. Tickets, which only refer to the tenant, go on being made.</summary>
    public static Task LockTenant(TenantSession session, CancellationToken cancellationToken) =>
        session.Execute("SELECT 1 FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE", cancellationToken, Rows.P(session.TenantId));

    private async Task<Outcome<TRow>> Lock<TRow, TFields>(DefinitionKind<TRow, TFields> kind, string address, long? ifMatch, CancellationToken cancellationToken)
        where TRow : Definition<TFields> where TFields : class, IFields<TFields>
    {
        await LockTenant(session, cancellationToken);
        var row = await Definitions.Find(kind, address, session, cancellationToken);
        if (row is null) return Problem.NotFound(kind.Name);
        return ifMatch is { } version && version != row.Version ? Problem.Stale(version, row.Version) : row;
    }

    private async Task<Outcome<TRow>> Save<TRow, TFields>(
        DefinitionKind<TRow, TFields> kind, Actor by, string what, TRow row, ImmutableArray<FieldChange> changes, DateTimeOffset now, RequestOrigin origin, CancellationToken cancellationToken)
        where TRow : Definition<TFields> where TFields : class, IFields<TFields>
    {
        try
        {
            await session.Db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return Problem.Conflict("key_taken", $"There is another {kind.Name} with this key.") with { Errors = Problem.Invalid("key", "Another one has it.").Errors };
        }

        await log.Write(session, new Happened(kind.Name, row.Id, now, by, changes, []), cancellationToken);
        await Audit.Write(session, new AuditEntry($"{kind.Name}.{what}", now, by, kind.Name, row.Id, new { key = kind.KeyOf(row.Fields), fields = changes.Select(c => c.Field) }, origin), cancellationToken);
        await Rulebooks.Changed(session, cancellationToken);
        return row;
    }
}
