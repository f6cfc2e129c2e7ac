using Deskhand.Operations;

namespace Deskhand.Server.Tests.Operations;

public sealed class DemoDataTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Four_months_of_work_come_into_an_empty_tenant_once_and_in_order()
    {
        var tenant = await desk.NewTenant("demo");

        var begun = DateTimeOffset.UtcNow;
        var filled = await Fill(tenant);

        Assert.True(filled.Problem is null, filled.Problem?.Message);
        Assert.InRange(await Count(tenant, "SELECT count(*) FROM tickets"), 300, 1000);
        Assert.InRange(await Count(tenant, "SELECT count(*) FROM customers"), 30, 100);
        Assert.Equal(0, await Count(tenant, "SELECT count(*) FROM tickets WHERE updated_at < created_at OR created_at > now() OR solved_at < created_at OR closed_at < solved_at"));
        Assert.Equal(0, await Count(tenant, "SELECT count(*) FROM ticket_comments c JOIN tickets t ON t.tenant_id = c.tenant_id AND t.id = c.ticket_id WHERE c.created_at < t.created_at"));
        Assert.InRange(await Count(tenant, "SELECT count(DISTINCT status) FROM tickets"), 6, 7);
        Assert.True(await Count(tenant, "SELECT count(*) FROM rule_runs WHERE outcome = 'changed'") > 20);
        Assert.Equal(0, await Count(tenant, "SELECT count(*) FROM rule_runs WHERE outcome = 'failed'"));
        // promises in every state, and what was told of them was told when it came to pass
        const string open = "FROM tickets t JOIN ticket_sla s ON s.tenant_id = t.tenant_id AND s.ticket_id = t.id WHERE t.status_category IN ('new', 'open')";
        Assert.NotEqual(0, await Count(tenant, $"SELECT count(*) {open} AND s.state = 'ok'"));
        Assert.NotEqual(0, await Count(tenant, $"SELECT count(*) {open} AND s.state = 'at_risk' AND t.escalation_level = 0"));
        Assert.NotEqual(0, await Count(tenant, $"SELECT count(*) {open} AND s.state = 'at_risk' AND t.escalation_reason LIKE 'SLA: 90 %'"));
        Assert.NotEqual(0, await Count(tenant, $"SELECT count(*) {open} AND s.state = 'breached'"));
        Assert.NotEqual(0, await Count(tenant, "SELECT count(*) FROM ticket_sla WHERE state = 'paused'"));
        Assert.True(await Count(tenant, "SELECT count(*) FROM sla_results WHERE breached_at IS NULL") > await Count(tenant, "SELECT count(*) FROM sla_results WHERE breached_at IS NOT NULL"));
        Assert.NotEqual(0, await Count(tenant, "SELECT count(*) FROM sla_results WHERE breached_at IS NOT NULL"));
        Assert.Equal(3, await Count(tenant, "SELECT count(DISTINCT policy_id) FROM sla_results"));
        // what comes to pass while all of this is written is told a little later, by the sweep
        Assert.Equal(0, await Count(tenant, $"SELECT count(*) FROM sla_results r WHERE breached_at < '{begun:O}' AND NOT EXISTS (SELECT 1 FROM history h WHERE h.tenant_id = r.tenant_id AND h.entity_id = r.ticket_id AND h.field = 'sla' AND h.at BETWEEN r.breached_at AND r.breached_at + interval '1 second')"));
        // people were told, and mail went out as far as the ledger knows
        Assert.NotEqual(0, await Count(tenant, "SELECT count(*) FROM notifications WHERE read_at IS NULL"));
        Assert.NotEqual(0, await Count(tenant, "SELECT count(*) FROM notifications WHERE kind = 'mail_failed'"));
        Assert.Equal((2, 2, 1, 0), (await Count(tenant, "SELECT count(*) FROM deliveries WHERE state = 'bounced'"), await Count(tenant, "SELECT count(*) FROM deliveries WHERE state = 'parked'"),
            await Count(tenant, "SELECT count(*) FROM deliveries WHERE state = 'failed'"), await Count(tenant, "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')")));
        Assert.True(await Count(tenant, "SELECT count(*) FROM deliveries WHERE state = 'sent' AND message_id IS NOT NULL AND sent_at IS NOT NULL") > 500);
        Assert.True(await Count(tenant, "SELECT count(*) FROM surveys WHERE score = 'good'") > await Count(tenant, "SELECT count(*) FROM surveys WHERE score = 'bad'"));
        Assert.NotEqual(0, await Count(tenant, "SELECT count(*) FROM surveys WHERE score = 'bad' AND comment IS NOT NULL"));
        Assert.NotEqual(0, await Count(tenant, "SELECT count(*) FROM surveys WHERE score IS NULL"));
        foreach (var list in new[] { "/triggers", "/automations" })
            Assert.All((await tenant.Admin.Get(list)).Expect(200).At("data")!.AsArray(), r => Assert.Null(r!["broken"]));
        Assert.NotNull((await Fill(tenant)).Problem);
    }

    private async Task<Outcome<string>> Fill(TestTenant tenant)
    {
        await using var session = desk.Database.For(tenant.Id);
        return await session.Transact(() => DemoData.Fill(session, desk.Services, CancellationToken.None), CancellationToken.None);
    }

    private Task<long> Count(TestTenant tenant, string sql) => desk.Scalar<long>(tenant.Id, sql);
}
