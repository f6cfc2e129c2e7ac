using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Directory;

namespace Deskhand.Search;

/// <summary>Who sees a view.</summary>
public enum ViewVisibility
{
    /// <summary>Who made it.</summary>
    Personal,

    /// <summary>The members of a group.</summary>
    Group,

    /// <summary>Everybody.</summary>
    Shared,
}

/// <summary>What a client may write of a view: the body of POST, PUT and PATCH.</summary>
public sealed record ViewFields : IFields<ViewFields>
{
    private const int MostColumns = 20;

    /// <summary>What columns and groups can be: members of a ticket.</summary>
    public static ImmutableArray<string> PossibleColumns { get; } =
    [
        "reference", "number", "externalId", "subject", "status", "statusCategory", "priority", "type", "category", "subcategory", "tags", "channel", "customerId", "contactId",
        "locationId", "assetId", "assigneeId", "groupId", "dueAt", "escalationLevel", "firstRespondedAt", "solvedAt", "closedAt", "createdAt", "updatedAt", "sla",
    ];

    /// <summary>What tickets can be put together by.</summary>
    public static ImmutableArray<string> PossibleGroups { get; } = ["status", "statusCategory", "priority", "type", "category", "channel", "customerId", "assigneeId", "groupId"];

    /// <summary>What people read.</summary>
    public required string Name { get; init; }

    /// <summary>Which tickets, in the search language; empty = all.</summary>
    public required string Conditions { get; init; }

    public ViewVisibility Visibility { get; init; } = ViewVisibility.Personal;

    /// <summary>Whose it is; only with visibility group.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>What is shown of each ticket, from left to right; empty = what the client finds best.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>An order of GET /tickets.</summary>
    public string Sort { get; init; } = "-updatedAt";

    /// <summary>By what the tickets of a page are put together when they are shown; null = not at all.</summary>
    public string? GroupBy { get; init; }

    public ViewFields Normalised() => this with { Name = Name.Trim(), Conditions = Conditions.Trim(), Columns = Columns.IsDefault ? [] : Columns };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("name", Json.Of(Name)), ("conditions", Json.Of(Conditions)), ("visibility", Json.Of(Wire.Name(Visibility))), ("groupId", Json.Of(GroupId)),
        ("columns", Json.Of(Columns)), ("sort", Json.Of(Sort)), ("groupBy", Json.Of(GroupBy)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Required("name", Name, 100);
        errors.Unless((Visibility == ViewVisibility.Group) == (GroupId is not null), "groupId", "A view of a group names it; others name none.");
        errors.Unless(Columns.Length <= MostColumns, "columns", $"There may be at most {MostColumns}.");
        if (Columns.FirstOrDefault(c => !PossibleColumns.Contains(c, StringComparer.Ordinal)) is not null) errors.Add("columns", $"There is no such column; there are: {string.Join(", ", PossibleColumns)}.");
        errors.Unless(Columns.Distinct(StringComparer.Ordinal).Count() == Columns.Length, "columns", "One of them appears twice.");
        errors.Unless(GroupBy is null || PossibleGroups.Contains(GroupBy, StringComparer.Ordinal), "groupBy", $"There is no such group; there are: {string.Join(", ", PossibleGroups)}.");
        return errors.ToProblem();
    }
}

/// <summary>Limits of views.</summary>
public static class ViewRules
{
    /// <summary>How many views of their own somebody may have, and how many a tenant may share.</summary>
    public const int Most = 200;
}

/// <summary>Who sees and who changes what people make for themselves, for a group or for everybody: views and macros.</summary>
public static class Sharing
{
    /// <summary>Whether somebody knows of it.</summary>
    /// <param name="visibility">Its own.</param>
    /// <param name="owner">Whose a personal one is.</param>
    /// <param name="group">Whose a group's is.</param>
    /// <param name="user">Who wants to see it.</param>
    /// <param name="groups">The groups of that user.</param>
    /// <param name="permissions">What that user may do.</param>
    /// <param name="manage">What it takes to change what others see.</param>
    public static bool MaySee(ViewVisibility visibility, Guid? owner, Guid? group, Guid user, ImmutableArray<Guid> groups, PermissionSet permissions, Permission manage) => visibility switch
    {
        ViewVisibility.Personal => owner == user,
        ViewVisibility.Group => (group is { } id && groups.Contains(id)) || permissions.Has(manage),
        ViewVisibility.Shared => true,
    };

    /// <summary>Why somebody who sees it may not change it, or make it so; null when it is allowed. One's own needs no permission.</summary>
    public static Problem? Refuse(ViewVisibility visibility, PermissionSet permissions, Permission manage) => visibility switch
    {
        ViewVisibility.Personal => null,
        ViewVisibility.Group or ViewVisibility.Shared => permissions.Has(manage) ? null : Problem.Forbidden(Permissions.Name(manage)),
    };
}

/// <summary>The views that a tenant starts with, shared by everybody.</summary>
public static class ReadyViews
{
    /// <param name="locale">en or es.</param>
    public static ImmutableArray<ViewFields> In(string locale) =>
    [
        Shared(locale == "es" ? "Mis tickets abiertos" : "My open tickets", "assignee:me is:unsolved", "-priority"),
        Shared(locale == "es" ? "Sin asignar" : "Unassigned", "assignee:none is:unsolved", "createdAt"),
        Shared(locale == "es" ? "Todos los abiertos" : "All open", "is:unsolved", "-updatedAt"),
        Shared(locale == "es" ? "Urgentes" : "Urgent", "priority:urgent is:unsolved", "-updatedAt"),
        Shared(locale == "es" ? "Resueltos hace poco" : "Recently solved", "solved<7days", "-updatedAt"),
    ];

    private static ViewFields Shared(string name, string conditions, string sort) => new() { Name = name, Conditions = conditions, Visibility = ViewVisibility.Shared, Sort = sort };
}
