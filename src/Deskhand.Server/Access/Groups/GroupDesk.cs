using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Deskhand.Access;

/// <summary>Changes of groups: each locks its group, so that changes of one group take turns.</summary>
internal sealed class GroupDesk(TenantSession session, ChangeLog log, TimeProvider clock)
{
    public Task<Outcome<GroupResponse>> Create(Actor by, GroupFields fields, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<GroupResponse>(async () =>
        {
            if (fields.Check() is { } invalid) return invalid;
            var now = clock.Now();
            var group = new Group { Id = Ids.New(now), Name = fields.Name.Trim(), Description = fields.Description, Sequence = 1, CreatedAt = now, UpdatedAt = now };
            session.Db.Add(group);
            return await Save("group.created", by, null, group, [], origin, cancellationToken);
        }, cancellationToken);

    /// <summary>The editable fields become what <paramref name="toFields"/> makes of them.</summary>
    public Task<Outcome<GroupResponse>> Edit(
        Actor by, Guid id, long? ifMatch, Func<GroupFields, Outcome<GroupFields>> toFields, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<GroupResponse>(async () =>
        {
            var found = await GroupMembers.Lock(session, id, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            var before = found.Value;
            var fields = toFields(new() { Name = before.Name, Description = before.Description });
            if (fields.Problem is { } problem) return problem;
            if (fields.Value.Check() is { } invalid) return invalid;
            var after = before with { Name = fields.Value.Name.Trim(), Description = fields.Value.Description };
            var members = await GroupMembers.Of(session, id, cancellationToken);
            return after == before ? GroupResponse.From(before, members) : await Save("group.updated", by, before, Next(after), members, origin, cancellationToken);
        }, cancellationToken);

    /// <summary>Takes a group out of sight, unless tickets still wait in its queue.</summary>
    public Task<Outcome<Nothing>> Delete(Actor by, Guid id, long? ifMatch, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            var found = await GroupMembers.Lock(session, id, ifMatch, cancellationToken);
            if (found.Problem is { } missing) return missing;
            // asked of the table, because this slice does not know tickets
            var open = (await session.Query("SELECT count(*) FROM tickets WHERE tenant_id = $1 AND group_id = $2 AND deleted_at IS NULL AND status_category NOT IN ('solved', 'closed')",
                r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(id)))[0];
            if (open > 0) return Problem.Conflict("group_has_open_tickets", $"{(open == 1 ? "1 open ticket waits" : $"{open} open tickets wait")} in this group; give them to another one first.");

            var members = await GroupMembers.Of(session, id, cancellationToken);
            await session.Execute("DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(id));
            foreach (var member in members) await Callers.Changed(session, member, cancellationToken);
            var saved = await Save("group.deleted", by, found.Value, Next(found.Value with { DeletedAt = clock.Now() }), members, origin, cancellationToken);
            return saved.Problem is { } problem ? problem : default(Nothing);
        }, cancellationToken);

    private Group Next(Group group) => group with { Version = group.Version + 1, Sequence = group.Sequence + 1, UpdatedAt = clock.Now() };

    private async Task<Outcome<GroupResponse>> Save(
        string type, Actor by, Group? before, Group after, IReadOnlyList<Guid> members, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (before is not null) session.Db.Replace(before with { }, after);
        try
        {
            await session.Db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return Problem.Conflict("name_taken", "Another group has this name.") with { Errors = Problem.Invalid("name", "Another group has it.").Errors };
        }

        session.Db.ChangeTracker.Clear();
        var (changes, response) = (Group.Changes(before, after), GroupResponse.From(after, members));
        var draft = new EventDraft(type, "group", after.Id, after.Sequence, after.UpdatedAt, [("group", response)], before is null ? [] : changes);
        await log.Write(session, new Happened("group", after.Id, after.UpdatedAt, by, changes, [draft]), cancellationToken);
        await Audit.Write(session, new(type, after.UpdatedAt, by, "group", after.Id, new { name = after.Name, changed = changes.Select(c => c.Field).ToImmutableArray() }, origin), cancellationToken);
        return response;
    }
}
