using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>How a group gives its tickets to its members.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Mode">How.</param>
/// <param name="Version">0 = it was never set.</param>
internal sealed record RoutingResponse(Guid GroupId, RoutingMode Mode, long Version) : IVersioned;

/// <summary>GET /groups/{id}/routing</summary>
internal static class GetGroupRouting
{
    public static async Task<Answer<RoutingResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<RoutingResponse>(await Find(id, session, cancellationToken) is { } found ? found : Problem.NotFound("group"));

    public static async Task<RoutingResponse?> Find(string address, TenantSession session, CancellationToken cancellationToken) =>
        Guid.TryParseExact(address, "D", out var id) ? (await session.Query("""
            SELECT g.id, coalesce(r.mode, 'none'), coalesce(r.version, 0) FROM groups g LEFT JOIN group_routing r ON r.tenant_id = g.tenant_id AND r.group_id = g.id
            WHERE g.tenant_id = $1 AND g.id = $2 AND g.deleted_at IS NULL
            """, r => new RoutingResponse(r.GetGuid(0), Wire.Find<RoutingMode>(r.GetString(1))!.Value, r.GetInt64(2)), cancellationToken, Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault() : null;
}

/// <summary>PUT /groups/{id}/routing: from now on; tickets that have an agent keep it.</summary>
internal static class SetGroupRouting
{
    internal sealed record RoutingBody
    {
        public required RoutingMode Mode { get; init; }
    }

    public static Task<Answer<RoutingResponse>> Handle(
        string id, RoutingBody body, HttpRequest request, Caller caller, TenantSession session, ChangeLog log, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => session.Transact<RoutingResponse>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            if (await GetGroupRouting.Find(id, session, cancellationToken) is not { } before) return Problem.NotFound("group");
            if (version is { } expected && expected != before.Version) return Problem.Stale(expected, before.Version);
            if (before.Mode == body.Mode) return before;
            var (after, now) = (before with { Mode = body.Mode, Version = before.Version + 1 }, Instants.Now(clock));
            await session.Execute("""
                INSERT INTO group_routing (tenant_id, group_id, mode, version, updated_at) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (tenant_id, group_id) DO UPDATE SET mode = excluded.mode, version = excluded.version, updated_at = excluded.updated_at
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(after.GroupId), Rows.P(Wire.Name(after.Mode)), Rows.P(after.Version), Rows.P(now));
            var change = new FieldChange("routing", Json.Of(Wire.Name(before.Mode)), Json.Of(Wire.Name(after.Mode)));
            await log.Write(session, new Happened("group", after.GroupId, now, caller.Actor, [change], []), cancellationToken);
            await Audit.Write(session, new AuditEntry("group.routing", now, caller.Actor, "group", after.GroupId, new { mode = Wire.Name(after.Mode) }, origin), cancellationToken);
            await Rulebooks.Changed(session, cancellationToken);
            return after;
        }, cancellationToken));
}

/// <summary>What routing may give somebody: the body of PUT /users/{id}/availability.</summary>
internal sealed record AvailabilityFields : IFields<AvailabilityFields>
{
    /// <summary>Whether routing gives tickets at all.</summary>
    public bool Available { get; init; } = true;

    /// <summary>How many tickets that are not solved routing goes up to, 0 to 10000; null = any number.</summary>
    public int? Capacity { get; init; }

    /// <summary>Tags; with routing by skill, tickets with one of them.</summary>
    public ImmutableArray<string> Skills { get; init; } = [];

    public AvailabilityFields Normalised() => this with { Skills = Skills.IsDefaultOrEmpty ? [] : [.. Skills.Select(s => s.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };

    public IEnumerable<(string Field, string? Value)> Values() =>
        [("available", Json.Of(Available)), ("capacity", Capacity is { } n ? Json.Of(n) : null), ("skills", Json.Of(Skills))];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Unless(Capacity is null or (>= 0 and <= 10_000), "capacity", "This is a number from 0 to 10000.");
        errors.Unless(Skills.Length <= TicketRules.TagCount, "skills", $"There may be at most {TicketRules.TagCount}.");
        foreach (var skill in Skills)
            if (TicketRules.CheckTag(skill, "skills") is { } wrong) errors.Add("skills", wrong.Errors["skills"][0]);
        return errors.ToProblem();
    }
}

/// <summary>What routing may give somebody, and how much there is.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Available">Whether routing gives tickets at all.</param>
/// <param name="Capacity">Up to how many; null = any number.</param>
/// <param name="Skills">Tags.</param>
/// <param name="OpenTickets">How many tickets are there now that are not solved.</param>
/// <param name="Version">0 = it was never set.</param>
internal sealed record AvailabilityResponse(Guid UserId, bool Available, int? Capacity, ImmutableArray<string> Skills, long OpenTickets, long Version) : IVersioned
{
    public static async Task<AvailabilityResponse?> Find(string address, TenantSession session, CancellationToken cancellationToken) =>
        Guid.TryParseExact(address, "D", out var id) ? (await session.Query("""
            SELECT u.id, coalesce(a.available, true), a.capacity, coalesce(a.skills, '{}'), coalesce(a.version, 0),
                   (SELECT count(*) FROM tickets t WHERE t.tenant_id = $1 AND t.assignee_id = $2 AND t.deleted_at IS NULL AND t.status_category IN ('new', 'open', 'pending', 'on_hold'))
            FROM users u LEFT JOIN availability a ON a.tenant_id = u.tenant_id AND a.user_id = u.id WHERE u.tenant_id = $1 AND u.id = $2 AND u.deleted_at IS NULL
            """, r => new AvailabilityResponse(r.GetGuid(0), r.GetBoolean(1), r.IsDBNull(2) ? null : r.GetInt32(2), [.. r.GetFieldValue<string[]>(3)], r.GetInt64(5), r.GetInt64(4)),
            cancellationToken, Rows.P(session.TenantId), Rows.P(id))).SingleOrDefault() : null;
}

/// <summary>GET /users/{id}/availability</summary>
internal static class GetAvailability
{
    public static async Task<Answer<AvailabilityResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<AvailabilityResponse>(await AvailabilityResponse.Find(id, session, cancellationToken) is { } found ? found : Problem.NotFound("user"));
}

/// <summary>PUT /users/{id}/availability: whether one is there is everybody's own; capacity, skills and others' need users:manage.</summary>
internal static class SetAvailability
{
    public static Task<Answer<AvailabilityResponse>> Handle(
        string id, AvailabilityFields body, HttpRequest request, Caller caller, TenantSession session, ChangeLog log, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => session.Transact<AvailabilityResponse>(async () =>
        {
            if (Guid.TryParseExact(id, "D", out var user))
                await session.Execute("SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE", cancellationToken, Rows.P(session.TenantId), Rows.P(user));
            if (await AvailabilityResponse.Find(id, session, cancellationToken) is not { } before) return Problem.NotFound("user");
            if (version is { } expected && expected != before.Version) return Problem.Stale(expected, before.Version);
            var fields = body.Normalised();
            var changes = FieldDiff.Between(new AvailabilityFields { Available = before.Available, Capacity = before.Capacity, Skills = before.Skills }, fields);
            if (changes.IsEmpty) return before;
            if (!caller.May(Permission.UsersManage) && (before.UserId != caller.UserId || changes is not [{ Field: "available" }])) return Problem.Forbidden(Permissions.Name(Permission.UsersManage));
            if (fields.Check() is { } invalid) return invalid;
            var now = Instants.Now(clock);
            await session.Execute("""
                INSERT INTO availability (tenant_id, user_id, available, capacity, skills, version, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET available = excluded.available, capacity = excluded.capacity, skills = excluded.skills, version = excluded.version, updated_at = excluded.updated_at
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(before.UserId), Rows.P(fields.Available), Rows.P(fields.Capacity, NpgsqlTypes.NpgsqlDbType.Integer), Rows.P(fields.Skills.ToArray()),
                Rows.P(before.Version + 1), Rows.P(now));
            await log.Write(session, new Happened("user", before.UserId, now, caller.Actor, changes, []), cancellationToken);
            // coming and going is nobody's administration
            if (changes is not [{ Field: "available" }] || before.UserId != caller.UserId)
                await Audit.Write(session, new AuditEntry("user.availability", now, caller.Actor, "user", before.UserId, new { fields = changes.Select(c => c.Field) }, origin), cancellationToken);
            return before with { Available = fields.Available, Capacity = fields.Capacity, Skills = fields.Skills, Version = before.Version + 1 };
        }, cancellationToken));
}
