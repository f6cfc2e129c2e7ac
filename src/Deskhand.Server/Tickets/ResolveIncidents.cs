using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Jobs;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>The work of solving the incidents of a solved problem: each an item, and taken back like a bulk change.</summary>
internal sealed class ResolveIncidents(TicketDesk desk) : JobKind
{
    public const string Name = "tickets.resolve_incidents";

    /// <summary>Up to so many are done while the caller waits.</summary>
    public const int AtMostAtOnce = 20;

    /// <param name="ProblemId">The solved problem.</param>
    /// <param name="Reason">Stands in the history of each.</param>
    internal sealed record Asked(Guid ProblemId, string Reason);

    /// <summary>The incidents of a problem that the caller may read and that are neither solved nor closed, the oldest first.</summary>
    public static Task<List<Guid>> Open(Guid problemId, int most, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var parameters = new List<NpgsqlParameter> { Rows.P(session.TenantId), Rows.P(problemId) };
        var scope = TicketScopes.Where(caller, parameters) is { } rule ? " AND " + rule : "";
        return session.Query($"""
            SELECT t.id FROM tickets t WHERE t.tenant_id = $1 AND t.problem_id = $2 AND t.deleted_at IS NULL AND t.status_category NOT IN ('solved', 'closed'){scope} ORDER BY t.id LIMIT {most}
            """, r => r.GetGuid(0), cancellationToken, [.. parameters]);
    }

    public override async Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken) =>
        await JobItems.Add(session, job.Id, [.. await Open(job.As<Asked>().ProblemId, int.MaxValue, job.Caller, session, cancellationToken)], cancellationToken);

    public override async Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken)
    {
        Ticket? present = null;
        var decided = await desk.ChangeTogether(job.Actor, [item.TargetId!.Value], job.Caller, tickets =>
        {
            present = tickets[item.TargetId.Value];
            return Task.FromResult<Outcome<ImmutableArray<TicketStep>>>(ImmutableArray.Create(new TicketStep(present.Id, new TicketChange.Resolve(job.As<Asked>().Reason))));
        }, cancellationToken);
        if (decided.Problem is { } problem) return problem;
        var outcome = BulkOutcome.Of(decided.Value, present!);
        return outcome.Changes.Count == 0 ? new ItemDone(Skipped: true) : new ItemDone(outcome);
    }
}
