using Deskhand.Data;

namespace Deskhand.Server.Tests.Notifications;

public sealed class SenderTests(MailDesk desk) : IClassFixture<MailDesk>
{
    private static string Unfolded(string message) => message.Split("\r\n\r\n")[0].Replace("\r\n ", " ", StringComparison.Ordinal);

    [Fact]
    public async Task A_request_is_acknowledged_and_an_answer_reaches_its_requester_in_one_thread()
    {
        var (ticket, _) = await desk.TicketOf("thread@client.example");
        (await desk.Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "A technician is on the way. <b>Patience</b>" })).Expect(201);
        var messages = await desk.Received("thread@client.example", 2);
        var (first, second) = (Unfolded(messages[0]), Unfolded(messages[1]));
        foreach (var mark in new[] { "Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: auto_reply", "From: \"acme\" <support@desk.example>" })
            Assert.Contains(mark, first, StringComparison.Ordinal);
        // what an agent wrote is a letter from a person
        Assert.DoesNotContain("Auto-Submitted", second, StringComparison.Ordinal);
        Assert.Contains("From: \"Agent of acme (acme)\" <support@desk.example>", second, StringComparison.Ordinal);
        var id = first.Split("Message-ID: ")[1].Split("\r\n")[0];
        Assert.Contains($"In-Reply-To: {id}", second, StringComparison.Ordinal);
        Assert.Contains($"References: <ticket-{ticket:N}@desk.example> {id}", second, StringComparison.Ordinal);
        Assert.Matches("Reply-To: \"acme\" <support\\+t[a-z2-7]{42}@desk.example>", second);
        Assert.Contains("&lt;b&gt;Patience&lt;/b&gt;", messages[1].Replace("=\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sec14_Sec15_The_acknowledgement_reports_failures_to_nobody_and_other_messages_to_a_signed_address()
    {
        var (ticket, _) = await desk.TicketOf("envelope@client.example");
        (await desk.Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "Hello" })).Expect(201);
        await desk.Received("envelope@client.example", 2);
        var senders = desk.Server.Taken().Where(m => m.Envelope["to"]![0]!.ToString() == "envelope@client.example").Select(m => m.Envelope["from"]?.ToString() ?? "").ToList();
        Assert.Equal("<>", senders[0]);
        Assert.Matches("^support\\+b[a-z2-7]{42}@desk.example$", senders[1]);
    }

    [Fact]
    public async Task Sec10_A_note_never_reaches_the_requester()
    {
        var (ticket, _) = await desk.TicketOf("note@client.example");
        (await desk.Tenant.Agent.Post($"/tickets/{ticket}/notes", new { body = "The customer is a nuisance" })).Expect(201);
        (await desk.Tenant.Agent.Post($"/tickets/{ticket}/comments", new { body = "Done" })).Expect(201);
        await desk.Received("note@client.example", 2);
        Assert.Equal(2, (await desk.Tenant.Admin.Get("/deliveries?to=note@client.example")).Body!["data"]!.AsArray().Count);
        Assert.DoesNotContain(desk.Server.Taken(), m => m.Text.Contains("nuisance", StringComparison.Ordinal) && m.Envelope["to"]![0]!.ToString() == "note@client.example");
    }

    [Fact]
    public async Task Sec16_Who_is_not_there_is_noted_at_once_and_who_is_busy_is_tried_again_until_it_is_given_up()
    {
        await desk.TicketOf("gone-a@client.example");
        await desk.TicketOf("later-a@client.example");
        await desk.TicketOf("fine-a@client.example");
        await desk.Received("fine-a@client.example", 1);
        var bounced = await desk.Delivery("gone-a@client.example", "bounced");
        Assert.Equal(("1", "550 5.1.1 There is nobody of this name"), (bounced["data.0.attempts"], bounced["data.0.lastError"]));
        var parked = await desk.Delivery("later-a@client.example", "parked");
        Assert.Equal(("3", "451 4.3.0 Not now"), (parked["data.0.attempts"], parked["data.0.lastError"]));
        Assert.NotEqual(0L, await desk.Scalar<long>(desk.Tenant.Id, "SELECT count(*) FROM notifications WHERE kind = 'mail_failed'"));
    }

    [Fact]
    public async Task Sec53_A_message_whose_end_was_said_without_an_answer_is_not_sent_twice_by_itself_but_by_a_person()
    {
        await desk.TicketOf("taken-then-silent@client.example");
        var parked = await desk.Delivery("taken-then-silent@client.example", "parked");
        Assert.Contains("may have arrived", parked["data.0.lastError"], StringComparison.Ordinal);
        Assert.Single(await desk.Received("taken-then-silent@client.example", 1));
        await desk.Server.Stop();
        // the server is down: the next message waits, and nothing is held against it
        await desk.TicketOf("after-the-outage@client.example");
        await Task.Delay(500);
        Assert.Equal("0", (await desk.Tenant.Admin.Get("/deliveries?to=after-the-outage@client.example"))["data.0.attempts"]);
        await desk.Server.Run();
        await desk.Received("after-the-outage@client.example", 1);
        (await desk.Tenant.Admin.Post($"/deliveries/{parked["data.0.id"]}/resend")).Expect(200);
        var copies = await desk.Received("taken-then-silent@client.example", 2);
        Assert.Single(copies.Select(c => c.Split("Message-ID: ")[1].Split("\r\n")[0]).Distinct());
        await desk.Delivery("taken-then-silent@client.example", "parked");
        await desk.Server.Stop();
        await desk.Server.Run();
    }

    [Fact]
    public async Task Sec53_A_sender_that_died_before_the_end_of_a_message_is_followed_by_another_and_one_that_died_after_it_is_not()
    {
        var rows = new List<Guid>();
        foreach (var (state, handedOver) in new[] { ("before", "NULL"), ("after", "now() - interval '1 minute'") })
        {
            await using var session = desk.Database.For(desk.Tenant.Id);
            await session.Transact<Nothing>(async () =>
            {
                await session.Execute($"""
                    INSERT INTO deliveries (tenant_id, id, kind, user_id, to_address, ticket_id, actor_kind, state, next_attempt_at, lease_until, handed_over_at, created_at)
                    VALUES ($1, gen_random_uuid(), 'ticket_assigned', $2, 'died-{state}@client.example', $3, 'system', 'sending', now(), now() - interval '1 second', {handedOver}, now())
                    """, CancellationToken.None, Rows.P(desk.Tenant.Id), Rows.P(desk.Tenant.Agent.UserId), Rows.P(await desk.Tenant.Agent.NewTicket()));
                return default(Nothing);
            }, CancellationToken.None);
        }

        await desk.Received("died-before@client.example", 1);
        await desk.Delivery("died-after@client.example", "parked");
        Assert.DoesNotContain(desk.Server.Taken(), m => m.Envelope["to"]![0]!.ToString() == "died-after@client.example");
    }

    [Fact]
    public async Task Sec15_One_address_gets_five_acknowledgements_an_hour()
    {
        var (_, contact) = await desk.TicketOf("flood@client.example");
        for (var i = 0; i < 6; i++) await desk.Tenant.Agent.NewTicket("Again", new { contactId = contact });
        await desk.Received("flood@client.example", 5);
        var states = (await desk.Tenant.Admin.Get("/deliveries?to=flood@client.example")).Body!["data"]!.AsArray().CountBy(d => d!["state"]!.ToString() == "suppressed").ToDictionary();
        Assert.Equal((2, 5), (states[true], states[false]));
    }

    [Fact]
    public async Task The_ledger_is_for_who_may_manage_it_and_refuses_what_it_does_not_know()
    {
        Assert.Equal(403, (await desk.Tenant.Agent.Get("/deliveries")).Status);
        Assert.Equal(400, (await desk.Tenant.Admin.Get("/deliveries?state=lost")).Status);
        Assert.Equal(404, (await desk.Tenant.Admin.Post($"/deliveries/{Guid.NewGuid()}/resend")).Status);
    }
}
