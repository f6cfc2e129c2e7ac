using Deskhand.Operations;

namespace Deskhand.Server.Tests.Operations;

public sealed class DemoDataTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Four_months_of_work_come_into_an_empty_tenant_once_and_in_order()
    {
        var tenant = await desk.NewTenant("demo");

        var filled = await Fill(tenant);

        Assert.True(filled.Problem is null, filled.Problem?.Message);
        Assert.InRange(await Count(tenant, "SELECT count(*) FROM tickets"), 300, 1000);
        Assert.InRange(await Count(tenant, "SELECT count(*) FROM customers"), 30, 100);
        Assert.Equal(0, await Count(tenant, "SELECT count(*) FROM tickets WHERE updated_at < created_at OR created_at > now() OR solved_at < created_at OR closed_at < solved_at"));
        Assert.Equal(0, await Count(tenant, "SELECT count(*) FROM ticket_comments c JOIN tickets t ON t.tenant_id = c.tenant_id AND t.id = c.ticket_id WHERE c.created_at < t.created_at"));
        Assert.InRange(await Count(tenant, "SELECT count(DISTINCT status) FROM tickets"), 6, 7);
        Assert.True(await Count(tenant, "SELECT count(*) FROM rule_runs WHERE outcome = 'changed'") > 20);
        Assert.Equal(0, await Count(tenant, "SELECT count(*) FROM rule_runs WHERE outcome = 'failed'"));
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
