using System.Text.Json;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Access;

/// <summary>Who is in a group. It decides what somebody sees whose ticket scope is <c>groups</c>, so a change holds at once.</summary>
internal static class GroupMembers
{
    /// <summary>The group, locked until the transaction ends.</summary>
    public static async Task<Outcome<Group>> Lock(TenantSession session, Guid id, long? ifMatch, CancellationToken cancellationToken)
    {
        await session.Execute("SELECT 1 FROM groups WHERE tenant_id = $1 AND id = $2 FOR UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(id));
        var group = await session.Db.Set<Group>().SingleOrDefaultAsync(g => g.Id == id && g.DeletedAt == null, cancellationToken);
        return group is null ? Problem.NotFound("group")
            : ifMatch is { } version && version != group.Version ? Problem.Stale(version, group.Version)
            : group;
    }

    public static async Task<IReadOnlyList<Guid>> Of(TenantSession session, Guid groupId, CancellationToken cancellationToken) =>
        await session.Query("SELECT user_id FROM group_members WHERE tenant_id = $1 AND group_id = $2 ORDER BY user_id", r => r.GetGuid(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(groupId));

    /// <summary>A user leaves every group.</summary>
    public static async Task LeaveAll(TenantSession session, ChangeLog log, Actor by, Guid userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var groups = await session.Query("SELECT group_id FROM group_members WHERE tenant_id = $1 AND user_id = $2 ORDER BY group_id", r => r.GetGuid(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(userId));
        foreach (var id in groups)
            if (await Lock(session, id, null, cancellationToken) is { Problem: null } group) await Set(session, log, by, group.Value, userId, member: false, now, null, cancellationToken);
    }

    /// <summary>Puts a user into a locked group or takes the user out. False when that was so already.</summary>
    public static async Task<bool> Set(
        TenantSession session, ChangeLog log, Actor by, Group before, Guid userId, bool member, DateTimeOffset now, RequestOrigin? origin, CancellationToken cancellationToken)
    {
        var from = await Of(session, before.Id, cancellationToken);
        if (from.Contains(userId) == member) return false;
        await session.Execute(member
                ? "INSERT INTO group_members (tenant_id, group_id, user_id, added_at) VALUES ($1, $2, $3, $4)"
                : "DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3 AND $4 IS NOT NULL",
            cancellationToken, Rows.P(session.TenantId), Rows.P(before.Id), Rows.P(userId), Rows.P(now));
        var after = before with { Version = before.Version + 1, Sequence = before.Sequence + 1, UpdatedAt = now };
        session.Db.Replace(before with { }, after);
        await session.Db.SaveChangesAsync(cancellationToken);
        session.Db.ChangeTracker.Clear();

        var to = await Of(session, before.Id, cancellationToken);
        var change = new FieldChange("memberIds", JsonSerializer.Serialize(from), JsonSerializer.Serialize(to));
        var draft = new EventDraft("group.updated", "group", after.Id, after.Sequence, now, [("group", GroupResponse.From(after, to))], [change]);
        await log.Write(session, new Happened("group", after.Id, now, by, [change], [draft]), cancellationToken);
        await Callers.Changed(session, userId, cancellationToken);
        await Audit.Write(session, new(member ? "group.member_added" : "group.member_removed", now, by, "group", after.Id, new { userId }, origin), cancellationToken);
        return true;
    }
}

/// <summary>PUT /groups/{id}/members/{userId}: also when the user is a member already.</summary>
internal static class AddGroupMember
{
    public static async Task<NoContent> Handle(
        Guid id, Guid userId, Caller caller, RequestOrigin origin, TenantSession session, ChangeLog log, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
        {
            var group = await GroupMembers.Lock(session, id, null, cancellationToken);
            if (group.Problem is { } missing) return missing;
            var users = await session.Query("SELECT active FROM users WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE", r => r.GetBoolean(0), cancellationToken,
                Rows.P(session.TenantId), Rows.P(userId));
            if (users.Count == 0) return Problem.NotFound("user");
            if (!users[0]) return Problem.Conflict("user_inactive", "This user is deactivated.");
            await GroupMembers.Set(session, log, caller.Actor, group.Value, userId, member: true, clock.Now(), origin, cancellationToken);
            return default(Nothing);
        }, cancellationToken));
}

/// <summary>DELETE /groups/{id}/members/{userId}</summary>
internal static class RemoveGroupMember
{
    public static async Task<NoContent> Handle(
        Guid id, Guid userId, Caller caller, RequestOrigin origin, TenantSession session, ChangeLog log, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
        {
            var group = await GroupMembers.Lock(session, id, null, cancellationToken);
            if (group.Problem is { } missing) return missing;
            return await GroupMembers.Set(session, log, caller.Actor, group.Value, userId, member: false, clock.Now(), origin, cancellationToken)
                ? default(Nothing)
                : Problem.NotFound("member");
        }, cancellationToken));
}
