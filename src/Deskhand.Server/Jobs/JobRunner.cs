using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Jobs;

/// <summary>
/// Takes jobs and works on them, a few at a time. Any number of processes may: a job belongs to whoever claimed it, for as long as that one
/// renews the claim. A process that dies leaves its job to the next one, which goes on with the items that are not done.
/// </summary>
internal sealed class JobRunner(Database database, Callers callers, IServiceScopeFactory scopes, TimeProvider clock, ILogger<JobRunner> logger) : BackgroundService
{
    /// <summary>How long a claim holds without being renewed.</summary>
    internal static readonly TimeSpan ClaimedFor = TimeSpan.FromSeconds(20);

    private const int AtOnce = 2;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private readonly Wake wake = new();

    /// <summary>The name of this process among those that work.</summary>
    public Guid Worker { get; } = Guid.NewGuid();

    public void ListenOn(DatabaseListener listener) => listener.On(JobDesk.Channel, _ => wake.Call());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                running.RemoveAll(t => t.IsCompleted);
                if (running.Count < AtOnce && await Claim(stoppingToken) is { } claimed)
                {
                    running.Add(Task.Run(() => Work(claimed.TenantId, claimed.JobId, stoppingToken), CancellationToken.None));
                    continue;
                }

                await wake.Wait(Idle, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // whatever it was, jobs wait in their table and the next try may go well
                logger.LogError(e, "No jobs can be taken. Trying again");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(running);
    }

    public override void Dispose()
    {
        base.Dispose();
        wake.Dispose();
    }

    private async Task<(Guid TenantId, Guid JobId)?> Claim(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var claimed = await database.AcrossTenants("SELECT tenant_id, id FROM claim_job($1, $2, $3)", r => (r.GetGuid(0), r.GetGuid(1)), cancellationToken,
            Rows.P(Worker), Rows.P(now), Rows.P(now + ClaimedFor));
        return claimed.Count == 0 ? null : claimed[0];
    }

    /// <summary>Works on a job that this process has claimed, until it has ended or was given back.</summary>
    public async Task Work(Guid tenantId, Guid jobId, CancellationToken stop)
    {
        try
        {
            await using var run = new JobRun(tenantId, jobId, Worker, database, callers, scopes, clock, logger);
            await run.Work(stop);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or OperationCanceledException)
        {
            // the claim runs out, and whoever takes the job next goes on where it stands
            if (!stop.IsCancellationRequested) logger.LogWarning("The job {Job} was interrupted: {Error}", jobId, e.Message);
        }
        catch (Exception e)
        {
            logger.LogError(e, "The job {Job} was interrupted", jobId);
        }
        finally
        {
            wake.Call();
        }
    }
}
