using Deskhand.Mail;
using Deskhand.Server.Tests.Operations;
using Deskhand.Server.Tests.Outbox;
using Npgsql;

namespace Deskhand.Server.Tests.Notifications;

/// <summary>The real program, killed around the sending of a message, and what the next one makes of it (docs/decisions/0016).</summary>
[Collection(ServerCollection.Name)]
public sealed class KilledSenderTests : IDisposable
{
    private readonly string folder = Folders.CreateTempSubdirectory("deskhand-test-").FullName;

    public void Dispose() => Folders.Delete(folder, recursive: true);

    [Fact]
    public async Task Sec53_Killed_before_or_in_the_middle_of_a_message_it_is_sent_once_after_the_restart_and_killed_after_its_end_not_again_but_by_a_person()
    {
        await using var mail = await TestMailServer.Start();
        var address = await (await TestCluster.Shared).NewDatabase();
        await using var database = NpgsqlDataSource.Create(address);
        var settings = Settings(mail, address);
        await mail.Stop();

        // before: nobody takes mail when it is queued
        await using (var server = await ServerProcess.Start(folder, settings: settings))
        {
            using var admin = await server.SignIn();
            await Ticket(admin, "before@client.example");
            await server.Kill();
        }

        // it may have been tried in vain before the kill
        await WaitsRunOut(database);
        await mail.Run();
        await using (var server = await ServerProcess.Start(folder, settings: settings))
        {
            using var admin = await server.SignIn();
            await Ends(admin, "before@client.example", "sent");
            // in the middle: the mail server has heard DATA, and nothing of the message
            await Ticket(admin, "hold-data@client.example");
            await mail.Holds("hold-data");
            Assert.Equal("sending", await State(admin, "hold-data@client.example"));
            await server.Kill();
            mail.LetGo("hold-data");
        }

        await WaitsRunOut(database);
        await using (var server = await ServerProcess.Start(folder, settings: settings))
        {
            using var admin = await server.SignIn();
            await Ends(admin, "hold-data@client.example", "sent");
            // after the end: the mail server has the message, and its answer is on the way
            await Ticket(admin, "hold-end@client.example");
            await mail.Holds("hold-end");
            await server.Kill();
        }

        await WaitsRunOut(database);
        await using (var server = await ServerProcess.Start(folder, settings: settings))
        {
            using var admin = await server.SignIn();
            await Ends(admin, "hold-end@client.example", "parked");
            // after the answer: it was read, and cannot be written down
            await Ticket(admin, "hold-end-locked@client.example");
            await mail.Holds("hold-end-locked");
            await using var connection = await database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var @lock = new NpgsqlCommand("SELECT set_config('app.tenant_id', tenant_id::text, true) FROM list_tenants(); SELECT 1 FROM deliveries WHERE to_key = 'hold-end-locked@client.example' FOR UPDATE", connection, transaction))
                await @lock.ExecuteNonQueryAsync();
            mail.LetGo("hold-end-locked");
            await Eventually.Holds(async () =>
            {
                await using var waits = database.CreateCommand("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.datname = current_database()");
                return (long)(await waits.ExecuteScalarAsync())! > 0;
            }, 30, "the sender wants to write down that it was sent");
            await server.Kill();
        }

        await WaitsRunOut(database);
        await using (var server = await ServerProcess.Start(folder, settings: settings))
        {
            using var admin = await server.SignIn();
            await Ends(admin, "hold-end-locked@client.example", "parked");
            Assert.All(new[] { "before", "hold-data", "hold-end", "hold-end-locked" }, name => Assert.Single(Copies(mail, name)));
            // a person decides, and who has it twice can tell by its Message-ID
            var parked = (await Deliveries(admin, "hold-end@client.example"))[0]!;
            Assert.Contains("may have arrived", parked["lastError"]!.ToString(), StringComparison.Ordinal);
            await ServerProcess.Send(admin, HttpMethod.Post, $"deliveries/{parked["id"]}/resend");
            await Ends(admin, "hold-end@client.example", "sent");
            var copies = Copies(mail, "hold-end");
            Assert.Equal((2, 1), (copies.Count, copies.Select(c => c.Split("Message-ID: ")[1].Split("\r\n")[0]).Distinct().Count()));
        }
    }

    [Fact]
    public async Task The_doctor_says_whether_the_mail_server_takes_us()
    {
        await using var mail = await TestMailServer.Start();
        var settings = Settings(mail, await (await TestCluster.Shared).NewDatabase());
        var well = await ServerProcess.Run(folder, ["doctor"], settings);
        Assert.Contains($"ok     mail       127.0.0.1:{mail.Port} takes us, from support@desk.example", well.Output, StringComparison.Ordinal);
        await mail.Stop();
        var ill = await ServerProcess.Run(folder, ["doctor"], settings);
        Assert.Equal(1, ill.ExitCode);
        Assert.Contains($"WRONG  mail       127.0.0.1:{mail.Port} does not take us", ill.Output, StringComparison.Ordinal);
        settings.Remove("DESKHAND_SMTP_URL");
        settings.Remove("DESKHAND_MAIL_FROM");
        Assert.Contains("not configured (DESKHAND_SMTP_URL)", (await ServerProcess.Run(folder, ["doctor"], settings)).Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Settings(TestMailServer mail, string database) => new(StringComparer.Ordinal)
    {
        ["DESKHAND_DATABASE"] = database,
        ["DESKHAND_SMTP_URL"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"smtp://127.0.0.1:{mail.Port}?starttls=never"),
        ["DESKHAND_MAIL_FROM"] = "support@desk.example",
    };

    /// <summary>A ticket of somebody, whose acknowledgement is the only message to the address.</summary>
    private static async Task Ticket(HttpClient admin, string email)
    {
        var customer = await ServerProcess.Send(admin, HttpMethod.Post, "customers", new { name = "Client of " + email });
        var contact = await ServerProcess.Send(admin, HttpMethod.Post, $"customers/{customer["id"]}/contacts", new { firstName = "Thandi", email });
        await ServerProcess.Send(admin, HttpMethod.Post, "tickets", new { subject = "The line is down", contactId = contact["id"]!.ToString() });
    }

    private static async Task<System.Text.Json.Nodes.JsonArray> Deliveries(HttpClient admin, string email) =>
        (await ServerProcess.Send(admin, HttpMethod.Get, "deliveries?to=" + email))["data"]!.AsArray();

    private static async Task<string> State(HttpClient admin, string email) => Assert.Single(await Deliveries(admin, email))!["state"]!.ToString();

    private static Task Ends(HttpClient admin, string email, string state) => Eventually.Holds(async () => await State(admin, email) == state, 60, $"{email} is {state}");

    private static List<string> Copies(TestMailServer mail, string name) => [.. mail.Taken().Where(m => m.Envelope["to"]![0]!.ToString() == name + "@client.example").Select(m => m.Text)];

    /// <summary>As if so much time had passed that nobody waits for the sender that fell silent, nor for the next attempt.</summary>
    private static async Task WaitsRunOut(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var update = new NpgsqlCommand("""
            SELECT set_config('app.tenant_id', tenant_id::text, true) FROM list_tenants();
            UPDATE deliveries SET lease_until = now() - interval '1 second' WHERE state = 'sending';
            UPDATE deliveries SET next_attempt_at = now() WHERE state = 'queued'
            """, connection, transaction);
        await update.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
