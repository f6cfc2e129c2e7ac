using System.Collections.Frozen;
using System.Collections.Immutable;
using NodaTime;

namespace Deskhand.Sla;

/// <summary>What a stretch of time is by a calendar.</summary>
public enum CalendarTime
{
    /// <summary>Worked: it counts.</summary>
    Open,

    /// <summary>Outside of the hours.</summary>
    Closed,

    /// <summary>Outside of the hours of a holiday.</summary>
    Holiday,
}

/// <summary>A stretch of time, from an instant until before another.</summary>
/// <param name="From">Inclusive, UTC.</param>
/// <param name="Until">Exclusive, UTC.</param>
/// <param name="Time">What it is.</param>
/// <param name="Holiday">The holiday's name, where it is one.</param>
public readonly record struct CalendarPiece(DateTimeOffset From, DateTimeOffset Until, CalendarTime Time, string? Holiday);

/// <summary>
/// Business time: an instant counts when the clock on the wall of the zone shows hours that are worked. So an hour that a clock change repeats
/// counts twice, one that it skips not at all, and a zone that skips a whole day skips its hours. Zones come from the tz database that
/// Noda Time brings along (docs/decisions/0015).
/// </summary>
public sealed class BusinessCalendar
{
    /// <summary>Beyond so many years nothing is due: the calendar does not open.</summary>
    private const int Horizon = 20;


    private readonly DateTimeZone zone;
    private readonly ImmutableArray<ImmutableArray<Span>> week;
    private readonly FrozenDictionary<DateOnly, Day> dates;
    private readonly FrozenDictionary<(int Month, int Day), Day> yearly;
    private readonly bool isPlain;

    private BusinessCalendar(DateTimeZone zone, ImmutableArray<ImmutableArray<Span>> week, ImmutableArray<Holiday> holidays, bool always)
    {
        (this.zone, this.week) = (zone, week);
        dates = holidays.Where(h => !h.Yearly).ToFrozenDictionary(h => h.Date, Worked);
        yearly = holidays.Where(h => h.Yearly).ToFrozenDictionary(h => (h.Date.Month, h.Date.Day), Worked);
        isPlain = always && holidays.IsEmpty;
    }

    /// <summary>Plain time: every minute counts.</summary>
    public static BusinessCalendar PlainTime { get; } = Of(new() { Name = "", TimeZone = "UTC", AlwaysOpen = true });

    /// <summary>The calendar of fields that were checked.</summary>
    public static BusinessCalendar Of(CalendarFields fields)
    {
        ImmutableArray<Span> all = [new(0, TimeSpan.TicksPerDay)];
        var days = Enum.GetValues<Weekday>().Select(day => fields.AlwaysOpen ? all : Spans(fields.Hours.Where(h => h.Day == day).Select(h => new OpenHours(h.From, h.To))));
        return new(DateTimeZoneProviders.Tzdb[fields.TimeZone], [.. days], fields.Holidays, fields.AlwaysOpen);
    }

    /// <summary>The instant at which so much business time has passed; the earliest, so work that ends with the day is due then and not the next morning. Null when that is not within 20 years.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="work">How much; none and less give <paramref name="from"/>.</param>
    public DateTimeOffset? Add(DateTimeOffset from, TimeSpan work)
    {
        if (work <= TimeSpan.Zero) return from;
        if (isPlain) return from + work;
        var left = work.Ticks;
        foreach (var piece in Walk(from.UtcTicks, from.AddYears(Horizon).UtcTicks))
        {
            if (piece.Time != CalendarTime.Open) continue;
            if (piece.Until - piece.From >= left) return At(piece.From + left);
            left -= piece.Until - piece.From;
        }

        return null;
    }

    /// <summary>What an instant is.</summary>
    public CalendarTime TimeAt(DateTimeOffset at) => Walk(at.UtcTicks, at.UtcTicks + 1).First().Time;

    /// <summary>How much business time lies between two instants; none when they are the wrong way round.</summary>
    public TimeSpan Between(DateTimeOffset from, DateTimeOffset until)
    {
        if (until <= from) return TimeSpan.Zero;
        if (isPlain) return until - from;
        var sum = 0L;
        foreach (var piece in Walk(from.UtcTicks, until.UtcTicks))
            if (piece.Time == CalendarTime.Open) sum += piece.Until - piece.From;
        return TimeSpan.FromTicks(sum);
    }

    /// <summary>The whole time between two instants, in order and without gaps; neighbours of one kind are one piece.</summary>
    public ImmutableArray<CalendarPiece> Pieces(DateTimeOffset from, DateTimeOffset until)
    {
        var pieces = ImmutableArray.CreateBuilder<CalendarPiece>();
        foreach (var piece in Walk(from.UtcTicks, until.UtcTicks))
        {
            if (pieces.Count > 0 && (pieces[^1].Time, pieces[^1].Holiday) == (piece.Time, piece.Holiday)) pieces[^1] = pieces[^1] with { Until = At(piece.Until) };
            else pieces.Add(new(At(piece.From), At(piece.Until), piece.Time, piece.Holiday));
        }

        return pieces.ToImmutable();
    }

    /// <summary>Goes through the time day by day of the wall's calendar; between two clock changes wall and UTC differ by a constant.</summary>
    private IEnumerable<Piece> Walk(long from, long until)
    {
        var at = from;
        while (at < until)
        {
            var interval = zone.GetZoneInterval(Instant.FromUnixTimeTicks(at - DateTimeOffset.UnixEpoch.Ticks));
            var end = interval.HasEnd ? Math.Min(until, interval.End.ToUnixTimeTicks() + DateTimeOffset.UnixEpoch.Ticks) : until;
            var offset = interval.WallOffset.Ticks;
            while (at < end)
            {
                var number = (int)((at + offset) / TimeSpan.TicksPerDay);
                var midnight = (number * TimeSpan.TicksPerDay) - offset;
                var dayEnd = Math.Min(end, midnight + TimeSpan.TicksPerDay);
                var day = On(number);
                var closed = day.Holiday is null ? CalendarTime.Closed : CalendarTime.Holiday;
                foreach (var span in day.Open)
                {
                    var (opens, closes) = (Math.Max(at, midnight + span.From), Math.Min(dayEnd, midnight + span.Until));
                    if (closes <= opens) continue;
                    if (opens > at) yield return new(at, opens, closed, day.Holiday);
                    yield return new(opens, closes, CalendarTime.Open, null);
                    at = closes;
                }

                if (at < dayEnd) yield return new(at, dayEnd, closed, day.Holiday);
                at = dayEnd;
            }
        }
    }

    private Day On(int number)
    {
        var date = DateOnly.FromDayNumber(number);
        if (dates.Count > 0 && dates.TryGetValue(date, out var once)) return once;
        if (yearly.Count > 0 && yearly.TryGetValue((date.Month, date.Day), out var each)) return each;
        // day 0 is 0001-01-01, a Monday
        return new(week[number % 7], null);
    }

    private static Day Worked(Holiday holiday) => new(Spans(holiday.Hours), holiday.Name);

    private static ImmutableArray<Span> Spans(IEnumerable<OpenHours> hours) =>
    [
        .. hours.Select(h => new Span(CalendarFields.Minutes(h.From)!.Value * TimeSpan.TicksPerMinute, CalendarFields.Minutes(h.To)!.Value * TimeSpan.TicksPerMinute))
            .OrderBy(s => s.From),
    ];

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);

    /// <summary>Hours within a day, in ticks from midnight.</summary>
    private sealed record Span(long From, long Until);

    private readonly record struct Day(ImmutableArray<Span> Open, string? Holiday);

    private readonly record struct Piece(long From, long Until, CalendarTime Time, string? Holiday);
}
