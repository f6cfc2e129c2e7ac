using System.Collections.Immutable;
using Deskhand.Directory;
using Deskhand.Notifications;
using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>How far a ticket has come when the curtain rises.</summary>
internal enum Ending
{
    Untouched,
    Working,
    Waiting,
    OnHold,
    Told,
}

/// <summary>One thing that happens to one ticket.</summary>
internal sealed record Scene(DateTimeOffset At, SceneKind Kind, Line? Line = null, Rating? Rating = null);

/// <summary>What a customer answers to a survey.</summary>
internal sealed record Rating(SurveyScore Score, string? Comment);

internal enum SceneKind
{
    Open,
    Queue,
    Triage,
    Line,
    Close,
    Rate,
}

/// <summary>One ticket to be: what it is about, who is in it, and what happens when.</summary>
internal sealed record Plot(int Index, Story Story, string Client, int Number, Channel Channel, Dice Dice, ImmutableArray<Scene> Scenes)
{
    private const int Tickets = 350;
    private const int WorkDays = 86;

    /// <summary>When people write, in UTC: each hour as often as it happens.</summary>
    private static readonly int[] Hours = [5, 6, 6, 6, 7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 12, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 16, 17, 18];

    /// <summary>
    /// The newest tickets, which nobody has looked at yet: how many hours ago, and with which priority. By the ready policy, which promises a first
    /// response within 24 hours (low), 4 hours (normal) or one (high), there is one of each kind: missed, past 90 %, past 75 %, and in time.
    /// </summary>
    private static readonly (double HoursAgo, Priority Priority)[] JustIn =
    [
        (26, Priority.Low), (21.8, Priority.Low), (18.3, Priority.Low), (14, Priority.Low), (9.5, Priority.Low), (6, Priority.Normal), (4.2, Priority.Low), (2.7, Priority.Normal),
        (1.4, Priority.Normal), (0.8, Priority.High), (0.3, Priority.Normal),
    ];

    /// <summary>Good and bad, in the customer's words; those who write none are the most.</summary>
    private static readonly Rating[] Ratings =
    [
        .. Enumerable.Repeat(new Rating(SurveyScore.Good, null), 7), new(SurveyScore.Good, "Quick and friendly."), new(SurveyScore.Good, "Explained so that I understood it."),
        new(SurveyScore.Good, "Somebody who knows the line. Thank you!"), new(SurveyScore.Bad, "It took too long until somebody answered."), new(SurveyScore.Bad, null),
    ];

    private static readonly Rating[] RatingsInSpanish =
    [
        .. Enumerable.Repeat(new Rating(SurveyScore.Good, null), 5), new(SurveyScore.Good, "Rápido y muy amable."), new(SurveyScore.Good, "Todo resuelto, gracias."),
        new(SurveyScore.Bad, "Tuve que explicarlo tres veces."),
    ];

    private static readonly Line[] Again =
    [
        Line.Read("C It started again this morning, exactly as before."),
        Line.Read("A I am sorry to hear that, {first}. I have reopened it and am looking at it right now."),
        Line.Read("* Found: a setting had gone back to its old value. It is fixed now and watched for a week."),
    ];

    private static readonly Line[] AgainInSpanish =
    [
        Line.Read("C Esta mañana ha vuelto a pasar lo mismo."),
        Line.Read("A Lo siento, {first}. Lo he reabierto y lo estoy mirando ahora mismo."),
        Line.Read("* Encontrado: un ajuste había vuelto a su valor antiguo. Queda corregido y en observación."),
    ];

    /// <summary>All plots, the oldest first.</summary>
    public static IEnumerable<Plot> All(DateTimeOffset now) => Enumerable.Range(0, Tickets).Select(i => Make(i, now));

    private static Plot Make(int index, DateTimeOffset now)
    {
        var dice = new Dice(7043UL + ((ulong)index * 7919));
        var untouched = index - (Tickets - JustIn.Length);
        var created = untouched >= 0 ? now.AddHours(-JustIn[untouched].HoursAgo) : Moment(now, WorkDays * (Tickets - JustIn.Length - index) / Tickets, dice);
        var days = (now - created).TotalDays;
        var ending = untouched >= 0 ? Ending.Untouched : End(days, dice);
        // who joined later has no older tickets
        var there = Customers.All.Where(a => a.Joined == 0 || a.Joined > days + 3).ToArray();
        // what is just in stands by the ready policy and keeps its priority
        if (untouched >= 0) there = [.. there.Where(a => a.Tier < Tier.Gold)];
        var account = dice.Of([.. there, .. there.Where(a => !a.IsHousehold), .. there.Where(a => !a.IsHousehold)]);
        var stories = Of(account, ending);
        var story = dice.Of([.. stories.SelectMany(s => Enumerable.Repeat(s, s.Weight))]);
        if (untouched >= 0) story = story with { Priority = JustIn[untouched].Priority };
        var channel = account.Name == "Table Bay Hotels" && dice.Percent(40) ? Channel.Qcontact : dice.Of(story.Channels);
        // what an agent wrote down was looked at while it was written
        if (untouched >= 0 && IsByDesk(channel)) channel = Channel.Email;
        if (untouched < 0 && IsByDesk(channel)) created = WorkHours.AtWork(created, dice.Between(2, 170));
        return new Plot(index, story, account.Name, dice.Between(104, 989), channel, dice, Script(created, story, channel, ending, dice));
    }

    /// <summary>Some time on a working day so many working days ago, mostly in the morning; now and then at the weekend before it.</summary>
    private static DateTimeOffset Moment(DateTimeOffset now, int workDaysAgo, Dice dice)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        for (var left = workDaysAgo + 1; left > 0;)
        {
            day = day.AddDays(-1);
            if (!WorkHours.IsWeekend(day)) left--;
        }

        if (day.DayOfWeek == DayOfWeek.Monday && dice.Percent(30)) day = day.AddDays(-dice.Between(1, 2));
        return day.AddHours(dice.Of(Hours)).AddMinutes(dice.Between(0, 59)).AddSeconds(dice.Between(0, 59));
    }

    /// <summary>Whether an agent writes such tickets down.</summary>
    public static bool IsByDesk(Channel channel) => channel is Channel.Phone or Channel.Internal or Channel.Construction;

    /// <summary>What can happen to a customer and come to such an end.</summary>
    private static Story[] Of(Account account, Ending ending)
    {
        var stories = Places.Of(account.City).IsSpanish ? SpanishStories.All : LineStories.All.Concat(OfficeStories.All);
        return
        [
            .. stories.Where(s => s.For == Audience.Anybody || !account.IsHousehold)
                .Where(s => ending switch
                {
                    Ending.Untouched => s.Priority < Priority.Urgent && !s.Channels.All(IsByDesk) && !s.Category.StartsWith("billing/", StringComparison.Ordinal),
                    Ending.Waiting => s.Lines.Any(l => l.Beat == Beat.Ask),
                    Ending.OnHold => s.Lines.Any(l => l.Beat == Beat.Hold),
                    Ending.Working or Ending.Told => true,
                }),
        ];
    }

    private static Ending End(double days, Dice dice) => (days, dice.Between(1, 100)) switch
    {
        ( > 30, <= 98) or ( > 18, <= 93) => Ending.Told,
        ( > 18, _) => Ending.OnHold,
        ( > 6, <= 60) or (_, <= 25) => Ending.Told,
        ( > 6, <= 80) or (_, <= 52) => Ending.Waiting,
        ( > 6, <= 94) or (_, <= 66) => Ending.OnHold,
        _ => Ending.Working,
    };

    private static ImmutableArray<Scene> Script(DateTimeOffset at, Story story, Channel channel, Ending ending, Dice dice)
    {
        var scenes = ImmutableArray.CreateBuilder<Scene>();
        scenes.Add(new(at, SceneKind.Open));
        if (ending == Ending.Untouched)
        {
            if (dice.Percent(40)) scenes.Add(new(at.AddMinutes(dice.Between(2, 9)), SceneKind.Queue));
            return scenes.ToImmutable();
        }

        var pace = Pace.Of(story.Priority);
        at = IsByDesk(channel) ? at.AddMinutes(dice.Between(1, 4)) : pace.Step(at, pace.Triage, dice);
        scenes.Add(new(at, SceneKind.Triage));
        var lines = Cut(story.Lines, ending, dice);
        if (ending == Ending.Told && story.Type == TicketType.Incident && dice.Percent(9)) lines = [.. lines, .. story.IsSpanish ? AgainInSpanish : Again];
        var isFirst = true;
        var after = Beat.Say;
        foreach (var line in lines)
        {
            at = line.Beat switch
            {
                Beat.Customer => WorkHours.Awake(at.AddMinutes(dice.Between(12, after == Beat.Solve ? 2000 : 720))),
                Beat.HandOver or Beat.Escalate => at.AddMinutes(dice.Between(2, 12)),
                _ when after == Beat.Hold => WorkHours.Later(at, dice.Between(540, 1900)),
                _ => pace.Step(at, isFirst ? pace.First : pace.Work, dice),
            };
            if (line.Beat is Beat.Say or Beat.Ask) isFirst = false;
            after = line.Beat;
            scenes.Add(new(at, SceneKind.Line, line));
        }

        // the nightly round closes what nobody objected to for five days
        if (ending == Ending.Told && dice.Percent(45)) scenes.Add(new(WorkHours.Awake(at.AddMinutes(dice.Between(20, 2600))), SceneKind.Rate, Rating: dice.Of(story.IsSpanish ? RatingsInSpanish : Ratings)));
        if (ending == Ending.Told) scenes.Add(new(new DateTimeOffset(at.Date.AddDays(6), TimeSpan.Zero).AddHours(2).AddSeconds(dice.Between(0, 240)), SceneKind.Close));
        return scenes.ToImmutable();
    }

    /// <summary>The story as far as a point at which it stands like that.</summary>
    private static ImmutableArray<Line> Cut(ImmutableArray<Line> lines, Ending ending, Dice dice)
    {
        if (ending == Ending.Told) return lines;
        var (state, points) = (Ending.Working, new List<int>());
        for (var i = 0; i < lines.Length; i++)
        {
            state = (lines[i].Beat, state) switch
            {
                (Beat.Ask, _) => Ending.Waiting,
                (Beat.Hold, _) => Ending.OnHold,
                (Beat.Solve, _) => Ending.Told,
                (Beat.Customer, Ending.Waiting or Ending.Told) => Ending.Working,
                (Beat.Say or Beat.File, Ending.OnHold) => Ending.Working,
                _ => state,
            };
            if (state == ending && (i > 0 || ending == Ending.Waiting)) points.Add(i + 1);
        }

        if (points.Count > 0) return lines[..dice.Of(points)];
        // no such moment in this story: it has just begun
        return lines[..Math.Min(2, lines.Length)];
    }
}

/// <summary>How quickly things go, by priority: minutes until somebody has looked, until the first answer, and between steps.</summary>
internal sealed record Pace(bool AroundTheClock, (int, int) Triage, (int, int) First, (int, int) Work)
{
    public static Pace Of(Priority priority) => priority switch
    {
        Priority.Urgent => new(true, (2, 9), (4, 15), (15, 70)),
        Priority.High => new(false, (4, 25), (8, 55), (20, 160)),
        Priority.Normal => new(false, (4, 45), (12, 150), (20, 240)),
        Priority.Low => new(false, (8, 90), (30, 260), (30, 360)),
    };

    public DateTimeOffset Step(DateTimeOffset at, (int Least, int Most) minutes, Dice dice)
    {
        var wait = dice.Between(minutes.Least, minutes.Most);
        return AroundTheClock ? at.AddMinutes(wait) : WorkHours.Later(at, wait);
    }
}
