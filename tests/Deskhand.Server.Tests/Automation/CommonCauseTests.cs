using Deskhand.Tickets;

namespace Deskhand.Server.Tests.Automation;

public sealed class CommonCauseTests(Desk desk) : IClassFixture<Desk>
{
    private const string Subject = "No signal in the whole street";

    [Fact]
    public async Task What_is_like_two_others_of_the_hour_names_them_as_they_are_now()
    {
        var tenant = await desk.NewTenant("street");
        var customer = await NewCustomer(tenant);
        var (first, deleted, renamed) = (await Report(tenant, customer), await Report(tenant, customer), await Report(tenant, customer, "No signal, street dark"));
        Assert.Equal(0, await Similar(tenant, first));
        Assert.Equal(0, await Similar(tenant, deleted));
        Assert.Equal(2, await Similar(tenant, renamed));

        // what is deleted, or about something else by now, is no report of it, however soon after
        (await tenant.Admin.Delete($"/tickets/{deleted["id"]}")).Expect(204);
        (await tenant.Agent.Patch($"/tickets/{renamed["id"]}", new { subject = "Invoice unclear" })).Expect(200);
        Assert.Equal(0, await Similar(tenant, await Report(tenant, customer)));

        // now it and the first are two
        Assert.Equal(2, await Similar(tenant, await Report(tenant, customer)));
        // of another customer, in no category of its own
        Assert.Equal(0, await Similar(tenant, await Report(tenant, await NewCustomer(tenant))));
        // and of another tenant
        var other = await desk.NewTenant("other-street");
        Assert.Equal(0, await Similar(other, await Report(other, await NewCustomer(other))));
    }

    [Fact]
    public async Task A_ticket_that_came_to_nothing_is_like_no_other()
    {
        var tenant = await desk.NewTenant("undone");
        var customer = await NewCustomer(tenant);
        (await tenant.Agent.Post("/tickets", new { subject = Subject, customerId = customer, externalId = "taken" })).Expect(201);
        // refused by the database, with everything else of the change
        for (var i = 0; i < 3; i++) (await tenant.Agent.Post("/tickets", new { subject = Subject, customerId = customer, externalId = "taken" })).Expect(409);
        Assert.Equal(0, await Similar(tenant, await Report(tenant, customer)));
    }

    [Fact]
    public async Task What_another_instance_took_in_is_known_within_a_second()
    {
        var tenant = await desk.NewTenant("spread");
        var customer = await NewCustomer(tenant);
        await using var other = await SecondInstance.Start(desk, "web");
        await Report(tenant, customer);
        using var there = new HttpClient { BaseAddress = other.Address };
        there.DefaultRequestHeaders.Authorization = new("Bearer", tenant.Agent.Token);
        using var made = await there.PostAsync("/api/v1/tickets", System.Net.Http.Json.JsonContent.Create(new { subject = Subject, customerId = customer }));
        Assert.Equal(201, (int)made.StatusCode);
        await Task.Delay(RecentTickets.KeptFor + TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, await Similar(tenant, await Report(tenant, customer)));
    }

    private static async Task<string> NewCustomer(TestTenant tenant) => (await tenant.Admin.Post("/customers", new { name = $"Street {Guid.NewGuid():N}" })).Expect(201)["id"]!;

    private static async Task<Reply> Report(TestTenant tenant, string customer, string subject = Subject) =>
        (await tenant.Agent.Post("/tickets", new { subject, customerId = customer })).Expect(201);

    /// <summary>How many others the note of the built-in rule names; 0 = there is none.</summary>
    private static async Task<int> Similar(TestTenant tenant, Reply ticket) =>
        (await tenant.Agent.Get($"/tickets/{ticket["id"]}/comments")).Expect(200).At("data")!.AsArray().Select(c => c!["body"]!.ToString())
            .Where(b => b.StartsWith("Similar reports", StringComparison.Ordinal)).Select(b => b.Count(c => c == ',') + 1).SingleOrDefault();
}
