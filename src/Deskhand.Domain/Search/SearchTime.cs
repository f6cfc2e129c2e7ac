using System.Globalization;
using System.Text.RegularExpressions;

namespace Deskhand.Search;

/// <summary>
/// Times in a query: a day (2026-01-31, today, yesterday, tomorrow) in the tenant's zone, an instant (2026-01-31T09:30Z), or an age (4hours).
/// An age counts away from now: <c>updated&lt;4hours</c> is less than four hours ago, <c>created&gt;2weeks</c> longer ago than two weeks;
/// for due dates, which lie ahead, <c>due&lt;4hours</c> is due before four hours from now, what is overdue included.
/// </summary>
internal static partial class SearchTime
{
    private const int MostYears = 100;
    private static readonly string[] Instants = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
    private static readonly string[] Examples = ["2026-01-31", "today", "yesterday", "2026-01-31T09:30:00Z", "4hours", "7days"];

    public static Outcome<SearchSpan> Read(SearchValue value, SearchField field, SearchComparison comparison, DateTimeOffset now, TimeZoneInfo zone)
    {
        var text = value.Text.ToLowerInvariant();
        if (text == "none" && comparison == SearchComparison.Equal && field is SearchField.Due or SearchField.Solved or SearchField.Closed) return new SearchSpan(null, null);
        if (Day(text, now, zone) is { } day)
        {
            var (start, end) = (StartOf(day, zone), day == DateOnly.MaxValue ? DateTimeOffset.MaxValue : StartOf(day.AddDays(1), zone));
            return comparison switch
            {
                SearchComparison.Equal => new SearchSpan(start, end),
                SearchComparison.Less => new SearchSpan(null, start),
                SearchComparison.LessOrEqual => new SearchSpan(null, end),
                SearchComparison.Greater => new SearchSpan(end, null),
                SearchComparison.GreaterOrEqual => new SearchSpan(start, null),
            };
        }

        if (comparison == SearchComparison.Equal)
            return SearchQuery.Wrong(value.Position, "This is no day such as 2026-01-31 or today. Compare instants and ages with < or >: updated<4hours.", Examples);
        if (DateTimeOffset.TryParseExact(value.Text.ToUpperInvariant(), Instants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) return Side(comparison, instant.ToUniversalTime());
        if (Age().Match(text) is not { Success: true } age)
            return SearchQuery.Wrong(value.Position, $"This is no time; write for example {string.Join(", ", Examples)}.", Examples);
        var count = int.Parse(age.Groups["count"].Value, CultureInfo.InvariantCulture);
        if (Away(now, age.Groups["unit"].Value[..2], field == SearchField.Due ? count : -count) is not { } then)
            return SearchQuery.Wrong(value.Position, $"At most {MostYears} years can be asked for.");
        // less long ago is later
        return Side(field == SearchField.Due ? comparison : Opposite(comparison), then);
    }

    /// <summary>Instants are stored to the microsecond, so the one at the boundary counts as after it.</summary>
    private static SearchSpan Side(SearchComparison comparison, DateTimeOffset at) =>
        comparison is SearchComparison.Less or SearchComparison.LessOrEqual ? new SearchSpan(null, at) : new SearchSpan(at, null);

    private static SearchComparison Opposite(SearchComparison comparison) => comparison switch
    {
        SearchComparison.Equal => SearchComparison.Equal,
        SearchComparison.Less => SearchComparison.Greater,
        SearchComparison.LessOrEqual => SearchComparison.GreaterOrEqual,
        SearchComparison.Greater => SearchComparison.Less,
        SearchComparison.GreaterOrEqual => SearchComparison.LessOrEqual,
    };

    private static DateTimeOffset? Away(DateTimeOffset now, string unit, int count)
    {
        var years = unit switch
        {
            "mi" => count / 525_600.0,
            "ho" => count / 8_766.0,
            "da" => count / 365.25,
            "we" => count / 52.18,
            "mo" => count / 12.0,
            _ => count,
        };
        if (Math.Abs(years) > MostYears) return null;
        return unit switch
        {
            "mi" => now.AddMinutes(count),
            "ho" => now.AddHours(count),
            "da" => now.AddDays(count),
            "we" => now.AddDays(7.0 * count),
            "mo" => now.AddMonths(count),
            _ => now.AddYears(count),
        };
    }

    private static DateOnly? Day(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        return text switch
        {
            "today" => today,
            "yesterday" => today.AddDays(-1),
            "tomorrow" => today.AddDays(1),
            _ => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1 and < 9999 ? day : null,
        };
    }

    /// <summary>The first instant of a day; where the clock is put forward at midnight, the day begins at one.</summary>
    private static DateTimeOffset StartOf(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        // of an hour that comes twice, the first
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    [GeneratedRegex("^(?<count>[0-9]{1,7})(?<unit>minutes?|hours?|days?|weeks?|months?|years?)\\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Age();
}
