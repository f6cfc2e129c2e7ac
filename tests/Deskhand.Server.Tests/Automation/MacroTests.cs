namespace Deskhand.Server.Tests.Automation;

public sealed class MacroTests(Desk desk) : IClassFixture<Desk>
{
    [Fact]
    public async Task A_macro_is_seen_before_it_is_applied_and_applied_as_a_whole()
    {
        var agent = desk.Tenant.Agent;
        var customer = (await agent.Post("/customers", new { name = "Karoo *Logistics*" })).Expect(201)["id"];
        var contact = (await agent.Post($"/customers/{customer}/contacts", new { firstName = "Thandi" })).Expect(201)["id"];
        var made = (await agent.Post("/tickets", new { subject = "Modem", contactId = contact })).Expect(201);
        var macro = (await agent.Post("/macros", new
        {
            name = "Serial",
            actions = new object[] { new { type = "set_status", value = "pending_customer" }, new { type = "add_tags", value = new[] { "serial" } }, new { type = "assign_agent", value = "current_user" } },
            reply = "Dear {{contact.firstName}} of {{customer.name}}, about {{ticket.reference}}: {{ticket.dueAt}}. {{agent.name}}",
        })).Expect(201);
        Assert.Equal(("personal", agent.UserId.ToString()), (macro["visibility"], macro["ownerId"]));

        var words = $"Dear Thandi of Karoo \\*Logistics\\*, about {made["reference"]}: . Agent of acme";
        var preview = (await agent.Post($"/macros/{macro["id"]}/preview", new { ticketId = made["id"] })).Expect(200);
        Assert.Equal(words, preview["reply"]);
        Assert.Equal(["tags", "status", "assigneeId"], preview.At("changes")!.AsArray().Select(c => c!["field"]!.ToString()));
        Assert.Equal("1", (await agent.Get($"/tickets/{made["id"]}")).Expect(200)["version"]);

        (await agent.Post($"/tickets/{made["id"]}/macros/{macro["id"]}", new { }, ("If-Match", "\"9\""))).Expect(412);
        var after = (await agent.Post($"/tickets/{made["id"]}/macros/{macro["id"]}", new { })).Expect(200);
        Assert.Equal(("pending_customer", "serial", agent.UserId.ToString()), (after["status"], after["tags.0"], after["assigneeId"]));
        Assert.Equal(after.Text, (await agent.Get($"/tickets/{made["id"]}")).Expect(200).Text);
        var comment = (await agent.Get($"/tickets/{made["id"]}/comments")).Expect(200);
        Assert.Equal((words, "public", "agent"), (comment["data.0.body"], comment["data.0.visibility"], comment["data.0.authorKind"]));
        // again: what is so already stays, and the reply in other words
        (await agent.Post($"/tickets/{made["id"]}/macros/{macro["id"]}", new { reply = "Any news, {{contact.firstName}}?" })).Expect(200);
        Assert.Equal("Any news, Thandi?", (await agent.Get($"/tickets/{made["id"]}/comments?sort=-createdAt")).Expect(200)["data.0.body"]);
    }

    [Fact]
    public async Task A_macro_that_may_not_do_one_thing_does_nothing()
    {
        var (admin, agent) = (desk.Tenant.Admin, desk.Tenant.Agent);
        var macro = (await admin.Post("/macros", new { name = "Close", visibility = "shared", reply = "Bye", actions = new object[] { new { type = "set_priority", value = "low" }, new { type = "set_status", value = "closed" } } })).Expect(201)["id"];
        var ticket = await agent.NewTicket();
        Assert.Equal("transition_not_allowed", (await agent.Post($"/macros/{macro}/preview", new { ticketId = ticket })).Expect(200)["problem.code"]);
        (await agent.Post($"/tickets/{ticket}/macros/{macro}", new { })).Expect(409);
        Assert.Equal("1", (await agent.Get($"/tickets/{ticket}")).Expect(200)["version"]);
        Assert.Empty((await agent.Get($"/tickets/{ticket}/comments")).Expect(200).At("data")!.AsArray());
        (await desk.Tenant.LightAgent.Post($"/tickets/{ticket}/macros/{macro}", new { })).Expect(403);
    }

    [Fact]
    public async Task Whose_a_macro_is_decides_who_sees_and_changes_it()
    {
        var (admin, agent, manager) = (desk.Tenant.Admin, desk.Tenant.Agent, desk.Tenant.Manager);
        var own = (await agent.Post("/macros", new { name = "Own", reply = "Hi" })).Expect(201)["id"];
        (await manager.Get($"/macros/{own}")).Expect(404);
        (await agent.Post("/macros", new { name = "All", reply = "Hi", visibility = "shared" })).Expect(403);
        var shared = (await admin.Post("/macros", new { name = "All", reply = "Hi", visibility = "shared" })).Expect(201)["id"];
        (await agent.Get($"/macros/{shared}")).Expect(200);
        (await agent.Patch($"/macros/{shared}", new { name = "Mine" })).Expect(403);
        (await agent.Patch($"/macros/{own}", new { visibility = "shared" })).Expect(403);
        Assert.Equal("2", (await agent.Patch($"/macros/{own}", new { reply = "Hello" })).Expect(200)["version"]);
        (await agent.Put($"/macros/{own}", new { name = "Own", reply = "x" }, ("If-Match", "\"1\""))).Expect(412);
        (await agent.Delete($"/macros/{own}")).Expect(204);
        (await agent.Get($"/macros/{own}")).Expect(404);
        foreach (var (body, member) in new (object, string)[]
        {
            (new { name = "x" }, "actions"),
            (new { name = "x", reply = "{{ticket.colour}}" }, "reply"),
            (new { name = "x", actions = new[] { new { type = "set_status", value = "gone" } } }, "actions.0.value"),
            (new { name = "x", actions = new[] { new { type = "route", value = "skill" } } }, "actions.0.type"),
        })
            Assert.True((await agent.Post("/macros", body)).Expect(422).At("errors")!.AsObject().ContainsKey(member), member);
    }
}
