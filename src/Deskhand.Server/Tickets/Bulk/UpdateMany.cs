using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;

namespace Deskhand.Tickets;

/// <summary>What became of a bulk change of at most 100 tickets.</summary>
/// <param name="JobId">The job by which it is kept; POST /jobs/{id}/undo takes the change back.</param>
/// <param name="Results">For each ticket, in the order asked.</param>
internal sealed record BulkResponse(Guid JobId, IReadOnlyList<BulkResult> Results);

/// <summary>What became of one ticket.</summary>
/// <param name="Id">The ticket.</param>
/// <param name="State">done, skipped (nothing was to be changed) or failed; pending when the work goes on in the background.</param>
/// <param name="Changes">What was changed, with before and after.</param>
/// <param name="Problem">Why not, with a code.</param>
internal sealed record BulkResult(Guid Id, string State, IReadOnlyList<BulkOutcome.Made>? Changes, JsonElement? Problem);

/// <summary>PUT /tickets/update_many: up to 100 tickets by id at once, or everything a filter matches as a job. Each ticket by itself: one that is refused holds up no other.</summary>
internal static class UpdateMany
{
    public static async Task<NowOrLater<BulkResponse, JobResponse>> Handle(
        UpdateManyBody body, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, JobDesk jobs, CancellationToken cancellationToken)
    {
        if (body.Check() is { } invalid) return Answer.NowOrLater<BulkResponse, JobResponse>(invalid, null);
        if (body.Delete && !caller.May(Permission.TicketsDelete)) return Answer.NowOrLater<BulkResponse, JobResponse>(Problem.Forbidden(Permissions.Name(Permission.TicketsDelete)), null);
        if (body.Filter is { } filter)
        {
            if ((await TicketFilter.Read(filter, caller, await rulebooks.Of(session, cancellationToken), search, cancellationToken)).Problem is { } wrongFilter)
                return Answer.NowOrLater<BulkResponse, JobResponse>(wrongFilter, null);
            return Answer.NowOrLater<BulkResponse, JobResponse>(null, await jobs.Start(UpdateManyKind.Name, body, caller, cancellationToken));
        }

        var job = await jobs.Do(UpdateManyKind.Name, body with { Ids = [.. body.Ids.Distinct()] }, caller, cancellationToken);
        var results = await session.Query("SELECT target_id, state, outcome::text FROM job_items WHERE tenant_id = $1 AND job_id = $2 ORDER BY n",
            r => Result(r.GetGuid(0), r.GetString(1), r.Text(2)), cancellationToken, Rows.P(session.TenantId), Rows.P(job.Id));
        return Answer.NowOrLater<BulkResponse, JobResponse>(new BulkResponse(job.Id, results), null);
    }

    private static BulkResult Result(Guid id, string state, string? outcome) => new(id, state,
        state == "done" && outcome is not null ? JsonSerializer.Deserialize<BulkOutcome>(outcome, JsonFormat.Options)!.Changes : null,
        state == "failed" && outcome is not null ? JsonElement.Parse(outcome) : null);
}

/// <summary>The work of a bulk change: each ticket an item, with what was changed in it, so that it can be undone.</summary>
internal sealed class UpdateManyKind(TicketDesk desk, Rulebooks rulebooks, TicketSearch search, TimeProvider clock) : JobKind
{
    public const string Name = "tickets.update_many";

    public override async Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken)
    {
        var asked = job.As<UpdateManyBody>();
        if (asked.Filter is not { } filters) return await JobItems.Add(session, job.Id, [.. asked.Ids], cancellationToken);
        var filter = await TicketFilter.Read(filters, job.Caller, await rulebooks.Of(session, cancellationToken), search, cancellationToken);
        if (filter.Problem is { } problem) return problem;
        var ids = await session.Query($"SELECT t.id FROM tickets t WHERE {filter.Value.Where} ORDER BY t.id", r => r.GetGuid(0), cancellationToken, [.. filter.Value.Parameters]);
        return await JobItems.Add(session, job.Id, [.. ids], cancellationToken);
    }

    public override async Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken)
    {
        Ticket? present = null;
        var decided = await desk.ChangeTogether(job.Actor, [item.TargetId!.Value], job.Caller, tickets =>
        {
            present = tickets[item.TargetId.Value];
            return Task.FromResult(job.As<UpdateManyBody>().Steps(present, clock.GetUtcNow()));
        }, cancellationToken);
        if (decided.Problem is { } problem) return problem;
        var outcome = BulkOutcome.Of(decided.Value, present!);
        return outcome.Changes.Count == 0 ? new ItemDone(Skipped: true) : new ItemDone(outcome);
    }
}
