using Deskhand.Data;
using Deskhand.Directory;

namespace Deskhand.Tickets;

/// <summary>A row of what a tenant has laid down about its tickets.</summary>
internal abstract record Definition<TFields> where TFields : class, IFields<TFields>
{
    public required Guid Id { get; init; }

    public required TFields Fields { get; init; }

    public long Version { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed record CategoryRow : Definition<CategoryFields>;

internal sealed record CustomFieldRow : Definition<CustomFieldFields>;

/// <summary>What is particular to one kind of definition.</summary>
/// <param name="name">As history and problems call it.</param>
internal abstract class DefinitionKind<TRow, TFields>(string name) where TRow : Definition<TFields> where TFields : class, IFields<TFields>
{
    public string Name { get; } = name;

    public abstract string KeyOf(TFields fields);

    public abstract int PositionOf(TFields fields);

    public abstract bool IsActive(TFields fields);

    /// <summary>Why it may not become so (after = null: go), in view of the tickets there are.</summary>
    public abstract Task<Problem?> Refuse(TenantSession session, TFields before, TFields? after, CancellationToken cancellationToken);
}
