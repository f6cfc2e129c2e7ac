using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Deskhand.Directory;

namespace Deskhand.Tickets;

/// <summary>What a client may write of a category: the body of POST, PUT and PATCH.</summary>
public sealed partial record CategoryFields : IFields<CategoryFields>
{
    private const int MostSubcategories = 100;

    /// <summary>snake_case, unique in the tenant; what tickets carry.</summary>
    public required string Key { get; init; }

    /// <summary>What people read.</summary>
    public required string Name { get; init; }

    public ImmutableArray<string> Subcategories { get; init; } = [];

    /// <summary>An inactive category keeps its tickets and takes no new ones.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Its place among the others, from 0.</summary>
    public int Position { get; init; }

    public CategoryFields Normalised() => this with
    {
        Key = Key.Trim(),
        Name = Name.Trim(),
        Subcategories = Subcategories.IsDefault ? [] : [.. Subcategories.Select(s => s.Trim())],
    };

    public IEnumerable<(string Field, string? Value)> Values() =>
        [("key", Json.Of(Key)), ("name", Json.Of(Name)), ("subcategories", Json.Of(Subcategories)), ("active", Json.Of(Active)), ("position", Json.Of(Position))];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        CheckKey(Key, errors);
        errors.Required("name", Name, 100);
        CheckNames("subcategories", Subcategories, MostSubcategories, errors);
        CheckPosition(Position, errors);
        return errors.ToProblem();
    }

    internal static void CheckKey(string key, FieldErrors errors) =>
        errors.Unless(IsKey(key), "key", "A key has lower-case letters, digits and _, begins with a letter and has at most 60 characters.");

    internal static bool IsKey(string key) => KeyShape().IsMatch(key);

    internal static void CheckPosition(int position, FieldErrors errors) => errors.Unless(position is >= 0 and <= 10_000, "position", "This is a whole number from 0 to 10000.");

    internal static void CheckNames(string field, ImmutableArray<string> names, int most, FieldErrors errors)
    {
        errors.Unless(names.Length <= most, field, $"There may be at most {most}.");
        foreach (var name in names.Take(most)) errors.Required(field, name, 100);
        errors.Unless(names.Distinct(StringComparer.Ordinal).Count() == names.Length, field, "One of them appears twice.");
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,59}\\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex KeyShape();
}
