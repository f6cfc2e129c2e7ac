using System.Collections.Immutable;
using Deskhand.Directory;

namespace Deskhand.Tickets;

/// <summary>What a client may write of a custom field of tickets: the body of POST, PUT and PATCH.</summary>
public sealed record CustomFieldFields : IFields<CustomFieldFields>
{
    private const int MostOptions = 200;

    /// <summary>snake_case, unique in the tenant: the member name in <c>customFields</c>.</summary>
    public required string Key { get; init; }

    /// <summary>What people read.</summary>
    public required string Label { get; init; }

    public required CustomFieldType Type { get; init; }

    /// <summary>What may be chosen; only for select and multi_select, and there at least one. A ticket keeps an option that is taken away later.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>Whether new tickets must have a value.</summary>
    public bool Required { get; init; }

    /// <summary>An inactive field keeps its values and takes no new ones.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Its place among the others, from 0.</summary>
    public int Position { get; init; }

    public CustomFieldFields Normalised() => this with
    {
        Key = Key.Trim(),
        Label = Label.Trim(),
        Options = Options.IsDefault ? [] : [.. Options.Select(o => o.Trim())],
    };

    public IEnumerable<(string Field, string? Value)> Values() =>
    [
        ("key", Json.Of(Key)), ("label", Json.Of(Label)), ("type", Json.Of(Wire.Name(Type))), ("options", Json.Of(Options)), ("required", Json.Of(Required)),
        ("active", Json.Of(Active)), ("position", Json.Of(Position)),
    ];

    public Problem? Check()
    {
        var errors = new FieldErrors();
        CategoryFields.CheckKey(Key, errors);
        errors.Required("label", Label, 100);
        if (Type is CustomFieldType.Select or CustomFieldType.MultiSelect)
        {
            errors.Unless(!Options.IsEmpty, "options", "Say what may be chosen.");
            CategoryFields.CheckNames("options", Options, MostOptions, errors);
        }
        else
        {
            errors.Unless(Options.IsEmpty, "options", "Only select and multi_select have options.");
        }

        CategoryFields.CheckPosition(Position, errors);
        return errors.ToProblem();
    }
}
