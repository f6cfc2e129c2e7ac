using System.Globalization;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>A condition that the index of words knows.</summary>
/// <param name="Condition">The same as SQL on <c>t</c>.</param>
/// <param name="Names">The facets of the tickets that fit it: one of them.</param>
internal sealed record SearchFacet(string Condition, string[] Names)
{
    /// <summary>Whether these tickets have an index in the order of their last change: those of one value, but of a tag and of nobody.</summary>
    public bool IsListed => Names is [var name] && !IsSlow && !name.EndsWith(SearchFacets.None, StringComparison.Ordinal);

    /// <summary>Whether the ticket's row does not tell it: tags have a table of their own.</summary>
    public bool IsSlow => Names[0][0] == '#';

    /// <summary>Whether these tickets are mostly of the last weeks: what is open is new.</summary>
    public bool IsRecent => Names.All(n => n is SearchFacets.Unsolved or "c:new" or "c:open" or "c:pending" or "c:on_hold");
}

/// <summary>What the index knows of a ticket beside its words, as <c>search_facets</c> names it.</summary>
internal static class SearchFacets
{
    /// <summary>Between names that stand for one another.</summary>
    public const char Or = '\u001f';

    public const string Unsolved = "u";

    public const string None = "none";

    /// <summary>The names of some values of a field, or null when the index does not know the field.</summary>
    public static string[]? Names(SearchField field, IEnumerable<string> values) => field switch
    {
        SearchField.Status => [.. values.Select(v => "s:" + v)],
        SearchField.StatusCategory => [.. values.Select(v => "c:" + v)],
        SearchField.Type => [.. values.Select(v => "t:" + v)],
        SearchField.Channel => [.. values.Select(v => "h:" + v)],
        SearchField.Category => [.. values.Select(v => "k:" + v)],
        SearchField.Tag => [.. values.Select(v => "#" + v)],
        _ => null,
    };

    public static string[] Names(IEnumerable<short> priorities) => [.. priorities.Select(p => string.Create(CultureInfo.InvariantCulture, $"p:{p}"))];

    /// <summary>The names of some people or groups, and of nobody; null when the index does not know the field.</summary>
    public static string[]? Names(SearchField field, IEnumerable<Guid> ids, bool orNone) => field switch
    {
        SearchField.Assignee => Assignees(ids, orNone),
        SearchField.Group => Groups(ids, orNone),
        _ => null,
    };

    public static string[] Assignees(IEnumerable<Guid> ids, bool orNone) => Ids("a:", ids, orNone);

    public static string[] Groups(IEnumerable<Guid> ids, bool orNone) => Ids("g:", ids, orNone);

    /// <summary>By the end of the id: two that share it are told apart by a look at the ticket.</summary>
    private static string[] Ids(string kind, IEnumerable<Guid> ids, bool orNone) => [.. ids.Select(id => kind + id.ToString()[^12..]), .. orNone ? [kind + None] : Array.Empty<string>()];
}
