using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Jobs;

/// <summary>How far a job is.</summary>
internal enum JobState
{
    /// <summary>Nobody works on it yet.</summary>
    Queued,

    /// <summary>Somebody works on it.</summary>
    Running,

    /// <summary>Every item was taken; some may have failed.</summary>
    Succeeded,

    /// <summary>The whole could not be done.</summary>
    Failed,

    /// <summary>It was stopped on request; what was done stays done.</summary>
    Cancelled,
}

/// <summary>Long work as the API shows it, to the one who asked for it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Kind">What kind of work.</param>
/// <param name="State">queued, running, succeeded, failed, cancelled.</param>
/// <param name="Total">How many items; null until they are listed.</param>
/// <param name="Done">How many have been taken, with those that failed.</param>
/// <param name="Failed">How many of them failed.</param>
/// <param name="Result">What the work answers when it has ended; depends on the kind.</param>
/// <param name="Problem">Why the whole could not be done.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="StartedAt">When the work began.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="CancelRequestedAt">When it was asked to stop.</param>
/// <param name="UndoneById">The job that took it back.</param>
internal sealed record JobResponse(
    Guid Id, string Kind, string State, int? Total, int Done, int Failed, JsonElement? Result, JsonElement? Problem,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, DateTimeOffset? CancelRequestedAt, Guid? UndoneById)
{
    internal const string Columns =
        "j.id, j.kind, j.state, j.total, j.done, j.failed, j.result::text, j.problem::text, j.created_at, j.started_at, j.finished_at, j.cancel_requested_at, j.undone_by_id";

    internal static JobResponse Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetInt32(3), r.GetInt32(4), r.GetInt32(5),
        r.Text(6) is { } result ? JsonElement.Parse(result) : null, r.Text(7) is { } problem ? JsonElement.Parse(problem) : null,
        r.GetFieldValue<DateTimeOffset>(8), r.Instant(9), r.Instant(10), r.Instant(11), r.Id(12));
}

/// <summary>What became of one item.</summary>
/// <param name="N">Its place, from 1.</param>
/// <param name="TargetId">What it is about.</param>
/// <param name="State">pending, done, failed or skipped.</param>
/// <param name="Outcome">What the work says of it; for a failure the problem with its code.</param>
internal sealed record JobItemResponse(int N, Guid? TargetId, string State, JsonElement? Outcome);

/// <summary>GET /jobs: one's own, the latest first.</summary>
internal static class ListJobs
{
    public static async Task<Answer<Page<JobResponse>>> Handle([AsParameters] JobQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<JobResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("createdAt", "j.created_at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<JobResponse>>(wrongOrder);
        var list = new KeysetList(session, JobResponse.Columns, "jobs j", "j");
        list.Where($"j.user_id = {list.Value(Rows.P(caller.UserId))}");
        var problem = list.OneOf("state", "j.state", query.State, Wire.All<JobState>()) ?? list.Text("kind", "j.kind = {0}", query.Kind);
        return problem is not null ? Answer.Ok<Page<JobResponse>>(problem) : Answer.Ok(await list.Read(page.Value, order.Value, JobResponse.Read, cancellationToken));
    }
}

/// <summary>The parameters of GET /jobs.</summary>
internal sealed record JobQuery : PageQuery
{
    /// <summary>queued, running, succeeded, failed, cancelled; twice means either.</summary>
    public string[]? State { get; init; }

    public string? Kind { get; init; }

    /// <summary>-createdAt (default) or createdAt.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /jobs/{id}: only for the one who asked for it.</summary>
internal static class GetJob
{
    public static async Task<Answer<JobResponse>> Handle(Guid id, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<JobResponse>(await Find(id, caller, session, cancellationToken) is { } job ? job : Problem.NotFound("job"));

    public static async Task<JobResponse?> Find(Guid id, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT {JobResponse.Columns} FROM jobs j WHERE j.tenant_id = $1 AND j.id = $2 AND j.user_id = $3", JobResponse.Read, cancellationToken,
            Rows.P(session.TenantId), Rows.P(id), Rows.P(caller.UserId))).SingleOrDefault();
}

/// <summary>GET /jobs/{id}/items: what became of each item, in order.</summary>
internal static class ListJobItems
{
    private static readonly ImmutableArray<string> States = ["pending", "done", "failed", "skipped"];

    public static async Task<Answer<Page<JobItemResponse>>> Handle(
        Guid id, string[]? state, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var request = page.ReadPage(caller.PageLimit);
        if (request.Problem is { } wrongPage) return Answer.Ok<Page<JobItemResponse>>(wrongPage);
        if (state?.FirstOrDefault(s => !States.Contains(s, StringComparer.Ordinal)) is not null)
            return Answer.Ok<Page<JobItemResponse>>(Problem.Malformed("state", $"There is no such value; there are: {string.Join(", ", States)}.") with { Allowed = States });
        if (await GetJob.Find(id, caller, session, cancellationToken) is not { } job) return Answer.Ok<Page<JobItemResponse>>(Problem.NotFound("job"));

        var after = 0;
        if (request.Value.Cursor is { } place)
        {
            var values = Cursors.Read(place, "n", 1);
            if (values.Problem is { } stale) return Answer.Ok<Page<JobItemResponse>>(stale);
            if (!int.TryParse(values.Value[0], out after)) return Answer.Ok<Page<JobItemResponse>>(Problem.Malformed("cursor", "This is not a cursor of this list."));
        }

        string[] asked = state is null or [] ? [.. States] : state;
        var total = request.Value.Cursor is not null ? (long?)null
            : state is null or [] ? job.Total ?? 0
            : (await session.Query("SELECT count(*) FROM job_items WHERE tenant_id = $1 AND job_id = $2 AND state = ANY ($3)", r => r.GetInt64(0), cancellationToken,
                Rows.P(session.TenantId), Rows.P(id), Rows.P(asked)))[0];
        var rows = await session.Query($"""
            SELECT i.n, i.target_id, i.state, i.outcome::text FROM job_items i
            WHERE i.tenant_id = $1 AND i.job_id = $2 AND i.state = ANY ($3) AND i.n > $4 ORDER BY i.n OFFSET {request.Value.Skip} LIMIT {request.Value.Limit + 1}
            """, r => new JobItemResponse(r.GetInt32(0), r.Id(1), r.GetString(2), r.Text(3) is { } outcome ? JsonElement.Parse(outcome) : null), cancellationToken,
            Rows.P(session.TenantId), Rows.P(id), Rows.P(asked), Rows.P(after));
        var more = rows.Count > request.Value.Limit;
        if (more) rows.RemoveAt(request.Value.Limit);
        return Answer.Ok<Page<JobItemResponse>>(new Page<JobItemResponse>(rows, new(
            request.Value.Cursor is null ? request.Value.Page : null, request.Value.Limit, total, false,
            more ? Cursors.Write("n", rows[^1].N.ToString(System.Globalization.CultureInfo.InvariantCulture)) : null, more)));
    }
}

/// <summary>POST /jobs/{id}/cancel: stops before the next item; what is done stays done. Twice does no harm; an ended job answers 409.</summary>
internal static class CancelJob
{
    public static async Task<Answer<JobResponse>> Handle(Guid id, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(await session.Transact<JobResponse>(async () =>
        {
            // one that nobody has begun ends here; one at work is told, and ends itself
            var asked = await session.Execute("""
                UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, $4),
                    state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
                    finished_at = CASE state WHEN 'queued' THEN $4 END,
                    payload = CASE state WHEN 'queued' THEN NULL ELSE payload END
                WHERE tenant_id = $1 AND id = $2 AND user_id = $3 AND state IN ('queued', 'running')
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(caller.UserId), Rows.P(Instants.Now(clock)));
            if (await GetJob.Find(id, caller, session, cancellationToken) is not { } job) return Problem.NotFound("job");
            return asked == 1 || job.State == "cancelled" ? job : Problem.Conflict("job_ended", "This job has ended already.");
        }, cancellationToken));
}
