using System.Globalization;
using System.Text;

namespace Deskhand.Mail;

/// <summary>Writes a message as it goes over the wire: lines of at most 76 characters of ASCII, so that no server on the way has a reason to change it.</summary>
public static class MimeWriter
{
    /// <summary>The message (RFC 5322, RFC 2045).</summary>
    /// <exception cref="MailFormatException">A header would hold a line break.</exception>
    public static byte[] Write(MailMessage message)
    {
        var headers = new HeaderWriter();
        headers.Address("From", message.From);
        headers.Address("To", message.To);
        if (message.ReplyTo is { } reply) headers.Address("Reply-To", reply);
        headers.Words("Subject", message.Subject);
        headers.Plain("Date", message.Date.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture));
        headers.Plain("Message-ID", $"<{message.MessageId}>");
        if (message.InReplyTo is { } answered) headers.Plain("In-Reply-To", $"<{answered}>");
        if (!message.References.IsEmpty) headers.Plain("References", string.Join(' ', message.References.Select(r => $"<{r}>")));
        foreach (var (name, value) in message.Headers) headers.Plain(name, value);
        headers.Plain("MIME-Version", "1.0");

        var whole = new StringBuilder(headers.ToString());
        if (message.Html is not { } html)
        {
            Part(whole, "plain", message.Text);
            return Encoding.UTF8.GetBytes(whole.ToString());
        }

        // "=_" cannot stand in quoted-printable text (RFC 2045 §6.7), so the boundary is in neither part
        var boundary = "=_" + Guid.NewGuid().ToString("N")[..24];
        whole.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n");
        foreach (var (type, words) in new[] { ("plain", message.Text), ("html", html) })
        {
            whole.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n");
            Part(whole, type, words);
        }

        whole.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
        return Encoding.UTF8.GetBytes(whole.ToString());
    }

    private static void Part(StringBuilder whole, string type, string words)
    {
        whole.Append(CultureInfo.InvariantCulture, $"Content-Type: text/{type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
        QuotedPrintable(whole, words);
    }

    /// <summary>RFC 2045 §6.7. Ends with a line break.</summary>
    private static void QuotedPrintable(StringBuilder whole, string words)
    {
        foreach (var line in words.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            var length = 0;
            for (var i = 0; i < bytes.Length; i++)
            {
                var b = bytes[i];
                var isLast = i == bytes.Length - 1;
                // a blank at the end of a line would be lost on the way
                var plain = b is >= 33 and <= 126 and not (byte)'=' || (b is (byte)' ' or (byte)'\t' && !isLast);
                var size = plain ? 1 : 3;
                // room for the "=" of a soft break
                if (length + size > 75)
                {
                    whole.Append("=\r\n");
                    length = 0;
                }

                if (plain) whole.Append((char)b);
                else whole.Append(CultureInfo.InvariantCulture, $"={b:X2}");
                length += size;
            }

            whole.Append("\r\n");
        }
    }
}
