using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>The one way to change triggers and automations: checked, saved, noted in history and audit log, and told to every instance, in one transaction. The changes of a tenant take turns.</summary>
internal sealed class RuleDesk(TenantSession session, ChangeLog log, TimeProvider clock)
{
    /// <summary>How many rules of a kind a tenant may have.</summary>
    public const int Most = 500;

    public Task<Outcome<RuleRow>> Create(RuleKind kind, Caller caller, RuleFields fields, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<RuleRow>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            var others = await RuleRow.All(session, kind, cancellationToken);
            if (others.Count >= Most) return Problem.Conflict("too_many_rules", $"There are {Most} already; delete one first.");
            var now = Instants.Now(clock);
            var row = new RuleRow(Ids.New(now), kind, null, fields.Normalised(), others.Count == 0 ? 1 : others[^1].Position + 1, 1, now, now);
            if (await Refuse(row, others, cancellationToken) is { } refused) return refused;
            return await Save("created", caller, row, FieldDiff.Between(null, row.Fields), origin, cancellationToken);
        }, cancellationToken);

    /// <summary>The fields become what <paramref name="edit"/> makes of them, under lock.</summary>
    public Task<Outcome<RuleRow>> Change(RuleKind kind, Caller caller, string address, long? ifMatch, Func<RuleFields, Outcome<RuleFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<RuleRow>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var before = found.Value;
            var edited = edit(before.Fields);
            if (edited.Problem is { } unclear) return unclear;
            var after = before with { Fields = edited.Value.Normalised(), Version = before.Version + 1, UpdatedAt = Instants.Now(clock) };
            var changes = FieldDiff.Between(before.Fields, after.Fields);
            if (changes.IsEmpty) return before;
            // one that fits no more can be switched off all the same
            var onlyOff = !after.Fields.Active && changes is [{ Field: "active" }];
            if (!onlyOff && await Refuse(after, await RuleRow.All(session, kind, cancellationToken), cancellationToken) is { } refused) return refused;
            return await Save("updated", caller, after, changes, origin, cancellationToken);
        }, cancellationToken);

    public Task<Outcome<RuleRow>> Delete(RuleKind kind, Caller caller, string address, long? ifMatch, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<RuleRow>(async () =>
        {
            var found = await Lock(kind, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var now = Instants.Now(clock);
            var after = found.Value with { Version = found.Value.Version + 1, UpdatedAt = now };
            await session.Execute("UPDATE rules SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(after.Id), Rows.P(now));
            return await Save("deleted", caller, after, [new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)now))], origin, cancellationToken);
        }, cancellationToken);

    /// <summary>These come first, in this order; the others behind them as they were.</summary>
    public Task<Outcome<Nothing>> Arrange(RuleKind kind, Caller caller, ImmutableArray<Guid> ids, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            var present = (await RuleRow.All(session, kind, cancellationToken)).ConvertAll(r => r.Id);
            if (ids.Any(id => !present.Contains(id))) return Problem.UnknownReference("ids", Wire.Name(kind));
            var order = ids.Distinct().Concat(present.Except(ids)).ToArray();
            if (order.SequenceEqual(present)) return default(Nothing);
            await session.Execute("UPDATE rules SET position = o.n FROM unnest($2) WITH ORDINALITY o (id, n) WHERE rules.tenant_id = $1 AND rules.id = o.id", cancellationToken,
                Rows.P(session.TenantId), Rows.P(order));
            await Audit.Write(session, new AuditEntry($"{Wire.Name(kind)}.reordered", Instants.Now(clock), caller.Actor, Wire.Name(kind), null, new { ids = order }, origin), cancellationToken);
            await Rulebooks.Changed(session, cancellationToken);
            return default(Nothing);
        }, cancellationToken);

    /// <summary>Why the rules of a tenant cannot be so, or null.</summary>
    private async Task<Problem?> Refuse(RuleRow row, List<RuleRow> others, CancellationToken cancellationToken)
    {
        if (row.Fields.Check() is { } invalid) return invalid;
        var rulebook = await Rulebooks.Load(session, cancellationToken);
        var compiled = Rule.Compile(row.Id, row.Kind, row.Fields, row.Version, rulebook);
        if (compiled.Problem is { } meaningless) return meaningless;
        var ready = others.Where(o => o.Fields.Active).Select(o => Rule.Compile(o.Id, o.Kind, o.Fields, o.Version, rulebook)).Where(o => o.Problem is null).Select(o => o.Value);
        return RuleLoops.Refuse(compiled.Value, ready) ?? Rule.Missing(row.Fields, rulebook) ?? await RuleReferences.Refuse(session, row.Fields.Conditions, cancellationToken) ?? await RuleReferences.Refuse(session, row.Fields.Actions, cancellationToken);
    }

    private async Task<Outcome<RuleRow>> Lock(RuleKind kind, string address, long? ifMatch, CancellationToken cancellationToken)
    {
        await DefinitionDesk.LockTenant(session, cancellationToken);
        if (await RuleRow.Find(session, kind, address, locked: true, cancellationToken) is not { } row) return Problem.NotFound(Wire.Name(kind));
        return ifMatch is { } version && version != row.Version ? Problem.Stale(version, row.Version) : row;
    }

    private async Task<Outcome<RuleRow>> Save(string what, Caller caller, RuleRow row, ImmutableArray<FieldChange> changes, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var kind = Wire.Name(row.Kind);
        await session.Execute([row.Save(session.TenantId), .. log.Statements(session, [new Happened(kind, row.Id, row.UpdatedAt, caller.Actor, changes, [])])], cancellationToken);
        await Audit.Write(session, new AuditEntry($"{kind}.{what}", row.UpdatedAt, caller.Actor, kind, row.Id, new { name = row.Fields.Name, fields = changes.Select(c => c.Field) }, origin), cancellationToken);
        await Rulebooks.Changed(session, cancellationToken);
        return row;
    }
}

/// <summary>The calendars that conditions name, and the people and groups that actions name.</summary>
internal static class RuleReferences
{
    /// <summary>Why conditions cannot be saved that look at the hours of a calendar that was deleted, or null.</summary>
    public static async Task<Problem?> Refuse(TenantSession session, RuleConditions conditions, CancellationToken cancellationToken)
    {
        var named = new[] { ("all", conditions.All), ("any", conditions.Any) }.SelectMany(list => list.Item2.Select((c, i) => (At: $"conditions.{list.Item1}.{i}.field", Calendar: Rule.CalendarOf(c))))
            .Where(n => n.Calendar is not null).ToList();
        if (named.Count == 0) return null;
        var present = await session.Query("SELECT id FROM sla_calendars WHERE tenant_id = $1 AND id = ANY ($2) AND deleted_at IS NULL", r => r.GetGuid(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(named.Select(n => n.Calendar!.Value).ToArray()));
        return named.Find(n => !present.Contains(n.Calendar!.Value)) is { At: { } at } ? Problem.UnknownReference(at, "calendar") : null;
    }

    /// <summary>Why actions cannot be saved that assign to whom there is not, or null.</summary>
    public static async Task<Problem?> Refuse(TenantSession session, ImmutableArray<RuleAction> actions, CancellationToken cancellationToken)
    {
        for (var i = 0; i < actions.Length; i++)
        {
            var (what, member) = actions[i].Type switch { RuleActionType.AssignAgent => ("agent", "value"), RuleActionType.AssignGroup => ("group", "value"), RuleActionType.Notify => ("agent", "to"), _ => ("", "") };
            var named = member == "to" ? actions[i].To : actions[i].Value is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
            if (what.Length == 0 || !Guid.TryParse(named, out var id)) continue;
            var known = await TicketReferences.Place(session, what == "agent" ? id : null, what == "group" ? id : null, cancellationToken);
            if (!known.Assignee && !known.Group) return Problem.UnknownReference($"actions.{i}.{member}", what);
        }

        return null;
    }
}
