using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Deskhand.Directory;

/// <summary>
/// The one way to change an entry of any kind: lock it, apply, check, save, and tell history and events, in one transaction. Two
/// changes of one entry take turns, so neither is lost; one that changes nothing leaves no trace.
/// </summary>
internal sealed class DirectoryDesk(TenantSession session, ChangeLog log, TimeProvider clock)
{
    public TenantSession Session => session;

    /// <summary>Makes an entry.</summary>
    public Task<Outcome<TRow>> Create<TRow, TFields>(
        Kind<TRow, TFields> kind, Actor by, Func<Guid, DateTimeOffset, TRow> make, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<TRow>(async () =>
        {
            var now = Now;
            return await Apply(kind, by, null, make(Ids.New(now), now), now, cancellationToken);
        }, cancellationToken);

    /// <summary>Changes the fields of an entry.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="by">Who.</param>
    /// <param name="address">Its id as the caller gave it.</param>
    /// <param name="ifMatch">The version the caller holds, or null when it does not matter.</param>
    /// <param name="edit">Makes the new fields out of those that stand, under lock.</param>
    /// <param name="cancellationToken">Gives up waiting; what is committed stays.</param>
    public Task<Outcome<TRow>> Change<TRow, TFields>(
        Kind<TRow, TFields> kind, Actor by, string address, long? ifMatch, Func<TFields, Outcome<TFields>> edit, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<TRow>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } problem) return problem;
            var edited = edit(found.Value.Fields);
            if (edited.Problem is { } refused) return refused;
            return await Apply(kind, by, found.Value, (TRow)((Entry<TFields>)found.Value with { Fields = edited.Value }), Now, cancellationToken);
        }, cancellationToken);

    /// <summary>Takes an entry out of sight. Its history stays.</summary>
    public Task<Outcome<TRow>> Delete<TRow, TFields>(Kind<TRow, TFields> kind, Actor by, string address, long? ifMatch, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        session.Transact<TRow>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } problem) return problem;
            if (await kind.BeforeDelete(this, by, found.Value, cancellationToken) is { } refused) return refused;
            var now = Now;
            var gone = Touch<TRow, TFields>(found.Value, now);
            gone = (TRow)((Entry<TFields>)gone with { DeletedAt = now });
            return await Save(kind, by, found.Value, gone, "deleted", [new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)now))], cancellationToken);
        }, cancellationToken);

    private DateTimeOffset Now
    {
        get
        {
            // the database keeps microseconds: what is answered now must equal what is read later
            var now = clock.GetUtcNow();
            return new(now.UtcTicks / 10 * 10, TimeSpan.Zero);
        }
    }

    private async Task<Outcome<TRow>> Lock<TRow, TFields>(Kind<TRow, TFields> kind, string address, long? ifMatch, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        if (!Guid.TryParseExact(address, "D", out var id)) return Problem.NotFound(kind.Name);
        await kind.LockOwner(session, id, cancellationToken);
        // not FOR UPDATE: tickets that name this entry may go on being made
        await session.Execute($"SELECT 1 FROM {kind.Table} WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        var row = await session.Db.Set<TRow>().SingleOrDefaultAsync(r => r.Id == id && r.DeletedAt == null, cancellationToken);
        if (row is null) return Problem.NotFound(kind.Name);
        return ifMatch is { } version && version != row.Version ? Problem.Stale(version, row.Version) : row;
    }

    private async Task<Outcome<TRow>> Apply<TRow, TFields>(Kind<TRow, TFields> kind, Actor by, TRow? before, TRow asked, DateTimeOffset now, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var after = (TRow)((Entry<TFields>)asked with { Fields = kind.Complete(before?.Fields, asked.Fields.Normalised()) });
        if (after.Fields.Check() is { } invalid) return invalid;
        if (before is not null && FieldDiff.Between(before.Fields, after.Fields).IsEmpty) return before;
        var fitted = await kind.Fit(this, by, before, after, cancellationToken);
        if (fitted.Problem is { } unfit) return unfit;
        after = before is null ? fitted.Value : Touch<TRow, TFields>(fitted.Value, now);
        return await Save(kind, by, before, after, before is null ? "created" : "updated", FieldDiff.Between(before?.Fields, after.Fields), cancellationToken);
    }

    private static TRow Touch<TRow, TFields>(TRow row, DateTimeOffset now) where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        (TRow)((Entry<TFields>)row with { Version = row.Version + 1, Sequence = row.Sequence + 1, UpdatedAt = now });

    private async Task<Outcome<TRow>> Save<TRow, TFields>(
        Kind<TRow, TFields> kind, Actor by, TRow? before, TRow after, string what, ImmutableArray<FieldChange> changes, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        if (before is null) session.Db.Add(after);
        else session.Db.Replace(before, after);
        try
        {
            await session.Db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } taken)
        {
            return Taken(kind.Name, taken.ConstraintName);
        }

        var draft = new EventDraft($"{kind.Name}.{what}", kind.Name, after.Id, after.Sequence, after.UpdatedAt, [(kind.Name, kind.Show(after))], what == "updated" ? changes : []);
        await log.Write(session, new Happened(kind.Name, after.Id, after.UpdatedAt, by, changes, [draft]), cancellationToken);
        return after;
    }

    private static Problem Taken(string what, string? constraint)
    {
        var field = constraint?.EndsWith("_external", StringComparison.Ordinal) == true ? "externalId" : "number";
        return Problem.Conflict(field == "number" ? "number_taken" : "external_id_taken", $"Another {what} has this {field}.")
            with
        { Errors = Problem.Invalid(field, "Another one has it.").Errors };
    }
}
