using System.Collections.Immutable;

namespace Deskhand.Directory;

/// <summary>What a client may write of one kind of entry: the body of POST, PUT and PATCH.</summary>
/// <typeparam name="TSelf">The fields themselves.</typeparam>
public interface IFields<TSelf> where TSelf : class, IFields<TSelf>
{
    /// <summary>The fields in their one form, so that equal things look equal.</summary>
    TSelf Normalised();

    /// <summary>Checks everything that needs no look-up. Asked of the one form.</summary>
    Problem? Check();

    /// <summary>Every field under its JSON member name with its value as JSON; null where there is none.</summary>
    IEnumerable<(string Field, string? Value)> Values();
}

/// <summary>What differs between two states of an entry, in words of the API.</summary>
public static class FieldDiff
{
    /// <summary>The fields that changed; of a new entry those that have a value.</summary>
    public static ImmutableArray<FieldChange> Between<TFields>(TFields? before, TFields after) where TFields : class, IFields<TFields>
    {
        var old = before?.Values().ToImmutableDictionary(v => v.Field, v => v.Value, StringComparer.Ordinal) ?? ImmutableDictionary<string, string?>.Empty;
        return
        [
            .. after.Values()
                .Select(v => new FieldChange(v.Field, old.GetValueOrDefault(v.Field), v.Value))
                .Where(c => !string.Equals(c.From, c.To, StringComparison.Ordinal)),
        ];
    }
}
