using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Deskhand.Tickets;

/// <summary>A tenant has redefined something that tickets carry, and each ticket follows. Nothing is guessed: what no rule turns into a new value is ambiguous and refused.</summary>
public abstract record Redefinition
{
    private Redefinition()
    {
    }

    /// <summary>A tag has another name, or is no more.</summary>
    /// <param name="From">The tag as tickets carry it.</param>
    /// <param name="To">The other name, maybe one that tickets carry already; null = none.</param>
    public sealed record Tag(string From, string? To) : Redefinition;

    /// <summary>A category gives its tickets to another.</summary>
    /// <param name="From">Its key.</param>
    /// <param name="To">The other one.</param>
    /// <param name="Subcategories">What becomes of each subcategory that the other has not; null = none.</param>
    public sealed record Category(string From, Tickets.Category To, ImmutableSortedDictionary<string, string?> Subcategories) : Redefinition
    {
        /// <summary>What becomes of a subcategory.</summary>
        /// <returns>False when neither the other category nor the map knows it.</returns>
        public bool TryTake(string? subcategory, out string? taken)
        {
            taken = subcategory;
            if (subcategory is null) return true;
            if (!Subcategories.TryGetValue(subcategory, out var mapped)) return To.Subcategories.Contains(subcategory, StringComparer.Ordinal);
            taken = mapped;
            return mapped is null || To.Subcategories.Contains(mapped, StringComparer.Ordinal);
        }
    }

    /// <summary>A customer or a contact was merged into another, or came apart again; its tickets go along. Needs <c>customers:delete</c>.</summary>
    /// <param name="From">The customer or contact as tickets name it.</param>
    /// <param name="To">The other one.</param>
    public sealed record Owner(Guid From, Guid To) : Redefinition;

    /// <summary>A status is no more, or stands in another category; its tickets go to a status.</summary>
    public sealed record Status(string From, WorkflowStatus To) : Redefinition;

    /// <summary>A custom field has another key, type or options.</summary>
    /// <param name="From">The key as tickets carry it.</param>
    /// <param name="To">The field as it shall be.</param>
    /// <param name="Values">What becomes of a value that does not fit, by its text; null = none.</param>
    public sealed record Field(string From, CustomFieldDefinition To, ImmutableSortedDictionary<string, string?> Values) : Redefinition
    {
        /// <summary>What becomes of a value.</summary>
        /// <param name="value">As a ticket carries it.</param>
        /// <param name="taken">The new value; undefined (<see cref="JsonValueKind.Undefined"/>) = none.</param>
        /// <returns>False when it neither fits nor stands in the map: ambiguous.</returns>
        public bool TryTake(JsonElement value, out JsonElement taken)
        {
            taken = default;
            if (value.ValueKind == JsonValueKind.Array) return TryTakeList(value, out taken);
            var text = TextOf(value);
            if (Values.TryGetValue(text, out var mapped)) return mapped is null || TryRead(mapped, out taken);
            if (To.Type is not CustomFieldType.MultiSelect && To.Refuse(value) is null)
            {
                taken = value;
                return true;
            }

            return TryRead(text, out taken);
        }

        /// <summary>A value as the map names it: a string without its quotes, anything else as JSON.</summary>
        public static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

        /// <summary>The entries of a list each by themselves; into a field of one value only a list of one fits, into a text all of them with commas.</summary>
        private bool TryTakeList(JsonElement list, out JsonElement taken)
        {
            taken = default;
            var texts = new List<string>();
            foreach (var text in list.EnumerateArray().Select(TextOf))
            {
                if (!Values.TryGetValue(text, out var mapped)) texts.Add(text);
                else if (mapped is not null) texts.Add(mapped);
            }

            if (texts.Count == 0) return true;
            if (To.Type != CustomFieldType.MultiSelect) return TryRead(To.Type == CustomFieldType.Text ? string.Join(", ", texts) : texts.Count == 1 ? texts[0] : "", out taken);
            taken = JsonSerializer.SerializeToElement(texts.Distinct(StringComparer.Ordinal));
            return To.Refuse(taken) is null;
        }

        private bool TryRead(string text, out JsonElement read)
        {
            JsonElement? made = To.Type switch
            {
                CustomFieldType.Text or CustomFieldType.Select or CustomFieldType.Date => JsonSerializer.SerializeToElement(text),
                CustomFieldType.MultiSelect => JsonSerializer.SerializeToElement(new[] { text }),
                CustomFieldType.Number => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                    ? JsonSerializer.SerializeToElement(number) : null,
                CustomFieldType.Boolean => text is "true" or "false" ? JsonSerializer.SerializeToElement(text == "true") : null,
            };
            read = made ?? default;
            return made is { } value && To.Refuse(value) is null;
        }
    }
}
