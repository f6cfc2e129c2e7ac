using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>What an unmerge brought back.</summary>
internal sealed record UnmergeResponse(IReadOnlyList<UnmergeResponse.Back> Tickets)
{
    /// <param name="Ticket">The ticket as it stands again.</param>
    /// <param name="FromId">The ticket that had answered for it.</param>
    /// <param name="ChangedSince">What somebody changed in it while it was merged.</param>
    /// <param name="LeftIds">Comments that went along and are elsewhere by now: split out, or deleted with what held them.</param>
    internal sealed record Back(TicketResponse Ticket, Guid FromId, IReadOnlyList<ChangedSince> ChangedSince, IReadOnlyList<Guid> LeftIds);
}

/// <summary>
/// POST /tickets/{id}/unmerge: takes merges back within 30 days, even after both sides went on. On the ticket that was merged, or on the one that
/// answers for it. Exactly what went along comes back; what was written since stays.
/// </summary>
internal static class UnmergeTickets
{
    private const int Tries = 10;

    /// <summary>Not shown to anybody: the merges were others than before the tickets were locked, so it begins again.</summary>
    private static readonly Problem Again = Problem.Conflict("busy", "These tickets are being merged by others at this moment; try again.");

    internal sealed record UnmergeTicketsBody
    {
        /// <summary>Which of the tickets that were merged into this one; all of them unless said.</summary>
        public ImmutableArray<Guid> SourceIds { get; init; } = [];
    }

    public static async Task<Answer<UnmergeResponse>> Handle(
        string id, UnmergeTicketsBody? body, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken)
    {
        ImmutableArray<Guid> asked = body is null || body.SourceIds.IsDefault ? [] : [.. body.SourceIds.Distinct()];
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await session.TransactApart(() => Try(id, asked, caller, session, desk, clock, cancellationToken), cancellationToken);
            if (!ReferenceEquals(outcome.Problem, Again) || attempt == Tries) return Answer.Ok(outcome);
        }
    }

    private static async Task<Outcome<UnmergeResponse>> Try(
        string id, ImmutableArray<Guid> asked, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } addressed) return Problem.NotFound("ticket");
        ImmutableArray<Guid> sources = asked.IsEmpty && addressed.MergedIntoId is null ? [.. await MergeRow.Sources(addressed.Id, session, cancellationToken)] : asked.IsEmpty ? [addressed.Id] : asked;
        if (sources.IsEmpty) return Problem.Conflict("not_merged", "No ticket is merged into this one, or only deleted ones, which are restored first.");
        var chains = new List<List<Merge>>();
        foreach (var source in sources)
        {
            var chain = await MergeRow.Chain(source, session, cancellationToken);
            // one that was found here a moment ago has been taken out by somebody else meanwhile
            if (source != addressed.Id && !chain.Exists(m => m.TargetId == addressed.Id)) return asked.IsEmpty ? Again : Problem.UnknownReference("sourceIds", "ticket");
            if (chain.Count == 0) return Problem.Conflict("not_merged", "This ticket is not merged.");
            chains.Add(chain);
        }

        var undone = new List<(Merge Merge, Guid FromId)>();
        var decided = await desk.ChangeTogether(caller.Actor, chains.SelectMany(c => c).SelectMany(m => (Guid[])[m.SourceId, m.TargetId]), caller, async tickets =>
        {
            // those they went into may be deleted; what comes back must be there
            if (chains.ConvertAll(c => tickets[c[0].SourceId]).Find(t => t.DeletedAt is not null) is { } gone) return asked.IsEmpty ? Again : Deleted(gone);
            var steps = ImmutableArray.CreateBuilder<TicketStep>();
            var now = Instants.Now(clock);
            foreach (var before in chains)
            {
                var chain = await MergeRow.Chain(before[0].SourceId, session, cancellationToken);
                if (!chain.Select(m => m.Id).SequenceEqual(before.Select(m => m.Id))) return Again;
                // those that are taken back in the same request stand for themselves by then
                var end = chain.FindIndex(1, m => undone.Exists(u => u.Merge.Id == m.Id));
                var way = end < 0 ? chain : chain[..end];
                var unmerge = new Unmerge(way[0], way[^1].TargetId, [.. way.Skip(1).Select(m => m.Id)]);
                undone.Add((unmerge.Merge, unmerge.FromId));
                steps.Add(new(way[0].SourceId, new TicketChange.ComeBack(unmerge, tickets[unmerge.FromId], Ids.New(now))));
            }

            foreach (var group in undone.GroupBy(u => u.FromId))
            {
                // what came along with the tickets goes with them, unless others that are still here have it too
                var direct = group.Where(u => u.Merge.TargetId == group.Key).Select(u => u.Merge).ToList();
                var kept = await MergeRow.KeptBy(group.Key, [.. group.Select(u => u.Merge.SourceId)], session, cancellationToken);
                steps.Add(new(group.Key, new TicketChange.GiveBack([.. group.Select(u => tickets[u.Merge.SourceId])],
                    [.. direct.SelectMany(m => m.AddedTags).Except(kept.Tags, StringComparer.Ordinal)], [.. direct.SelectMany(m => m.AddedFollowers).Except(kept.Followers)], Ids.New(now))));
            }

            return steps.ToImmutable();
        }, cancellationToken, alsoDeleted: true);
        if (decided.Problem is { } problem) return problem;
        var back = new List<UnmergeResponse.Back>();
        for (var i = 0; i < undone.Count; i++)
        {
            var merge = undone[i].Merge;
            back.Add(new(TicketResponse.From(decided.Value[i].After), undone[i].FromId, await ChangedSince(merge, session, cancellationToken), await Left(merge, caller, session, cancellationToken)));
        }

        return new UnmergeResponse(back);
    }

    private static Problem Deleted(Ticket source) => Problem.Conflict("ticket_deleted", $"{source.Reference} was deleted. Restore it, then it can be taken out.") with { Errors = Problem.Invalid("sourceIds", $"{source.Reference} was deleted.").Errors };

    /// <summary>What happened to the source between the merge and now.</summary>
    private static Task<List<ChangedSince>> ChangedSince(Merge merge, TenantSession session, CancellationToken cancellationToken) => session.Query("""
        SELECT h.field, h.actor_id, u.name, h.at FROM history h LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.actor_id AND h.actor_kind = 'agent'
        WHERE h.tenant_id = $1 AND h.entity_id = $2 AND h.at > $3 AND h.at < (SELECT unmerged_at FROM ticket_merges WHERE tenant_id = $1 AND id = $4) ORDER BY h.id
        """, r => new ChangedSince(r.GetString(0), r.Id(1), r.Text(2), r.Instant(3)), cancellationToken,
        Rows.P(session.TenantId), Rows.P(merge.SourceId), Rows.P(merge.At), Rows.P(merge.Id));

    private static Task<List<Guid>> Left(Merge merge, Caller caller, TenantSession session, CancellationToken cancellationToken) => session.Query("""
        SELECT c.id FROM ticket_merge_items i JOIN ticket_comments c ON c.tenant_id = i.tenant_id AND c.id = i.item_id
        WHERE i.tenant_id = $1 AND i.merge_id = $2 AND c.ticket_id <> $3 AND (c.visibility = 'public' OR $4) ORDER BY c.id
        """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(merge.Id), Rows.P(merge.SourceId), Rows.P(caller.May(Permission.NotesRead)));
}
