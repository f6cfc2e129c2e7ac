using System.Collections.Immutable;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Directory;

/// <summary>A customer as the API shows it, and as events carry it.</summary>
internal sealed record CustomerResponse : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>Unique in the tenant.</summary>
    public required string Number { get; init; }

    public required string Name { get; init; }

    public required CustomerType Type { get; init; }

    public required Tier Tier { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Website { get; init; }

    public required Address Address { get; init; }

    /// <summary>Mail domains by which senders are recognised.</summary>
    public required ImmutableArray<string> Domains { get; init; }

    public string? Details { get; init; }

    public Guid? ParentId { get; init; }

    public required CustomValues CustomFields { get; init; }

    public string? ExternalId { get; init; }

    public required bool Active { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static CustomerResponse From(Customer row) => new()
    {
        Id = row.Id,
        Number = row.Fields.Number!,
        Name = row.Fields.Name,
        Type = row.Fields.Type,
        Tier = row.Fields.Tier,
        Email = row.Fields.Email,
        Phone = row.Fields.Phone,
        Website = row.Fields.Website,
        Address = row.Fields.Address,
        Domains = row.Fields.Domains,
        Details = row.Fields.Details,
        ParentId = row.Fields.ParentId,
        CustomFields = row.Fields.CustomFields,
        ExternalId = row.Fields.ExternalId,
        Active = row.Fields.Active,
        Version = row.Version,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
