using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>The one way to change views: checked, saved, noted in history and audit log, and told as an event, in one transaction.</summary>
internal sealed class ViewDesk(TenantSession session, TicketSearch search, ChangeLog log, TimeProvider clock)
{
    public Task<Outcome<ViewRow>> Create(Caller caller, ViewFields fields, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<ViewRow>(async () =>
        {
            var normal = fields.Normalised();
            if (await Refuse(null, normal, caller, cancellationToken) is { } refused) return refused;
            var owner = Sharers.Owner(normal.Visibility, caller);
            var present = (await session.Query("SELECT count(*) FROM views WHERE tenant_id = $1 AND owner_id IS NOT DISTINCT FROM $2 AND deleted_at IS NULL", r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(owner)))[0];
            if (present >= ViewRules.Most) return Problem.Conflict("too_many_views", $"There are {ViewRules.Most} views already; delete one first.");
            var now = Instants.Now(clock);
            return await Save("created", caller, null, new ViewRow(Ids.New(now), normal, owner, 1, 1, now, now), FieldDiff.Between(null, normal), origin, cancellationToken);
        }, cancellationToken);

    /// <summary>The fields become what <paramref name="edit"/> makes of them, under lock.</summary>
    public Task<Outcome<ViewRow>> Change(Caller caller, string address, long? ifMatch, Func<ViewFields, Outcome<ViewFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<ViewRow>(async () =>
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
            var after = before with
            {
                Fields = fields,
                OwnerId = fields.Visibility == before.Fields.Visibility ? before.OwnerId : Sharers.Owner(fields.Visibility, caller),
                Version = before.Version + 1,
                Sequence = before.Sequence + 1,
                UpdatedAt = Instants.Now(clock),
            };
            return await Save("updated", caller, before, after, changes, origin, cancellationToken);
        }, cancellationToken);

    public Task<Outcome<ViewRow>> Delete(Caller caller, string address, long? ifMatch, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<ViewRow>(async () =>
        {
            var found = await Lock(caller, address, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            if (Sharing.Refuse(found.Value.Fields.Visibility, caller.Permissions, Permission.ViewsManage) is { } refused) return refused;
            var now = Instants.Now(clock);
            var after = found.Value with { Version = found.Value.Version + 1, Sequence = found.Value.Sequence + 1, UpdatedAt = now };
            var saved = await Save("deleted", caller, found.Value, after, [new FieldChange("deletedAt", null, Json.Of((DateTimeOffset?)now))], origin, cancellationToken);
            await session.Execute("UPDATE views SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(after.Id), Rows.P(now));
            return saved;
        }, cancellationToken);

    /// <summary>The caller's order of views: these first, in this order; the others behind them as they were.</summary>
    public Task<Outcome<Nothing>> Arrange(Caller caller, IReadOnlyList<Guid> views, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            // two windows of one person take turns
            await session.Execute("SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId));
            var seen = (await ViewRow.All(caller, session, cancellationToken)).Select(v => v.Id).ToList();
            if (views.Any(v => !seen.Contains(v))) return Problem.UnknownReference("viewIds", "view");
            await session.Execute("DELETE FROM view_places WHERE tenant_id = $1 AND user_id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(caller.UserId));
            await session.Execute("INSERT INTO view_places (tenant_id, user_id, view_id, position) SELECT $1, $2, v.id, v.n FROM unnest($3) WITH ORDINALITY v (id, n)", cancellationToken,
                Rows.P(session.TenantId), Rows.P(caller.UserId), Rows.P(views.Distinct().Concat(seen.Except(views)).ToArray()));
            return default(Nothing);
        }, cancellationToken);

    private async Task<Outcome<ViewRow>> Lock(Caller caller, string address, long? ifMatch, CancellationToken cancellationToken)
    {
        if (await ViewRow.Find(address, caller, session, locked: true, cancellationToken) is not { } row) return Problem.NotFound("view");
        return ifMatch is { } version && version != row.Version ? Problem.Stale(version, row.Version) : row;
    }

    private async Task<Problem?> Refuse(ViewRow? before, ViewFields after, Caller caller, CancellationToken cancellationToken)
    {
        if (await Sharers.Refuse(session, caller, before?.Fields.Visibility, after.Visibility, after.GroupId, Permission.ViewsManage, cancellationToken) is { } refused) return refused;
        if (after.Check() is { } invalid) return invalid;
        if (TicketOrder.Read(after.Sort).Problem is { } noOrder) return Problem.Invalid("sort", noOrder.Message) with { Allowed = noOrder.Allowed };
        // a view that no longer fits can be renamed all the same
        if (before?.Fields.Conditions == after.Conditions) return null;
        var asked = await search.Read(after.Conditions, caller, cancellationToken);
        return asked.Problem is { } unclear ? unclear with { Errors = Problem.Malformed("conditions", unclear.Message).Errors } : null;
    }

    private async Task<Outcome<ViewRow>> Save(string what, Caller caller, ViewRow? before, ViewRow after, ImmutableArray<FieldChange> changes, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var draft = new EventDraft($"view.{what}", "view", after.Id, after.Sequence, after.UpdatedAt, [("view", ViewResponse.From(after))], what == "updated" ? changes : []);
        await session.Execute([after.Save(session.TenantId, before is null ? caller.UserId : null), .. log.Statements(session, [new Happened("view", after.Id, after.UpdatedAt, caller.Actor, changes, [draft])])], cancellationToken);
        await Audit.Write(session, new AuditEntry($"view.{what}", after.UpdatedAt, caller.Actor, "view", after.Id, new { name = after.Fields.Name, fields = changes.Select(c => c.Field) }, origin), cancellationToken);
        return after;
    }
}
