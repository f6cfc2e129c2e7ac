using System.Globalization;

namespace Deskhand.Tickets;

/// <summary>How a tenant names its tickets.</summary>
public enum ReferenceScheme
{
    /// <summary><c>TICKET-{year}-{n}</c>, restarting each year.</summary>
    Yearly,

    /// <summary>A prefix by channel, see <see cref="TicketReference.CounterFor"/>.</summary>
    ByChannel,
}

/// <summary>The rule that makes a ticket's reference out of a counter (SPEC §3).</summary>
public static class TicketReference
{
    /// <summary>The counter of the short numbers.</summary>
    public const string NumberCounter = "number";

    /// <summary>The name of the counter that a new ticket draws from. Each counter runs 1, 2, 3 … without gaps.</summary>
    /// <param name="scheme">The tenant's scheme.</param>
    /// <param name="channel">The ticket's channel.</param>
    /// <param name="year">The year in the tenant's time zone at the time of creation.</param>
    /// <param name="assetNumber">The asset's number, for example <c>DR1734315</c>, or null.</param>
    public static string CounterFor(ReferenceScheme scheme, Channel channel, int year, string? assetNumber) => scheme switch
    {
        ReferenceScheme.Yearly => Yearly(year),
        ReferenceScheme.ByChannel => channel switch
        {
            Channel.Email => "EML",
            Channel.Internal => "FF",
            Channel.AdHoc => "AH",
            // without an asset there is no number to name it after
            Channel.Whatsapp or Channel.Construction => assetNumber is null ? Yearly(year) : "DR" + WithoutPrefix(assetNumber),
            // the number is theirs: no counter of ours, see Format
            Channel.Qcontact => "FT",
            Channel.Web or Channel.Api or Channel.Chat or Channel.Phone or Channel.Ai => Yearly(year),
        },
    };

    /// <summary>The reference for a value of a counter: at least six digits in the yearly scheme, plain otherwise.</summary>
    public static string Format(string counter, long n) => $"{counter}-{n.ToString("D" + Digits(counter).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)}";

    /// <summary>How many digits a counter's values have at least.</summary>
    public static int Digits(string counter) => counter.StartsWith("TICKET-", StringComparison.Ordinal) ? 6 : 1;

    /// <summary>The reference that the other side has numbered itself, or null when ours count: QContact's <c>FT{n}</c>.</summary>
    public static string? Given(ReferenceScheme scheme, Channel channel, string? externalId) =>
        scheme == ReferenceScheme.ByChannel && channel == Channel.Qcontact && externalId is { Length: > 0 and <= 40 } && externalId.All(char.IsAsciiLetterOrDigit)
            ? "FT" + externalId
            : null;

    private static string Yearly(int year) => string.Create(CultureInfo.InvariantCulture, $"TICKET-{year}");

    private static string WithoutPrefix(string assetNumber) =>
        assetNumber.StartsWith("DR", StringComparison.OrdinalIgnoreCase) ? assetNumber[2..] : assetNumber;
}
