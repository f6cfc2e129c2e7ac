using System.Globalization;
using System.Text;

namespace Deskhand.Mail;

/// <summary>Writes header fields: folded (RFC 5322 §2.2.3), other letters as encoded words (RFC 2047), never with a line break of anybody's choice.</summary>
internal sealed class HeaderWriter
{
    private const int LineLength = 76;

    // 39 bytes are 52 characters of base64, with the 12 around them 64: the name of the header has room before them (RFC 2047 §2 allows 75)
    private const int EncodedBytes = 39;
    private static readonly IdnMapping Idn = new();
    private readonly StringBuilder text = new();

    public override string ToString() => text.ToString();

    /// <summary>A field of plain ASCII, folded at blanks.</summary>
    public void Plain(string name, string value)
    {
        if (!Ascii(value)) throw new MailFormatException($"The header {name} may hold ASCII only.");
        Write(name, value.Split(' '));
    }

    /// <summary>A field of any text.</summary>
    public void Words(string name, string value)
    {
        Check(name, value);
        Write(name, Ascii(value) && !value.Contains("=?", StringComparison.Ordinal) ? value.Split(' ') : Encoded(value));
    }

    /// <summary>A field of one address.</summary>
    public void Address(string name, Mailbox mailbox)
    {
        Check(name, mailbox.Address);
        var address = $"<{ToAscii(mailbox.Address)}>";
        if (string.IsNullOrWhiteSpace(mailbox.Name))
        {
            Write(name, [address]);
            return;
        }

        Check(name, mailbox.Name);
        Write(name, [.. Ascii(mailbox.Name) && !mailbox.Name.Contains("=?", StringComparison.Ordinal) ? [Quoted(mailbox.Name)] : Encoded(mailbox.Name), address]);
    }

    /// <summary>An address whose domain is in the form that every server takes (RFC 5890); a local part of other letters stays as it is and needs SMTPUTF8.</summary>
    public static string ToAscii(string address)
    {
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1 || address.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>' or ',' or ';' or '"'))
            throw new MailFormatException("This is not an address that a message can be sent to.");
        try
        {
            return Ascii(address[(at + 1)..]) ? address : $"{address[..at]}@{Idn.GetAscii(address[(at + 1)..])}";
        }
        catch (ArgumentException)
        {
            throw new MailFormatException("The domain of this address cannot be written in ASCII.");
        }
    }

    public static bool Ascii(string value) => value.All(c => c is >= ' ' and <= '~');

    private static void Check(string name, string value)
    {
        if (value.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029')) throw new MailFormatException($"The header {name} may not hold line breaks or control characters.");
    }

    private static string Quoted(string name) => $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static List<string> Encoded(string value)
    {
        var words = new List<string>();
        var part = new List<byte>();
        foreach (var rune in value.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (part.Count + bytes.Length > EncodedBytes) Flush();
            part.AddRange(bytes);
        }

        Flush();
        return words;

        void Flush()
        {
            if (part.Count > 0) words.Add($"=?utf-8?B?{Convert.ToBase64String([.. part])}?=");
            part.Clear();
        }
    }

    private void Write(string name, IReadOnlyList<string> words)
    {
        text.Append(name).Append(':');
        var line = name.Length + 1;
        foreach (var word in words)
        {
            if (line + word.Length + 1 > LineLength && line > name.Length + 1)
            {
                text.Append("\r\n");
                line = 0;
            }

            text.Append(' ').Append(word);
            line += word.Length + 1;
        }

        text.Append("\r\n");
    }
}
