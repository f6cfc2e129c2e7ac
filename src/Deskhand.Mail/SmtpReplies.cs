using System.Globalization;

namespace Deskhand.Mail;

/// <summary>What the answers of mail servers mean beyond their first digit.</summary>
public static class SmtpReplies
{
    /// <summary>
    /// Whether a refusal of a recipient says that there is no such mailbox: by the enhanced code (RFC 3463 §3.2: 5.1.0 to 5.1.3, 5.1.6, 5.1.10; 5.2.1, a
    /// mailbox that is closed), or without one by 550, 551 and 553 (RFC 5321 §4.2.3). A full mailbox, a policy and a size say nothing of the kind.
    /// </summary>
    /// <param name="answer">As the server gave it: <c>550 5.1.1 No such user</c>.</param>
    public static bool IsNoSuchMailbox(string answer)
    {
        var words = answer.Split(' ', 3);
        if (words.Length > 1 && words[1].Split('.') is [var kind, var subject, var detail] && int.TryParse(subject, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return kind == "5" && (subject, detail) is ("1", "0" or "1" or "2" or "3" or "6" or "10") or ("2", "1");
        return words[0] is "550" or "551" or "553";
    }
}
