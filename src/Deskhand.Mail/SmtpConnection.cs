using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Deskhand.Mail;

/// <summary>Who a message is from and to, for the servers on the way; apart from what its headers say.</summary>
/// <param name="From">Where failures are reported to; empty = nowhere (RFC 5321 §4.5.5).</param>
/// <param name="To">The recipient.</param>
public sealed record Envelope(string From, string To);

/// <summary>How long to wait for a mail server.</summary>
/// <param name="Until">For everything up to the end of a message.</param>
/// <param name="End">For the answer to the end of a message: servers look for viruses meanwhile.</param>
public sealed record SmtpPatience(TimeSpan Until, TimeSpan End)
{
    /// <summary>45 seconds, and the ten minutes of RFC 5321 §4.5.3.2.6.</summary>
    public static SmtpPatience Usual { get; } = new(TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(10));
}

/// <summary>A connection to a mail server, over which messages go one after the other. For one caller at a time.</summary>
public sealed class SmtpConnection : IAsyncDisposable
{
    private readonly TcpClient client;
    private readonly SmtpPatience waits;
    private SmtpWire wire;
    private Dictionary<string, string> offers = new(StringComparer.OrdinalIgnoreCase);

    private SmtpConnection(TcpClient client, SmtpPatience waits) => (this.client, this.waits, wire) = (client, waits, new SmtpWire(client.GetStream()));

    /// <summary>Connects, encrypts and signs in.</summary>
    /// <param name="server">The server.</param>
    /// <param name="name">Our own name, for EHLO.</param>
    /// <param name="trust">For tests with certificates of their own; null = the certificates that this machine trusts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="waits">How long to wait for it; null = <see cref="SmtpPatience.Usual"/>.</param>
    /// <exception cref="SmtpException">It does not take us; <see cref="SmtpFailure.Unavailable"/>.</exception>
    public static async Task<SmtpConnection> Open(SmtpServer server, string name, RemoteCertificateValidationCallback? trust, CancellationToken cancellationToken, SmtpPatience? waits = null)
    {
        waits ??= SmtpPatience.Usual;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(waits.Until);
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(server.Host, server.Port, patience.Token);
            var connection = new SmtpConnection(client, waits);
            if (server.Security == SmtpSecurity.Implicit) await connection.Encrypt(server, trust, patience.Token);
            await connection.Expect(null, 220, patience.Token);
            await connection.Greet(name, patience.Token);
            if (server.Security is SmtpSecurity.Required or SmtpSecurity.Offered)
            {
                if (connection.offers.ContainsKey("STARTTLS"))
                {
                    await connection.Expect("STARTTLS", 220, patience.Token);
                    if (connection.wire.HasMore) throw new SmtpException(SmtpFailure.Unavailable, "Something was said between STARTTLS and encryption.");
                    await connection.Encrypt(server, trust, patience.Token);
                    await connection.Greet(name, patience.Token);
                }
                else if (server.Security == SmtpSecurity.Required)
                {
                    throw new SmtpException(SmtpFailure.Unavailable, "The server does not offer STARTTLS, which is required.");
                }
            }

            if (server is { User: { } user, Password: { } password }) await connection.SignIn(user, password, patience.Token);
            return connection;
        }
        catch (Exception e)
        {
            client.Dispose();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested) throw new SmtpException(SmtpFailure.Unavailable, "The server does not answer in time.", e);
            if (e is IOException or SocketException or AuthenticationException) throw new SmtpException(SmtpFailure.Unavailable, e.Message, e);
            throw;
        }
    }

    /// <summary>Hands over one message.</summary>
    /// <param name="envelope">From whom and to whom.</param>
    /// <param name="message">The message, as <see cref="MimeWriter"/> writes it.</param>
    /// <param name="beforeEnd">Called when all but the end has been said. From its completion on the message may have been taken.</param>
    /// <param name="cancellationToken">Gives up, but not once the end was said.</param>
    /// <returns>What the server said when it took it.</returns>
    /// <exception cref="SmtpException">It was not taken, or nobody knows.</exception>
    public async Task<string> Send(Envelope envelope, ReadOnlyMemory<byte> message, Func<Task> beforeEnd, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(waits.Until);
        try
        {
            await Say(MailFrom(envelope, message.Length), SmtpFailure.Never, patience.Token);
            await Say($"RCPT TO:<{HeaderWriter.ToAscii(envelope.To)}>", SmtpFailure.NoSuchRecipient, patience.Token);
            await Say("DATA", SmtpFailure.Never, patience.Token);
            await wire.WriteData(message, patience.Token);
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // perhaps because of this very message: it counts against it, so that it does not hold up the others
            throw new SmtpException(SmtpFailure.Later, e is IOException or SocketException ? e.Message : "The server does not answer in time.", e);
        }

        await beforeEnd();
        using var last = new CancellationTokenSource(waits.End);
        try
        {
            return (await Say(".", SmtpFailure.Never, last.Token)).ToString();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            throw new SmtpException(SmtpFailure.Unknown, "The connection was lost after the message: it may have arrived, or not.", e);
        }
    }

    /// <summary>Takes back what was begun, so that another message can follow.</summary>
    public async Task Reset(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(waits.Until);
        try
        {
            await Say("RSET", SmtpFailure.Unavailable, patience.Token);
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new SmtpException(SmtpFailure.Unavailable, e.Message, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await wire.Write("QUIT", patience.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // it is gone already, which is what was wanted
        }

        await wire.Stream.DisposeAsync();
        client.Dispose();
    }

    private string MailFrom(Envelope envelope, int size)
    {
        var command = $"MAIL FROM:<{(envelope.From.Length == 0 ? "" : HeaderWriter.ToAscii(envelope.From))}>";
        if (offers.TryGetValue("SIZE", out var most))
        {
            if (long.TryParse(most, out var limit) && limit > 0 && size > limit) throw new SmtpException(SmtpFailure.Never, $"The server takes at most {limit} bytes; this message has {size}.");
            command += $" SIZE={size}";
        }

        if (HeaderWriter.Ascii(envelope.To) || HeaderWriter.Ascii(HeaderWriter.ToAscii(envelope.To))) return command;
        if (!offers.ContainsKey("SMTPUTF8")) throw new SmtpException(SmtpFailure.NoSuchRecipient, "The server does not take addresses in other letters than ASCII (SMTPUTF8).");
        return command + (offers.ContainsKey("8BITMIME") ? " BODY=8BITMIME SMTPUTF8" : " SMTPUTF8");
    }

    private async Task Greet(string name, CancellationToken cancellationToken)
    {
        await wire.Write($"EHLO {name}", cancellationToken);
        var reply = await wire.Read(cancellationToken);
        if (!reply.IsPositive) reply = await Expect($"HELO {name}", 250, cancellationToken);
        offers = reply.Lines.Skip(1).Select(l => l.Split(' ', 2)).DistinctBy(l => l[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(l => l[0], l => l.Length > 1 ? l[1] : "", StringComparer.OrdinalIgnoreCase);
    }

    private async Task Encrypt(SmtpServer server, RemoteCertificateValidationCallback? trust, CancellationToken cancellationToken)
    {
        var encrypted = new SslStream(wire.Stream, leaveInnerStreamOpen: false);
        await encrypted.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = trust }, cancellationToken);
        wire = new SmtpWire(encrypted);
    }

    private async Task SignIn(string user, string password, CancellationToken cancellationToken)
    {
        var ways = offers.GetValueOrDefault("AUTH", "").Split(' ');
        if (ways.Contains("PLAIN", StringComparer.OrdinalIgnoreCase))
        {
            await Expect("AUTH PLAIN " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}")), 235, cancellationToken);
        }
        else if (ways.Contains("LOGIN", StringComparer.OrdinalIgnoreCase))
        {
            await Expect("AUTH LOGIN", 334, cancellationToken);
            await Expect(Convert.ToBase64String(Encoding.UTF8.GetBytes(user)), 334, cancellationToken);
            await Expect(Convert.ToBase64String(Encoding.UTF8.GetBytes(password)), 235, cancellationToken);
        }
        else
        {
            throw new SmtpException(SmtpFailure.Unavailable, "The server offers neither AUTH PLAIN nor AUTH LOGIN.");
        }
    }

    private async Task<SmtpReply> Expect(string? command, int code, CancellationToken cancellationToken)
    {
        if (command is not null) await wire.Write(command, cancellationToken);
        var reply = await wire.Read(cancellationToken);
        return reply.Code == code ? reply : throw new SmtpException(SmtpFailure.Unavailable, reply.ToString());
    }

    private async Task<SmtpReply> Say(string command, SmtpFailure whenNever, CancellationToken cancellationToken)
    {
        await wire.Write(command, cancellationToken);
        var reply = await wire.Read(cancellationToken);
        if (reply.IsPositive) return reply;
        throw new SmtpException(reply.Code < 500 ? SmtpFailure.Later : whenNever, reply.ToString());
    }
}
