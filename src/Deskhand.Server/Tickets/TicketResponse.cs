using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Deskhand.Http;
using Deskhand.Sla;

namespace Deskhand.Tickets;

/// <summary>A ticket as the API shows it, and as events carry it.</summary>
internal sealed record TicketResponse : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>Unique name for people.</summary>
    public required string Reference { get; init; }

    /// <summary>Short number, unique in the tenant.</summary>
    public required long Number { get; init; }

    public string? ExternalId { get; init; }

    public required string Subject { get; init; }

    /// <summary>Left out of lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>A status key of the tenant's workflow.</summary>
    public required string Status { get; init; }

    public required StatusCategory StatusCategory { get; init; }

    public required Priority Priority { get; init; }

    public required TicketType Type { get; init; }

    public required string Category { get; init; }

    public string? Subcategory { get; init; }

    public required ImmutableArray<string> Tags { get; init; }

    public required CustomValues CustomFields { get; init; }

    public required Channel Channel { get; init; }

    public Guid? CustomerId { get; init; }

    public Guid? ContactId { get; init; }

    public Guid? LocationId { get; init; }

    public Guid? AssetId { get; init; }

    public Guid? ProjectId { get; init; }

    public Guid? AssigneeId { get; init; }

    public Guid? GroupId { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The problem that this incident comes from.</summary>
    public Guid? ProblemId { get; init; }

    /// <summary>The ticket that this one was merged into; null = it stands for itself.</summary>
    public Guid? MergedIntoId { get; init; }

    /// <summary>The ticket that answers for a merged one, at the end of all merges. Only at GET /tickets/{id}, for who may read it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TicketName? MergedInto { get; init; }

    /// <summary>The users who follow the ticket.</summary>
    public required IReadOnlyList<Guid> FollowerIds { get; init; }

    /// <summary>0 = not escalated, 1 to 3 = the level.</summary>
    public required int EscalationLevel { get; init; }

    public string? EscalationReason { get; init; }

    public DateTimeOffset? EscalatedAt { get; init; }

    public DateTimeOffset? FirstRespondedAt { get; init; }

    public DateTimeOffset? SolvedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>How it stands with what was promised; null where no policy applies.</summary>
    public SlaSummary? Sla { get; init; }

    public required long Version { get; init; }

    public Guid? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Only of a deleted ticket.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Only in the answer to the solving of a problem: its incidents that were open then, at most 100.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Guid>? OpenIncidents { get; init; }

    /// <summary>The job that solves them, when that was asked for; it may have ended already.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? IncidentsJobId { get; init; }

    /// <summary>What a change made of it.</summary>
    public static TicketResponse From(Ticket t) => new()
    {
        Id = t.Id,
        Reference = t.Reference,
        Number = t.Number,
        ExternalId = t.Fields.ExternalId,
        Subject = t.Fields.Subject,
        Description = t.Fields.Description,
        Status = t.Status,
        StatusCategory = t.StatusCategory,
        Priority = t.Fields.Priority,
        Type = t.Fields.Type,
        Category = t.Fields.Category,
        Subcategory = t.Fields.Subcategory,
        Tags = t.Fields.Tags,
        CustomFields = t.Fields.CustomFields,
        Channel = t.Fields.Channel,
        CustomerId = t.Fields.CustomerId,
        ContactId = t.Fields.ContactId,
        LocationId = t.Fields.LocationId,
        AssetId = t.Fields.AssetId,
        ProjectId = t.Fields.ProjectId,
        AssigneeId = t.Fields.AssigneeId,
        GroupId = t.Fields.GroupId,
        DueAt = t.Fields.DueAt,
        ProblemId = t.Fields.ProblemId,
        MergedIntoId = t.MergedIntoId,
        FollowerIds = t.FollowerIds,
        EscalationLevel = t.EscalationLevel,
        EscalationReason = t.EscalationReason,
        EscalatedAt = t.EscalatedAt,
        FirstRespondedAt = t.FirstRespondedAt,
        SolvedAt = t.SolvedAt,
        ClosedAt = t.ClosedAt,
        Sla = t.Sla,
        Version = t.Version,
        CreatedBy = t.CreatedBy,
        CreatedAt = t.CreatedAt,
        UpdatedAt = t.UpdatedAt,
        DeletedAt = t.DeletedAt,
    };
}

/// <summary>A ticket by its names.</summary>
internal sealed record TicketName(Guid Id, string Reference, long Number);
