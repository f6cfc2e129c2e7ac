namespace Deskhand.Operations.Demo;

/// <summary>When people are at work, and when they are awake. The demonstration's company works from 7:00 to 16:00 UTC, nine to six in Johannesburg.</summary>
internal static class WorkHours
{
    private const int Opens = 7 * 60;
    private const int Closes = 16 * 60;

    /// <summary>The instant itself when the desk is open then, otherwise some minutes after it opens next.</summary>
    public static DateTimeOffset AtWork(DateTimeOffset at, int minutesIn) =>
        IsWeekend(at) || MinuteOf(at) >= Closes ? AtWork(Midnight(at).AddDays(1).AddMinutes(Opens + minutesIn), 0)
        : MinuteOf(at) < Opens ? Midnight(at).AddMinutes(Opens + minutesIn)
        : at;

    /// <summary>So many working minutes later.</summary>
    public static DateTimeOffset Later(DateTimeOffset at, int minutes)
    {
        at = AtWork(at, minutes % 23);
        while (true)
        {
            var left = Closes - MinuteOf(at);
            if (minutes < left) return at.AddMinutes(minutes);
            minutes -= left;
            at = AtWork(Midnight(at).AddDays(1).AddMinutes(Opens), 0);
        }
    }

    /// <summary>The instant itself, or the next morning when it is night.</summary>
    public static DateTimeOffset Awake(DateTimeOffset at) =>
        MinuteOf(at) is >= 19 * 60 ? Midnight(at).AddDays(1).AddMinutes((5 * 60) + (MinuteOf(at) % 97))
        : MinuteOf(at) < 5 * 60 ? Midnight(at).AddMinutes((5 * 60) + (MinuteOf(at) % 97))
        : at;

    /// <summary>The instant itself, or an hour of the evening before when it is night.</summary>
    public static DateTimeOffset LastAwake(DateTimeOffset at)
    {
        while (MinuteOf(at) is < 5 * 60 or >= 20 * 60) at = at.AddMinutes(-147);
        return at;
    }

    public static bool IsWeekend(DateTimeOffset at) => at.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    private static int MinuteOf(DateTimeOffset at) => (int)at.TimeOfDay.TotalMinutes;

    private static DateTimeOffset Midnight(DateTimeOffset at) => new(at.Date, TimeSpan.Zero);
}
