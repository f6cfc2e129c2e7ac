using Deskhand.Data;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A merge in its table, and what it moves.</summary>
internal static class MergeRow
{
    private const string Columns = "m.id, m.source_id, m.target_id, m.status_before, m.solved_at_before, m.closed_at_before, m.added_tags, m.added_followers, m.merged_at";

    /// <summary>The merges from a ticket to the one that answers for it now, in order; empty when it stands for itself.</summary>
    public static async Task<List<Merge>> Chain(Guid sourceId, TenantSession session, CancellationToken cancellationToken)
    {
        var chain = new List<Merge>();
        for (var next = sourceId; ;)
        {
            var found = await session.Query($"SELECT {Columns} FROM ticket_merges m WHERE m.tenant_id = $1 AND m.source_id = $2 AND m.unmerged_at IS NULL", Read, cancellationToken,
                Rows.P(session.TenantId), Rows.P(next));
            if (found.Count == 0) return chain;
            chain.Add(found[0]);
            next = found[0].TargetId;
        }
    }

    /// <summary>The tickets that went into this one and are still merged, but for deleted ones; the first first.</summary>
    public static Task<List<Guid>> Sources(Guid targetId, TenantSession session, CancellationToken cancellationToken) => session.Query("""
        SELECT m.source_id FROM ticket_merges m JOIN tickets t ON t.tenant_id = m.tenant_id AND t.id = m.source_id
        WHERE m.tenant_id = $1 AND m.target_id = $2 AND m.unmerged_at IS NULL AND t.deleted_at IS NULL ORDER BY m.id LIMIT 100
        """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(targetId));

    /// <summary>The tags and followers that other tickets, still merged into this one, have too.</summary>
    public static async Task<(string[] Tags, Guid[] Followers)> KeptBy(Guid targetId, Guid[] without, TenantSession session, CancellationToken cancellationToken)
    {
        var kept = await session.Query("""
            SELECT t.tags, t.follower_ids FROM ticket_merges m JOIN tickets t ON t.tenant_id = m.tenant_id AND t.id = m.source_id
            WHERE m.tenant_id = $1 AND m.target_id = $2 AND m.unmerged_at IS NULL AND m.source_id <> ALL ($3)
            """, r => (r.GetFieldValue<string[]>(0), r.GetFieldValue<Guid[]>(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(targetId), Rows.P(without));
        return ([.. kept.SelectMany(k => k.Item1)], [.. kept.SelectMany(k => k.Item2)]);
    }

    /// <summary>Writes a merge and moves comments and attachments; the words of the desk about it, which are written after this, stay.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Save(Guid tenantId, Merge merge, Ticket source, Guid? by)
    {
        yield return TenantSession.Batched("""
            INSERT INTO ticket_merges (tenant_id, id, source_id, target_id, status_before, solved_at_before, closed_at_before, added_tags, added_followers, source_version, merged_by, merged_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, Rows.P(tenantId), Rows.P((Guid?)merge.Id), Rows.P((Guid?)merge.SourceId), Rows.P((Guid?)merge.TargetId), Rows.P(merge.StatusBefore), Rows.P(merge.SolvedAtBefore), Rows.P(merge.ClosedAtBefore),
            Rows.P(merge.AddedTags.ToArray()), Rows.P(merge.AddedFollowers.ToArray()), Rows.P(source.Version), Rows.P(by), Rows.P((DateTimeOffset?)source.UpdatedAt));
        yield return TenantSession.Batched("""
            INSERT INTO ticket_merge_items (tenant_id, merge_id, item_id)
            SELECT $1, $2, id FROM ticket_comments WHERE tenant_id = $1 AND ticket_id = $3 AND deleted_at IS NULL
            UNION ALL SELECT $1, $2, id FROM attachments WHERE tenant_id = $1 AND ticket_id = $3 AND deleted_at IS NULL
            """, Rows.P(tenantId), Rows.P((Guid?)merge.Id), Rows.P((Guid?)merge.SourceId));
        yield return TenantSession.Batched("""
            UPDATE ticket_comments SET ticket_id = $3, merged_from_id = coalesce(merged_from_id, $2), ticket_version = (SELECT version FROM tickets WHERE tenant_id = $1 AND id = $3)
            WHERE tenant_id = $1 AND ticket_id = $2 AND deleted_at IS NULL
            """, Rows.P(tenantId), Rows.P((Guid?)merge.SourceId), Rows.P((Guid?)merge.TargetId));
        yield return TenantSession.Batched("""
            UPDATE attachments SET ticket_id = $3, merged_from_id = coalesce(merged_from_id, $2) WHERE tenant_id = $1 AND ticket_id = $2 AND deleted_at IS NULL
            """, Rows.P(tenantId), Rows.P((Guid?)merge.SourceId), Rows.P((Guid?)merge.TargetId));
    }

    /// <summary>Ends a merge: exactly what went along, and is still where the merges brought it, comes back.</summary>
    public static IEnumerable<NpgsqlBatchCommand> End(Guid tenantId, Unmerge unmerge, Ticket source)
    {
        var merge = unmerge.Merge;
        yield return TenantSession.Batched("""
            UPDATE ticket_comments c SET ticket_id = $3, merged_from_id = nullif(c.merged_from_id, $3), ticket_version = $5 FROM ticket_merge_items i
            WHERE i.tenant_id = $1 AND i.merge_id = $2 AND c.tenant_id = $1 AND c.id = i.item_id AND c.ticket_id = $4
            """, Rows.P(tenantId), Rows.P((Guid?)merge.Id), Rows.P((Guid?)merge.SourceId), Rows.P((Guid?)unmerge.FromId), Rows.P(source.Version));
        yield return TenantSession.Batched("""
            UPDATE attachments a SET ticket_id = $3, merged_from_id = nullif(a.merged_from_id, $3) FROM ticket_merge_items i
            WHERE i.tenant_id = $1 AND i.merge_id = $2 AND a.tenant_id = $1 AND a.id = i.item_id AND a.ticket_id = $4
            """, Rows.P(tenantId), Rows.P((Guid?)merge.Id), Rows.P((Guid?)merge.SourceId), Rows.P((Guid?)unmerge.FromId));
        // what came back has nothing to do any more with the merges by which it went on
        yield return TenantSession.Batched("""
            DELETE FROM ticket_merge_items later USING ticket_merge_items i
            WHERE i.tenant_id = $1 AND i.merge_id = $2 AND later.tenant_id = $1 AND later.merge_id = ANY ($3) AND later.item_id = i.item_id
            """, Rows.P(tenantId), Rows.P((Guid?)merge.Id), Rows.P(unmerge.Later.ToArray()));
        yield return TenantSession.Batched("UPDATE ticket_merges SET unmerged_at = $3 WHERE tenant_id = $1 AND id = $2",
            Rows.P(tenantId), Rows.P((Guid?)merge.Id), Rows.P((DateTimeOffset?)source.UpdatedAt));
    }

    /// <summary>A comment goes to another ticket with its attachments.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Move(Guid tenantId, Guid commentId, Guid toId)
    {
        yield return TenantSession.Batched("""
            UPDATE ticket_comments SET ticket_id = $3, merged_from_id = NULL, ticket_version = (SELECT version FROM tickets WHERE tenant_id = $1 AND id = $3) WHERE tenant_id = $1 AND id = $2
            """, Rows.P(tenantId), Rows.P((Guid?)commentId), Rows.P((Guid?)toId));
        yield return TenantSession.Batched("UPDATE attachments SET ticket_id = $3, merged_from_id = NULL WHERE tenant_id = $1 AND comment_id = $2",
            Rows.P(tenantId), Rows.P((Guid?)commentId), Rows.P((Guid?)toId));
    }

    private static Merge Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetGuid(1), r.GetGuid(2), r.GetString(3), r.Instant(4), r.Instant(5), [.. r.GetFieldValue<string[]>(6)], [.. r.GetFieldValue<Guid[]>(7)], r.GetFieldValue<DateTimeOffset>(8));
}
