using Deskhand.Outbox;
using Deskhand.Server.Tests.Access;
using Deskhand.Server.Tests.Realtime;
using Deskhand.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Tenants;

/// <summary>A desk that is shut, and opened again.</summary>
public sealed class SuspendTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Sec37_a_suspended_tenant_has_no_callers_at_once_and_its_data_wait()
    {
        var tenant = await desk.NewTenant("suspended");
        var id = await tenant.Agent.NewTicket();
        var user = await desk.NewAccount(tenant);
        var signedIn = (await desk.Login(user.Email)).Expect(200);
        var program = desk.Nobody(await Rights.NewApiToken(desk, tenant, tenant.Manager, "tickets:read"));
        (await program.Get("/tickets")).Expect(200);
        await using var stream = await EventListener.Open(tenant.Agent);
        await using var hub = await HubClient.Open(tenant.Manager);

        Assert.True(await Run(tenant, suspend: true));
        await stream.Ends();
        await hub.Ends();
        foreach (var person in tenant.Everybody) (await person.Get("/tickets")).Expect(401);
        (await program.Get("/tickets")).Expect(401);
        (await desk.Login(user.Email)).Expect(401);
        (await desk.Refresh(signedIn["refreshToken"])).Expect(401);
        (await desk.Tenant.Agent.Get("/tickets")).Expect(200);
        Assert.False(await Run(tenant, suspend: true));

        Assert.True(await Run(tenant, suspend: false));
        Assert.False(await Run(tenant, suspend: false));
        // sessions have ended for good; what programs hold goes on
        (await tenant.Agent.Get("/tickets")).Expect(401);
        (await desk.Refresh(signedIn["refreshToken"])).Expect(401);
        Assert.Equal(id.ToString(), (await program.Get($"/tickets/{id}")).Expect(200)["id"]);
        (await desk.Login(user.Email)).Expect(200);
        Assert.Equal(["tenant.suspended", "tenant.resumed"], await desk.Audited(tenant.Id, tenant.Id));
        Assert.Equal(2, await desk.Scalar<long>(tenant.Id, "SELECT count(*) FROM history WHERE entity_type = 'settings' AND field = 'suspendedAt'"));
    }

    private async Task<bool> Run(TestTenant tenant, bool suspend)
    {
        await using var session = desk.Database.For(tenant.Id);
        return (await SuspendTenant.Run(session, suspend, Actor.System(Via.CommandLine), desk.Services.GetRequiredService<ChangeLog>(), DateTimeOffset.UtcNow, CancellationToken.None)).Value;
    }
}
