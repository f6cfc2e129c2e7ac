using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Search;

/// <summary>What a clause of a query says of a ticket, once the tenant's rules and the time are known.</summary>
/// <param name="Negated">Whether it must not hold.</param>
public abstract record SearchCondition(bool Negated);

/// <summary>A field has one of some values.</summary>
/// <param name="Field">Status, status category, type, category, subcategory, channel, tag, reference or external id.</param>
/// <param name="Values">As they are stored.</param>
/// <param name="Negated">Whether it must not hold.</param>
public sealed record ChoiceCondition(SearchField Field, ImmutableArray<string> Values, bool Negated) : SearchCondition(Negated);

/// <summary>The priority is one of these.</summary>
public sealed record PriorityCondition(ImmutableArray<Priority> Priorities, bool Negated) : SearchCondition(Negated);

/// <summary>Somebody or something by name; who that is must be looked up.</summary>
/// <param name="Field">Assignee, group, customer or contact.</param>
/// <param name="Names">What was typed.</param>
/// <param name="Negated">Whether it must not hold.</param>
public sealed record NamedCondition(SearchField Field, ImmutableArray<SearchValue> Names, bool Negated) : SearchCondition(Negated);

/// <summary>An instant lies within one of these spans.</summary>
public sealed record TimeCondition(SearchField Field, ImmutableArray<SearchSpan> Spans, bool Negated) : SearchCondition(Negated);

/// <summary>From an instant (inclusive) until another (exclusive); an end that is null is open, and both null mean that there is no instant at all.</summary>
public sealed record SearchSpan(DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>Something that a ticket has or is.</summary>
public enum SearchTrait
{
    /// <summary><c>has:attachment</c></summary>
    Attachment,

    /// <summary><c>is:escalated</c></summary>
    Escalated,

    /// <summary><c>is:unsolved</c>: neither solved nor closed.</summary>
    Unsolved,

    /// <summary><c>is:overdue</c>: unsolved, and its due date has passed.</summary>
    Overdue,
}

/// <summary>The ticket has or is one of these.</summary>
public sealed record TraitCondition(ImmutableArray<SearchTrait> Traits, bool Negated) : SearchCondition(Negated);

/// <summary>A tenant's own field compares so with one of the values; no value means that the ticket has none.</summary>
/// <param name="Key">The key.</param>
/// <param name="Type">Its type.</param>
/// <param name="Comparison">How.</param>
/// <param name="Values">Canonical text: numbers with a point, dates as yyyy-MM-dd, true or false.</param>
/// <param name="Negated">Whether it must not hold.</param>
public sealed record CustomCondition(string Key, CustomFieldType Type, SearchComparison Comparison, ImmutableArray<string> Values, bool Negated) : SearchCondition(Negated);
