using System.Collections.Immutable;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Directory;

/// <summary>A contact as the API shows it, and as events carry it.</summary>
internal sealed record ContactResponse : IVersioned
{
    public required Guid Id { get; init; }

    public required Guid CustomerId { get; init; }

    public required string FirstName { get; init; }

    public required string LastName { get; init; }

    public string? Title { get; init; }

    public string? Department { get; init; }

    public string? Email { get; init; }

    public string? PhoneOffice { get; init; }

    public string? PhoneMobile { get; init; }

    public string? PhoneDirect { get; init; }

    /// <summary>At most one of a customer's contacts.</summary>
    public required bool IsPrimary { get; init; }

    public required bool IsBilling { get; init; }

    public required bool IsTechnical { get; init; }

    /// <summary>Further addresses.</summary>
    public required ImmutableArray<ContactIdentity> Identities { get; init; }

    public required CustomValues CustomFields { get; init; }

    public string? ExternalId { get; init; }

    public required bool Active { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static ContactResponse From(Contact row) => new()
    {
        Id = row.Id,
        CustomerId = row.CustomerId,
        FirstName = row.Fields.FirstName,
        LastName = row.Fields.LastName,
        Title = row.Fields.Title,
        Department = row.Fields.Department,
        Email = row.Fields.Email,
        PhoneOffice = row.Fields.PhoneOffice,
        PhoneMobile = row.Fields.PhoneMobile,
        PhoneDirect = row.Fields.PhoneDirect,
        IsPrimary = row.Fields.IsPrimary,
        IsBilling = row.Fields.IsBilling,
        IsTechnical = row.Fields.IsTechnical,
        Identities = row.Fields.Identities,
        CustomFields = row.Fields.CustomFields,
        ExternalId = row.Fields.ExternalId,
        Active = row.Fields.Active,
        Version = row.Version,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
