using System.Globalization;

namespace Deskhand.Tickets;

/// <summary>A ticket as it is printed: what stands on the paper, before it is set in type.</summary>
/// <param name="Title">Reference and subject.</param>
/// <param name="Subtitle">For whom it is, and of when.</param>
/// <param name="Facts">Names and values, in order; those without a value are left out.</param>
/// <param name="Entries">The description and the conversation, oldest first.</param>
/// <param name="Remark">What is missing, or null.</param>
internal sealed record TicketPaper(string Title, string Subtitle, IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<PaperEntry> Entries, string? Remark);

/// <summary>One entry of the conversation on paper.</summary>
/// <param name="Heading">Who and when.</param>
/// <param name="IsInternal">Whether it is a note, which is marked.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Files">Names of the files that hang on it.</param>
internal sealed record PaperEntry(string Heading, bool IsInternal, string Text, IReadOnlyList<string> Files)
{
    /// <summary>An instant for people: in the tenant's time zone, with its offset.</summary>
    public static string Time(DateTimeOffset at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var offset = local.Offset == TimeSpan.Zero ? "UTC" : local.ToString("zzz", CultureInfo.InvariantCulture);
        return local.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " " + offset;
    }
}
