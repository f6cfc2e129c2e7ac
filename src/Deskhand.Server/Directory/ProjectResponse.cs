using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>A project as the API shows it, and as events carry it.</summary>
internal sealed record ProjectResponse : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>Unique in the tenant.</summary>
    public required string Number { get; init; }

    public required string Name { get; init; }

    public Guid? CustomerId { get; init; }

    public DateOnly? StartsOn { get; init; }

    public DateOnly? EndsOn { get; init; }

    public string? Details { get; init; }

    public string? ExternalId { get; init; }

    public required bool Active { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static ProjectResponse From(Project row) => new()
    {
        Id = row.Id,
        Number = row.Fields.Number!,
        Name = row.Fields.Name,
        CustomerId = row.Fields.CustomerId,
        StartsOn = row.Fields.StartsOn,
        EndsOn = row.Fields.EndsOn,
        Details = row.Fields.Details,
        ExternalId = row.Fields.ExternalId,
        Active = row.Fields.Active,
        Version = row.Version,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
