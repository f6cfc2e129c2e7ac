using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;

namespace Deskhand;

/// <summary>Enum values as the API writes them: snake_case.</summary>
public static class Wire
{
    /// <summary>The wire name of an enum value, for example <c>on_hold</c>.</summary>
    public static string Name<T>(T value) where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>Every wire name of an enum, in declared order.</summary>
    public static ImmutableArray<string> All<T>() where T : struct, Enum => Names<T>.InOrder;

    /// <summary>The value with a wire name, or null. Priority also reads <c>medium</c> and <c>critical</c> (SPEC §3).</summary>
    public static T? Find<T>(string name) where T : struct, Enum => Names<T>.ByName.TryGetValue(name, out var value) ? value : null;

    /// <summary>A name of the code as the wire and the database write it: <c>OnHold</c> is <c>on_hold</c>.</summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static class Names<T> where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue = Enum.GetValues<T>().ToFrozenDictionary(v => v, v => SnakeCase(v.ToString()));
        public static readonly ImmutableArray<string> InOrder = [.. Enum.GetValues<T>().Select(v => ByValue[v])];
        public static readonly FrozenDictionary<string, T> ByName = WithSynonyms().ToFrozenDictionary(StringComparer.Ordinal);

        private static Dictionary<string, T> WithSynonyms()
        {
            var names = ByValue.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
            if (typeof(T) == typeof(Tickets.Priority))
            {
                names["medium"] = (T)(object)Tickets.Priority.Normal;
                names["critical"] = (T)(object)Tickets.Priority.Urgent;
            }

            return names;
        }
    }
}
