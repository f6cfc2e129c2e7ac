using System.Collections.Immutable;

namespace Deskhand.Notifications;

/// <summary>By which channels a user hears of something.</summary>
public readonly record struct Choice(bool Mail, bool InApp);

/// <summary>What each user hears of, and how.</summary>
public static class Preferences
{
    /// <summary>What a user can choose about.</summary>
    public static ImmutableArray<NoticeKind> Kinds { get; } =
    [
        NoticeKind.TicketCreated, NoticeKind.TicketAssigned, NoticeKind.TicketNewComment, NoticeKind.TicketSlaWarning, NoticeKind.TicketSlaBreach, NoticeKind.Message, NoticeKind.MailFailed,
    ];

    /// <summary>What holds for who has chosen nothing: all of it in the desk; by mail what is one's own and not what merely waits in a group.</summary>
    public static Choice Ready(NoticeKind kind) => new(kind is not (NoticeKind.TicketCreated or NoticeKind.MailFailed), true);

    /// <summary>The choice among kept ones of the form <c>kind mail in_app</c>.</summary>
    public static Choice Of(NoticeKind kind, IEnumerable<string> kept)
    {
        var name = Wire.Name(kind);
        foreach (var line in kept)
            if (line.Split(' ') is [var of, var mail, var inApp] && of == name) return new(mail == "true", inApp == "true");
        return Ready(kind);
    }
}
