using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Server.Tests.Realtime;
using Deskhand.Server.Tests.Sla;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>A desk with a broker that is never there, so that what is queued for it stays.</summary>
public sealed class RetentionDesk : Desk
{
    protected override Dictionary<string, string?> Settings => new(StringComparer.Ordinal)
    {
        ["DESKHAND_RABBITMQ_URL"] = "amqp://127.0.0.1:9",
        ["DESKHAND_EVENTS_KEPT_DAYS"] = "31",
    };
}

public sealed class RetentionTests(RetentionDesk desk) : IClassFixture<RetentionDesk>
{
    [Fact]
    public async Task Old_events_go_with_their_month_what_waits_stays_and_a_cursor_from_before_is_told_so()
    {
        var (server, clock) = (desk.Services.GetRequiredService<ServerDatabase>(), new SettableClock());
        var retention = new EventRetention(server, desk.Services.GetRequiredService<DeskhandSettings>(), clock, NullLogger<EventRetention>.Instance);
        var tenant = desk.Tenant;
        await tenant.Agent.NewTicket("Old");
        await Streamed("ticket.created");
        clock.Pass(TimeSpan.FromDays(70));
        await retention.Run([tenant.Id], CancellationToken.None);
        Assert.Equal(["ticket.created"], await Types(""));

        // the month is old enough now, but the broker has not had the ticket yet
        await Commit(clock.GetUtcNow());
        await Streamed("view.created");
        await retention.Run([tenant.Id], CancellationToken.None);
        Assert.Equal(["ticket.created", "view.created"], await Types(""));

        await Finish();
        await retention.Run([tenant.Id, desk.Foreign.Id], CancellationToken.None);
        Assert.Equal(["view.created"], await Types(""));
        Assert.Equal(1L, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM event_stream"));
        Assert.Equal(0L, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM pg_class WHERE relname = 'events_before'"));
        var expired = (await tenant.Manager.Get("/events?after=0")).Expect(410);
        Assert.Equal("cursor_expired", expired["code"]);
        var horizon = await desk.Scalar<long>(tenant.Id, "SELECT position FROM event_horizons");
        Assert.Contains($"after={horizon},", expired["detail"], StringComparison.Ordinal);
        Assert.Equal(["view.created"], await Types($"?after={horizon}"));
        await using (var late = await EventListener.Open(tenant.Manager, "?after=0")) await late.Hears(h => h.Name == "stream:reload");
        await using (var listener = await EventListener.Open(tenant.Manager, $"?after={horizon}")) await listener.Hears(h => h.Name == "view.created");

        // once more finds nothing to do, and a tenant that had no events is not told of any end
        await retention.Run([tenant.Id, desk.Foreign.Id], CancellationToken.None);
        (await desk.Foreign.Manager.Get("/events?after=0")).Expect(200);

        Task Streamed(string type) => Eventually.Holds(async () => await desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM event_stream s JOIN events e ON e.id = s.event_id WHERE e.type = '{type}'") == 1, 30);
    }

    [Fact]
    public async Task An_event_whose_month_has_no_partition_yet_is_taken_over_when_it_gets_one()
    {
        var (server, clock) = (desk.Services.GetRequiredService<ServerDatabase>(), new SettableClock());
        clock.Pass(TimeSpan.FromDays(400));
        await Commit(clock.GetUtcNow());
        Assert.Equal(1L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM events_other"));

        var retention = new EventRetention(server, desk.Services.GetRequiredService<DeskhandSettings>() with { EventsKeptFor = TimeSpan.FromDays(3650) }, clock, NullLogger<EventRetention>.Instance);
        await retention.Run([desk.Tenant.Id], CancellationToken.None);

        Assert.Equal(0L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM events_other"));
        Assert.Equal(1L, await desk.Scalar<long>(desk.Tenant.Id, $"SELECT count(*) FROM events_{clock.GetUtcNow():yyyy_MM}"));
        await Finish();
    }

    [Fact]
    public async Task A_time_is_sent_to_a_broker_again_by_those_who_may_and_the_audit_log_says_so()
    {
        var tenant = await desk.NewTenant("again");
        var began = DateTimeOffset.UtcNow;
        var id = await tenant.Agent.NewTicket("Once");
        (await tenant.Agent.Patch($"/tickets/{id}", new { subject = "More" })).Expect(200);
        await tenant.Agent.NewTicket("Other");
        await Finish();
        Assert.Equal(0L, await Queued());

        (await tenant.Manager.Post("/events/replay", new { sink = "rabbitmq", from = began })).Expect(403);
        var wrong = (await tenant.Admin.Post("/events/replay", new { sink = "stream", from = began })).Expect(422);
        Assert.Equal("""["rabbitmq"]""", wrong.At("allowed")!.ToJsonString());
        (await tenant.Admin.Post("/events/replay", new { sink = "rabbitmq", from = began, to = began })).Expect(422);
        (await tenant.Admin.Post("/events/replay", new { sink = "rabbitmq", from = began, types = new[] { "ticket.exploded" } })).Expect(422);
        Assert.Equal("0", (await tenant.Admin.Post("/events/replay", new { sink = "rabbitmq", from = began.AddDays(-1), to = began })).Expect(202)["queued"]);
        Assert.Equal("2", (await tenant.Admin.Post("/events/replay", new { sink = "rabbitmq", from = began, types = new[] { "ticket.created" } })).Expect(202)["queued"]);
        // what waits already is not doubled
        Assert.Equal("1", (await tenant.Admin.Post("/events/replay", new { sink = "rabbitmq", from = began, entityId = id })).Expect(202)["queued"]);

        Assert.Equal(3L, await Queued());
        Assert.Equal(3L, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM event_deliveries d JOIN events e ON e.tenant_id = d.tenant_id AND e.id = d.event_id AND e.sequence = d.sequence"));
        var audit = (await tenant.Admin.Get("/audit-log?action=events.replayed")).Expect(200);
        Assert.Equal("3", audit["pagination.total"]);
        Assert.Equal("rabbitmq", audit["data.0.detail.sink"]);
        await Finish();

        Task<long> Queued() => desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM event_deliveries WHERE tenant_id = $1 AND sink = 'rabbitmq'", Rows.P(tenant.Id));
    }

    [Fact]
    public async Task Events_of_the_release_before_are_kept_by_the_migration_and_by_its_way_back()
    {
        var settings = DeskhandSettings.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DESKHAND_DATABASE"] = await (await TestCluster.Shared).NewDatabase(),
        }).Build());
        await using var server = await ServerDatabase.Open(settings, NullLoggerFactory.Instance, CancellationToken.None);
        await server.AsOwner(m => m.Down(18, CancellationToken.None), NullLogger.Instance);
        var tenant = Guid.NewGuid();
        await Run($"INSERT INTO tenants (tenant_id, slug, name, created_at, updated_at) VALUES ('{tenant}', 'old', 'old', now(), now())");
        // of the last months, of the one after next, and one whose id says nothing of its time
        var now = DateTimeOffset.UtcNow;
        foreach (var id in new[] { Ids.New(now.AddMonths(-5)), Ids.New(now.AddMonths(-1)), Ids.New(now), Ids.New(now.AddMonths(2)), Guid.Parse("ffffffff-0000-4000-8000-000000000000") })
            await Run($"""
                WITH e AS (INSERT INTO events VALUES ('{tenant}', '{id}', 'view.created', 'view', '{id}', 1, now(), '{"{}"}') RETURNING id),
                     d AS (INSERT INTO event_deliveries (tenant_id, event_id, sink, entity_id, sequence, at, next_attempt_at) SELECT '{tenant}', id, 'rabbitmq', id, 1, now(), now() FROM e)
                INSERT INTO event_stream (tenant_id, event_id) SELECT '{tenant}', id FROM e
                """);

        await server.AsOwner(m => m.Up(null, CancellationToken.None), NullLogger.Instance);
        Assert.Equal("5 3 2", await Kept("events_before", "events_other"));
        await new EventRetention(server, settings, TimeProvider.System, NullLogger<EventRetention>.Instance).Run([tenant], CancellationToken.None);
        Assert.Equal("5 3 1", await Kept("events_before", "events_other"));
        await server.AsOwner(m => m.Down(18, CancellationToken.None), NullLogger.Instance);
        Assert.Equal("5", await Ask("SELECT count(*)::text FROM event_stream s JOIN events e ON e.tenant_id = s.tenant_id AND e.id = s.event_id"));
        await server.AsOwner(m => m.Up(null, CancellationToken.None), NullLogger.Instance);
        Assert.Equal("5 3 2", await Kept("events_before", "events_other"));

        Task<string> Kept(string first, string second) => Ask($"SELECT concat_ws(' ', (SELECT count(*) FROM event_stream s JOIN events e ON e.tenant_id = s.tenant_id AND e.id = s.event_id), (SELECT count(*) FROM {first}), (SELECT count(*) FROM {second}))");

        async Task Run(string sql)
        {
            await using var session = server.Database.For(tenant);
            await session.Transact<int>(async () => await session.Execute(sql, CancellationToken.None), CancellationToken.None);
        }

        async Task<string> Ask(string sql)
        {
            await using var session = server.Database.For(tenant);
            return (await session.Query(sql, r => r.GetString(0), CancellationToken.None)).Single();
        }
    }

    private async Task<List<string>> Types(string query) => [.. (await desk.Tenant.Manager.Get("/events" + query)).Expect(200).At("data")!.AsArray().Select(e => e!["eventType"]!.ToString())];

    /// <summary>An event of another time than now.</summary>
    private async Task Commit(DateTimeOffset at)
    {
        await using var session = desk.Database.For(desk.Tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            var id = Guid.NewGuid();
            var draft = new EventDraft("view.created", "view", id, 1, at, [("view", new { id })], []);
            await desk.Services.GetRequiredService<ChangeLog>().Write(session, new Happened("view", id, at, Actor.System(Via.Timer), [], [draft]), CancellationToken.None);
            return default(Nothing);
        }, CancellationToken.None);
    }

    /// <summary>As if the broker had taken everything.</summary>
    private async Task Finish()
    {
        foreach (var tenant in await desk.Database.AcrossTenants("SELECT tenant_id FROM list_tenants()", r => r.GetGuid(0), CancellationToken.None))
        {
            await using var session = desk.Database.For(tenant);
            await session.Transact<int>(async () => await session.Execute("DELETE FROM event_deliveries WHERE tenant_id = $1 AND sink = 'rabbitmq'", CancellationToken.None, Rows.P(tenant)), CancellationToken.None);
        }
    }
}
