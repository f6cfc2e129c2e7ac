using System.Collections.Immutable;

namespace Deskhand.Mail;

/// <summary>Somebody a message is from or to.</summary>
/// <param name="Address">The address, for example <c>ann@example.com</c>.</param>
/// <param name="Name">The name beside it, or null.</param>
public sealed record Mailbox(string Address, string? Name = null);

/// <summary>A message cannot be written, because something in it would become another header or another command (security case 19).</summary>
public sealed class MailFormatException(string message) : Exception(message);

/// <summary>One message to one recipient: the headers that are set, and the same words as plain text and as HTML.</summary>
public sealed record MailMessage
{
    public required Mailbox From { get; init; }

    public required Mailbox To { get; init; }

    /// <summary>Where answers go; null = to <see cref="From"/>.</summary>
    public Mailbox? ReplyTo { get; init; }

    public required string Subject { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Without angle brackets.</summary>
    public required string MessageId { get; init; }

    /// <summary>The message this one answers, without angle brackets.</summary>
    public string? InReplyTo { get; init; }

    /// <summary>The thread so far, the oldest first, without angle brackets (RFC 5322 §3.6.4).</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>Further headers, in order; ASCII.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    public required string Text { get; init; }

    /// <summary>A whole HTML document; null = plain text alone.</summary>
    public string? Html { get; init; }
}
