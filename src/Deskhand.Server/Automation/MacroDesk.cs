using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Search;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>The one way to change macros: checked, saved, noted in history and audit log, in one transaction.</summary>
internal sealed class MacroDesk(TenantSession session, ChangeLog log, TimeProvider clock)
{
    public Task<Outcome<MacroRow>> Create(Caller caller, MacroFields fields, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<MacroRow>(async () =>
        {
            var normal = fields.Normalised();
            if (await Refuse(null, normal, caller, cancellationToken) is { } refused) return refused;
            var owner = Sharers.Owner(normal.Visibility, caller);
            var present = (await session.Query("SELECT count(*) FROM macros WHERE tenant_id = $1 AND owner_id IS NOT DISTINCT FROM $2 AND deleted_at IS NULL", r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(owner)))[0];
            if (present >= MacroRules.Most) return Problem.Conflict("too_many_macros", $"There are {MacroRules.Most} macros already; delete one first.");
            var now = Instants.Now(clock);
            return await Save("created", caller, new MacroRow(Ids.New(now), normal, owner, 1, now, now), caller.UserId, FieldDiff.Between(null, normal), origin, cancellationToken);
        }, cancellationToken);

    /// <summary>The fields become what <paramref name="edit"/> makes of them, under lock.</summary>
    public Task<Outcome<MacroRow>> Change(Caller caller, string address, long? ifMatch, Func<MacroFields, Outcome<MacroFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<MacroRow>(async () =>
        {
            var found = await Lock(caller, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var before = found.Value;
            var edited = edit(before.Fields);
            if (edited.Problem is { } unclear) return unclear;
            var fields = edited.Value.Normalised();
            if (await Refuse(before, fields, caller, cancellationToken) is { } refused) return refused;
            var changes = FieldDiff.Between(before.Fields, fields);
            if (changes.IsEmpty) return before;
            var owner = fields.Visibility == before.Fields.Visibility ? before.OwnerId : Sharers.Owner(fields.Visibility, caller);
            return await Save("updated", caller, before with { Fields = fields, OwnerId = owner, Version = before.Version + 1, UpdatedAt = Instants.Now(clock) }, null, changes, origin, cancellationToken);
        }, cancellationToken);

    public Task<Outcome<MacroRow>> Delete(Caller caller, string address, long? ifMatch, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<MacroRow>(async () =>
        {
            var found = await Lock(caller, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            if (Sharing.Refuse(found.Value.Fields.Visibility, caller.Permissions, Permission.SettingsManage) is { } refused) return refused;
            var now = Instants.Now(clock);
            await session.Execute("UPDATE macros SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(found.Value.Id), Rows.P(now));
            return await Save("deleted", caller, found.Value with { Version = found.Value.Version + 1, UpdatedAt = now }, null, [new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)now))], origin, cancellationToken);
        }, cancellationToken);

    private async Task<Outcome<MacroRow>> Lock(Caller caller, string address, long? ifMatch, CancellationToken cancellationToken)
    {
        if (await MacroRow.Find(address, caller, session, locked: true, cancellationToken) is not { } row) return Problem.NotFound("macro");
        return ifMatch is { } version && version != row.Version ? Problem.Stale(version, row.Version) : row;
    }

    private async Task<Problem?> Refuse(MacroRow? before, MacroFields after, Caller caller, CancellationToken cancellationToken)
    {
        if (await Sharers.Refuse(session, caller, before?.Fields.Visibility, after.Visibility, after.GroupId, Permission.SettingsManage, cancellationToken) is { } refused) return refused;
        if (after.Check() is { } invalid) return invalid;
        var compiled = after.Compile(await Rulebooks.Load(session, cancellationToken));
        return compiled.Problem ?? await RuleReferences.Refuse(session, after.Actions, cancellationToken);
    }

    private async Task<Outcome<MacroRow>> Save(string what, Caller caller, MacroRow row, Guid? by, ImmutableArray<FieldChange> changes, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await session.Execute([row.Save(session.TenantId, by), .. log.Statements(session, [new Happened("macro", row.Id, row.UpdatedAt, caller.Actor, changes, [])])], cancellationToken);
        await Audit.Write(session, new AuditEntry($"macro.{what}", row.UpdatedAt, caller.Actor, "macro", row.Id, new { name = row.Fields.Name, fields = changes.Select(c => c.Field) }, origin), cancellationToken);
        return row;
    }
}
