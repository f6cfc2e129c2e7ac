using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Sla;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>What values a field of a condition has, and so how it can be compared.</summary>
internal enum RuleFieldKind
{
    /// <summary>One of a list, or a key.</summary>
    Word,

    /// <summary>A number, or a word that has a rank.</summary>
    Number,

    Id,
    Tags,
    Text,

    /// <summary>Hours that have passed or are left; automations only.</summary>
    Hours,
}

/// <summary>A field that conditions can look at.</summary>
/// <param name="Name">As conditions write it; where it is a member of a ticket, as the API has it.</param>
/// <param name="Kind">What its values are.</param>
internal sealed record RuleField(string Name, RuleFieldKind Kind)
{
    /// <summary>The words it can have; null = any.</summary>
    public ImmutableArray<string>? Choices { get; init; }

    /// <summary>Of a ticket as it is or was; null for what is not part of a ticket. A word, an id as text, or a text.</summary>
    public Func<Ticket, string?>? OfTicket { get; init; }

    /// <summary>Of the change and what surrounds it.</summary>
    public Func<RuleScene, string?>? OfScene { get; init; }

    /// <summary>A number of a ticket.</summary>
    public Func<Ticket, decimal?>? NumberOfTicket { get; init; }

    /// <summary>A number of the change.</summary>
    public Func<RuleScene, decimal?>? NumberOfScene { get; init; }

    /// <summary>Whether the value is one of the given words, where there may be several values.</summary>
    public Func<RuleScene, string, bool>? Has { get; init; }

    /// <summary>The instant that hours are counted from, or to when <see cref="Ahead"/>.</summary>
    public Func<Ticket, DateTimeOffset?>? Instant { get; init; }

    /// <summary>Hours that are left until the instant, not those that have passed since.</summary>
    public bool Ahead { get; init; }

    /// <summary>The rank of a word of a <see cref="RuleFieldKind.Number"/>; null = it is written as a number.</summary>
    public Func<string, decimal?>? Rank { get; init; }

    /// <summary>Of the instant alone; its value can become another although nobody changes a ticket.</summary>
    public Func<DateTimeOffset, string>? OfTime { get; init; }

    /// <summary>Whether it says how a promise stands, which the clocks of the ticket know.</summary>
    public bool IsOfPromise { get; init; }

    public bool MayChange => OfTicket is not null || NumberOfTicket is not null || Kind == RuleFieldKind.Tags;
}

/// <summary>The fields that conditions can look at, by name.</summary>
internal static class RuleFieldTable
{
    /// <summary>Before the id of a calendar.</summary>
    private const string HoursOf = "businessHours.";

    /// <summary>What <c>event</c> can be: the events of a ticket without their prefix, comments also by their visibility.</summary>
    private static readonly ImmutableArray<string> Happenings =
        ["created", "updated", "status_changed", "assigned", "commented", "commented_public", "commented_internal", "escalated", "resolved", "closed", "reopened", "sla_warning", "sla_breached"];

    private static readonly ImmutableArray<string> Days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private static readonly ImmutableDictionary<string, RuleField> Fixed = ImmutableArray.Create<RuleField>(
        new("statusCategory", RuleFieldKind.Word) { Choices = Wire.All<StatusCategory>(), OfTicket = t => Wire.Name(t.StatusCategory) },
        new("type", RuleFieldKind.Word) { Choices = Wire.All<TicketType>(), OfTicket = t => Wire.Name(t.Fields.Type) },
        new("subcategory", RuleFieldKind.Word) { OfTicket = t => t.Fields.Subcategory },
        new("channel", RuleFieldKind.Word) { Choices = Wire.All<Channel>(), OfTicket = t => Wire.Name(t.Fields.Channel) },
        new("externalId", RuleFieldKind.Word) { OfTicket = t => t.Fields.ExternalId },
        new("priority", RuleFieldKind.Number) { Choices = Wire.All<Priority>(), NumberOfTicket = t => (int)t.Fields.Priority, Rank = w => Wire.Find<Priority>(w) is { } p ? (int)p : null },
        new("escalationLevel", RuleFieldKind.Number) { NumberOfTicket = t => t.EscalationLevel },
        new("customerId", RuleFieldKind.Id) { OfTicket = t => t.Fields.CustomerId?.ToString() },
        new("contactId", RuleFieldKind.Id) { OfTicket = t => t.Fields.ContactId?.ToString() },
        new("locationId", RuleFieldKind.Id) { OfTicket = t => t.Fields.LocationId?.ToString() },
        new("assetId", RuleFieldKind.Id) { OfTicket = t => t.Fields.AssetId?.ToString() },
        new("projectId", RuleFieldKind.Id) { OfTicket = t => t.Fields.ProjectId?.ToString() },
        new("problemId", RuleFieldKind.Id) { OfTicket = t => t.Fields.ProblemId?.ToString() },
        new("assigneeId", RuleFieldKind.Id) { OfTicket = t => t.Fields.AssigneeId?.ToString() },
        new("groupId", RuleFieldKind.Id) { OfTicket = t => t.Fields.GroupId?.ToString() },
        new("tags", RuleFieldKind.Tags),
        new("subject", RuleFieldKind.Text) { OfTicket = t => t.Fields.Subject },
        new("description", RuleFieldKind.Text) { OfTicket = t => t.Fields.Description },
        new("said", RuleFieldKind.Text) { OfScene = s => s.Said },
        new("comment.body", RuleFieldKind.Text) { OfScene = s => s.Comment?.Body },
        new("comment.visibility", RuleFieldKind.Word) { Choices = Wire.All<Visibility>(), OfScene = s => s.Comment is { } c ? Wire.Name(c.Visibility) : null },
        new("mood", RuleFieldKind.Word) { Choices = Wire.All<Mood>(), OfScene = s => s.Said is { Length: > 0 } said ? Wire.Name(MoodScorer.Of(s.Words(said))) : null },
        new("event", RuleFieldKind.Word) { Choices = Happenings, Has = Happened },
        new("actor.kind", RuleFieldKind.Word) { Choices = Wire.All<ActorKind>(), OfScene = s => Wire.Name(s.By.Kind) },
        new("actor.role", RuleFieldKind.Word) { Choices = Wire.All<Role>(), OfScene = s => s.By.Role is { } role ? Wire.Name(role) : null },
        new("actor.id", RuleFieldKind.Id) { OfScene = s => s.By.Id?.ToString() },
        new("via", RuleFieldKind.Word) { Choices = Wire.All<Via>(), OfScene = s => Wire.Name(s.By.Via) },
        new("customer.tier", RuleFieldKind.Number) { Choices = Wire.All<Directory.Tier>(), NumberOfScene = Tier, Rank = w => Wire.Find<Directory.Tier>(w) is { } t ? (int)t : null },
        new("sla.state", RuleFieldKind.Word) { Choices = Wire.All<SlaState>(), OfTicket = t => t.Sla is { } sla ? Wire.Name(sla.State) : null, IsOfPromise = true },
        Promise("sla.firstResponse", SlaMetric.FirstResponse),
        Promise("sla.nextResponse", SlaMetric.NextResponse),
        Promise("sla.resolution", SlaMetric.Resolution),
        new("similarWithinHour", RuleFieldKind.Number) { NumberOfScene = s => Similarity.Of(s).Length },
        new("hour", RuleFieldKind.Number) { NumberOfScene = s => s.Local.Hour },
        new("weekday", RuleFieldKind.Word) { Choices = Days, OfScene = s => Days[((int)s.Local.DayOfWeek + 6) % 7] },
        new("hoursSinceCreated", RuleFieldKind.Hours) { Instant = t => t.CreatedAt },
        new("hoursSinceUpdated", RuleFieldKind.Hours) { Instant = t => t.UpdatedAt },
        new("hoursSinceAssigned", RuleFieldKind.Hours) { Instant = t => t.Fields.AssigneeId is null ? null : t.AssignedAt },
        new("hoursSinceStatus", RuleFieldKind.Hours) { Instant = t => t.StatusAt },
        new("hoursSinceSolved", RuleFieldKind.Hours) { Instant = t => t.SolvedAt },
        new("hoursUntilDue", RuleFieldKind.Hours) { Instant = t => t.Fields.DueAt, Ahead = true })
        .ToImmutableDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>The names of all of them, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Fixed.Keys.Concat(["status", "category", "customFields.{key}", HoursOf + "{calendarId}"]).Order(StringComparer.Ordinal));

    /// <summary>The field with a name in the desk of a rulebook, or null.</summary>
    public static RuleField? Find(string name, Rulebook rulebook)
    {
        if (string.Equals(name, "status", StringComparison.Ordinal))
            return new(name, RuleFieldKind.Word) { Choices = [.. rulebook.Workflow.Statuses.Select(s => s.Key)], OfTicket = t => t.Status };
        if (string.Equals(name, "category", StringComparison.Ordinal))
            return new(name, RuleFieldKind.Word) { Choices = [.. rulebook.Categories.Select(k => k.Key)], OfTicket = t => t.Fields.Category };
        if (name.StartsWith("customFields.", StringComparison.Ordinal))
            return rulebook.CustomFields.FirstOrDefault(f => string.Equals(f.Key, name["customFields.".Length..], StringComparison.Ordinal)) is { } definition ? Custom(name, definition) : null;
        return name.StartsWith(HoursOf, StringComparison.Ordinal) ? BusinessHours(name, rulebook) : Fixed.GetValueOrDefault(name);
    }

    /// <summary>The calendar whose hours a field looks at, or null when it looks at something else.</summary>
    public static Guid? CalendarOf(string name) => name.StartsWith(HoursOf, StringComparison.Ordinal) && Guid.TryParseExact(name[HoursOf.Length..], "D", out var id) ? id : null;

    private static RuleField? BusinessHours(string name, Rulebook rulebook) => CalendarOf(name) is { } id && rulebook.Sla.Calendars.TryGetValue(id, out var calendar)
        ? new(name, RuleFieldKind.Word) { Choices = Wire.All<CalendarTime>(), OfTime = at => Wire.Name(calendar.TimeAt(at)) }
        : null;

    private static RuleField Promise(string name, SlaMetric metric) =>
        new(name, RuleFieldKind.Word) { Choices = Wire.All<SlaState>(), OfTicket = t => t.Clocks?.StateOf(metric) is { } state ? Wire.Name(state) : null, IsOfPromise = true };

    private static RuleField Custom(string name, CustomFieldDefinition definition)
    {
        var key = definition.Key;
        return definition.Type switch
        {
            CustomFieldType.Number => new(name, RuleFieldKind.Number) { NumberOfTicket = t => t.Fields.CustomFields.Find(key) is { ValueKind: System.Text.Json.JsonValueKind.Number } v && v.TryGetDecimal(out var number) ? number : null },
            CustomFieldType.Select => new(name, RuleFieldKind.Word) { Choices = definition.Options, OfTicket = t => t.Fields.CustomFields.Find(key)?.ToString() },
            CustomFieldType.Boolean => new(name, RuleFieldKind.Word) { Choices = ["true", "false"], OfTicket = t => t.Fields.CustomFields.Find(key)?.GetRawText() },
            CustomFieldType.Date => new(name, RuleFieldKind.Word) { OfTicket = t => t.Fields.CustomFields.Find(key)?.ToString() },
            CustomFieldType.Text or CustomFieldType.MultiSelect => new(name, RuleFieldKind.Text) { OfTicket = t => t.Fields.CustomFields.Find(key)?.ToString() },
        };
    }

    private static bool Happened(RuleScene scene, string what)
    {
        foreach (var e in scene.Events)
        {
            var type = e.Type.AsSpan("ticket.".Length);
            if (type.SequenceEqual(what)) return true;
            if (e.Comment is { } comment && type.SequenceEqual("commented") && what.Length > 10 && what.AsSpan(10).SequenceEqual(Wire.Name(comment.Visibility))) return true;
        }

        return false;
    }

    private static decimal? Tier(RuleScene scene) =>
        scene.After.Fields.CustomerId is { } customer && scene.Knows(new Question.TierOf(customer), out var tier) && tier is { } known ? (int)known : null;
}

/// <summary>A moment that an automation waits for: when so many hours have passed since an instant of the ticket, or are left until it.</summary>
/// <param name="Field">The field's name, for example <c>hoursSinceSolved</c>.</param>
/// <param name="Hours">How many.</param>
/// <param name="AtLeast">Whether the condition becomes true at that moment; false = it ends then.</param>
public sealed record Waiting(string Field, decimal Hours, bool AtLeast)
{
    /// <summary>The instant of a ticket that the field counts from; null where there is none.</summary>
    public DateTimeOffset? InstantOf(Ticket ticket) => RuleFieldTable.Find(Field, null!)!.Instant!(ticket);
}
