using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Jobs;

/// <summary>
/// A kind of long work. Its items are listed once, in one transaction; then each is done in a transaction of its own that also notes that
/// it is done, so no item is done twice, whenever the plug is pulled. Made once for each piece of work, in a scope with the job's caller.
/// </summary>
internal abstract class JobKind
{
    /// <summary>How many items are done at the same time.</summary>
    public virtual int AtOnce => 4;

    /// <summary>Writes the items (<see cref="JobItems"/>); answers how many there are, or why the whole cannot be done.</summary>
    public abstract Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken);

    /// <summary>Does one item; what it answers stands in the item's result. A problem is noted and the next item is taken.</summary>
    public abstract Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken);

    /// <summary>Sums up when every item has been taken: the job's result, or null.</summary>
    public virtual Task<object?> Finish(Job job, TenantSession session, CancellationToken cancellationToken) => Task.FromResult<object?>(null);
}

/// <summary>What became of an item that was no failure.</summary>
/// <param name="Result">What the caller is told of it; null = nothing more than that it is done.</param>
/// <param name="Skipped">Nothing was to be done, for a reason that the result tells.</param>
internal sealed record ItemDone(object? Result = null, bool Skipped = false);

/// <summary>Long work as its kind sees it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Kind">What kind it is.</param>
/// <param name="Caller">Who asked for it, with the rights of now.</param>
/// <param name="Via">Through what it was asked for.</param>
/// <param name="Asked">What was asked.</param>
internal sealed record Job(Guid Id, string Kind, Caller Caller, Via Via, JsonElement Asked)
{
    public Actor Actor => Caller.Actor with { Via = Via };

    /// <summary>What was asked, as it was given to <see cref="JobDesk.Start"/>.</summary>
    public T As<T>() => Asked.Deserialize<T>(Http.JsonFormat.Options)!;
}

/// <summary>One item of a job.</summary>
/// <param name="N">Its place, from 1.</param>
/// <param name="TargetId">What it is about.</param>
internal sealed record JobItem(int N, Guid? TargetId)
{
    /// <summary>The code of the problem by which an item tells that it left off, since the job is to stop: the job ends as cancelled.</summary>
    public const string Stopped = "cancelled";
}

/// <summary>Lists the items of a job.</summary>
internal static class JobItems
{
    /// <summary>One item for each target, in this order.</summary>
    public static Task<int> Add(TenantSession session, Guid jobId, Guid[] targets, CancellationToken cancellationToken) =>
        session.Execute("INSERT INTO job_items (tenant_id, job_id, n, target_id) SELECT $1, $2, t.n, t.id FROM unnest($3) WITH ORDINALITY t (id, n)",
            cancellationToken, Rows.P(session.TenantId), Rows.P(jobId), Rows.P(targets));

    /// <summary>One item for each row of a query that answers with ids, in its order. The query's parameters begin at $3.</summary>
    public static Task<int> Add(TenantSession session, Guid jobId, string query, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        session.Execute($"INSERT INTO job_items (tenant_id, job_id, n, target_id) SELECT $1, $2, row_number() OVER (), found.id FROM ({query}) found (id)",
            cancellationToken, [Rows.P(session.TenantId), Rows.P(jobId), .. parameters]);
}
