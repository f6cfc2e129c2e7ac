using Deskhand.Access;
using Deskhand.Data;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Security;

public sealed class TicketScopeTests(Desk desk) : IClassFixture<Desk>
{
    [Theory]
    [InlineData(TicketScope.All)]
    [InlineData(TicketScope.Groups)]
    [InlineData(TicketScope.Assigned)]
    public async Task Sec06_List_get_history_and_change_agree_on_what_an_agent_may_see(TicketScope scope)
    {
        var tenant = await desk.NewTenant("scope-" + Wire.Name(scope).Replace('_', '-'));
        var (admin, me) = (tenant.Admin, await desk.NewPerson(tenant, Role.Agent, scope));
        var mine = await Group(tenant, me.UserId, "Mine");
        var other = await Group(tenant, admin.UserId, "Other");
        (Guid? Assignee, Guid? Group)[] places = [(null, null), (me.UserId, null), (admin.UserId, null), (null, mine), (null, other), (me.UserId, mine), (admin.UserId, other)];
        var tickets = new List<(Guid Id, bool Visible)>();
        foreach (var (assignee, group) in places)
        {
            var visible = scope switch
            {
                TicketScope.All => true,
                TicketScope.Groups => assignee == me.UserId || group == mine,
                TicketScope.Assigned => assignee is null || assignee == me.UserId,
            };
            tickets.Add((await admin.NewTicket($"Of {assignee} in {group}", new { assigneeId = assignee, groupId = group }), visible));
        }

        var listed = (await me.Get("/tickets?limit=100")).Expect(200);
        Assert.Equal(tickets.Where(t => t.Visible).Select(t => t.Id.ToString()).Order(StringComparer.Ordinal), listed.At("data")!.AsArray().Select(t => t!["id"]!.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(tickets.Count(t => t.Visible).ToString(), listed["pagination.total"]);
        foreach (var (id, visible) in tickets)
        {
            foreach (var path in new[] { $"/tickets/{id}", $"/tickets/{id}/history", $"/tickets/{id}/comments", $"/tickets/{id}/status-history", $"/tickets/{id}/assignments", $"/tickets/{id}/attachments" })
                Assert.True((await me.Get(path)).Status == (visible ? 200 : 404), path);
            Assert.Equal(visible ? 200 : 404, (await me.Patch($"/tickets/{id}", new { priority = "low" })).Status);
            Assert.Equal(visible ? 201 : 404, (await me.Post($"/tickets/{id}/notes", new { body = "seen" })).Status);
            Assert.Equal(visible ? 200 : 404, (await me.Get($"/tickets?reference={(await admin.Get($"/tickets/{id}"))["reference"]}")).At("data")!.AsArray().Count == 1 ? 200 : 404);
        }
    }

    private async Task<Guid> Group(TestTenant tenant, Guid member, string name)
    {
        var id = Ids.New(DateTimeOffset.UtcNow);
        await using var session = desk.Database.For(tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            await session.Execute("INSERT INTO groups (tenant_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())", CancellationToken.None, Rows.P(tenant.Id), Rows.P(id), Rows.P(name));
            await session.Execute("INSERT INTO group_members (tenant_id, group_id, user_id, added_at) VALUES ($1, $2, $3, now())", CancellationToken.None, Rows.P(tenant.Id), Rows.P(id), Rows.P(member));
            return default(Nothing);
        }, CancellationToken.None);
        desk.Services.GetRequiredService<Callers>().Forget(member);
        return id;
    }
}
