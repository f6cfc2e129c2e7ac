using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;

namespace Deskhand.Tickets;

/// <summary>POST /jobs/{id}/undo: takes a bulk change back, as a job, within 30 days. What somebody changed since stays and is told. An undo can be undone.</summary>
internal static class UndoJob
{
    private static readonly ImmutableArray<string> Undoable = [UpdateManyKind.Name, ResolveIncidents.Name, UndoKind.Name];

    /// <param name="JobId">The job that is taken back.</param>
    internal sealed record Asked(Guid JobId);

    public static async Task<Accepted<JobResponse>> Handle(Guid id, Caller caller, TenantSession session, JobDesk jobs, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Accepted(await session.Transact<JobResponse>(async () =>
        {
            var found = await session.Query("SELECT kind, finished_at, undone_by_id FROM jobs WHERE tenant_id = $1 AND id = $2 AND user_id = $3 FOR UPDATE",
                r => (Kind: r.GetString(0), FinishedAt: r.Instant(1), UndoneBy: r.Id(2)), cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(caller.UserId));
            if (found.Count == 0) return Problem.NotFound("job");
            var job = found[0];
            if (!Undoable.Contains(job.Kind, StringComparer.Ordinal)) return Problem.Conflict("not_undoable", "Work of this kind cannot be taken back.");
            if (job.FinishedAt is not { } finishedAt) return Problem.Conflict("job_running", "This job has not ended yet; cancel it first.");
            if (job.UndoneBy is { } by && await Undone(by, session, cancellationToken) is { } undone) return undone;
            if (clock.GetUtcNow() - finishedAt > TicketRules.UndoWithin) return Problem.Conflict("undo_ended", $"A bulk change can be taken back for {TicketRules.UndoWithin.TotalDays:0} days.");
            var undo = await jobs.Start(UndoKind.Name, new Asked(id), caller, cancellationToken);
            if (undo.Problem is null)
                await session.Execute("UPDATE jobs SET undone_by_id = $3 WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(undo.Value.Id));
            return undo;
        }, cancellationToken));

    /// <summary>Why an undo is enough; null when it ended and left something: it was stopped, or did not come through everywhere. Asked when the job is locked, so that of two who ask one starts another.</summary>
    private static async Task<Problem?> Undone(Guid by, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await session.Query("SELECT finished_at IS NULL, state = 'succeeded' AND failed = 0 FROM jobs WHERE tenant_id = $1 AND id = $2",
            r => (IsAtWork: r.GetBoolean(0), IsWhole: r.GetBoolean(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(by));
        if (found is not [var undo] || undo.IsWhole) return Problem.Conflict("undone_already", $"This was taken back already, by the job {by}; undo that one.");
        return undo.IsAtWork ? Problem.Conflict("undone_already", $"This is being taken back, by the job {by}.") : null;
    }
}

/// <summary>The work of an undo: each ticket that the job changed is an item, but for those that an undo before it, which still stands, took back.</summary>
internal sealed class UndoKind(TicketDesk desk) : JobKind
{
    public const string Name = "tickets.undo";

    /// <summary>What the undo answers when it has ended.</summary>
    /// <param name="ChangedSince">Of how many tickets something was left because somebody changed it since.</param>
    internal sealed record Summary(long ChangedSince);

    public override async Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken) =>
        await JobItems.Add(session, job.Id, """
            SELECT i.target_id FROM job_items i WHERE i.tenant_id = $1 AND i.job_id = $3 AND i.state = 'done' AND NOT EXISTS (
                SELECT 1 FROM jobs u JOIN job_items b ON b.tenant_id = u.tenant_id AND b.job_id = u.id
                WHERE u.tenant_id = $1 AND u.user_id = $4 AND u.kind = $5 AND u.asked ->> 'jobId' = $3::text AND u.undone_by_id IS NULL AND b.state = 'done' AND b.target_id = i.target_id)
            ORDER BY i.n
            """, cancellationToken, Rows.P(job.As<UndoJob.Asked>().JobId), Rows.P(job.Caller.UserId), Rows.P(Name));

    public override async Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken)
    {
        var id = item.TargetId!.Value;
        var made = JsonSerializer.Deserialize<BulkOutcome>((await session.Query(
            "SELECT outcome::text FROM job_items WHERE tenant_id = $1 AND job_id = $2 AND target_id = $3", r => r.GetString(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(job.As<UndoJob.Asked>().JobId), Rows.P(id)))[0], JsonFormat.Options)!.History;
        Ticket? present = null;
        var left = ImmutableArray<string>.Empty;
        var decided = await desk.ChangeTogether(job.Actor, [id], job.Caller, async tickets =>
        {
            present = tickets[id];
            var reversal = Reversal.Of(present, made);
            if (present.DeletedAt is not null && reversal.Restores is not true) return Problem.NotFound("ticket");
            left = [.. reversal.ChangedSince.Select(c => c.Field)];
            var steps = reversal.IsEmpty(present) ? [] : ImmutableArray.Create(new TicketStep(id, new TicketChange.Revert(reversal)));
            var isClosed = present.StatusCategory == StatusCategory.Closed && reversal.Status is null;
            var comments = isClosed ? [] : await Comments(id, reversal.Comments, session, cancellationToken);
            if (comments.Count < reversal.Comments.Length) left = left.Add("comments");
            return steps.AddRange(comments.Select(c => new TicketStep(id, new TicketChange.DeleteComment(c))));
        }, cancellationToken, alsoDeleted: true);
        if (decided.Problem is { } problem) return problem;
        var outcome = BulkOutcome.Of(decided.Value, present!, left.IsEmpty ? null : await WhoChanged(id, left, session, cancellationToken));
        return new ItemDone(outcome, Skipped: outcome.Changes.Count == 0);
    }

    public override async Task<object?> Finish(Job job, TenantSession session, CancellationToken cancellationToken) =>
        new Summary((await session.Query("SELECT count(*) FROM job_items WHERE tenant_id = $1 AND job_id = $2 AND outcome ? 'changedSince'", r => r.GetInt64(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(job.Id)))[0]);

    /// <summary>Those of the comments that still stand where and as they were written.</summary>
    private static Task<List<Comment>> Comments(Guid ticketId, ImmutableArray<Guid> ids, TenantSession session, CancellationToken cancellationToken) =>
        ids.IsEmpty ? Task.FromResult(new List<Comment>()) : session.Query($"""
            SELECT {CommentRow.Columns} FROM ticket_comments c
            WHERE c.tenant_id = $1 AND c.id = ANY ($2) AND c.ticket_id = $3 AND c.deleted_at IS NULL AND c.edited_at IS NULL
            """, CommentRow.Read, cancellationToken, Rows.P(session.TenantId), Rows.P(ids.ToArray()), Rows.P(ticketId));

    private static Task<List<ChangedSince>> WhoChanged(Guid ticketId, ImmutableArray<string> fields, TenantSession session, CancellationToken cancellationToken) => session.Query("""
        SELECT f.name, h.actor_id, u.name, h.at FROM unnest($3) AS f (name)
        LEFT JOIN LATERAL (SELECT * FROM history WHERE tenant_id = $1 AND entity_id = $2 AND field = f.name ORDER BY id DESC LIMIT 1) h ON true
        LEFT JOIN users u ON u.tenant_id = $1 AND u.id = h.actor_id AND h.actor_kind = 'agent'
        """, r => new ChangedSince(r.GetString(0), r.Id(1), r.Text(2), r.Instant(3)), cancellationToken,
        Rows.P(session.TenantId), Rows.P(ticketId), Rows.P(fields.ToArray()));
}
