using System.Collections.Immutable;
using System.Text;
using AngleSharp.Html.Parser;
using Deskhand.Access;
using Deskhand.Mail;
using Deskhand.Tickets;

namespace Deskhand.Notifications;

/// <summary>Makes a message out of a row of the ledger, at the moment it is sent. What must not be sent any more is a refusal in words.</summary>
internal sealed class Composer(DeskhandSettings settings, MailAddresses addresses, TotpSecrets secrets)
{
    private string Site => settings.PublicUrl.AbsoluteUri.TrimEnd('/');

    /// <summary>The message with its envelope; or why it is not sent.</summary>
    public (MailMessage? Message, Envelope? Envelope, string? Refusal) Compose(Guid tenantId, DeliveryRow row, DateTimeOffset now)
    {
        if (Refusal(row) is { } refusal) return (null, null, refusal);
        var address = row.MailAddress ?? settings.MailFrom;
        var filled = (row.OwnTemplate ?? ReadyTemplates.Of(row.Kind, row.Locale)).Fill(Values(tenantId, row));
        var isWords = row is { Kind: NoticeKind.TicketNewComment, ActorKind: ActorKind.Agent, ContactId: not null };
        var isReply = row is { Kind: NoticeKind.TicketCreated, ContactId: not null };
        var root = row.TicketId is { } ticket ? $"ticket-{ticket:N}@{settings.PublicUrl.IdnHost}" : null;
        var message = new MailMessage
        {
            From = new Mailbox(address, isWords && row.ActorName is { } agent ? $"{agent} ({row.MailName ?? row.DeskName})" : row.MailName ?? row.DeskName),
            To = new Mailbox(row.ToAddress, row.RecipientName),
            // an answer finds its ticket by a signed address; an answer to a note stays a note
            ReplyTo = row.TicketId is { } id && row.Kind != NoticeKind.SatisfactionSurvey
                ? new Mailbox(addresses.Plus(address, tenantId, row.IsOfNote ? TokenPurpose.NoteReply : TokenPurpose.Reply, id), row.MailName ?? row.DeskName) : null,
            Subject = filled.Subject,
            Date = now,
            MessageId = MessageId(row.Id),
            InReplyTo = row.Thread.LastOrDefault() ?? root,
            References = root is null ? [] : [root, .. row.Thread],
            Headers = Headers(row, isWords, isReply),
            Text = filled.Text,
            Html = filled.Html,
        };
        // an acknowledgement of what may be a forged address reports to nobody, so that two machines never talk to each other (RFC 3834 §3.3)
        var sender = isReply ? "" : addresses.Plus(address, tenantId, TokenPurpose.Bounce, row.Id);
        return (message, new Envelope(sender, row.ToAddress), null);
    }

    /// <summary>The same at every try, so that what arrived twice after all is recognised.</summary>
    public string MessageId(Guid deliveryId) => $"{deliveryId:N}@{settings.PublicUrl.IdnHost}";

    /// <summary>The message as it would be with a tenant's template, for a preview.</summary>
    public IReadOnlyDictionary<string, string> Values(Guid tenantId, DeliveryRow row)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["desk.name"] = row.DeskName,
            ["recipient.name"] = row.RecipientName ?? "",
            ["actor.name"] = row.ActorName ?? row.DeskName,
        };
        if (row.TicketId is { } ticket)
        {
            values["ticket.reference"] = row.Reference ?? "";
            values["ticket.subject"] = row.HidesWords ? row.Reference ?? "" : row.Subject ?? "";
            values["ticket.status"] = row.Status ?? "";
            values["ticket.priority"] = row.Priority is { } priority ? Wire.Name(priority) : "";
            values["ticket.url"] = $"{Site}/{(row.UserId is null ? "portal/tickets" : "tickets")}/{ticket}";
        }

        if (row.CommentBody is { } body)
        {
            values["comment.body"] = row.CommentFormat == BodyFormat.Html ? WordsOf(body) : body;
            values["comment.author"] = row.ActorName ?? row.DeskName;
        }

        if (row.SurveyId is { } survey) values["survey.url"] = $"{Site}/survey/{addresses.SurveyToken(tenantId, survey)}";
        if (row.Text is { } text) values["message"] = text;
        if (row is { Secret: { } secret, UserId: { } user } && secrets.Open(secret, tenantId, user) is { } token)
            values["link.url"] = $"{Site}/{(row.Kind == NoticeKind.Invitation ? "invitation" : "reset-password")}#{Encoding.ASCII.GetString(token)}";
        return values;
    }

    private static string? Refusal(DeliveryRow row) => row switch
    {
        // asked again here, at the last moment, whatever was decided before (security case 10)
        { UserId: null } when row.IsOfNote || row.CommentVisibility == Visibility.Internal => "It tells of an internal note, and the recipient is no user.",
        { Suppressed: { } said } => $"The address is held back, because there is no such mailbox (see /suppressions): {said}",
        { RecipientIsThere: false } => "The recipient is not there any more.",
        { TicketIsGone: true } => "The ticket was deleted meanwhile.",
        { CommentId: not null, CommentIsGone: true } => "The comment was deleted meanwhile.",
        { Kind: NoticeKind.Invitation or NoticeKind.PasswordReset, Secret: null } => "Its link is used up; make another one.",
        _ => null,
    };

    /// <summary>The marks by which other machines know not to answer (RFC 3834 §5, and what Exchange and older ones read). What an agent wrote carries none.</summary>
    private ImmutableArray<(string, string)> Headers(DeliveryRow row, bool isWords, bool isReply)
    {
        if (isWords) return [];
        var headers = ImmutableArray.Create(("Auto-Submitted", isReply ? "auto-replied" : "auto-generated"), ("X-Auto-Response-Suppress", "All"));
        if (isReply) headers = headers.Add(("Precedence", "auto_reply"));
        // what a desk's own people sort their mail by (RFC 2919)
        return row.UserId is not null && row.TicketId is not null ? headers.Add(("List-Id", $"<tickets.{row.DeskSlug}.{settings.PublicUrl.IdnHost}>")) : headers;
    }

    private static string WordsOf(string html)
    {
        using var document = new HtmlParser().ParseDocument(html);
        foreach (var unseen in document.QuerySelectorAll("script,style")) unseen.Remove();
        foreach (var line in document.QuerySelectorAll("br")) line.Replace(document.CreateTextNode("\n"));
        foreach (var block in document.QuerySelectorAll("p,div,li")) block.Append(document.CreateTextNode("\n"));
        return document.Body?.TextContent.Trim() ?? "";
    }
}
