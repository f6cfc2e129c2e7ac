using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>An asset as the API shows it, and as events carry it.</summary>
internal record AssetResponse : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>The number it is known by outside.</summary>
    public required string Number { get; init; }

    public string? Name { get; init; }

    public Guid? ProjectId { get; init; }

    public string? ProjectName { get; init; }

    public DateOnly? InstalledOn { get; init; }

    public Guid? CustomerId { get; init; }

    public Guid? LocationId { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static AssetResponse From(Asset row) => new()
    {
        Id = row.Id,
        Number = row.Fields.Number,
        Name = row.Fields.Name,
        ProjectId = row.Fields.ProjectId,
        ProjectName = row.ProjectName,
        InstalledOn = row.Fields.InstalledOn,
        CustomerId = row.Fields.CustomerId,
        LocationId = row.Fields.LocationId,
        Version = row.Version,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
