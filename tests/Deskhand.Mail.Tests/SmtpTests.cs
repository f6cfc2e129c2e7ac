using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Deskhand.Mail;

public sealed class SmtpTests
{
    private static readonly MailMessage Message = new()
    {
        From = new("desk@example.com", "The desk"),
        To = new("ann@example.com"),
        Subject = "Hello",
        Date = new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero),
        MessageId = "1@example.com",
        Text = "First\n.\n.. and on\nlast",
    };

    private static async Task<string> Send(SmtpServer server, string to = "ann@example.com", Func<Task>? beforeEnd = null)
    {
        await using var connection = await SmtpConnection.Open(server, "desk.example.com", (_, certificate, _, _) => certificate?.Subject == "CN=localhost", CancellationToken.None);
        return await connection.Send(new Envelope("bounces@example.com", to), MimeWriter.Write(Message), beforeEnd ?? (() => Task.CompletedTask), CancellationToken.None);
    }

    private static SmtpServer On(TestMailServer server, SmtpSecurity security = SmtpSecurity.Offered) => new("127.0.0.1", server.Port, security);

    [Fact]
    public async Task A_message_arrives_as_it_was_written_dots_and_all()
    {
        await using var server = await TestMailServer.Start();
        Assert.StartsWith("250", await Send(On(server)), StringComparison.Ordinal);
        var (text, envelope) = Assert.Single(server.Taken());
        Assert.Contains("\r\nFirst\r\n.\r\n.. and on\r\nlast\r\n", text, StringComparison.Ordinal);
        Assert.Equal(("bounces@example.com", "ann@example.com", "desk.example.com"), (envelope["from"]!.ToString(), envelope["to"]![0]!.ToString(), envelope["name"]!.ToString()));
    }

    [Theory]
    [InlineData("gone@example.com", SmtpFailure.NoSuchRecipient, "550 5.1.1")]
    [InlineData("later@example.com", SmtpFailure.Later, "451 4.3.0")]
    [InlineData("refused@example.com", SmtpFailure.Never, "554 5.7.1")]
    [InlineData("taken-then-silent@example.com", SmtpFailure.Unknown, "The connection was lost")]
    public async Task Each_refusal_says_what_it_means_for_the_message(string to, SmtpFailure failure, string words)
    {
        await using var server = await TestMailServer.Start();
        var refused = await Assert.ThrowsAsync<SmtpException>(() => Send(On(server), to));
        Assert.Equal(failure, refused.Failure);
        Assert.StartsWith(words, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_refusal_the_same_connection_takes_the_next_message()
    {
        await using var server = await TestMailServer.Start();
        await using var connection = await SmtpConnection.Open(On(server), "desk.example.com", null, CancellationToken.None);
        await Assert.ThrowsAsync<SmtpException>(() => connection.Send(new("", "gone@example.com"), MimeWriter.Write(Message), () => Task.CompletedTask, CancellationToken.None));
        await connection.Reset(CancellationToken.None);
        await connection.Send(new("", "ann@example.com"), MimeWriter.Write(Message), () => Task.CompletedTask, CancellationToken.None);
        Assert.Single(server.Taken());
    }

    [Fact]
    public async Task The_end_is_not_said_when_its_note_fails()
    {
        await using var server = await TestMailServer.Start();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Send(On(server), beforeEnd: () => throw new InvalidOperationException("no database")));
        Assert.Empty(server.Taken());
    }

    [Fact]
    public async Task Nobody_there_is_unavailable_and_so_is_a_server_without_the_encryption_that_is_required()
    {
        await using var server = await TestMailServer.Start();
        Assert.Equal(SmtpFailure.Unavailable, (await Assert.ThrowsAsync<SmtpException>(() => Send(On(server, SmtpSecurity.Required)))).Failure);
        await server.Stop();
        Assert.Equal(SmtpFailure.Unavailable, (await Assert.ThrowsAsync<SmtpException>(() => Send(On(server)))).Failure);
    }

    [Theory]
    [InlineData(SmtpSecurity.Required, "PLAIN")]
    [InlineData(SmtpSecurity.Required, "LOGIN")]
    [InlineData(SmtpSecurity.Implicit, "PLAIN")]
    [InlineData(SmtpSecurity.Implicit, "LOGIN")]
    public async Task It_encrypts_by_STARTTLS_or_from_the_first_byte_and_then_signs_in(SmtpSecurity security, string mechanism)
    {
        var folder = Folders.CreateTempSubdirectory("deskhand-tls-").FullName;
        try
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            await File.WriteAllTextAsync(Path.Combine(folder, "c"), certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(Path.Combine(folder, "k"), key.ExportPkcs8PrivateKeyPem());
            string[] options = ["--tls", Path.Combine(folder, "c"), Path.Combine(folder, "k"), "--auth", "desk", "s3cret", "--only", mechanism, .. security == SmtpSecurity.Implicit ? ["--implicit"] : Array.Empty<string>()];
            await using var server = await TestMailServer.Start(options);
            await Send(On(server, security) with { User = "desk", Password = "s3cret" });
            var (_, envelope) = Assert.Single(server.Taken());
            Assert.Equal(("desk", mechanism), (envelope["user"]!.ToString(), envelope["mechanism"]!.ToString()));
            // the server notes only what STARTTLS began; without encryption it would not have understood a word of the other
            Assert.Equal(security == SmtpSecurity.Required ? "true" : "false", envelope["tls"]!.ToJsonString());
            Assert.Equal(SmtpFailure.Unavailable, (await Assert.ThrowsAsync<SmtpException>(() => Send(On(server, security) with { User = "desk", Password = "wrong" }))).Failure);
            // a certificate that this machine does not trust is refused
            await Assert.ThrowsAsync<SmtpException>(() => SmtpConnection.Open(On(server, security), "desk.example.com", null, CancellationToken.None));
        }
        finally
        {
            Folders.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_address_of_other_letters_goes_as_it_is_where_the_server_takes_it_and_is_refused_where_it_does_not()
    {
        await using var server = await TestMailServer.Start();
        await Send(On(server), "ñandú@example.com");
        var (_, envelope) = Assert.Single(server.Taken());
        Assert.Equal(("ñandú@example.com", "true"), (envelope["to"]![0]!.ToString(), envelope["utf8"]!.ToJsonString()));
        // a domain alone is written in ASCII and needs no server that can more
        await using var old = await TestMailServer.Start("--no-utf8");
        await Send(On(old), "ann@ñandú.example");
        Assert.Equal("ann@xn--and-6ma2c.example", Assert.Single(old.Taken()).Envelope["to"]![0]!.ToString());
        var refused = await Assert.ThrowsAsync<SmtpException>(() => Send(On(old), "ñandú@example.com"));
        Assert.Equal(SmtpFailure.NoSuchRecipient, refused.Failure);
    }

    [Theory]
    [InlineData("hang-rcpt@example.com", SmtpFailure.Later)]
    [InlineData("hang-end@example.com", SmtpFailure.Unknown)]
    public async Task A_server_that_hangs_in_a_message_is_left_in_time(string to, SmtpFailure failure)
    {
        await using var server = await TestMailServer.Start();
        await using var connection = await SmtpConnection.Open(On(server), "desk.example.com", null, CancellationToken.None, new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)));
        var waited = System.Diagnostics.Stopwatch.StartNew();
        var refused = await Assert.ThrowsAsync<SmtpException>(() => connection.Send(new("", to), MimeWriter.Write(Message), () => Task.CompletedTask, CancellationToken.None));
        Assert.Equal(failure, refused.Failure);
        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_server_that_never_says_a_word_is_unavailable()
    {
        await using var server = await TestMailServer.Start("--silent");
        var refused = await Assert.ThrowsAsync<SmtpException>(() => SmtpConnection.Open(On(server), "desk.example.com", null, CancellationToken.None, new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))));
        Assert.Equal((SmtpFailure.Unavailable, "The server does not answer in time."), (refused.Failure, refused.Message));
    }

    [Theory]
    [InlineData("smtp://mail.example.com", 587, SmtpSecurity.Required, null)]
    [InlineData("smtps://u%40x:p%3Aw@mail.example.com", 465, SmtpSecurity.Implicit, "u@x|p:w")]
    [InlineData("smtp://127.0.0.1:2525?starttls=never", 2525, SmtpSecurity.Never, null)]
    public void An_address_says_it_all(string url, int port, SmtpSecurity security, string? credentials)
    {
        var server = SmtpServer.Parse(url)!;
        Assert.Equal((port, security, credentials), (server.Port, server.Security, server.User is null ? null : $"{server.User}|{server.Password}"));
    }

    [Theory]
    [InlineData("http://mail.example.com")]
    [InlineData("smtp://mail.example.com?starttls=maybe")]
    [InlineData("smtps://mail.example.com?starttls=never")]
    [InlineData("smtp://user@mail.example.com")]
    [InlineData("smtp://user:password@mail.example.com?starttls=never")]
    public void An_address_that_cannot_be_meant_so_is_refused(string url) => Assert.Null(SmtpServer.Parse(url));
}
