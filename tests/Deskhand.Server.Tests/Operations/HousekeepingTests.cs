using Deskhand.Data;
using Deskhand.Operations;
using Deskhand.Server.Tests.Tickets;
using Deskhand.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Operations;

public sealed class HousekeepingTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Sec26_The_results_of_a_job_go_after_a_month()
    {
        var agent = desk.Tenant.Agent;
        await agent.NewTicket(more: new { tags = new[] { "month" } });
        var (kept, old) = ((await agent.JobEnded((await agent.Put("/tickets/update_many", new { filter = new { tag = new[] { "month" } }, addTags = new[] { "one" } })).Expect(202)["id"]))["id"], (await agent.JobEnded((await agent.Put("/tickets/update_many", new { filter = new { tag = new[] { "month" } }, addTags = new[] { "two" } })).Expect(202)["id"]))["id"]);
        await Execute("UPDATE jobs SET finished_at = finished_at - interval '32 days' WHERE id = ANY ($1)", Rows.P(new[] { Guid.Parse(old!) }));
        await desk.Services.GetRequiredService<Housekeeping>().Run(default);
        (await agent.Get($"/jobs/{kept}")).Expect(200);
        (await agent.Get($"/jobs/{old}")).Expect(404);
        (await agent.Get($"/jobs/{old}/items")).Expect(404);
    }

    [Fact]
    public async Task Uploads_that_became_part_of_nothing_and_files_without_a_row_go_after_a_day()
    {
        var agent = desk.Tenant.Agent;
        var ticket = await agent.NewTicket();
        var (fresh, old, claimed) = (await agent.NewUpload(), await agent.NewUpload(), await agent.NewUpload());
        (await agent.Post($"/tickets/{ticket}/comments", new { body = "x", attachmentIds = new[] { claimed } })).Expect(201);
        var removed = (await agent.Send($"/tickets/{ticket}/attachments", Files.Png)).Expect(201).Body!["id"]!.GetValue<Guid>();
        (await agent.Delete($"/attachments/{removed}")).Expect(204);
        var stray = PathOf(Guid.CreateVersion7());
        var half = PathOf(Guid.CreateVersion7()) + ".part";
        foreach (var path in (string[])[stray, half])
        {
            Folders.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, "left by a crash");
        }

        await Execute("UPDATE attachments SET created_at = created_at - interval '25 hours' WHERE id = ANY ($1)", Rows.P(new[] { old, claimed, removed }));
        foreach (var path in (string[])[PathOf(old), PathOf(claimed), PathOf(removed), stray, half]) File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-25));

        await Task.WhenAll(desk.Services.GetRequiredService<Housekeeping>().Run(default), desk.Services.GetRequiredService<Housekeeping>().Run(default));

        Assert.Equal((200, 404, 200), (await agent.FetchStatus(fresh), await agent.FetchStatus(old), await agent.FetchStatus(claimed)));
        Assert.False(File.Exists(PathOf(old)));
        Assert.False(File.Exists(stray));
        Assert.False(File.Exists(half));
        // what once stood in a ticket stays with its history
        Assert.True(File.Exists(PathOf(removed)));
    }

    [Fact]
    public async Task Old_idempotency_keys_and_the_tokens_of_sessions_long_ended_go()
    {
        var caller = desk.Tenant.Agent.UserId;
        var session = await desk.Scalar<Guid>(desk.Tenant.Id, "SELECT id FROM sessions WHERE user_id = $1", Rows.P(desk.Tenant.LightAgent.UserId));
        await Execute("""
            INSERT INTO idempotency_keys (tenant_id, caller_id, key, fingerprint, created_at)
            SELECT current_setting('app.tenant_id')::uuid, $1, 'key ' || n, '\x00', now() - make_interval(hours => n) FROM generate_series(0, 47) n
            """, Rows.P(caller));
        await Execute("""
            INSERT INTO refresh_tokens (tenant_id, hash, session_id, created_at)
            SELECT current_setting('app.tenant_id')::uuid, sha256(s.id::text::bytea), s.id, now() FROM sessions s
            """);
        await Execute("UPDATE sessions SET ended_at = now() - interval '91 days' WHERE id = $1", Rows.P(session));

        await desk.Services.GetRequiredService<Housekeeping>().Run(default);

        Assert.Equal(24, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM idempotency_keys"));
        Assert.Equal(0, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM refresh_tokens WHERE session_id = $1", Rows.P(session)));
        Assert.NotEqual(0, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM refresh_tokens"));
    }

    private string PathOf(Guid id) => Path.Combine(desk.DataFolder, "attachments", AttachmentStore.KeyOf(desk.Tenant.Id, id));

    private async Task Execute(string sql, params Npgsql.NpgsqlParameter[] parameters)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        await session.Transact<int>(async () => await session.Execute(sql, default, parameters), default);
    }
}
