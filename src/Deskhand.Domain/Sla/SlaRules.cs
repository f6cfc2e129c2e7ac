using System.Collections.Immutable;
using Deskhand.Directory;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>A policy of a tenant.</summary>
public sealed record SlaPolicy(Guid Id, SlaPolicyFields Fields)
{
    /// <summary>Whether the clocks stand in a status: by its category, unless the policy says otherwise of it (SPEC §4).</summary>
    public bool Pauses(string status, StatusCategory category) =>
        Fields.PauseIn.Contains(status, StringComparer.Ordinal)
        || (category is StatusCategory.Pending or StatusCategory.OnHold && !Fields.RunIn.Contains(status, StringComparer.Ordinal));
}

/// <summary>What a tenant promises, and by which calendars.</summary>
public sealed record SlaRules
{
    /// <summary>Nothing is promised.</summary>
    public static SlaRules Nothing { get; } = new();

    /// <summary>Whether passing time is acted on. Otherwise targets and times are kept, and nobody is told (storage only).</summary>
    public bool Monitored { get; init; } = true;

    /// <summary>The active ones, in order.</summary>
    public ImmutableArray<SlaPolicy> Policies { get; init; } = [];

    /// <summary>Every calendar that time was ever counted by, also those that are deleted.</summary>
    public ImmutableDictionary<Guid, BusinessCalendar> Calendars { get; init; } = ImmutableDictionary<Guid, BusinessCalendar>.Empty;

    /// <summary>Whether the tier of a ticket's customer must be known.</summary>
    public bool AsksForTier => Policies.Any(p => !p.Fields.Conditions.Tiers.IsEmpty);

    /// <summary>The first policy that fits, or null when none does or that one promises nothing.</summary>
    public SlaPolicy? Match(TicketFields fields, Tier? tier) =>
        Policies.FirstOrDefault(p => p.Fields.Conditions.Fit(fields, tier)) is { Fields.None: false } policy ? policy : null;

    /// <summary>The calendar with an id; null and one that is not known are plain time.</summary>
    public BusinessCalendar Calendar(Guid? id) => id is { } known && Calendars.TryGetValue(known, out var calendar) ? calendar : BusinessCalendar.PlainTime;
}

/// <summary>What every tenant starts with.</summary>
public static class ReadyPolicy
{
    /// <summary>The targets of SPEC §4, in plain time.</summary>
    /// <param name="locale">en or es.</param>
    public static SlaPolicyFields In(string locale) => new()
    {
        Name = locale == "es" ? "Estándar" : "Standard",
        Position = 1000,
        Targets =
        [
            new(Priority.Low, 24 * 60, null, 7 * 24 * 60),
            new(Priority.Normal, 4 * 60, null, 72 * 60),
            new(Priority.High, 60, null, 24 * 60),
            new(Priority.Urgent, 15, null, 4 * 60),
        ],
    };
}
