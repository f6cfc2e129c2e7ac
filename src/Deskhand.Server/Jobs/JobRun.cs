using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Jobs;

/// <summary>One job at work in this process: lists its items when that is still to be done, does those that are not done, and writes down how far it is.</summary>
internal sealed class JobRun(
    Guid tenantId, Guid jobId, Guid worker, Database database, Callers callers, IServiceScopeFactory scopes, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private const int Batch = 100;

    /// <summary>A worker that took a job so often without finishing a batch leaves it: it is the job that fails, not the worker.</summary>
    private const int MostAttempts = 5;

    private const int TriesOfItem = 5;
    private static readonly TimeSpan Renew = TimeSpan.FromSeconds(1);
    private readonly TenantSession notes = database.For(tenantId);
    private readonly CancellationTokenSource lost = new();
    private volatile Caller? caller;
    private volatile bool cancelled;
    private volatile bool stopped;
    private Via via;
    private int done;
    private int failed;

    /// <summary>Works until the job has ended or the process is told to stop; then the job is given back.</summary>
    public async Task Work(CancellationToken stop)
    {
        var row = (await notes.Query(
            "SELECT kind, asked::text, user_id, token_id, via, total, attempts, cancel_requested_at IS NOT NULL FROM jobs WHERE tenant_id = $1 AND id = $2",
            r => (Kind: r.GetString(0), Asked: r.GetString(1), UserId: r.GetGuid(2), TokenId: r.Id(3), Via: r.GetString(4), Total: r.IsDBNull(5) ? (int?)null : r.GetInt32(5),
                Attempts: r.GetInt32(6), Cancelled: r.GetBoolean(7)), stop, Rows.P(tenantId), Rows.P(jobId))).Single();
        (via, cancelled) = (Wire.Find<Via>(row.Via)!.Value, row.Cancelled);
        if (row.Attempts > MostAttempts)
        {
            await End("failed", Problem.Conflict("job_interrupted", $"The work was interrupted {MostAttempts} times at the same place."), null);
            return;
        }

        if (cancelled)
        {
            await End("cancelled", null, null);
            return;
        }

        caller = await FindCaller(row.UserId, row.TokenId, stop);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(stop, lost.Token);
        var renewing = RenewClaim(row.UserId, row.TokenId, working.Token);
        try
        {
            using var asked = JsonDocument.Parse(row.Asked);
            var problem = caller is null ? RightEnded : await Do(row.Kind, asked.RootElement, row.Total, working.Token);
            if (lost.IsCancellationRequested) return;
            // whose wish to stop came too late, after the last item, has succeeded: all of it is done
            var summary = problem is null && !stopped ? await Finish(row.Kind, asked.RootElement, working.Token) : null;
            await End(problem is not null ? "failed" : stopped ? "cancelled" : "succeeded", problem, summary);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !lost.IsCancellationRequested)
        {
            await GiveBack();
        }
        finally
        {
            await lost.CancelAsync();
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lost.Dispose();
        await notes.DisposeAsync();
    }

    private static Problem RightEnded { get; } =
        new(ProblemKind.Forbidden, "right_ended", "Who asked for this may no longer: the account is deactivated or the API token revoked. What was done stays done.");

    private async Task<Problem?> Do(string kind, JsonElement asked, int? total, CancellationToken cancellationToken)
    {
        if (total is null)
        {
            var listed = await InScope(kind, asked, (work, job, session) => session.Transact<Nothing>(async () =>
            {
                var count = await work.List(job, session, cancellationToken);
                if (count.Problem is { } problem) return problem;
                await session.Execute("UPDATE jobs SET total = $3 WHERE tenant_id = $1 AND id = $2 AND total IS NULL", cancellationToken,
                    Rows.P(tenantId), Rows.P(jobId), Rows.P(count.Value));
                return default(Nothing);
            }, cancellationToken));
            if (listed.Problem is { } refused) return refused;
        }

        (done, failed) = (await notes.Query("SELECT count(*)::int, (count(*) FILTER (WHERE state = 'failed'))::int FROM job_items WHERE tenant_id = $1 AND job_id = $2 AND state <> 'pending'",
            r => (r.GetInt32(0), r.GetInt32(1)), cancellationToken, Rows.P(tenantId), Rows.P(jobId)))[0];
        var atOnce = (await InScope(kind, asked, (work, _, _) => Task.FromResult<Outcome<int>>(work.AtOnce))).Value;
        while (true)
        {
            var items = await notes.Query($"SELECT n, target_id FROM job_items WHERE tenant_id = $1 AND job_id = $2 AND state = 'pending' ORDER BY n LIMIT {Batch}",
                r => new JobItem(r.GetInt32(0), r.Id(1)), cancellationToken, Rows.P(tenantId), Rows.P(jobId));
            if (items.Count == 0) return null;
            stopped |= cancelled;
            if (stopped) return null;
            await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
                async (item, ct) =>
                {
                    if (!cancelled && !stopped && caller is not null) await Do(kind, asked, item, ct);
                });
            if (caller is null) return RightEnded;
            await Note(attempts: 0, cancellationToken);
        }
    }

    /// <summary>One item and the note of what became of it, in one transaction; a problem takes the work back and is noted alone.</summary>
    private async Task Do(string kind, JsonElement asked, JobItem item, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var outcome = await InScope(kind, asked, async (work, job, session) =>
                {
                    var result = await session.Transact<ItemDone>(async () =>
                    {
                        var answer = await work.Do(job, item, session, cancellationToken);
                        if (answer.Problem is null) await Note(session, item, answer.Value.Skipped ? "skipped" : "done", answer.Value.Result, cancellationToken);
                        return answer;
                    }, cancellationToken);
                    if (result.Problem is { } problem) await NoteFailure(session, item, problem, cancellationToken);
                    return result;
                });
                Interlocked.Increment(ref done);
                if (outcome.Problem is not null) Interlocked.Increment(ref failed);
                if (outcome.Problem?.Code == JobItem.Stopped) stopped = true;
                return;
            }
            catch (PostgresException e) when (e.IsTransient && attempt < TriesOfItem)
            {
                // two items that met in the database: one of them takes another turn
                logger.LogInformation("Item {N} of the job {Job} takes another turn: {Error}", item.N, jobId, e.MessageText);
            }
            catch (Exception e) when (e is PostgresException { IsTransient: false } or not (OperationCanceledException or NpgsqlException or IOException or TimeoutException))
            {
                logger.LogError(e, "Item {N} of the job {Job} failed", item.N, jobId);
                await using var session = database.For(tenantId);
                await NoteFailure(session, item, Problem.Conflict("internal_error", "This item met a fault of the desk; the log of the server tells more."), cancellationToken);
                Interlocked.Increment(ref done);
                Interlocked.Increment(ref failed);
                return;
            }
        }
    }

    private Task<Outcome<Nothing>> NoteFailure(TenantSession session, JobItem item, Problem problem, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            await Note(session, item, "failed", Told(problem), cancellationToken);
            return default(Nothing);
        }, cancellationToken);

    /// <exception cref="OperationCanceledException">Another worker has done the item meanwhile: this one lost its claim.</exception>
    private async Task Note(TenantSession session, JobItem item, string state, object? outcome, CancellationToken cancellationToken)
    {
        var noted = await session.Execute("UPDATE job_items SET state = $4, outcome = $5 WHERE tenant_id = $1 AND job_id = $2 AND n = $3 AND state = 'pending'", cancellationToken,
            Rows.P(tenantId), Rows.P(jobId), Rows.P(item.N), Rows.P(state), Rows.Json(outcome is null ? null : JsonSerializer.Serialize(outcome, outcome.GetType(), JsonFormat.Options)));
        if (noted == 1) return;
        await lost.CancelAsync();
        throw new OperationCanceledException("Another worker has this job.");
    }

    private async Task<object?> Finish(string kind, JsonElement asked, CancellationToken cancellationToken)
    {
        object? summary = null;
        await InScope(kind, asked, async (work, job, session) =>
        {
            summary = await work.Finish(job, session, cancellationToken);
            return (Outcome<Nothing>)default(Nothing);
        });
        return summary;
    }

    /// <summary>Renews the claim, hears of a wish to stop, and looks whether who asked still may.</summary>
    private async Task RenewClaim(Guid userId, Guid? tokenId, CancellationToken cancellationToken)
    {
        await using var own = database.For(tenantId);
        while (true)
        {
            await Task.Delay(Renew, cancellationToken);
            try
            {
                caller = await FindCaller(userId, tokenId, cancellationToken);
                var kept = await own.Transact<List<bool>>(async () => await own.Query("""
                    UPDATE jobs SET claimed_until = $4, done = $5, failed = $6
                    WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running' RETURNING cancel_requested_at IS NOT NULL
                    """, r => r.GetBoolean(0), cancellationToken, Rows.P(tenantId), Rows.P(jobId), Rows.P(worker), Rows.P(clock.GetUtcNow() + JobRunner.ClaimedFor),
                    Rows.P(Volatile.Read(ref done)), Rows.P(Volatile.Read(ref failed))), cancellationToken);
                if (kept.Value.Count == 0)
                {
                    await lost.CancelAsync();
                    return;
                }

                cancelled |= kept.Value[0];
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                // the claim holds for a while; items fail on their own if the database stays away
                logger.LogWarning("The claim of the job {Job} was not renewed: {Error}", jobId, e.Message);
            }
        }
    }

    private async ValueTask<Caller?> FindCaller(Guid userId, Guid? tokenId, CancellationToken cancellationToken) =>
        tokenId is { } token ? await callers.OfApiToken(tenantId, token, cancellationToken) : await callers.OfUser(tenantId, userId, cancellationToken);

    private Task<Outcome<int>> Note(int attempts, CancellationToken cancellationToken) => notes.Transact<int>(async () =>
        await notes.Execute("UPDATE jobs SET done = $4, failed = $5, attempts = $6 WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running'", cancellationToken,
            Rows.P(tenantId), Rows.P(jobId), Rows.P(worker), Rows.P(done), Rows.P(failed), Rows.P(attempts)), cancellationToken);

    // not cancelled: what became of the work shall be known
    private Task<Outcome<int>> End(string state, Problem? problem, object? result) => notes.Transact<int>(async () => await notes.Execute("""
        UPDATE jobs SET state = $4, finished_at = $5, problem = $6, result = $7, done = greatest(done, $8), failed = greatest(failed, $9), payload = NULL, worker = NULL, claimed_until = NULL
        WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running'
        """, CancellationToken.None, Rows.P(tenantId), Rows.P(jobId), Rows.P(worker), Rows.P(state), Rows.P(Instants.Now(clock)),
        Rows.Json(problem is null ? null : JsonSerializer.Serialize(Told(problem), JsonFormat.Options)),
        Rows.Json(result is null ? null : JsonSerializer.Serialize(result, result.GetType(), JsonFormat.Options)), Rows.P(done), Rows.P(failed)), CancellationToken.None);

    private Task<Outcome<int>> GiveBack() => notes.Transact<int>(async () => await notes.Execute(
        "UPDATE jobs SET state = 'queued', worker = NULL, claimed_until = NULL, attempts = 0, done = $4, failed = $5 WHERE tenant_id = $1 AND id = $2 AND worker = $3 AND state = 'running'",
        CancellationToken.None, Rows.P(tenantId), Rows.P(jobId), Rows.P(worker), Rows.P(done), Rows.P(failed)), CancellationToken.None);

    private static object Told(Problem problem) => new
    {
        problem.Code,
        Detail = problem.Message,
        Errors = problem.Errors.IsEmpty ? null : problem.Errors.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal),
        Allowed = problem.Allowed.IsEmpty ? null : problem.Allowed.ToArray(),
    };

    /// <summary>The kind, made for one piece of work in a scope of its own, as a request has it: same caller, same services.</summary>
    private async Task<Outcome<T>> InScope<T>(string kind, JsonElement asked, Func<JobKind, Job, TenantSession, Task<Outcome<T>>> work)
    {
        var by = caller ?? throw new OperationCanceledException("Who asked may no longer.");
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestScope>().Caller = by;
        return await work(scope.ServiceProvider.GetRequiredKeyedService<JobKind>(kind), new Job(jobId, kind, by, via, asked),
            scope.ServiceProvider.GetRequiredService<TenantSession>());
    }
}
