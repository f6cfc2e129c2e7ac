using System.Collections.Immutable;
using Deskhand.Directory;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>
/// Something a rule must know of other rows. A decision that lacks an answer says what it asks (<see cref="TicketDecision.Asks"/>); it is looked up
/// and decided again. So what no rule needs is never looked up.
/// </summary>
public abstract record Question
{
    /// <summary>The tier of a customer; null when there is no such customer.</summary>
    public sealed record TierOf(Guid CustomerId) : Question<Tier?>;

    /// <summary>What is known of an agent and a group that a rule assigns to.</summary>
    public sealed record Place(Guid? AssigneeId, Guid? GroupId) : Question<Known>;

    /// <summary>Who of a group takes the next ticket; null when nobody can.</summary>
    /// <param name="GroupId">The group.</param>
    /// <param name="Mode">How the member is chosen.</param>
    /// <param name="Skills">With <see cref="RoutingMode.Skill"/>: one of these is needed.</param>
    public sealed record Router(Guid GroupId, RoutingMode Mode, EquatableList<string> Skills) : Question<Guid?>;

    /// <summary>Tickets made shortly before this one for the same customer or, where it has one, in the same category: at most 50, newest first.</summary>
    public sealed record Recent(Guid TicketId, Guid? CustomerId, string? Category, DateTimeOffset Since) : Question<ImmutableArray<RecentTicket>>;

    /// <summary>The names that placeholders stand for.</summary>
    public sealed record NamesOf(Guid? CustomerId, Guid? ContactId, Guid? AssigneeId) : Question<Names>;

    /// <summary>Number and reference of a new ticket, when a rule says them in a text.</summary>
    public sealed record NameOfNew : Question<NewName>;

    /// <summary>An id for something new, the n-th of this decision.</summary>
    public sealed record NewId(int N) : Question<Guid>;
}

/// <summary>A question with the type of its answer.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
public abstract record Question<T> : Question;

/// <summary>A ticket made a moment ago.</summary>
public sealed record RecentTicket(string Reference, string Subject, Guid? CustomerId);

/// <summary>Names of the people and the customer of a ticket; null where there is none.</summary>
public sealed record Names(string? Customer = null, string? ContactFirst = null, string? ContactLast = null, string? Assignee = null)
{
    public static Names Nobody { get; } = new();
}

/// <summary>What a new ticket is called.</summary>
public sealed record NewName(long Number, string Reference);

/// <summary>How a ticket of a group finds its agent.</summary>
public enum RoutingMode
{
    /// <summary>Nobody gets it by itself.</summary>
    None,

    /// <summary>The member whose last turn is longest ago.</summary>
    RoundRobin,

    /// <summary>The member with the fewest open tickets.</summary>
    LeastBusy,

    /// <summary>Like least busy, among those who have a skill that is one of the ticket's tags.</summary>
    Skill,
}

/// <summary>A list that is equal to another with the same items.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class EquatableList<T>(ImmutableArray<T> items) : IEquatable<EquatableList<T>>
{
    public ImmutableArray<T> Items { get; } = items;

    public bool Equals(EquatableList<T>? other) => other is not null && Items.SequenceEqual(other.Items);

    public override bool Equals(object? obj) => Equals(obj as EquatableList<T>);

    public override int GetHashCode() => Items.Length == 0 ? 0 : HashCode.Combine(Items.Length, Items[0]);
}
