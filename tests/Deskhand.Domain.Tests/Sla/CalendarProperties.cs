using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace Deskhand.Sla;

/// <summary>Business time against counting minutes one by one, for any calendar, in zones with every oddity there is.</summary>
public sealed class CalendarProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(10_000).WithEndSize(60);

    /// <summary>Zones, each with instants around which something happens to its clock.</summary>
    private static readonly (string Zone, string At)[] Places =
    [
        ("UTC", "2026-02-28T12:00Z"), ("UTC", "2028-02-28T20:00Z"),
        ("Africa/Johannesburg", "2026-12-31T20:00Z"),
        ("Europe/Madrid", "2026-03-29T00:00Z"), ("Europe/Madrid", "2026-10-24T20:00Z"),
        ("America/New_York", "2026-03-08T04:00Z"), ("America/New_York", "2026-11-01T03:00Z"),
        // half an hour of summer time
        ("Australia/Lord_Howe", "2026-04-04T10:00Z"), ("Australia/Lord_Howe", "2026-10-03T10:00Z"),
        // quarters of an hour
        ("Asia/Kathmandu", "2026-06-01T18:00Z"), ("Pacific/Chatham", "2026-04-04T10:00Z"),
        // a day that never was: 30 December 2011
        ("Pacific/Apia", "2011-12-29T20:00Z"), ("Pacific/Apia", "2011-12-30T06:00Z"),
        // a day that began at one o'clock
        ("America/Sao_Paulo", "2018-11-03T20:00Z"), ("Asia/Beirut", "2022-03-26T18:00Z"),
        // the other way round
        ("Europe/Dublin", "2026-03-28T20:00Z"), ("Africa/Casablanca", "2026-02-14T20:00Z"),
        // another zone than before, with a change of half an hour
        ("Asia/Pyongyang", "2018-05-04T12:00Z"),
    ];

    private static readonly Gen<ImmutableArray<OpenHours>> Day = Gen.Choose(0, 24 * 60).ArrayOf(6).Select(cuts =>
    {
        var at = cuts.Distinct().Order().ToArray();
        return at.Chunk(2).Where(pair => pair.Length == 2).Select(pair => new OpenHours(Clock(pair[0]), Clock(pair[1]))).ToImmutableArray();
    });

    private static readonly Arbitrary<Case> Cases = Arb.From(
        from place in Gen.Elements(Places)
        from always in Gen.Frequency((1, Gen.Constant(true)), (9, Gen.Constant(false)))
        from week in Day.ArrayOf(7)
        from holidays in Gen.Choose(-2, 3).Two().Zip(Day).ArrayOf(2)
        from start in Gen.Choose(-2000, 1000)
        from length in Gen.Frequency((8, Gen.Choose(0, 1800)), (1, Gen.Choose(0, 6000)))
        from work in Gen.Choose(0, 1500)
        from second in Gen.Choose(0, 59)
        select Case.Of(place.Zone, DateTimeOffset.Parse(place.At, System.Globalization.CultureInfo.InvariantCulture), always, week, holidays, start, length, work, second));

    [Fact]
    public void Sec48_Business_time_between_two_instants_is_what_counting_minutes_gives() => Prop.ForAll(Cases, @case =>
    {
        var calendar = BusinessCalendar.Of(@case.Calendar);
        Assert.Equal(@case.Counted(@case.Start, @case.End), calendar.Between(@case.Start, @case.End).TotalMinutes);
    }).Check(Thorough);

    [Fact]
    public void Sec48_Adding_business_time_gives_the_earliest_instant_that_has_it_behind_it() => Prop.ForAll(Cases, @case =>
    {
        var calendar = BusinessCalendar.Of(@case.Calendar);
        var start = @case.Start.AddSeconds(@case.Second);
        var work = TimeSpan.FromMinutes(@case.Work) + TimeSpan.FromSeconds(@case.Second);
        if (calendar.Add(start, work) is not { } due)
        {
            Assert.True(calendar.Between(start, start.AddYears(19)) < work);
            return;
        }

        Assert.Equal(work, calendar.Between(start, due));
        if (work > TimeSpan.Zero) Assert.True(calendar.Between(start, due.AddTicks(-1)) < work);
        else Assert.Equal(start, due);
    }).Check(Thorough);

    [Fact]
    public void Sec48_The_pieces_have_no_gaps_and_the_open_ones_add_up() => Prop.ForAll(Cases, @case =>
    {
        var calendar = BusinessCalendar.Of(@case.Calendar);
        var pieces = calendar.Pieces(@case.Start, @case.End);
        var at = @case.Start;
        foreach (var piece in pieces)
        {
            Assert.Equal(at, piece.From);
            Assert.True(piece.Until > piece.From);
            at = piece.Until;
        }

        Assert.Equal(@case.End, at);
        Assert.Equal(calendar.Between(@case.Start, @case.End), pieces.Where(p => p.Time == CalendarTime.Open).Aggregate(TimeSpan.Zero, (sum, p) => sum + (p.Until - p.From)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static string Clock(int minute) => $"{minute / 60:D2}:{minute % 60:D2}";

    /// <summary>A calendar and a stretch of time.</summary>
    private sealed record Case(CalendarFields Calendar, DateTimeOffset Start, DateTimeOffset End, int Work, int Second)
    {
        public static Case Of(string zone, DateTimeOffset at, bool always, ImmutableArray<OpenHours>[] week, ((int, int), ImmutableArray<OpenHours>)[] holidays, int start, int length, int work, int second)
        {
            var today = DateOnly.FromDateTime(at.UtcDateTime);
            var days = holidays.Select(h => (Date: today.AddDays(h.Item1.Item1), Yearly: h.Item1.Item2 > 1, Hours: h.Item1.Item2 == 0 ? h.Item2 : [])).DistinctBy(h => h.Date);
            var calendar = new CalendarFields
            {
                Name = "Any",
                TimeZone = zone,
                AlwaysOpen = always,
                Hours = always ? [] : [.. week.SelectMany((day, i) => day.Select(h => new WeekHours((Weekday)(i + 1), h.From, h.To)))],
                Holidays = [.. days.Select(h => new Holiday { Date = h.Yearly && !(h.Date.Month == 2 && h.Date.Day == 29) ? h.Date.AddYears(-1) : h.Date, Name = "Off", Yearly = h.Yearly, Hours = h.Hours })],
            };
            return new(calendar, at.AddMinutes(start), at.AddMinutes(start + length), work, second);
        }

        /// <summary>By asking each minute what the clock on the wall shows: as simple as can be, and nothing of the code under test.</summary>
        public double Counted(DateTimeOffset from, DateTimeOffset until)
        {
            var zone = DateTimeZoneProviders.Tzdb[Calendar.TimeZone];
            var count = 0;
            var (today, worked) = (default(DateOnly), new bool[24 * 60]);
            for (var at = from; at < until; at = at.AddMinutes(1))
            {
                var wall = Instant.FromDateTimeOffset(at).InZone(zone).LocalDateTime;
                var minute = (wall.Hour * 60) + wall.Minute;
                var date = new DateOnly(wall.Year, wall.Month, wall.Day);
                if (date != today)
                {
                    var holiday = Calendar.Holidays.FirstOrDefault(h => !h.Yearly && h.Date == date) ?? Calendar.Holidays.FirstOrDefault(h => h.Yearly && (h.Date.Month, h.Date.Day) == (date.Month, date.Day));
                    for (var m = 0; m < worked.Length; m++)
                    {
                        worked[m] = holiday is not null ? holiday.Hours.Any(h => Within(h.From, h.To, m))
                            : Calendar.AlwaysOpen || Calendar.Hours.Any(h => (int)h.Day == (int)wall.DayOfWeek && Within(h.From, h.To, m));
                    }

                    today = date;
                }

                if (worked[minute]) count++;
            }

            return count;
        }

        private static bool Within(string from, string to, int minute) => Minute(from) <= minute && minute < Minute(to);

        private static int Minute(string clock) => (int.Parse(clock[..2], System.Globalization.CultureInfo.InvariantCulture) * 60) + int.Parse(clock[3..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
