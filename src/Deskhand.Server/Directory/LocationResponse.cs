using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>A location as the API shows it, and as events carry it.</summary>
internal sealed record LocationResponse : IVersioned
{
    public required Guid Id { get; init; }

    public required Guid CustomerId { get; init; }

    public required string Name { get; init; }

    public required LocationType Type { get; init; }

    public required Address Address { get; init; }

    /// <summary>At most one of a customer's locations.</summary>
    public required bool IsPrimary { get; init; }

    public required bool IsBilling { get; init; }

    public required bool IsShipping { get; init; }

    public string? ExternalId { get; init; }

    public required bool Active { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static LocationResponse From(Location row) => new()
    {
        Id = row.Id,
        CustomerId = row.CustomerId,
        Name = row.Fields.Name,
        Type = row.Fields.Type,
        Address = row.Fields.Address,
        IsPrimary = row.Fields.IsPrimary,
        IsBilling = row.Fields.IsBilling,
        IsShipping = row.Fields.IsShipping,
        ExternalId = row.Fields.ExternalId,
        Active = row.Fields.Active,
        Version = row.Version,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
