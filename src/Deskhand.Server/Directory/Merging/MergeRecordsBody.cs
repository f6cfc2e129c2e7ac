using System.Collections.Immutable;
using System.Text.Json;

namespace Deskhand.Directory;

/// <summary>The body of POST /customers/{id}/merge and /contacts/{id}/merge.</summary>
internal sealed record MergeRecordsBody
{
    /// <summary>Those that become part of the one in the address: 1 to 10.</summary>
    public required ImmutableArray<Guid> SourceIds { get; init; }

    /// <summary>Fields whose value shall be that of a source, by their name: <c>{ "phone": "…id…" }</c>. Without it a value of the target stays, and only empty ones are filled.</summary>
    public ImmutableSortedDictionary<string, Guid> Take { get; init; } = ImmutableSortedDictionary<string, Guid>.Empty;
}

/// <summary>A merge, or its undoing.</summary>
/// <param name="Id">The merge, to name when it is undone.</param>
/// <param name="TargetId">Into which.</param>
/// <param name="SourceIds">Which were merged.</param>
/// <param name="Moved">How many of each kind were moved: contacts, locations, assets, projects, customers below, tickets, fields.</param>
/// <param name="At">When.</param>
/// <param name="UndoneAt">When it was undone.</param>
/// <param name="Left">What an undoing left as it is, since it was changed after the merge.</param>
/// <param name="JobId">The job in which many tickets follow; null when all have.</param>
internal sealed record MergeResponse(
    Guid Id, Guid TargetId, ImmutableArray<Guid> SourceIds, ImmutableSortedDictionary<string, int> Moved, DateTimeOffset At, DateTimeOffset? UndoneAt, ImmutableArray<LeftBehind> Left, Guid? JobId);

/// <summary>Something that an undoing did not touch.</summary>
/// <param name="EntityType">ticket, contact, …</param>
/// <param name="EntityId">Which.</param>
/// <param name="Field">The field that differs from what the merge made it.</param>
internal sealed record LeftBehind(string EntityType, Guid EntityId, string Field);

/// <summary>One value that a merge changed.</summary>
internal sealed record Move(string EntityType, Guid EntityId, string Field, JsonElement? From, JsonElement? To);
