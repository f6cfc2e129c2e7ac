using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A tag and how many tickets carry it, of those the caller sees.</summary>
internal sealed record TagResponse(string Name, long Tickets);

/// <summary>The parameters of GET /tags.</summary>
internal sealed record TagQuery : PageQuery
{
    /// <summary>What the tag begins with.</summary>
    public string? Search { get; init; }

    /// <summary>-tickets (default) or name.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /tags: the tags in use, the most used first. Counts may be some seconds old.</summary>
internal static class ListTags
{
    public static async Task<Answer<Page<TagResponse>>> Handle([AsParameters] TagQuery query, Caller caller, TenantSession session, StatsMemory memory, CancellationToken cancellationToken)
    {
        if (query.Sort is not (null or "-tickets" or "name"))
            return Answer.Ok<Page<TagResponse>>(Problem.Malformed("sort", "Tags are sorted by -tickets or name.") with { Allowed = ["-tickets", "name"] });
        if (query.Search is { Length: > 200 }) return Answer.Ok<Page<TagResponse>>(Problem.Malformed("search", "At most 200 characters."));
        var beginning = query.Search?.Trim().ToLowerInvariant() ?? "";
        var tags = (await Counted(caller, session, memory, cancellationToken)).Where(t => t.Name.StartsWith(beginning, StringComparison.Ordinal));
        return Answer.Ok(Definitions.Page(
            [.. query.Sort == "name" ? tags.OrderBy(t => t.Name, StringComparer.Ordinal) : tags], t => t.Name, query, caller));
    }

    /// <summary>The tags of the tickets that a caller sees, the most used first.</summary>
    public static Task<List<TagResponse>> Counted(Caller caller, TenantSession session, StatsMemory memory, CancellationToken cancellationToken) =>
        memory.Of("tags|" + ListMemory.Seen(caller, new TicketFilters()), () =>
        {
            var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId) };
            var scope = TicketScopes.Where(caller, parameters) is { } where ? " AND " + where : "";
            return session.Query($"""
                SELECT g.tag, count(*) FROM ticket_tags g JOIN tickets t ON t.tenant_id = g.tenant_id AND t.id = g.ticket_id
                WHERE g.tenant_id = $1 AND t.deleted_at IS NULL{scope} GROUP BY g.tag ORDER BY count(*) DESC, g.tag
                """, r => new TagResponse(r.GetString(0), r.GetInt64(1)), cancellationToken, [.. parameters]);
        }, cancellationToken);
}

/// <summary>GET /tags/{name}: counted now.</summary>
internal static class GetTag
{
    public static async Task<Answer<TagResponse>> Handle(string name, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(name.ToLowerInvariant()) };
        var scope = TicketScopes.Where(caller, parameters) is { } where ? " AND " + where : "";
        var count = name.Contains('\0', StringComparison.Ordinal) ? 0 : (await session.Query($"""
            SELECT count(*) FROM ticket_tags g JOIN tickets t ON t.tenant_id = g.tenant_id AND t.id = g.ticket_id
            WHERE g.tenant_id = $1 AND g.tag = $2 AND t.deleted_at IS NULL{scope}
            """, r => r.GetInt64(0), cancellationToken, [.. parameters]))[0];
        return Answer.Ok<TagResponse>(count == 0 ? Problem.NotFound("tag") : new TagResponse(name.ToLowerInvariant(), count));
    }
}

/// <summary>PATCH /tags/{name}: another name on every ticket, as a job. A name in use is taken only when the two shall become one.</summary>
internal static class RenameTag
{
    /// <summary>The tag as it shall be.</summary>
    internal sealed record TagBody
    {
        public required string Name { get; init; }

        /// <summary>Whether it may become one with a tag that is in use.</summary>
        public bool Merge { get; init; }
    }

    public static async Task<Accepted<JobResponse>> Handle(
        string name, TagBody body, Caller caller, TenantSession session, JobDesk jobs, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Accepted(await session.Transact<JobResponse>(async () =>
        {
            var from = name.ToLowerInvariant();
            if (!await TagWork.IsUsed(from, session, cancellationToken)) return Problem.NotFound("tag");
            var to = TicketRules.Normalise(new TicketFields { Subject = "", Tags = [body.Name] }).Tags[0];
            if (TicketRules.CheckTag(to, "name") is { } invalid) return invalid;
            if (to == from) return Problem.Invalid("name", "This is its name already.");
            if (!body.Merge && await TagWork.IsUsed(to, session, cancellationToken))
                return Problem.Conflict("tag_in_use", $"Tickets have the tag {to} already. Send \"merge\": true to make the two one.");
            return await TagWork.Start(new(from, to), caller, session, jobs, clock, origin, cancellationToken);
        }, cancellationToken));
}

/// <summary>DELETE /tags/{name}: taken from every ticket, as a job.</summary>
internal static class DeleteTag
{
    public static async Task<Accepted<JobResponse>> Handle(
        string name, Caller caller, TenantSession session, JobDesk jobs, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Accepted(await session.Transact<JobResponse>(async () =>
            await TagWork.IsUsed(name.ToLowerInvariant(), session, cancellationToken)
                ? await TagWork.Start(new(name.ToLowerInvariant(), null), caller, session, jobs, clock, origin, cancellationToken)
                : Problem.NotFound("tag"), cancellationToken));
}

internal static class TagWork
{
    public static async Task<bool> IsUsed(string tag, TenantSession session, CancellationToken cancellationToken) =>
        !tag.Contains('\0', StringComparison.Ordinal) && (await session.Query("SELECT EXISTS (SELECT 1 FROM ticket_tags WHERE tenant_id = $1 AND tag = $2)", r => r.GetBoolean(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(tag)))[0];

    public static async Task<Outcome<JobResponse>> Start(
        Redefinition.Tag change, Caller caller, TenantSession session, JobDesk jobs, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await Audit.Write(session, new AuditEntry(change.To is null ? "tag.deleted" : "tag.renamed", Instants.Now(clock), caller.Actor, "tag", null, change, origin), cancellationToken);
        return await jobs.Start(RedefineTickets.Name, new Redefining { Tag = change }, caller, cancellationToken);
    }
}
