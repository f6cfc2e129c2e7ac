using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using NpgsqlTypes;

namespace Deskhand.Jobs;

/// <summary>The way in for long work: it is written down in the transaction that asks for it, and any process with the role <c>clock</c> does it.</summary>
internal sealed class JobDesk(TenantSession session, JobRunner runner, TimeProvider clock)
{
    /// <summary>The channel on which processes hear that there is work.</summary>
    public const string Channel = "deskhand_jobs";

    /// <summary>Asks for long work.</summary>
    /// <param name="kind">A name given by <see cref="JobsModule.AddKind"/>.</param>
    /// <param name="asked">What is asked, kept as JSON.</param>
    /// <param name="caller">Who asks; the work is done with the rights this one has while it is done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="payload">What comes with it and is too large for JSON; gone when the job has ended.</param>
    public Task<Outcome<JobResponse>> Start(string kind, object asked, Caller caller, CancellationToken cancellationToken, byte[]? payload = null) =>
        session.Transact<JobResponse>(async () =>
        {
            var id = await Write(kind, asked, caller, payload, worker: null, cancellationToken);
            await session.Notify(Channel, "", cancellationToken);
            return (await GetJob.Find(id, caller, session, cancellationToken))!;
        }, cancellationToken);

    /// <summary>
    /// Does work of few items at once and answers when it has ended. It is a job all the same: noted before it begins, finished by another
    /// process when this one dies, and to be undone like any other.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called inside a transaction, whose job nobody else could see.</exception>
    public async Task<JobResponse> Do(string kind, object asked, Caller caller, CancellationToken cancellationToken)
    {
        if (session.InTransaction) throw new InvalidOperationException("The job must be committed before it is worked on.");
        var id = (await session.Transact<Guid>(async () => await Write(kind, asked, caller, null, runner.Worker, cancellationToken), cancellationToken)).Value;
        // a caller who hangs up does not stop what is written down
        await runner.Work(session.TenantId, id, CancellationToken.None);
        return (await GetJob.Find(id, caller, session, cancellationToken))!;
    }

    private async Task<Guid> Write(string kind, object asked, Caller caller, byte[]? payload, Guid? worker, CancellationToken cancellationToken)
    {
        var now = Instants.Now(clock);
        var id = Ids.New(now);
        await session.Execute("""
            INSERT INTO jobs (tenant_id, id, kind, user_id, token_id, via, asked, payload, created_at, worker, state, claimed_until, started_at, attempts)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $10 IS NULL THEN 'queued' ELSE 'running' END, $11, CASE WHEN $10 IS NULL THEN NULL ELSE $9 END,
                CASE WHEN $10 IS NULL THEN 0 ELSE 1 END)
            """, cancellationToken,
            Rows.P(session.TenantId), Rows.P(id), Rows.P(kind), Rows.P(caller.UserId), Rows.P(caller.TokenId), Rows.P(Wire.Name(caller.Actor.Via)),
            Rows.Json(JsonSerializer.Serialize(asked, asked.GetType(), JsonFormat.Options)), Rows.P(payload, NpgsqlDbType.Bytea), Rows.P((DateTimeOffset?)now),
            Rows.P(worker), Rows.P(worker is null ? null : (DateTimeOffset?)(now + JobRunner.ClaimedFor)));
        return id;
    }

    /// <summary>What came with a job.</summary>
    public static async Task<byte[]> Payload(Job job, TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query("SELECT payload FROM jobs WHERE tenant_id = $1 AND id = $2", r => r.GetFieldValue<byte[]>(0), cancellationToken,
            Rows.P(session.TenantId), Rows.P(job.Id)))[0];
}
