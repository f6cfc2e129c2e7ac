using System.Text;

namespace Deskhand.Mail;

public sealed class MimeTests
{
    private static readonly MailMessage Message = new()
    {
        From = new("desk@example.com", "Ann \"the\" agent"),
        To = new("bob@example.com", "José"),
        Subject = "Hello",
        Date = new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.FromHours(2)),
        MessageId = "1@example.com",
        Text = "Hello",
    };

    private static string Written(MailMessage message) => Encoding.ASCII.GetString(MimeWriter.Write(message));

    [Fact]
    public void Headers_and_both_bodies_stand_where_they_belong()
    {
        var text = Written(Message with { InReplyTo = "0@example.com", References = ["root@example.com", "0@example.com"], Html = "<p>Hello</p>", Headers = [("Auto-Submitted", "auto-replied")] });
        Assert.StartsWith("From: \"Ann \\\"the\\\" agent\" <desk@example.com>\r\nTo: =?utf-8?B?Sm9zw6k=?= <bob@example.com>\r\nSubject: Hello\r\nDate: Fri, 20 Nov 2026 07:30:00 +0000\r\n", text, StringComparison.Ordinal);
        foreach (var line in new[] { "Message-ID: <1@example.com>", "In-Reply-To: <0@example.com>", "References: <root@example.com> <0@example.com>", "Auto-Submitted: auto-replied", "MIME-Version: 1.0" })
            Assert.Contains($"\r\n{line}\r\n", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("text/plain", StringComparison.Ordinal) < text.IndexOf("text/html", StringComparison.Ordinal), "the best part stands last (RFC 2046 §5.1.4)");
    }

    [Fact]
    public void Everything_is_ASCII_in_lines_of_at_most_76_characters()
    {
        var text = Written(Message with { Subject = string.Concat(Enumerable.Repeat("Ünïcödé 🚒 ", 30)).Trim(), Text = new string('é', 500) + " \n" + new string('x', 500), Html = "<p>" + new string('=', 300) });
        Assert.All(text.Split("\r\n"), line => Assert.True(line.Length <= 76, line));
        Assert.DoesNotContain('?', Encoding.ASCII.GetString(MimeWriter.Write(Message)).Split("\r\n\r\n")[1]);
        Assert.DoesNotContain("\n", text.Replace("\r\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a\r\nBcc: x@example.com")]
    [InlineData("a\nX: y")]
    [InlineData("a\u2028b")]
    [InlineData("a\0b")]
    public void Sec19_A_line_break_becomes_no_header_but_a_refusal(string words)
    {
        Assert.Throws<MailFormatException>(() => MimeWriter.Write(Message with { Subject = words }));
        Assert.Throws<MailFormatException>(() => MimeWriter.Write(Message with { To = new("bob@example.com", words) }));
        Assert.Throws<MailFormatException>(() => MimeWriter.Write(Message with { To = new(words + "@example.com") }));
        Assert.Throws<MailFormatException>(() => MimeWriter.Write(Message with { Headers = [("X-Test", words)] }));
        Assert.Throws<MailFormatException>(() => MimeWriter.Write(Message with { MessageId = words }));
    }

    [Theory]
    [InlineData("bob@bücher.example", "bob@xn--bcher-kva.example")]
    [InlineData("bob@example.com", "bob@example.com")]
    public void Domains_go_in_the_form_that_every_server_takes(string address, string written) =>
        Assert.Contains($"<{written}>", Written(Message with { To = new(address) }), StringComparison.Ordinal);

    [Theory]
    [InlineData("a b@example.com")]
    [InlineData("a@example.com>,<b@example.com")]
    [InlineData("nobody")]
    [InlineData("@example.com")]
    public void What_is_no_address_is_refused(string address) => Assert.Throws<MailFormatException>(() => MimeWriter.Write(Message with { To = new(address) }));
}
