using Deskhand.Access;
using Deskhand.Notifications;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Notifications;

public sealed class DepartureTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task Open_tickets_of_an_agent_who_is_deactivated_go_back_to_their_groups()
    {
        var (admin, agent) = (desk.Tenant.Admin, await desk.NewPerson(desk.Tenant, Role.Agent));
        var group = (await admin.Post("/groups", new { name = "Lines" })).Expect(201)["id"];
        (await admin.Put($"/groups/{group}/members/{agent.UserId}")).Expect(204);
        var open = await admin.NewTicket("Open", new { assigneeId = agent.UserId, groupId = group });
        var solved = await admin.NewTicket("Solved", new { assigneeId = agent.UserId, groupId = group });
        (await admin.Put($"/tickets/{solved}/resolve", new { reason = "Done" })).Expect(200);
        (await admin.Post($"/users/{agent.UserId}/deactivate")).Expect(200);
        await Until(async () => (await admin.Get($"/tickets/{open}"))["assigneeId"] is null);
        Assert.Equal(group, (await admin.Get($"/tickets/{open}"))["groupId"]);
        Assert.Equal("agent deactivated", (await admin.Get($"/tickets/{open}/history")).Body!["data"]!.AsArray().First(h => h!["field"]!.ToString() == "assigneeId")!["reason"]!.ToString());
        Assert.Equal(agent.UserId.ToString(), (await admin.Get($"/tickets/{solved}"))["assigneeId"]);
    }

    [Fact]
    public async Task Open_tickets_of_a_deleted_customer_say_so_once()
    {
        var admin = desk.Tenant.Admin;
        var customer = (await admin.Post("/customers", new { name = "Leaving" })).Expect(201)["id"];
        var ticket = await admin.NewTicket("Still open", new { customerId = customer, tags = new[] { "vip" } });
        (await admin.Delete($"/customers/{customer}")).Expect(204);
        var departures = desk.Services.GetRequiredService<Departures>();
        await departures.Run(CancellationToken.None);
        var flagged = (await admin.Get($"/tickets/{ticket}")).Expect(200);
        Assert.Equal(["customer_deleted", "vip"], flagged.Body!["tags"]!.AsArray().Select(t => t!.ToString()));
        Assert.Equal("internal", (await admin.Get($"/tickets/{ticket}/comments"))["data.0.visibility"]);
        // an agent takes the tag away, and it stays away
        (await admin.Patch($"/tickets/{ticket}", new { tags = new[] { "vip" } })).Expect(200);
        await departures.Run(CancellationToken.None);
        Assert.Single((await admin.Get($"/tickets/{ticket}")).Body!["tags"]!.AsArray());
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < deadline, "it did not happen");
            await Task.Delay(50);
        }
    }
}
