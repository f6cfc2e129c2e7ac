using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Deskhand.Search;

/// <summary>What a condition of the search language can be about.</summary>
public enum SearchField
{
    Status,
    StatusCategory,
    Priority,
    Type,
    Category,
    Subcategory,
    Channel,
    Assignee,
    Group,
    Customer,
    Contact,
    Tag,
    Reference,
    ExternalId,
    Created,
    Updated,
    Due,
    Solved,
    Closed,
    Has,
    Is,
    Sla,

    /// <summary>A tenant's own field, written <c>cf.key</c>.</summary>
    Custom,
}

/// <summary>How a condition compares. An instant is "greater" the later it is; an age in <c>updated&lt;4hours</c> is greater the longer ago it is.</summary>
public enum SearchComparison
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>The names of fields and comparisons as they are written.</summary>
public static class SearchFields
{
    private const string CustomPrefix = "cf.";

    private static readonly FrozenDictionary<string, SearchField> ByName = Enum.GetValues<SearchField>().Where(f => f != SearchField.Custom)
        .ToFrozenDictionary(f => Name(f, null), f => f, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every name, in the order they are explained in; custom fields as <c>cf.{key}</c>.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Enum.GetValues<SearchField>().Where(f => f != SearchField.Custom).Select(f => Name(f, null)), "cf.{key}"];

    /// <summary>The field with a name, in upper or lower case, and the key of a custom field; null when there is none.</summary>
    public static (SearchField Field, string? Key)? Find(string name)
    {
        if (ByName.TryGetValue(name, out var field)) return (field, null);
        return name.StartsWith(CustomPrefix, StringComparison.OrdinalIgnoreCase) && name.Length > CustomPrefix.Length ? (SearchField.Custom, name[CustomPrefix.Length..]) : null;
    }

    /// <summary>As it is written, for example <c>statusCategory</c> or <c>cf.floor</c>.</summary>
    public static string Name(SearchField field, string? key) => field switch
    {
        SearchField.Status => "status",
        SearchField.StatusCategory => "statusCategory",
        SearchField.Priority => "priority",
        SearchField.Type => "type",
        SearchField.Category => "category",
        SearchField.Subcategory => "subcategory",
        SearchField.Channel => "channel",
        SearchField.Assignee => "assignee",
        SearchField.Group => "group",
        SearchField.Customer => "customer",
        SearchField.Contact => "contact",
        SearchField.Tag => "tag",
        SearchField.Reference => "reference",
        SearchField.ExternalId => "externalId",
        SearchField.Created => "created",
        SearchField.Updated => "updated",
        SearchField.Due => "due",
        SearchField.Solved => "solved",
        SearchField.Closed => "closed",
        SearchField.Has => "has",
        SearchField.Is => "is",
        SearchField.Sla => "sla",
        SearchField.Custom => CustomPrefix + key,
    };

    /// <summary>As it is written between field and value.</summary>
    public static string Sign(SearchComparison comparison) => comparison switch
    {
        SearchComparison.Equal => ":",
        SearchComparison.Less => "<",
        SearchComparison.LessOrEqual => "<=",
        SearchComparison.Greater => ">",
        SearchComparison.GreaterOrEqual => ">=",
    };

    /// <summary>Whether the values of a field have an order, so that &lt; and &gt; mean something.</summary>
    public static bool IsOrdered(SearchField field) => field is SearchField.Priority or SearchField.Created or SearchField.Updated
        or SearchField.Due or SearchField.Solved or SearchField.Closed or SearchField.Custom;
}
