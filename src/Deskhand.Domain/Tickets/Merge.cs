using System.Collections.Immutable;

namespace Deskhand.Tickets;

/// <summary>One ticket that went into another, with what brings it back.</summary>
/// <param name="Id">The merge.</param>
/// <param name="SourceId">The ticket that went.</param>
/// <param name="TargetId">The ticket it went into.</param>
/// <param name="StatusBefore">The source's status until then.</param>
/// <param name="SolvedAtBefore">When the source had been solved.</param>
/// <param name="ClosedAtBefore">When the source had been closed.</param>
/// <param name="AddedTags">The source's tags that the target did not have.</param>
/// <param name="AddedFollowers">The source's followers that the target did not have.</param>
/// <param name="At">When.</param>
public sealed record Merge(
    Guid Id, Guid SourceId, Guid TargetId, string StatusBefore, DateTimeOffset? SolvedAtBefore, DateTimeOffset? ClosedAtBefore,
    ImmutableArray<string> AddedTags, ImmutableArray<Guid> AddedFollowers, DateTimeOffset At)
{
    public const int MostSources = 20;

    /// <summary>The merges of several tickets into one, each with what it adds to those before.</summary>
    /// <param name="target">The ticket that stays.</param>
    /// <param name="sources">The tickets that go, with the id of each merge.</param>
    /// <param name="now">The instant of it.</param>
    public static ImmutableArray<Merge> Of(Ticket target, IEnumerable<(Ticket Source, Guid MergeId)> sources, DateTimeOffset now)
    {
        var (tags, followers) = (target.Fields.Tags, target.FollowerIds);
        var merges = ImmutableArray.CreateBuilder<Merge>();
        foreach (var (source, id) in sources)
        {
            ImmutableArray<string> newTags = [.. source.Fields.Tags.Except(tags, StringComparer.Ordinal)];
            ImmutableArray<Guid> newFollowers = [.. source.FollowerIds.Except(followers)];
            merges.Add(new(id, source.Id, target.Id, source.Status, source.SolvedAt, source.ClosedAt, newTags, newFollowers, now));
            (tags, followers) = (tags.AddRange(newTags), followers.AddRange(newFollowers));
        }

        return merges.ToImmutable();
    }
}

/// <summary>A merge that ends: what went along comes back from where it is now.</summary>
/// <param name="Merge">The merge.</param>
/// <param name="FromId">The ticket that holds the comments now: the target, or what the target was merged into since.</param>
/// <param name="Later">The merges by which they went on from the target to there.</param>
public sealed record Unmerge(Merge Merge, Guid FromId, ImmutableArray<Guid> Later);

/// <summary>How one ticket is linked to another, as seen from the first.</summary>
public enum LinkKind
{
    Relates,
    Duplicates,
    DuplicatedBy,
    Blocks,
    BlockedBy,
}

/// <summary>A link between two tickets, as it is kept: relates has the smaller id first, the others the one that duplicates or blocks.</summary>
public sealed record TicketLink(Guid Id, LinkKind Kind, Guid FromId, Guid ToId)
{
    public const int MostLinks = 100;

    /// <summary>The link as it is kept.</summary>
    public static TicketLink Of(Guid id, Guid ticket, LinkKind kind, Guid other) => kind switch
    {
        LinkKind.Relates => ticket.CompareTo(other) < 0 ? new(id, kind, ticket, other) : new(id, kind, other, ticket),
        LinkKind.Duplicates or LinkKind.Blocks => new(id, kind, ticket, other),
        LinkKind.DuplicatedBy => new(id, LinkKind.Duplicates, other, ticket),
        LinkKind.BlockedBy => new(id, LinkKind.Blocks, other, ticket),
    };

    /// <summary>The kind as seen from one of the two.</summary>
    public LinkKind SeenFrom(Guid ticket) => Kind switch
    {
        LinkKind.Duplicates when ticket == ToId => LinkKind.DuplicatedBy,
        LinkKind.Blocks when ticket == ToId => LinkKind.BlockedBy,
        _ => Kind,
    };
}
