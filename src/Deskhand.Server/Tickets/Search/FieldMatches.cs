using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Deskhand.Data;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>
/// Which tickets fit the conditions on a desk's own fields, while they are few: a list then begins with them instead of with the newest of all. Of many
/// there is nothing to gain, because the newest soon fit; that they are many is remembered for a while.
/// </summary>
internal sealed class FieldMatches(Memory memory)
{
    /// <summary>From here on the newest tickets are looked at in their order until enough fit: at a million 34,000 for a page of fifty, which costs what so many matches do.</summary>
    public const int Most = 1500;

    private static readonly TimeSpan ManyFor = TimeSpan.FromMinutes(1);

    /// <summary>All tickets that fit, with some that the conditions themselves must leave out; null when they are many, or when the index knows nothing of the conditions.</summary>
    /// <param name="session">The tenant.</param>
    /// <param name="conditions">What is asked; other conditions are left alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<Guid[]?> Of(TenantSession session, ImmutableArray<SearchCondition> conditions, CancellationToken cancellationToken)
    {
        var indexed = new JsonArray([.. conditions.OfType<CustomCondition>().Select(Either).OfType<JsonNode>()]);
        if (indexed.Count == 0) return null;
        var asked = indexed.ToJsonString();
        var many = new ManyOf(session.TenantId, asked);
        if (memory.TryFind(many, out bool _)) return null;
        var found = (await session.Query("SELECT tickets_of_fields($1, $2)", r => r.IsDBNull(0) ? null : r.GetFieldValue<Guid[]>(0), cancellationToken, Rows.Json(asked), Rows.P(Most)))[0];
        if (found is not null) return found;
        memory.Keep(many, true, ManyFor, most: 5000);
        return null;
    }

    /// <summary>What <c>tickets_of_fields</c> takes for one condition; null where the index is no help: of what is not so, and of fields without a value.</summary>
    private static JsonArray? Either(CustomCondition condition) => (condition.Values.IsEmpty, condition.Negated) switch
    {
        (true, true) => [condition.Key],
        (true, false) or (false, true) => null,
        // whatever lies between two values is a value
        _ when condition.Comparison != SearchComparison.Equal => [condition.Key],
        _ => [.. condition.Values.SelectMany(v => Values(condition.Type, v)).Select(v => new JsonObject { [condition.Key] = v })],
    };

    /// <summary>How a value may be stored. While a field is being converted, its tickets have values of two types, and text is compared with both.</summary>
    private static IEnumerable<JsonValue> Values(CustomFieldType type, string value)
    {
        if (type != CustomFieldType.Number) yield return JsonValue.Create(value);
        if (decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) yield return JsonValue.Create(number);
        if (value is "true" or "false") yield return JsonValue.Create(value == "true");
    }

    private sealed record ManyOf(Guid TenantId, string Asked);
}
