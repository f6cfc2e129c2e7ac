using System.Collections.Immutable;
using Deskhand.Tickets;
using FsCheck;
using FsCheck.Fluent;

namespace Deskhand.Sla;

/// <summary>What holds of the clocks of any ticket after any changes: decided by <see cref="TicketDecision.Decide"/>, as in life.</summary>
public sealed class ClockProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(1_500).WithEndSize(25);
    private static readonly DateTimeOffset Start = new(2026, 3, 26, 9, 0, 0, TimeSpan.Zero);
    private static readonly Guid Office = Tickets.Desk.Id(900), Shop = Tickets.Desk.Id(901);

    private static readonly CalendarFields OfficeHours = new()
    {
        Name = "Office",
        TimeZone = "Europe/Madrid",
        Hours = [.. Enumerable.Range(1, 5).SelectMany(d => new[] { new WeekHours((Weekday)d, "09:00", "13:30"), new WeekHours((Weekday)d, "15:00", "18:00") })],
        Holidays = [new() { Date = new(2026, 4, 3), Name = "Good Friday" }],
    };

    private static readonly CalendarFields ShopHours = new() { Name = "Shop", TimeZone = "Australia/Lord_Howe", Hours = [.. Enumerable.Range(1, 7).Select(d => new WeekHours((Weekday)d, "00:00", "16:45"))] };

    private static readonly Rulebook Rules = Tickets.Desk.Rulebook(ReadyWorkflows.Classic) with
    {
        Sla = new()
        {
            Calendars = ImmutableDictionary<Guid, BusinessCalendar>.Empty.Add(Office, BusinessCalendar.Of(OfficeHours)).Add(Shop, BusinessCalendar.Of(ShopHours)),
            Policies =
            [
                new(Tickets.Desk.Id(800), Promise(Office) with { Conditions = new() { Types = [TicketType.Incident] }, WarnAt = [50, 75] }),
                new(Tickets.Desk.Id(801), Promise(Shop) with { Conditions = new() { Types = [TicketType.Problem] } }),
                new(Tickets.Desk.Id(802), new() { Name = "None", None = true, Conditions = new() { Types = [TicketType.Task] } }),
                new(Tickets.Desk.Id(803), Promise(null) with { RunIn = ["on_hold"] }),
            ],
        },
    };

    private static readonly Arbitrary<Step[]> Stories = Arb.From(
        (from what in Gen.Choose(0, 11) from dice in Gen.Choose(0, 100) from minutes in Gen.Frequency((3, Gen.Choose(0, 90)), (1, Gen.Choose(0, 4000))) select new Step(what, dice, minutes)).ArrayOf(),
        steps => Enumerable.Range(0, steps.Length).Select(i => steps.Where((_, j) => j != i).ToArray()));

    [Fact]
    public void Sec48_What_is_used_equals_counting_the_minutes_in_which_the_clock_ran() => Always((_, after, now) =>
    {
        foreach (var clock in after.Clocks!.Clocks)
        {
            var counted = 0;
            for (var at = clock.StartedAt; at < (clock.MetAt is { } met && met < now ? met : now); at = at.AddMinutes(1))
            {
                var turn = after.Clocks.Turns.Last(t => t.At <= at);
                if (turn.Run == SlaRun.Running && Open(turn.CalendarId, at)) counted++;
            }

            Assert.Equal(counted, after.Clocks.Used(clock, now, Rules.Sla).TotalMinutes);
        }
    }, most: 120);

    [Fact]
    public void Sec48_The_explanation_leaves_no_gap_and_adds_up_to_what_is_used() => Always((_, after, now) =>
    {
        foreach (var clock in after.Clocks!.Clocks)
        {
            var at = clock.StartedAt;
            var sum = TimeSpan.Zero;
            foreach (var line in after.Clocks.Explain(clock, now, Rules.Sla))
            {
                Assert.Equal(at, line.From);
                at = line.Until;
                if (line.Time == SlaTime.Running) sum += line.Length;
            }

            Assert.Equal(clock.MetAt is { } met && met < now ? met : now, at);
            Assert.Equal(after.Clocks.Used(clock, now, Rules.Sla), sum);
        }
    });

    [Fact]
    public void Sec48_The_due_instant_is_when_the_budget_is_spent() => Always((_, after, now) =>
    {
        if (after.Clocks!.Now.Run != SlaRun.Running) Assert.Null(after.Clocks.NextDueAt);
        foreach (var clock in after.Clocks.Clocks.Where(c => c is { MetAt: null, TargetMinutes: not null }))
            if (after.Clocks.When(clock, 100, Rules.Sla) is { } due) Assert.Equal(clock.TargetMinutes!.Value, after.Clocks.Used(clock, due, Rules.Sla).TotalMinutes);
    });

    [Fact]
    public void Sec48_Pausing_and_changing_the_policy_never_take_used_time_away_nor_add_to_it() => Always((before, after, now) =>
    {
        foreach (var clock in before?.Clocks?.Clocks ?? [])
            if (after.Clocks!.Clocks.FirstOrDefault(c => (c.Metric, c.Round) == (clock.Metric, clock.Round)) is { } same)
                Assert.Equal(before!.Clocks!.Used(clock with { MetAt = null }, now, Rules.Sla), after.Clocks.Used(same with { MetAt = null }, now, Rules.Sla));
    });

    [Fact]
    public void Sec48_A_clock_is_breached_only_when_its_budget_was_spent_also_after_a_reopening() => Always((_, after, now) =>
    {
        foreach (var clock in after.Clocks!.Clocks.Where(c => c.BreachedAt is not null))
        {
            Assert.True(clock.BreachedAt <= now);
            Assert.True(clock.MetAt is null || clock.BreachedAt <= clock.MetAt);
        }
    });

    [Fact]
    public void Sec49_Each_threshold_is_told_once_and_in_order()
    {
        Prop.ForAll(Stories, story =>
        {
            var told = new List<(SlaMetric, int Round, int)>();
            foreach (var (_, after, decision, _) in Tell(story))
            {
                foreach (var e in decision.Events.Where(e => e.Sla is { Percent: not null }))
                {
                    var key = (e.Sla!.Metric, after.Clocks!.Of(e.Sla.Metric)!.Round, e.Sla.Percent!.Value);
                    Assert.DoesNotContain(key, told);
                    told.Add(key);
                }

                foreach (var clock in after.Clocks?.Clocks ?? []) Assert.Equal(clock.Fired.Distinct(), clock.Fired);
                Assert.Equal(after.Clocks?.Summary, after.Sla);
                Assert.Equal(decision.Events.Length, after.Sequence - (decision.Before?.Sequence ?? 0));
            }
        }).Check(Thorough);
    }

    [Fact]
    public void Sec49_After_a_tick_nothing_is_left_that_is_due_by_then() => Prop.ForAll(Stories, story =>
    {
        foreach (var (_, after, decision, now) in Tell(story))
            if (decision.WasTick) Assert.True(after.Clocks?.NextCheckAt is not { } next || next > now);
    }).Check(Thorough);

    private static SlaPolicyFields Promise(Guid? calendar) => new()
    {
        Name = "Promise",
        CalendarId = calendar,
        Targets = [new(Priority.Low, 2000, null, 5000), new(Priority.Normal, 400, 300, 2000), new(Priority.High, 60, 30, 600), new(Priority.Urgent, null, 15, 240)],
    };

    private static bool Open(Guid? calendar, DateTimeOffset at) => calendar is null || BusinessCalendarAt(calendar.Value).Between(at, at.AddMinutes(1)) > TimeSpan.Zero;

    private static BusinessCalendar BusinessCalendarAt(Guid id) => Rules.Sla.Calendars[id];

    private static void Always(Action<Ticket?, Ticket, DateTimeOffset> holds, int most = 1_500) => Prop.ForAll(Stories, story =>
    {
        foreach (var (before, after, _, now) in Tell(story))
            if (after.Clocks is not null) holds(before, after, now);
    }).Check(Thorough.WithMaxTest(most));

    private static IEnumerable<(Ticket? Before, Ticket After, Told Decision, DateTimeOffset Now)> Tell(Step[] story)
    {
        var now = Start;
        var created = Tickets.Desk.Must(null, new TicketChange.Create(Tickets.Desk.Ticket, new() { Subject = "Slow", Type = TicketType.Incident }), new(Tickets.Desk.Admin, now, Tickets.Desk.AllKnown), Rules);
        var ticket = created.After;
        yield return (null, ticket, new(created, null, false), now);
        foreach (var step in story)
        {
            now = now.AddMinutes(step.Minutes);
            // as TicketDesk does: what is due by now is told before anything else changes
            var tick = Tickets.Desk.Must(ticket, new TicketChange.ClockTicked(), new(Actor.System(Via.Timer), now, Known.Nothing), Rules);
            yield return (ticket, tick.After, new(tick, ticket, true), now);
            ticket = tick.After;
            var (change, by) = Change(step, ticket);
            var outcome = ticket.Decide(change, new(by, now, Tickets.Desk.AllKnown), Rules);
            if (outcome.Problem is not null) continue;
            yield return (ticket, outcome.Value.After, new(outcome.Value, ticket, false), now);
            ticket = outcome.Value.After;
        }
    }

    private static (TicketChange, Actor) Change(Step step, Ticket ticket) => step.What switch
    {
        0 or 1 => (new TicketChange.AddComment(Tickets.Desk.Saying(Visibility.Public)), Tickets.Desk.Admin),
        2 or 3 => (new TicketChange.AddComment(Tickets.Desk.Saying(Visibility.Public)), Tickets.Desk.Requester),
        4 => (new TicketChange.Edit(ticket.Fields with { Priority = (Priority)(1 + (step.Dice % 4)) }), Tickets.Desk.Admin),
        5 => (new TicketChange.Edit(ticket.Fields with { Type = (TicketType)(step.Dice % 4) }), Tickets.Desk.Admin),
        6 => (new TicketChange.AddComment(Tickets.Desk.Saying(Visibility.Internal)), Tickets.Desk.Admin),
        7 when ticket.DeletedAt is not null => (new TicketChange.Restore(null), Tickets.Desk.Admin),
        7 when step.Dice % 5 == 0 => (new TicketChange.Delete(null), Tickets.Desk.Admin),
        _ => (new TicketChange.ChangeStatus(ReadyWorkflows.Classic.NextOf(ticket.Status) is { IsEmpty: false } next ? next[step.Dice % next.Length] : "closed", null), Tickets.Desk.Admin),
    };

    private sealed record Step(int What, int Dice, int Minutes);

    private sealed record Told(TicketDecision Decision, Ticket? Before, bool WasTick)
    {
        public ImmutableArray<TicketEvent> Events => Decision.Events;
    }
}
