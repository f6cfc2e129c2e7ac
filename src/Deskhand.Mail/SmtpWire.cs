using System.Globalization;
using System.Text;

namespace Deskhand.Mail;

/// <summary>An answer of the server: its code (RFC 5321 §4.2), and its lines without code.</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>In one line, for the ledger; at most 500 characters, without controls.</summary>
    public override string ToString()
    {
        var words = new string([.. string.Join(' ', Lines).Select(c => char.IsControl(c) ? ' ' : c)]);
        return string.Create(CultureInfo.InvariantCulture, $"{Code} {(words.Length > 500 ? words[..500] : words)}").TrimEnd();
    }
}

/// <summary>Lines over a stream.</summary>
internal sealed class SmtpWire(Stream stream)
{
    /// <summary>RFC 5321 §4.5.3.1.5 says 512; some servers say more.</summary>
    private const int LongestLine = 4096;

    private const int MostLines = 200;
    private readonly byte[] buffer = new byte[8192];
    private int start, end;

    public Stream Stream => stream;

    /// <summary>Whether the server has said something that nobody has read: before STARTTLS that is somebody in between (CVE-2011-0411).</summary>
    public bool HasMore => start < end;

    public async Task Write(string line, CancellationToken cancellationToken)
    {
        if (line.Contains('\r', StringComparison.Ordinal) || line.Contains('\n', StringComparison.Ordinal)) throw new MailFormatException("A command may not hold a line break.");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>Writes the message with its dots doubled (RFC 5321 §4.5.2), but not the dot that ends it.</summary>
    public async Task WriteData(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var stuffed = new MemoryStream(message.Length + 64);
        var isLineStart = true;
        foreach (var b in message.Span)
        {
            if (isLineStart && b == (byte)'.') stuffed.WriteByte((byte)'.');
            stuffed.WriteByte(b);
            isLineStart = b == (byte)'\n';
        }

        if (!isLineStart) stuffed.Write("\r\n"u8);
        await stream.WriteAsync(stuffed.GetBuffer().AsMemory(0, (int)stuffed.Length), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    public async Task<SmtpReply> Read(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            var line = await ReadLine(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                throw new SmtpException(SmtpFailure.Unavailable, "The server does not speak SMTP.");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ') return new SmtpReply(code, lines);
        }

        throw new SmtpException(SmtpFailure.Unavailable, "The server's answer does not end.");
    }

    private async Task<string> ReadLine(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (line.Count < LongestLine)
        {
            if (start == end)
            {
                (start, end) = (0, await stream.ReadAsync(buffer, cancellationToken));
                if (end == 0) throw new IOException("The server closed the connection.");
            }

            var b = buffer[start++];
            if (b == (byte)'\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(b);
        }

        throw new SmtpException(SmtpFailure.Unavailable, "The server's answer does not end.");
    }
}
