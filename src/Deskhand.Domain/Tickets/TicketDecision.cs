using System.Collections.Immutable;

namespace Deskhand.Tickets;

/// <summary>What follows from one change: everything that is to be written, in one transaction.</summary>
public sealed partial record TicketDecision
{
    /// <summary>The ticket as it shall be. The same reference as before means that nothing changed and nothing is written.</summary>
    public required Ticket After { get; init; }

    /// <summary>The history rows, field by field.</summary>
    public ImmutableArray<FieldChange> History { get; init; } = [];

    /// <summary>When it happened, where that is not the moment the ticket was last worked on; null = <see cref="Ticket.UpdatedAt"/>.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Why, as the actor said.</summary>
    public string? Reason { get; init; }

    /// <summary>The events to publish, in order.</summary>
    public ImmutableArray<TicketEvent> Events { get; init; } = [];

    /// <summary>The comment that is new or has changed, if any.</summary>
    public Comment? Comment { get; init; }

    /// <summary>Who is to be told of it.</summary>
    public ImmutableArray<Notifications.Notice> Notices { get; init; } = [];
}

/// <summary>An event to publish about a ticket.</summary>
/// <param name="Type">As in the catalogue, for example <c>ticket.status_changed</c>.</param>
/// <param name="Changes">The fields it tells of; empty for creation, deletion and comments.</param>
/// <param name="Comment">The comment it tells of, if any.</param>
public sealed record TicketEvent(string Type, ImmutableArray<FieldChange> Changes, Comment? Comment = null)
{
    /// <summary>What it tells of a clock, if anything.</summary>
    public SlaNews? Sla { get; init; }

    /// <summary>The webhook that a rule calls with it, if one does.</summary>
    public Guid? WebhookId { get; init; }
}
