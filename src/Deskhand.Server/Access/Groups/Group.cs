using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Access;

/// <summary>What a client may write of a group: the body of POST, PUT and PATCH.</summary>
internal sealed record GroupFields
{
    /// <summary>Unique in the tenant, whatever the case.</summary>
    public required string Name { get; init; }

    public string? Description { get; init; }

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 100);
        errors.Text("description", Description, 2000);
        return errors.ToProblem();
    }
}

/// <summary>Agents who share a queue, as stored.</summary>
internal sealed record Group
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public long Version { get; init; } = 1;

    /// <summary>Of the last event.</summary>
    public long Sequence { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    public static ImmutableArray<FieldChange> Changes(Group? before, Group after)
    {
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        Compare("name", Json.Of(before?.Name), Json.Of(after.Name));
        Compare("description", Json.Of(before?.Description), Json.Of(after.Description));
        Compare("deletedAt", Json.Of(before?.DeletedAt), Json.Of(after.DeletedAt));
        return changes.ToImmutable();

        void Compare(string field, string? from, string? to)
        {
            if (!string.Equals(from, to, StringComparison.Ordinal)) changes.Add(new(field, from, to));
        }
    }
}

/// <summary>A group as the API shows it, and as events carry it.</summary>
internal sealed record GroupResponse : IVersioned
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required IReadOnlyList<Guid> MemberIds { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The columns, in the order of <see cref="Read"/>.</summary>
    public const string Columns = """
        g.id, g.name, g.description,
        ARRAY(SELECT m.user_id FROM group_members m WHERE m.tenant_id = g.tenant_id AND m.group_id = g.id ORDER BY m.user_id),
        g.version, g.created_at, g.updated_at
        """;

    public static GroupResponse Read(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        Name = r.GetString(1),
        Description = r.Text(2),
        MemberIds = r.GetFieldValue<Guid[]>(3),
        Version = r.GetInt64(4),
        CreatedAt = r.GetFieldValue<DateTimeOffset>(5),
        UpdatedAt = r.GetFieldValue<DateTimeOffset>(6),
    };

    public static GroupResponse From(Group group, IReadOnlyList<Guid> memberIds) => new()
    {
        Id = group.Id,
        Name = group.Name,
        Description = group.Description,
        MemberIds = memberIds,
        Version = group.Version,
        CreatedAt = group.CreatedAt,
        UpdatedAt = group.UpdatedAt,
    };
}
