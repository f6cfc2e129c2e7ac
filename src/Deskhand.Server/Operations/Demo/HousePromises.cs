using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Outbox;
using Deskhand.Sla;
using Deskhand.Tickets;

namespace Deskhand.Operations.Demo;

/// <summary>What the demonstration's company promises beside the ready policy: by office hours, more to platinum customers, and what has to do with money.</summary>
internal static class HousePromises
{
    private static readonly Actor Setup = Actor.System(Via.CommandLine);
    private static readonly RequestOrigin Nowhere = new(null, null);

    public static async Task Make(TenantSession session, ChangeLog log, StageClock clock, CancellationToken cancellationToken)
    {
        var rulebook = await Rulebooks.Load(session, cancellationToken);
        var desk = new SlaDesk(session, Rulebooks.Always(rulebook), log, clock);
        var office = Played.Must(await desk.Create(CalendarKind.One, Setup, new CalendarFields
        {
            Name = "Office, Johannesburg",
            TimeZone = "Africa/Johannesburg",
            Hours = [.. Days.SelectMany(day => new WeekHours[] { new(day, "09:00", "13:00"), new(day, "13:45", "18:00") })],
            Holidays =
            [
                new() { Date = new(2026, 1, 1), Name = "New Year's Day", Yearly = true },
                new() { Date = new(2026, 12, 16), Name = "Day of Reconciliation", Yearly = true },
                new() { Date = new(2026, 12, 24), Name = "Christmas Eve", Yearly = true, Hours = [new("09:00", "12:00")] },
                new() { Date = new(2026, 12, 25), Name = "Christmas Day", Yearly = true },
                new() { Date = new(2026, 12, 26), Name = "Day of Goodwill", Yearly = true },
            ],
        }, Nowhere, cancellationToken));
        Played.Must(await desk.Create(PolicyKind.One, Setup, new SlaPolicyFields
        {
            Name = "Platinum customers",
            Position = 10,
            Conditions = new() { Tiers = [Tier.Platinum] },
            CalendarId = office.Id,
            Targets = [new(Priority.Urgent, 30, 120, 480), new(Priority.High, 60, 240, 960), new(Priority.Normal, 180, 480, 1920), new(Priority.Low, 360, 720, 2880)],
        }, Nowhere, cancellationToken));
        if (!rulebook.Categories.Any(c => c.Key == "billing")) return;
        Played.Must(await desk.Create(PolicyKind.One, Setup, new SlaPolicyFields
        {
            Name = "Billing, in office hours",
            Position = 20,
            Conditions = new() { Categories = ["billing"] },
            CalendarId = office.Id,
            Targets = [new(Priority.Urgent, 60, 60, 480), new(Priority.High, 120, 240, 960), new(Priority.Normal, 240, 480, 1920), new(Priority.Low, 480, 480, 2880)],
        }, Nowhere, cancellationToken));
    }

    private static ImmutableArray<Weekday> Days => [Weekday.Monday, Weekday.Tuesday, Weekday.Wednesday, Weekday.Thursday, Weekday.Friday];
}
