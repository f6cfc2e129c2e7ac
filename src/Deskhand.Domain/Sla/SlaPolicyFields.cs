using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Directory;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>What is promised and measured.</summary>
public enum SlaMetric
{
    /// <summary>From creation to the first public reply of an agent.</summary>
    FirstResponse,

    /// <summary>From a customer's message to the next public reply of an agent, after the first.</summary>
    NextResponse,

    /// <summary>From creation until solved.</summary>
    Resolution,
}

/// <summary>Which tickets a policy is for. Each list that is empty lets everything through; all that are not must fit.</summary>
public sealed record SlaConditions
{
    /// <summary>The tier of the ticket's customer; a ticket without a customer has none.</summary>
    public ImmutableArray<Tier> Tiers { get; init; } = [];

    public ImmutableArray<TicketType> Types { get; init; } = [];

    public ImmutableArray<Priority> Priorities { get; init; } = [];

    /// <summary>Keys of categories.</summary>
    public ImmutableArray<string> Categories { get; init; } = [];

    public ImmutableArray<Channel> Channels { get; init; } = [];

    public ImmutableArray<Guid> Groups { get; init; } = [];

    /// <summary>Whether a ticket with these fields fits.</summary>
    /// <param name="fields">The ticket's.</param>
    /// <param name="tier">Its customer's, or null when there is no customer.</param>
    public bool Fit(TicketFields fields, Tier? tier) =>
        (Tiers.IsEmpty || (tier is { } t && Tiers.Contains(t)))
        && (Types.IsEmpty || Types.Contains(fields.Type))
        && (Priorities.IsEmpty || Priorities.Contains(fields.Priority))
        && (Categories.IsEmpty || Categories.Contains(fields.Category, StringComparer.Ordinal))
        && (Channels.IsEmpty || Channels.Contains(fields.Channel))
        && (Groups.IsEmpty || (fields.GroupId is { } g && Groups.Contains(g)));
}

/// <summary>What is promised for one priority, in minutes of the policy's calendar, 1 to 1,000,000; null = nothing.</summary>
public sealed record SlaTarget(Priority Priority, int? FirstResponse = null, int? NextResponse = null, int? Resolution = null)
{
    /// <summary>The minutes for a metric, or null.</summary>
    public int? Of(SlaMetric metric) => metric switch
    {
        SlaMetric.FirstResponse => FirstResponse,
        SlaMetric.NextResponse => NextResponse,
        SlaMetric.Resolution => Resolution,
    };
}

/// <summary>What a client may write of a policy: the body of POST, PUT and PATCH.</summary>
public sealed record SlaPolicyFields : IFields<SlaPolicyFields>
{
    private const int MostMinutes = 1_000_000;
    private const int MostValues = 100;
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    /// <summary>What people read.</summary>
    public required string Name { get; init; }

    /// <summary>An inactive policy is passed over.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Its place among the others, from 0: the first that fits a ticket counts.</summary>
    public int Position { get; init; }

    /// <summary>Which tickets it is for.</summary>
    public SlaConditions Conditions { get; init; } = new();

    /// <summary>Nothing is promised to these tickets, and no policy behind this one is asked.</summary>
    public bool None { get; init; }

    /// <summary>What is promised, by priority.</summary>
    public ImmutableArray<SlaTarget> Targets { get; init; } = [];

    /// <summary>Whose minutes count; null = plain time.</summary>
    public Guid? CalendarId { get; init; }

    /// <summary>When to warn, in percent of a target, 1 to 99.</summary>
    public ImmutableArray<int> WarnAt { get; init; } = [75];

    /// <summary>When to escalate to management, in percent of a target, 1 to 100; null = never.</summary>
    public int? EscalateAt { get; init; } = 90;

    /// <summary>Statuses in which the clocks stand although their category would not have it.</summary>
    public ImmutableArray<string> PauseIn { get; init; } = [];

    /// <summary>Statuses in which the clocks run although their category is pending or on_hold.</summary>
    public ImmutableArray<string> RunIn { get; init; } = [];

    /// <summary>Every threshold in percent, rising; the last is 100, the breach.</summary>
    public IEnumerable<int> Thresholds => WarnAt.Append(EscalateAt ?? 100).Append(100).Distinct().Order();

    /// <summary>What is promised to a ticket, in minutes; null = nothing.</summary>
    public int? Minutes(SlaMetric metric, Priority priority) => None ? null : Targets.FirstOrDefault(t => t.Priority == priority)?.Of(metric);

    public SlaPolicyFields Normalised() => this with
    {
        Name = Name.Trim(),
        Targets = Targets.IsDefault ? [] : [.. Targets.OrderBy(t => t?.Priority)],
        WarnAt = WarnAt.IsDefault ? [] : [.. WarnAt.Distinct().Order()],
        PauseIn = PauseIn.IsDefault ? [] : [.. PauseIn.Distinct(StringComparer.Ordinal)],
        RunIn = RunIn.IsDefault ? [] : [.. RunIn.Distinct(StringComparer.Ordinal)],
    };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("name", Json.Of(Name)), ("active", Json.Of(Active)), ("position", Json.Of(Position)), ("none", Json.Of(None)),
        ("conditions", JsonSerializer.Serialize(new
        {
            tiers = Conditions.Tiers.Select(Wire.Name), types = Conditions.Types.Select(Wire.Name), priorities = Conditions.Priorities.Select(Wire.Name),
            categories = Conditions.Categories, channels = Conditions.Channels.Select(Wire.Name), groups = Conditions.Groups,
        }, Camel)),
        ("targets", JsonSerializer.Serialize(Targets.Select(t => new { priority = Wire.Name(t.Priority), t.FirstResponse, t.NextResponse, t.Resolution }), Camel)),
        ("calendarId", Json.Of(CalendarId)), ("warnAt", JsonSerializer.Serialize(WarnAt, Camel)), ("escalateAt", EscalateAt is { } percent ? Json.Of(percent) : null),
        ("pauseIn", Json.Of(PauseIn)), ("runIn", Json.Of(RunIn)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 100);
        errors.Unless(Position is >= 0 and <= 1_000_000, "position", "This is a whole number from 0 to 1000000.");
        errors.Unless(Targets.All(t => t is not null && Enum.IsDefined(t.Priority)), "targets", "Each target has a priority.");
        if (Targets.All(t => t is not null))
        {
            errors.Unless(Targets.Select(t => t.Priority).Distinct().Count() == Targets.Length, "targets", "A priority is given twice.");
            errors.Unless(Targets.All(t => Fits(t.FirstResponse) && Fits(t.NextResponse) && Fits(t.Resolution)), "targets", $"Targets are whole minutes from 1 to {MostMinutes}.");
        }

        errors.Unless(!None || Targets.IsEmpty, "targets", "A policy that promises nothing has no targets.");
        errors.Unless(None || Targets.Any(t => t is not null && (t.FirstResponse ?? t.NextResponse ?? t.Resolution) is not null), "targets", "Say at least one target, or none.");
        errors.Unless(WarnAt.Length <= 10 && WarnAt.All(p => p is >= 1 and <= 99), "warnAt", "These are at most 10 whole percents from 1 to 99.");
        errors.Unless(EscalateAt is null or (>= 1 and <= 100), "escalateAt", "This is a whole percent from 1 to 100.");
        CheckTexts("pauseIn", PauseIn, errors);
        CheckTexts("runIn", RunIn, errors);
        errors.Unless(!PauseIn.Intersect(RunIn, StringComparer.Ordinal).Any(), "runIn", "A status is in both pauseIn and runIn.");
        var lists = new[] { Conditions.Tiers.IsDefault, Conditions.Types.IsDefault, Conditions.Priorities.IsDefault, Conditions.Categories.IsDefault, Conditions.Channels.IsDefault, Conditions.Groups.IsDefault };
        errors.Unless(!lists.Contains(true), "conditions", "Each condition is a list.");
        if (!Conditions.Categories.IsDefault) CheckTexts("conditions", Conditions.Categories, errors);
        if (!Conditions.Groups.IsDefault) errors.Unless(Conditions.Groups.Length <= MostValues, "conditions", $"A list may have at most {MostValues} values.");
        return errors.ToProblem();
    }

    private static bool Fits(int? minutes) => minutes is null or (>= 1 and <= MostMinutes);

    private static void CheckTexts(string field, ImmutableArray<string> texts, FieldErrors errors)
    {
        errors.Unless(texts.Length <= MostValues, field, $"A list may have at most {MostValues} values.");
        foreach (var text in texts.Take(MostValues)) errors.Required(field, text, 60);
    }
}
