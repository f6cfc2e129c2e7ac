using Deskhand.Access;

namespace Deskhand.Server.Tests.Notifications;

public sealed class TemplateTests(MailDesk desk) : IClassFixture<MailDesk>
{
    [Fact]
    public async Task Every_kind_is_shipped_in_both_languages_and_each_can_be_previewed()
    {
        var all = (await desk.Tenant.Admin.Get("/templates?limit=100")).Expect(200).Body!["data"]!.AsArray();
        Assert.Equal(20, all.Count);
        foreach (var template in all)
        {
            var preview = (await desk.Tenant.Admin.Post($"/templates/{template!["id"]}/preview", new { })).Expect(200);
            Assert.DoesNotContain("{{", preview.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tenants_own_words_stand_before_the_ready_ones_until_they_are_reset()
    {
        var admin = desk.Tenant.Admin;
        var own = new { subject = "Got it: {{ticket.reference}}", text = "Hi {{ recipient.name }}", html = "<p>Hi {{recipient.name}}</p>" };
        var saved = (await admin.Put("/templates/ticket_created.en", own)).Expect(200);
        Assert.Equal(("false", "1"), (saved["isReady"], saved["version"]));
        Assert.Equal(412, (await admin.Put("/templates/ticket_created.en", own, ("If-Match", "\"0\""))).Status);
        await desk.TicketOf("own-words@client.example");
        var message = Assert.Single(await desk.Received("own-words@client.example", 1));
        Assert.Contains("Subject: Got it: TICKET-", message, StringComparison.Ordinal);
        Assert.Contains("\r\nHi Thandi Nkosi\r\n", message, StringComparison.Ordinal);
        (await admin.Delete("/templates/ticket_created.en")).Expect(204);
        Assert.Equal("true", (await admin.Get("/templates/ticket_created.en"))["isReady"]);
        // the other tenant never had them
        Assert.Equal("true", (await desk.Foreign.Admin.Get("/templates/ticket_created.en"))["isReady"]);
    }

    [Theory]
    [InlineData("{{ticket.password}}", "ticket.password")]
    [InlineData("{{#if x}}y{{/if}}", "#if x")]
    [InlineData("{{ survey.url }}", "survey.url")]
    [InlineData("Hello {{recipient.name", "recipient.name")]
    public async Task A_placeholder_that_is_not_known_is_refused_by_name(string words, string name)
    {
        var refused = await desk.Tenant.Admin.Put("/templates/ticket_assigned.en", new { subject = "x", text = words, html = "x" });
        if (words.EndsWith("name", StringComparison.Ordinal)) Assert.Equal(200, refused.Status);
        else Assert.Contains(name, refused.Expect(422)["errors.text.0"], StringComparison.Ordinal);
        Assert.Equal(422, (await desk.Tenant.Admin.Post("/templates/ticket_assigned.en/preview", new { html = "{{secret}}" })).Status);
    }

    [Fact]
    public async Task Sec19_A_value_with_a_line_break_stays_on_the_line_of_its_subject_and_HTML_is_escaped()
    {
        var preview = (await desk.Tenant.Admin.Post("/templates/ticket_new_comment.en/preview", new { subject = "{{comment.body}}", html = "{{ticket.subject}}" })).Expect(200);
        Assert.Equal("A technician is on the way. He brings a new router.", preview["subject"]);
        Assert.Equal("No internet at the &lt;Sandton&gt; office", preview["html"]);
    }

    [Fact]
    public async Task A_user_reads_in_the_users_own_language()
    {
        var agent = await desk.NewPerson(desk.Tenant, Role.Agent);
        var version = (await desk.Tenant.Admin.Patch($"/users/{agent.UserId}", new { locale = "es" })).Expect(200);
        Assert.Equal("es", version["locale"]);
        var ticket = await desk.Tenant.Admin.NewTicket("Sin línea");
        (await desk.Tenant.Admin.Put($"/tickets/{ticket}/assign", new { assigneeId = agent.UserId })).Expect(200);
        var message = Assert.Single(await desk.Received(agent.Email, 1));
        Assert.Contains("Hola, Agent of acme:", message, StringComparison.Ordinal);
        Assert.Contains("List-Id: <tickets.acme.desk.example>", message, StringComparison.Ordinal);
    }
}
