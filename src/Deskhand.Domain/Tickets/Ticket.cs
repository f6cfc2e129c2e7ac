using System.Collections.Immutable;
using Deskhand.Sla;

namespace Deskhand.Tickets;

/// <summary>Where a status stands in a ticket's life; fixed, whatever a tenant names its statuses (SPEC §3).</summary>
public enum StatusCategory
{
    New,
    Open,
    Pending,
    OnHold,
    Solved,
    Closed,
}

/// <summary>How pressing a ticket is. The numbers are stored and sorted by.</summary>
public enum Priority
{
    Low = 1,
    Normal = 2,
    High = 3,
    Urgent = 4,
}

/// <summary>The kind of request.</summary>
public enum TicketType
{
    Question,
    Incident,
    Problem,
    Task,
}

/// <summary>Through what a ticket came in.</summary>
public enum Channel
{
    Email,
    Web,
    Api,
    Chat,
    Phone,
    Whatsapp,
    Qcontact,
    Construction,
    Internal,
    AdHoc,
    Ai,
}

/// <summary>
/// One request, from the first message to closure. Immutable: a change makes another record, and the same reference means that nothing changed.
/// </summary>
public sealed record Ticket
{
    public required Guid Id { get; init; }

    /// <summary>Short number, unique in the tenant, from 1 without gaps; 0 until the ticket is saved.</summary>
    public long Number { get; init; }

    /// <summary>Immutable name for people, unique in the tenant, for example <c>TICKET-2026-000042</c>; empty until the ticket is saved.</summary>
    public string Reference { get; init; } = "";

    public required TicketFields Fields { get; init; }

    /// <summary>A status key of the tenant's workflow.</summary>
    public required string Status { get; init; }

    public required StatusCategory StatusCategory { get; init; }

    /// <summary>0 = not escalated, 1 to 3 = the level.</summary>
    public int EscalationLevel { get; init; }

    public string? EscalationReason { get; init; }

    public DateTimeOffset? EscalatedAt { get; init; }

    public DateTimeOffset? FirstRespondedAt { get; init; }

    public DateTimeOffset? SolvedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>When the present status was entered.</summary>
    public DateTimeOffset StatusAt { get; init; }

    /// <summary>When assignee and group became what they are; null = never assigned, or before this was noted.</summary>
    public DateTimeOffset? AssignedAt { get; init; }

    /// <summary>The ticket that this one was merged into, or null.</summary>
    public Guid? MergedIntoId { get; init; }

    /// <summary>The users who follow the ticket, sorted.</summary>
    public ImmutableArray<Guid> FollowerIds { get; init; } = [];

    /// <summary>The version that brought the present assignee and group; 0 = the ticket's first or one before this was noted.</summary>
    public long AssignedVersion { get; init; }

    /// <summary>Rises by one with each change; the number behind the ETag.</summary>
    public long Version { get; init; }

    /// <summary>Number of the last event published about this ticket.</summary>
    public long Sequence { get; init; }

    /// <summary>How it stands with what was promised; null = nothing is.</summary>
    public SlaSummary? Sla { get; init; }

    /// <summary>Its clocks; loaded only where it changes, and null where it has none.</summary>
    public SlaClocks? Clocks { get; init; }

    public Guid? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>What a client may write of a ticket: the body of POST, PUT and PATCH.</summary>
public sealed record TicketFields
{
    public required string Subject { get; init; }

    public string Description { get; init; } = "";

    public Priority Priority { get; init; } = Priority.Normal;

    public TicketType Type { get; init; } = TicketType.Question;

    public string Category { get; init; } = "general_inquiry";

    public string? Subcategory { get; init; }

    /// <summary>Lower-case, distinct, sorted.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    public CustomValues CustomFields { get; init; } = CustomValues.Empty;

    public Channel Channel { get; init; } = Channel.Api;

    public Guid? CustomerId { get; init; }

    public Guid? ContactId { get; init; }

    public Guid? LocationId { get; init; }

    public Guid? AssetId { get; init; }

    /// <summary>
    /// The asset by the number it is known by outside, for example <c>DR1734315</c>, in place of <see cref="AssetId"/>. Only written: a ticket keeps
    /// the asset, and this is null again.
    /// </summary>
    public string? AssetNumber { get; init; }

    public Guid? ProjectId { get; init; }

    /// <summary>The problem that this incident comes from; a ticket of type problem.</summary>
    public Guid? ProblemId { get; init; }

    public Guid? AssigneeId { get; init; }

    public Guid? GroupId { get; init; }

    /// <summary>The ticket's name in another system; unique in the tenant when given.</summary>
    public string? ExternalId { get; init; }

    public DateTimeOffset? DueAt { get; init; }
}
