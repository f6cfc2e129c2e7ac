using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Jobs;
using Deskhand.Server.Tests.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Jobs;

/// <summary>A desk that also knows a kind of work for tests: it counts in the database what it does, as slowly as asked.</summary>
public sealed class JobDeskFixture : Desk
{
    protected override void Add(IServiceCollection services) => JobsModule.AddKind<Counting>(services, Counting.Name);
}

/// <summary>Work for tests. An item writes one row of counters, so that one that is done twice is seen.</summary>
internal sealed class Counting(TimeProvider clock) : JobKind
{
    public const string Name = "tests.counting";

    /// <param name="Items">How many.</param>
    /// <param name="Milliseconds">How long each takes.</param>
    /// <param name="Refused">The place of the item that is refused; 0 = none.</param>
    /// <param name="Stops">The place of the item that hears by itself that the job is to stop; 0 = none.</param>
    internal sealed record Asked(int Items, int Milliseconds = 0, int Refused = 0, int Stops = 0);

    public override async Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken) => job.As<Asked>().Items < 0
        ? Problem.Conflict("impossible", "Fewer than none.")
        : await JobItems.Add(session, job.Id, [.. Enumerable.Range(0, job.As<Asked>().Items).Select(_ => Guid.NewGuid())], cancellationToken);

    public override async Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken)
    {
        var asked = job.As<Asked>();
        await session.Execute("INSERT INTO counters (tenant_id, name, n) VALUES ($1, $2, 1) ON CONFLICT (tenant_id, name) DO UPDATE SET n = counters.n + 1", cancellationToken,
            Rows.P(session.TenantId), Rows.P($"job {job.Id} {item.N}"));
        if (asked.Milliseconds > 0) await Task.Delay(TimeSpan.FromMilliseconds(asked.Milliseconds), clock, cancellationToken);
        if (item.N == asked.Stops) return Problem.Conflict(JobItem.Stopped, "Left off here.");
        return item.N == asked.Refused ? Problem.Conflict("refused", "Not this one.") : new ItemDone(new { item.N });
    }

    public override Task<object?> Finish(Job job, TenantSession session, CancellationToken cancellationToken) => Task.FromResult<object?>(new { counted = job.As<Asked>().Items });
}

public sealed class JobTests(JobDeskFixture desk) : IClassFixture<JobDeskFixture>
{
    [Fact]
    public async Task A_job_does_each_item_once_goes_on_after_a_refused_one_and_tells_of_each()
    {
        var agent = desk.Tenant.Agent;
        var id = await Start(desk.Tenant, agent, new(250, Refused: 7));
        var job = await agent.Ended(id.ToString());
        Assert.Equal(("succeeded", "250", "250", "1", "250"), (job["state"], job["total"], job["done"], job["failed"], job["result.counted"]));
        Assert.Equal((249, 1), await Counted(id));
        var failed = (await agent.Get($"/jobs/{id}/items?state=failed")).Expect(200);
        Assert.Equal(("7", "refused"), (failed["data.0.n"], failed["data.0.outcome.code"]));
        var page = (await agent.Get($"/jobs/{id}/items?limit=100")).Expect(200);
        Assert.Equal(("250", "100"), (page["pagination.total"], page["data.99.n"]));
        Assert.Equal("101", (await agent.Get($"/jobs/{id}/items?limit=100&cursor={page["pagination.nextCursor"]}"))["data.0.n"]);
        Assert.Contains(id.ToString(), (await agent.Get("/jobs?kind=tests.counting")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_cannot_be_listed_fails_as_a_whole_and_says_why()
    {
        var job = await desk.Tenant.Agent.Ended((await Start(desk.Tenant, desk.Tenant.Agent, new(-1))).ToString());
        Assert.Equal(("failed", "impossible", "0"), (job["state"], job["problem.code"], job["done"]));
    }

    [Fact]
    public async Task A_cancelled_job_stops_between_two_items_and_what_is_done_stays_done()
    {
        var agent = desk.Tenant.Agent;
        var id = await Start(desk.Tenant, agent, new(1000, Milliseconds: 20));
        await Eventually.Holds(async () => int.Parse((await agent.Get($"/jobs/{id}/items?state=done"))["pagination.total"]!) > 8);
        (await agent.Post($"/jobs/{id}/cancel")).Expect(200);
        (await agent.Post($"/jobs/{id}/cancel")).Expect(200);
        var job = await agent.Ended(id.ToString());
        Assert.Equal("cancelled", job["state"]);
        var done = int.Parse(job["done"]!);
        Assert.InRange(done, 9, 900);
        Assert.Equal((done, 1), await Counted(id));
        Assert.Equal(200, (await agent.Post($"/jobs/{id}/cancel")).Status);
        var ended = await Start(desk.Tenant, agent, new(1));
        await agent.Ended(ended.ToString());
        Assert.Equal("job_ended", (await agent.Post($"/jobs/{ended}/cancel")).Expect(409)["code"]);
    }

    [Fact]
    public async Task A_job_whose_item_left_off_since_it_is_to_stop_is_cancelled_before_the_runner_hears_of_it()
    {
        var id = await Start(desk.Tenant, desk.Tenant.Agent, new(1000, Stops: 3));
        var job = await desk.Tenant.Agent.Ended(id.ToString());
        Assert.Equal(("cancelled", null), (job["state"], job["result.counted"]));
        Assert.InRange(int.Parse(job["done"]!), 3, 100);
    }

    [Fact]
    public async Task A_wish_to_stop_that_comes_during_the_last_item_is_too_late_and_the_job_says_so()
    {
        var id = await Start(desk.Tenant, desk.Tenant.Agent, new(1, Milliseconds: 3000));
        await Eventually.Holds(async () => (await desk.Tenant.Agent.Get($"/jobs/{id}"))["state"] == "running");
        (await desk.Tenant.Agent.Post($"/jobs/{id}/cancel")).Expect(200);
        // the runner has heard of it: it renewed its claim since
        await Eventually.Holds(async () => await desk.Scalar<bool>(desk.Tenant.Id,
            "SELECT state <> 'running' OR claimed_until > cancel_requested_at + $3 FROM jobs WHERE tenant_id = $1 AND id = $2", Rows.P(desk.Tenant.Id), Rows.P(id), Rows.P(JobRunner.ClaimedFor)));
        var job = await desk.Tenant.Agent.Ended(id.ToString());
        Assert.Equal(("succeeded", "1", "1"), (job["state"], job["done"], job["result.counted"]));
        Assert.Equal((1, 1), await Counted(id));
    }

    [Fact]
    public async Task Sec37_Work_ends_when_the_right_of_who_asked_ends()
    {
        var tenant = await desk.NewTenant("ended-rights");
        var leaver = await desk.NewPerson(tenant, Role.Agent);
        var id = await Start(tenant, leaver, new(2000, Milliseconds: 20));
        await Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM job_items WHERE tenant_id = $1 AND job_id = $2 AND state = 'done'", Rows.P(tenant.Id), Rows.P(id)) > 4);
        (await tenant.Admin.Post($"/users/{leaver.UserId}/deactivate")).Expect(200);
        await Eventually.Holds(async () => await desk.Scalar<string>(tenant.Id, "SELECT state FROM jobs WHERE tenant_id = $1 AND id = $2", Rows.P(tenant.Id), Rows.P(id)) == "failed");
        Assert.Equal("right_ended", await desk.Scalar<string>(tenant.Id, "SELECT problem ->> 'code' FROM jobs WHERE tenant_id = $1 AND id = $2", Rows.P(tenant.Id), Rows.P(id)));
        Assert.True(await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM job_items WHERE tenant_id = $1 AND job_id = $2 AND state = 'pending'", Rows.P(tenant.Id), Rows.P(id)) > 0);
    }

    [Fact]
    public async Task Sec26_A_job_and_its_results_are_for_who_asked_for_it_and_for_nobody_else()
    {
        var id = await Start(desk.Tenant, desk.Tenant.Agent, new(3));
        await desk.Tenant.Agent.Ended(id.ToString());
        foreach (var other in new[] { desk.Tenant.Admin, desk.Tenant.Manager, desk.Tenant.LightAgent, desk.Foreign.Agent })
        {
            Assert.Equal(404, (await other.Get($"/jobs/{id}")).Status);
            Assert.Equal(404, (await other.Get($"/jobs/{id}/items")).Status);
            Assert.Equal(404, (await other.Post($"/jobs/{id}/cancel")).Status);
            Assert.DoesNotContain(id.ToString(), (await other.Get("/jobs")).Expect(200).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_workers_that_believe_they_have_the_same_job_do_no_item_twice()
    {
        var agent = desk.Tenant.Agent;
        var id = await Start(desk.Tenant, agent, new(400, Milliseconds: 5));
        await Eventually.Holds(async () => (await agent.Get($"/jobs/{id}"))["state"] == "running");
        // the claim is given to somebody who does not know that another is still at it
        var other = ActivatorUtilities.CreateInstance<JobRunner>(desk.Services);
        await using (var session = desk.Database.For(desk.Tenant.Id))
        {
            await session.Transact<int>(async () => await session.Execute("UPDATE jobs SET worker = $3, claimed_until = now() + interval '20 seconds' WHERE tenant_id = $1 AND id = $2", CancellationToken.None,
                Rows.P(desk.Tenant.Id), Rows.P(id), Rows.P(other.Worker)), CancellationToken.None);
        }

        await other.Work(desk.Tenant.Id, id, CancellationToken.None);
        await Eventually.Holds(async () => (await agent.Get($"/jobs/{id}"))["state"] is "succeeded", 60);
        Assert.Equal((400, 1), await Counted(id));
    }

    private async Task<Guid> Start(TestTenant tenant, Person person, Counting.Asked asked)
    {
        await using var scope = desk.Services.CreateAsyncScope();
        var caller = await desk.Services.GetRequiredService<Callers>().OfUser(tenant.Id, person.UserId, CancellationToken.None);
        scope.ServiceProvider.GetRequiredService<RequestScope>().Caller = caller!;
        return (await scope.ServiceProvider.GetRequiredService<JobDesk>().Start(Counting.Name, asked, caller!, CancellationToken.None)).Value.Id;
    }

    /// <summary>How many items were done, and how often the one that was done most.</summary>
    private async Task<(int Items, int Most)> Counted(Guid job)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        return (await session.Query("SELECT count(*)::int, coalesce(max(n), 0)::int FROM counters WHERE tenant_id = $1 AND name LIKE $2", r => (r.GetInt32(0), r.GetInt32(1)), CancellationToken.None,
            Rows.P(desk.Tenant.Id), Rows.P($"job {job} %")))[0];
    }
}

/// <summary>Waiting for jobs.</summary>
internal static class JobWaiting
{
    /// <summary>The job when it has ended.</summary>
    public static async Task<Reply> Ended(this Person person, string id, double seconds = 60)
    {
        Reply? job = null;
        await Eventually.Holds(async () => (job = (await person.Get($"/jobs/{id}")).Expect(200))["state"] is "succeeded" or "failed" or "cancelled", seconds, $"job {id} ends");
        return job!;
    }
}
