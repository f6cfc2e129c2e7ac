using System.Text;

namespace Deskhand.Bench.Loading;

/// <summary>Subjects, requests and answers as a desk sees them, with a long tail of seldom words for the search index.</summary>
internal sealed class Prose
{
    private static readonly string[] Things =
        ["Router", "Fibre line", "Invoice", "E-mail account", "VPN", "Printer", "Laptop", "Backup", "Phone extension", "Firewall", "Website", "Payment",
         "Access card", "Wi-Fi", "Server", "Licence", "Contract", "Camera", "Payroll export", "Booking page", "Scanner", "Domain name", "Certificate", "Switch"];

    private static readonly string[] Troubles =
        ["does not start", "is very slow", "shows an error", "was charged twice", "needs to be moved", "is offline since this morning", "asks for a password again",
         "must be replaced", "cannot be reached", "disconnects every hour", "is missing from the list", "should be cancelled", "has the wrong address", "keeps restarting",
         "expired", "is not synchronised", "needs a new user", "prints blank pages"];

    private static readonly string[] Places =
        ["at head office", "in Durban", "in the warehouse", "on the second floor", "for the new branch", "at reception", "in Cape Town", "for the sales team", "at home", "in the data centre"];

    private static readonly string[] Sentences =
        ["Good morning, we have a problem that stops several people from working.",
         "It started yesterday after the update and restarting did not help.",
         "The light on the front is red and the cable looks fine.",
         "Could somebody call me back before noon?",
         "I attached a photo of the screen and the message that it shows.",
         "The same thing happened last month, your colleague fixed it within an hour.",
         "Please tell us what it would cost and when you could come.",
         "Our accountant needs the corrected document before the end of the week.",
         "We tried another computer with the same result.",
         "Only the people on the ground floor are affected.",
         "The account number is on the invoice that we received on Monday.",
         "This is urgent for us because the shop opens at eight.",
         "Thank you for the quick answer, it works again.",
         "I have changed the configuration, please try once more.",
         "We ordered the part and will be on site tomorrow between ten and twelve.",
         "Could you send us the log file and the version that is installed?",
         "The technician has been here, but the connection is still unstable.",
         "We would like to add two users and remove one who has left.",
         "Please keep my manager in copy.",
         "No hurry, next week is fine.",
         "The supplier confirmed the fault and is replacing the line card.",
         "I am closing this for now; a reply opens it again.",
         "The password was reset and the second factor has been set up anew.",
         "It is slow in the afternoon and normal in the evening."];

    private static readonly string[] Syllables =
        ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we", "xi", "yo", "zu", "bra", "cle", "dri", "flo", "gru", "kra", "ple", "sti", "tro", "vlu"];

    private readonly string[] tail = new string[20_000];
    private readonly Shares tailShares = Shares.Zipf(20_000, 1.05);
    private readonly StringBuilder text = new();

    public Prose(Draw draw)
    {
        for (var i = 0; i < tail.Length; i++)
            tail[i] = string.Concat(Enumerable.Range(0, 2 + draw.Below(3)).Select(_ => draw.One(Syllables)));
    }

    public static string Subject(Draw draw) => $"{draw.One(Things)} {draw.One(Troubles)} {draw.One(Places)}";

    /// <summary>About <paramref name="sentences"/> times 75 characters.</summary>
    public string Body(Draw draw, int sentences)
    {
        text.Clear();
        for (var i = 0; i < sentences; i++)
        {
            text.Append(draw.One(Sentences)).Append(' ');
            if (draw.Chance(0.4)) text.Append("Reference ").Append(Word(draw)).Append(' ').Append(Word(draw)).Append(". ");
        }
        text.Length--;
        return text.ToString();
    }

    public string Word(Draw draw) => tail[tailShares.Pick(draw)];
}
