using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Sla;
using Deskhand.Tickets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Deskhand.Server.Tests.Sla;

/// <summary>Policies and calendars, what they do to tickets, and what lists and reports make of it.</summary>
public sealed class PolicyTests(SlaDesks desk) : IClassFixture<SlaDesks>
{
    private static readonly object[] Week = [.. new[] { "monday", "tuesday", "wednesday", "thursday", "friday" }.Select(day => (object)new { day, from = "09:00", to = "17:00" })];

    [Fact]
    public async Task A_calendar_and_a_policy_are_made_changed_and_deleted_with_history_audit_and_versions()
    {
        var tenant = await Fresh("standards");
        var admin = tenant.Admin;
        var calendar = (await admin.Post("/sla/calendars", new { name = " Office ", timeZone = "Europe/Madrid", hours = Week, holidays = new[] { new { date = "2026-12-25", name = "Christmas", yearly = true } } })).Expect(201);
        Assert.Equal(("Office", "1", "monday", "True"), (calendar["name"], calendar["version"], calendar["hours.0.day"], calendar.At("holidays.0.yearly")!.GetValue<bool>().ToString()));
        var policy = (await admin.Post("/sla/policies", Promise("Gold", 60, calendar["id"], tiers: ["gold"]))).Expect(201);
        Assert.Equal("calendar_in_use", (await admin.Delete($"/sla/calendars/{calendar["id"]}")).Expect(409)["code"]);
        Assert.Equal(412, (await admin.Patch($"/sla/policies/{policy["id"]}", new { name = "Golden" }, ("If-Match", "\"7\""))).Status);
        var changed = (await admin.Patch($"/sla/policies/{policy["id"]}", new { name = "Golden", warnAt = new[] { 80, 50, 80 } }, ("If-Match", "\"1\""))).Expect(200);
        Assert.Equal(("Golden", "2", "[50,80]"), (changed["name"], changed["version"], changed.At("warnAt")!.ToJsonString()));
        Assert.Equal("sla_policy.updated", (await admin.Get("/audit-log?limit=1")).Expect(200)["data.0.action"]);
        Assert.Equal(["Golden", "Standard"], Names(await admin.Get("/sla/policies")));
        var standard = (await admin.Get("/sla/policies")).At("data.1.id")!.ToString();
        (await admin.Post("/sla/policies/reorder", new { policyIds = new[] { standard } })).Expect(204);
        Assert.Equal(["Standard", "Golden"], Names(await admin.Get("/sla/policies")));
        (await admin.Delete($"/sla/policies/{policy["id"]}")).Expect(204);
        (await admin.Delete($"/sla/calendars/{calendar["id"]}")).Expect(204);
        (await admin.Get($"/sla/policies/{policy["id"]}")).Expect(404);
        Assert.Empty(Names(await admin.Get("/sla/calendars")));
    }

    [Theory]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"Mars/Olympus","alwaysOpen":true}""", 422, "timeZone")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"../../../dev/zero","alwaysOpen":true}""", 422, "timeZone")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"UTC"}""", 422, "hours")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"UTC","hours":[{"day":"monday","from":"09:00","to":"08:00"}]}""", 422, "hours")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"UTC","hours":[{"day":"monday","from":"09:00","to":"12:00"},{"day":"monday","from":"11:00","to":"24:00"}]}""", 422, "hours")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"UTC","hours":[null]}""", 422, "hours")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"UTC","hours":[{"day":"someday","from":"09:00","to":"12:00"}]}""", 400, "hours")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"UTC","alwaysOpen":true,"holidays":[{"date":"2026-13-01","name":"No"}]}""", 400, "holidays")]
    [InlineData("/sla/calendars", """{"name":"X","timeZone":"UTC","alwaysOpen":true,"holidays":[{"date":"2026-01-01","name":"A"},{"date":"2026-01-01","name":"B"}]}""", 422, "holidays")]
    [InlineData("/sla/policies", """{"name":"X"}""", 422, "targets")]
    [InlineData("/sla/policies", """{"name":"X","targets":[{"priority":"low","resolution":0}]}""", 422, "targets")]
    [InlineData("/sla/policies", """{"name":"X","targets":[null]}""", 422, "targets")]
    [InlineData("/sla/policies", """{"name":"X","none":true,"warnAt":[100]}""", 422, "warnAt")]
    [InlineData("/sla/policies", """{"name":"X","none":true,"conditions":{"tiers":["tin"]}}""", 400, "tiers")]
    [InlineData("/sla/policies", """{"name":"X","none":true,"conditions":{"categories":["nowhere"]}}""", 422, "conditions")]
    [InlineData("/sla/policies", """{"name":"X","none":true,"conditions":{"tiers":null}}""", 0, "conditions")]
    [InlineData("/sla/policies", """{"name":"X","none":true,"conditions":null}""", 400, "conditions")]
    [InlineData("/sla/policies", """{"name":"X","none":true,"pauseIn":["lunch"]}""", 422, "pauseIn")]
    [InlineData("/sla/policies", """{"name":"X","none":true,"escalateAt":101}""", 422, "escalateAt")]
    [InlineData("/sla/policies/reorder", """{"policyIds":["00000000-0000-7000-8000-000000000001"]}""", 404, "policyIds")]
    public async Task What_is_no_calendar_or_policy_is_refused_with_the_member(string path, string body, int status, string member)
    {
        await desk.Renew(desk.Tenant);
        var reply = await desk.Tenant.Admin.Post(path, body);
        Assert.True(status == 0 ? reply.Status is 400 or 422 : reply.Status == status, $"{reply.Status}: {reply.Text}");
        Assert.Contains(member, reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_policy_that_fits_counts_by_tier_and_none_means_none()
    {
        var tenant = await Fresh("tiers");
        var (admin, agent) = (tenant.Admin, tenant.Agent);
        (await admin.Post("/sla/policies", Promise("Gold", 7, null, tiers: ["gold"]))).Expect(201);
        (await admin.Post("/sla/policies", new { name = "Not ours", position = 1, none = true, conditions = new { categories = new[] { "other" } } })).Expect(201);
        var gold = (await agent.Post("/customers", new { name = "Gold", tier = "gold" })).Expect(201)["id"];
        var made = (await agent.Post("/tickets", new { subject = "Gold", customerId = gold })).Expect(201);
        Assert.Equal("Gold", await Policy(agent, made["id"]!));
        Assert.Null((await agent.Post("/tickets", new { subject = "Other", category = "other" })).Expect(201).At("sla"));
        var plain = (await agent.Post("/tickets", new { subject = "Plain" })).Expect(201);
        Assert.Equal("Standard", await Policy(agent, plain["id"]!));

        // the time that is used stays used under the next policy
        await desk.Pass(tenant, TimeSpan.FromMinutes(5));
        var later = (await agent.Patch($"/tickets/{plain["id"]}", new { customerId = gold })).Expect(200);
        Assert.Equal("Gold", await Policy(agent, plain["id"]!));
        Assert.InRange(Instant(later["sla.nextDueAt"]) - Instant(later["createdAt"]), TimeSpan.FromMinutes(7), TimeSpan.FromMinutes(7.01));
        (await agent.Patch($"/tickets/{plain["id"]}", new { category = "other", customerId = (string?)null })).Expect(200);
        Assert.Null((await agent.Get($"/tickets/{plain["id"]}")).Expect(200).At("sla"));
        (await agent.Patch($"/tickets/{plain["id"]}", new { category = "billing", customerId = gold })).Expect(200);
        Assert.Equal(later["sla.nextDueAt"], (await agent.Get($"/tickets/{plain["id"]}")).Expect(200)["sla.nextDueAt"]);
    }

    [Fact]
    public async Task A_change_of_a_policy_reaches_the_clocks_that_run()
    {
        var tenant = await Fresh("changed");
        var id = await tenant.Agent.NewTicket("Running");
        var standard = (await tenant.Admin.Get("/sla/policies")).At("data.0.id")!.ToString();
        (await tenant.Admin.Patch($"/sla/policies/{standard}", new { targets = new[] { new { priority = "normal", firstResponse = 30 } } })).Expect(200);
        await desk.Swept();
        var ticket = (await tenant.Agent.Get($"/tickets/{id}")).Expect(200);
        Assert.Equal(Instant(ticket["createdAt"]).AddMinutes(30), Instant(ticket["sla.nextDueAt"]));
        (await tenant.Admin.Delete($"/sla/policies/{standard}")).Expect(204);
        await desk.Swept();
        Assert.Null((await tenant.Agent.Get($"/tickets/{id}")).Expect(200).At("sla"));
    }

    [Fact]
    public async Task Lists_filter_by_state_and_sort_by_what_is_due_first_on_every_page()
    {
        var tenant = await Fresh("lists");
        var agent = tenant.Agent;
        foreach (var (subject, priority) in new[] { ("a", "urgent"), ("b", "low"), ("c", "high"), ("d", "normal"), ("e", "urgent") }) await agent.NewTicket(subject, new { priority });
        var paused = await agent.NewTicket("p", new { priority = "high" });
        (await agent.Put($"/tickets/{paused}/status", new { status = "pending_customer" })).Expect(200);
        await desk.Pass(tenant, TimeSpan.FromMinutes(50));
        await desk.Swept();

        Assert.Equal("ae", await Subjects("sla=breached"));
        Assert.Equal("c", await Subjects("sla=at_risk"));
        Assert.Equal("p", await Subjects("q=sla:paused"));
        Assert.Equal("aecp", await Subjects("q=-sla:ok", ordered: false));
        Assert.Equal("bd", await Subjects("sla=ok", ordered: false));
        Assert.Equal("aecdb", await Subjects("sort=slaDueAt"));
        Assert.Equal("bdcea", await Subjects("sort=-slaDueAt"));
        var page = (await agent.Get("/tickets?sort=slaDueAt&limit=2")).Expect(200);
        Assert.Equal(("5", "c"), (page["pagination.total"], (await agent.Get($"/tickets?sort=slaDueAt&limit=2&cursor={page["pagination.nextCursor"]}")).Expect(200)["data.0.subject"]));
        Assert.Equal("b", (await agent.Get("/tickets?sort=slaDueAt&limit=2&page=3")).Expect(200)["data.0.subject"]);
        Assert.Contains("at_risk", (await agent.Get("/tickets?sla=late")).Expect(400).Text, StringComparison.Ordinal);

        async Task<string> Subjects(string query, bool ordered = true)
        {
            var subjects = (await agent.Get("/tickets?" + query + (ordered && !query.Contains("sort", StringComparison.Ordinal) ? "&sort=number" : ""))).Expect(200).At("data")!.AsArray().Select(t => t!["subject"]!.ToString());
            return string.Concat(ordered ? subjects : subjects.OrderBy(s => s == "e" ? "a1" : s, StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_report_counts_what_was_kept_and_missed_and_forgets_what_was_reopened()
    {
        var tenant = await Fresh("report");
        var agent = tenant.Agent;
        var kept = await agent.NewTicket("Kept", new { priority = "urgent" });
        await agent.NewTicket("Missed", new { priority = "urgent" });
        (await agent.Post($"/tickets/{kept}/comments", new { body = "Here" })).Expect(201);
        (await agent.Put($"/tickets/{kept}/resolve", new { })).Expect(200);
        await desk.Pass(tenant, TimeSpan.FromMinutes(20));
        await desk.Swept();
        Assert.Equal(["urgent first_response 1 of 2, 50", "urgent resolution 1 of 1, 100"], await Report("priority"));
        Assert.Equal("Standard", (await tenant.Admin.Get("/sla/report?by=policy")).Expect(200)["data.0.name"]);
        (await agent.Put($"/tickets/{kept}/status", new { status = "open" })).Expect(200);
        Assert.Equal(["urgent first_response 1 of 2, 50"], await Report("priority"));
        foreach (var by in new[] { "group", "agent", "customer", "day", "week", "month" }) Assert.Equal("first_response", (await agent.Get($"/sla/report?by={by}")).Expect(200)["data.0.metric"]);
        (await agent.Get("/sla/report?by=mood")).Expect(400);
        (await agent.Get("/sla/report?from=2026-01-01T00:00:00Z&until=2024-01-01T00:00:00Z")).Expect(400);

        async Task<IEnumerable<string>> Report(string by) => (await agent.Get($"/sla/report?by={by}")).Expect(200).At("data")!.AsArray()
            .Select(r => $"{r!["key"]} {r["metric"]} {r["kept"]} of {r["total"]}, {r["compliance"]}");
    }

    [Fact]
    public async Task Sec49_Two_instances_share_what_is_due_and_tell_nothing_twice()
    {
        var tenant = await Fresh("shared");
        for (var i = 0; i < 260; i++) await tenant.Agent.NewTicket($"Number {i}", new { priority = "urgent" });
        var (rulebooks, recent, log) = (desk.Services.GetRequiredService<Rulebooks>(), desk.Services.GetRequiredService<RecentTickets>(), desk.Services.GetRequiredService<ChangeLog>());
        await desk.Pass(tenant, TimeSpan.FromMinutes(16));
        // beside the server's own
        await using var second = new ClockSweep(desk.Database, rulebooks, recent, log, MailQueue.Off, desk.Clock, NullLogger<ClockSweep>.Instance);
        await using var third = new ClockSweep(desk.Database, rulebooks, recent, log, MailQueue.Off, desk.Clock, NullLogger<ClockSweep>.Instance);
        await Task.WhenAll(new[] { second, third }.Select(async sweep =>
        {
            for (var i = 0; i < 40; i++) await sweep.Step(CancellationToken.None);
        }));
        await desk.Swept();
        Assert.Equal((260L, 260L, 260L), (await Told("sla_warning"), await Told("sla_breached"), await Told("escalated")));
        Assert.Equal(260, await desk.Scalar<long>(tenant.Id, "SELECT count(DISTINCT entity_id) FROM events WHERE type = 'ticket.sla_breached'"));

        Task<long> Told(string what) => desk.Scalar<long>(tenant.Id, $"SELECT count(*) FROM events WHERE type = 'ticket.{what}'");
    }

    [Fact]
    public async Task A_ticket_whose_clocks_cannot_be_read_does_not_hold_up_the_others()
    {
        var tenant = await Fresh("broken");
        var broken = await tenant.Agent.NewTicket("Broken", new { priority = "urgent" });
        var sound = await tenant.Agent.NewTicket("Sound", new { priority = "urgent" });
        await using (var session = desk.Database.For(tenant.Id))
        {
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute("UPDATE ticket_sla SET clocks = '{\"turns\": 7}', next_check_at = next_check_at - interval '1 minute' WHERE tenant_id = $1 AND ticket_id = $2", CancellationToken.None, Rows.P(tenant.Id), Rows.P(broken));
                return default(Nothing);
            }, CancellationToken.None);
        }

        await desk.Pass(tenant, TimeSpan.FromMinutes(16));
        await desk.Swept();
        Assert.Equal(["ticket.sla_warning first_response 75", "ticket.sla_breached first_response 100", "ticket.escalated"], await desk.Told(tenant, sound));
        Assert.Empty(await desk.Told(tenant, broken));
    }

    private async Task<TestTenant> Fresh(string slug)
    {
        var tenant = await desk.NewTenant(slug);
        await desk.Renew(tenant);
        await SlaDesks.WithoutTriggers(tenant);
        return tenant;
    }

    private static object Promise(string name, int firstResponse, string? calendarId, string[] tiers) =>
        new { name, calendarId, conditions = new { tiers }, targets = new[] { "low", "normal", "high", "urgent" }.Select(priority => new { priority, firstResponse, resolution = 600 }) };

    private static async Task<string?> Policy(Person person, string id) => (await person.Get($"/tickets/{id}/sla-status")).Expect(200)["policy.name"];

    private static IEnumerable<string> Names(Reply reply) => reply.Expect(200).At("data")!.AsArray().Select(r => r!["name"]!.ToString());

    private static DateTimeOffset Instant(string? text) => DateTimeOffset.Parse(text!, System.Globalization.CultureInfo.InvariantCulture);
}
