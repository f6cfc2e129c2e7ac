using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Access;

/// <summary>A user as the API shows it, and as events carry it. Never with a secret: those are in another table.</summary>
internal sealed record UserResponse : IVersioned
{
    public required Guid Id { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    public required TicketScope TicketScope { get; init; }

    public string? Locale { get; init; }

    public string? TimeZone { get; init; }

    public ExternalIdentity? ExternalIdentity { get; init; }

    /// <summary>False after deactivation: nobody signs in with it, and it takes no tickets.</summary>
    public required bool Active { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The columns, in the order of <see cref="Read"/>.</summary>
    public const string Columns = """
        u.id, u.email, u.name, u.role, u.ticket_scope, u.locale, u.time_zone, u.external_issuer, u.external_subject, u.active, u.version, u.created_at, u.updated_at
        """;

    public static UserResponse Read(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        Email = r.GetString(1),
        Name = r.GetString(2),
        Role = Wire.Find<Role>(r.GetString(3))!.Value,
        TicketScope = Wire.Find<TicketScope>(r.GetString(4))!.Value,
        Locale = r.Text(5),
        TimeZone = r.Text(6),
        ExternalIdentity = r.Text(8) is { } subject ? new(r.GetString(7), subject) : null,
        Active = r.GetBoolean(9),
        Version = r.GetInt64(10),
        CreatedAt = r.GetFieldValue<DateTimeOffset>(11),
        UpdatedAt = r.GetFieldValue<DateTimeOffset>(12),
    };

    public static UserResponse From(User user) => new()
    {
        Id = user.Id,
        Email = user.Email,
        Name = user.Name,
        Role = user.Role,
        TicketScope = user.TicketScope,
        Locale = user.Locale,
        TimeZone = user.TimeZone,
        ExternalIdentity = user.Fields().ExternalIdentity,
        Active = user.Active,
        Version = user.Version,
        CreatedAt = user.CreatedAt,
        UpdatedAt = user.UpdatedAt,
    };
}
