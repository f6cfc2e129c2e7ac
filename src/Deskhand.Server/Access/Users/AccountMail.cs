using System.Text;
using Deskhand.Data;
using Deskhand.Notifications;
using Deskhand.Outbox;

namespace Deskhand.Access;

/// <summary>Puts the link by which a password is set into the ledger of outgoing mail. Its token lies there sealed, until the message is sent.</summary>
internal sealed class AccountMail(MailQueue mail, TotpSecrets secrets)
{
    public bool IsOn => mail.IsOn;

    public Task Send(TenantSession session, Guid userId, string address, LinkPurpose purpose, string token, Actor by, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.Execute(mail.Add(session,
        [
            new OutgoingMail(purpose switch { LinkPurpose.Invitation => NoticeKind.Invitation, LinkPurpose.PasswordReset => NoticeKind.PasswordReset }, address)
            {
                UserId = userId,
                Secret = secrets.Seal(Encoding.ASCII.GetBytes(token), session.TenantId, userId),
            },
        ], by, now), cancellationToken);
}
