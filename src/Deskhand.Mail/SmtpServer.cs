using System.Globalization;

namespace Deskhand.Mail;

/// <summary>When a connection is encrypted.</summary>
public enum SmtpSecurity
{
    /// <summary>From its first byte (RFC 8314): <c>smtps://</c>.</summary>
    Implicit,

    /// <summary>By STARTTLS, or nothing is sent.</summary>
    Required,

    /// <summary>By STARTTLS where the server offers it.</summary>
    Offered,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>A mail server that takes our messages.</summary>
/// <param name="Host">Its name, which its certificate must carry.</param>
/// <param name="Port">587 or 465 unless said.</param>
/// <param name="Security">When the connection is encrypted.</param>
/// <param name="User">For AUTH; null = without.</param>
/// <param name="Password">For AUTH.</param>
public sealed record SmtpServer(string Host, int Port, SmtpSecurity Security, string? User = null, string? Password = null)
{
    /// <summary>Reads <c>smtp://user:password@host:587?starttls=required|offered|never</c> or <c>smtps://user:password@host:465</c>.</summary>
    /// <returns>The server, or null when it cannot be read so.</returns>
    public static SmtpServer? Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("smtp" or "smtps") || uri.Host.Length == 0 || uri.AbsolutePath is not ("/" or "")) return null;
        var isImplicit = uri.Scheme == "smtps";
        SmtpSecurity? security = uri.Query switch
        {
            "" => isImplicit ? SmtpSecurity.Implicit : SmtpSecurity.Required,
            "?starttls=required" when !isImplicit => SmtpSecurity.Required,
            "?starttls=offered" when !isImplicit => SmtpSecurity.Offered,
            "?starttls=never" when !isImplicit => SmtpSecurity.Never,
            _ => null,
        };
        var credentials = uri.UserInfo.Split(':', 2);
        var user = credentials[0].Length == 0 ? null : Uri.UnescapeDataString(credentials[0]);
        if (security is not { } chosen || (user is not null && credentials.Length < 2)) return null;
        // a password is not sent where it can be read, but to this machine
        if (user is not null && chosen is SmtpSecurity.Never or SmtpSecurity.Offered && !uri.IsLoopback) return null;
        return new SmtpServer(uri.IdnHost, uri.Port > 0 ? uri.Port : isImplicit ? 465 : 587, chosen, user, user is null ? null : Uri.UnescapeDataString(credentials[1]));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}

/// <summary>What a refusal or a failure means for the message.</summary>
public enum SmtpFailure
{
    /// <summary>The server as a whole does not answer or does not take us: nothing is held against the message.</summary>
    Unavailable,

    /// <summary>This message, not now (4yz).</summary>
    Later,

    /// <summary>This recipient, never (5yz to RCPT).</summary>
    NoSuchRecipient,

    /// <summary>This message, never (5yz).</summary>
    Never,

    /// <summary>The connection was lost after the end of the message was said: it may have been taken, or not (RFC 1047).</summary>
    Unknown,
}

/// <summary>A message was not taken.</summary>
public sealed class SmtpException(SmtpFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public SmtpFailure Failure { get; } = failure;
}
