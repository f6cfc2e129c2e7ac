using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deskhand.Directory;
using NodaTime;

namespace Deskhand.Sla;

/// <summary>A day of the week, numbered as in ISO 8601.</summary>
public enum Weekday
{
    Monday = 1,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// <summary>Hours of one day, by the clock on the wall.</summary>
/// <param name="From">HH:mm, from 00:00.</param>
/// <param name="To">HH:mm, up to 24:00; later than <paramref name="From"/>.</param>
public sealed record OpenHours(string From, string To);

/// <summary>Hours of one weekday. Several for one day leave a break between them.</summary>
/// <param name="Day">The day.</param>
/// <param name="From">HH:mm, from 00:00.</param>
/// <param name="To">HH:mm, up to 24:00; later than <paramref name="From"/>. Who works past midnight writes the rest under the next day.</param>
public sealed record WeekHours(Weekday Day, string From, string To);

/// <summary>A day that is not worked, or not as usual.</summary>
public sealed record Holiday
{
    public required DateOnly Date { get; init; }

    /// <summary>What people call it; stands in explanations.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it comes each year on this day and month. One of 29 February comes in leap years only.</summary>
    public bool Yearly { get; init; }

    /// <summary>The hours that are worked all the same; none = closed all day.</summary>
    public ImmutableArray<OpenHours> Hours { get; init; } = [];
}

/// <summary>What a client may write of a calendar: the body of POST, PUT and PATCH.</summary>
public sealed partial record CalendarFields : IFields<CalendarFields>
{
    private const int MostHours = 70;
    private const int MostHolidays = 500;
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    /// <summary>What people read.</summary>
    public required string Name { get; init; }

    /// <summary>IANA name of the zone whose clock on the wall counts.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Open day and night but on holidays; then there are no hours.</summary>
    public bool AlwaysOpen { get; init; }

    /// <summary>The hours of a week.</summary>
    public ImmutableArray<WeekHours> Hours { get; init; } = [];

    public ImmutableArray<Holiday> Holidays { get; init; } = [];

    public CalendarFields Normalised() => this with
    {
        Name = Name.Trim(),
        TimeZone = TimeZone.Trim(),
        Hours = Hours.IsDefault ? [] : [.. Hours.OrderBy(h => h?.Day).ThenBy(h => h?.From, StringComparer.Ordinal)],
        Holidays = Holidays.IsDefault ? [] : [.. Holidays.Select(h => h is null ? null! : h with { Name = h.Name.Trim(), Hours = h.Hours.IsDefault ? [] : h.Hours }).OrderBy(h => h?.Date)],
    };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("name", Json.Of(Name)), ("timeZone", Json.Of(TimeZone)), ("alwaysOpen", Json.Of(AlwaysOpen)),
        ("hours", JsonSerializer.Serialize(Hours.Select(h => new { day = Wire.Name(h.Day), h.From, h.To }), Camel)), ("holidays", JsonSerializer.Serialize(Holidays, Camel)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 100);
        errors.Unless(TimeZone.Length <= 64 && DateTimeZoneProviders.Tzdb.GetZoneOrNull(TimeZone) is not null, "timeZone", "This is not an IANA time zone such as Africa/Johannesburg.");
        if (AlwaysOpen) errors.Unless(Hours.IsEmpty, "hours", "A calendar that is always open has no hours.");
        else errors.Unless(!Hours.IsEmpty, "hours", "Say at least one span of hours, or alwaysOpen.");
        errors.Unless(Hours.Length <= MostHours, "hours", $"There may be at most {MostHours} spans.");
        foreach (var day in Hours.Where(h => h is not null).GroupBy(h => h.Day)) CheckSpans("hours", [.. day.Select(h => new OpenHours(h.From, h.To))], errors);
        errors.Unless(Hours.All(h => h is not null && Enum.IsDefined(h.Day)), "hours", "Each span has a day, from and to.");
        errors.Unless(Holidays.Length <= MostHolidays, "holidays", $"There may be at most {MostHolidays} holidays.");
        if (Holidays.Any(h => h is null))
        {
            errors.Add("holidays", "Each holiday has a date and a name.");
            return errors.ToProblem();
        }

        foreach (var holiday in Holidays)
        {
            errors.Required("holidays", holiday.Name, 100);
            CheckSpans("holidays", holiday.Hours, errors);
        }

        errors.Unless(Holidays.Select(h => h.Yearly ? (0, h.Date.Month, h.Date.Day) : (h.Date.Year, h.Date.Month, h.Date.Day)).Distinct().Count() == Holidays.Length,
            "holidays", "A day is given twice.");
        return errors.ToProblem();
    }

    /// <summary>Minutes from midnight, 0 to 1440, or null when this is no time of a day.</summary>
    internal static int? Minutes(string? text)
    {
        if (text is null || !TimeShape().IsMatch(text)) return null;
        var minutes = (int.Parse(text.AsSpan(0, 2), CultureInfo.InvariantCulture) * 60) + int.Parse(text.AsSpan(3, 2), CultureInfo.InvariantCulture);
        return minutes <= 24 * 60 ? minutes : null;
    }

    private static void CheckSpans(string field, ImmutableArray<OpenHours> spans, FieldErrors errors)
    {
        var until = -1;
        foreach (var span in spans.OrderBy(s => s?.From, StringComparer.Ordinal))
        {
            if (Minutes(span?.From) is not { } from || Minutes(span?.To) is not { } to || from >= to)
            {
                errors.Add(field, "Hours go from HH:mm to a later HH:mm of the same day, at most 24:00.");
                return;
            }

            errors.Unless(from >= until, field, "Spans of hours overlap.");
            until = to;
        }
    }

    [GeneratedRegex(@"^[0-2][0-9]:[0-5][0-9]\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TimeShape();
}
