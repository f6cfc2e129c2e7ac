using System.Collections.Immutable;
using System.Globalization;
using Deskhand.Sla;
using Deskhand.Tickets;

namespace Deskhand.Search;

/// <summary>Reads the clauses of a query by a tenant's rules and the time: unknown values are refused with what there is.</summary>
/// <param name="rulebook">The tenant's statuses, categories and fields.</param>
/// <param name="now">The instant that ages count from.</param>
/// <param name="zone">The zone whose days are meant.</param>
public sealed class SearchReading(Rulebook rulebook, DateTimeOffset now, TimeZoneInfo zone)
{
    private const string None = "none";

    /// <summary>What the clauses mean, or a problem <c>query_syntax</c> with the position of the value that means nothing.</summary>
    public Outcome<ImmutableArray<SearchCondition>> Read(SearchQuery query)
    {
        var conditions = ImmutableArray.CreateBuilder<SearchCondition>();
        foreach (var clause in query.Clauses)
        {
            var read = Read(clause);
            if (read.Problem is { } problem) return problem;
            conditions.Add(read.Value);
        }

        return conditions.ToImmutable();
    }

    private Outcome<SearchCondition> Read(SearchClause clause) => clause.Field switch
    {
        SearchField.Status => Choice(clause, [.. rulebook.Workflow.Statuses.Select(s => s.Key)]),
        SearchField.StatusCategory => Choice(clause, Wire.All<StatusCategory>()),
        SearchField.Type => Choice(clause, Wire.All<TicketType>()),
        SearchField.Category => Choice(clause, [.. rulebook.Categories.Select(c => c.Key)]),
        SearchField.Channel => Choice(clause, Wire.All<Channel>()),
        SearchField.Subcategory or SearchField.ExternalId => new ChoiceCondition(clause.Field, [.. clause.Values.Select(v => v.Text)], clause.Negated),
        SearchField.Tag => new ChoiceCondition(clause.Field, [.. clause.Values.Select(v => v.Text.Trim().ToLowerInvariant())], clause.Negated),
        SearchField.Reference => new ChoiceCondition(clause.Field, [.. clause.Values.Select(v => v.Text.Trim().ToUpperInvariant())], clause.Negated),
        SearchField.Priority => Priorities(clause),
        SearchField.Assignee or SearchField.Group or SearchField.Customer or SearchField.Contact => new NamedCondition(clause.Field, clause.Values, clause.Negated),
        SearchField.Created or SearchField.Updated or SearchField.Due or SearchField.Solved or SearchField.Closed => Times(clause),
        SearchField.Has => Traits(clause, SearchTrait.Attachment),
        SearchField.Is => Traits(clause, SearchTrait.Escalated, SearchTrait.Unsolved, SearchTrait.Overdue),
        SearchField.Sla => Choice(clause, Wire.All<SlaState>()),
        SearchField.Custom => Custom(clause),
    };

    private static Outcome<SearchCondition> Choice(SearchClause clause, ImmutableArray<string> allowed)
    {
        var values = ImmutableArray.CreateBuilder<string>();
        foreach (var value in clause.Values)
        {
            if (allowed.FirstOrDefault(a => string.Equals(a, value.Text, StringComparison.OrdinalIgnoreCase)) is not { } known) return Unknown(clause, value, allowed);
            values.Add(known);
        }

        return new ChoiceCondition(clause.Field, values.ToImmutable(), clause.Negated);
    }

    private static Problem Unknown(SearchClause clause, SearchValue value, ImmutableArray<string> allowed) =>
        SearchQuery.Wrong(value.Position, $"There is no such {SearchFields.Name(clause.Field, clause.Key)}; there are: {string.Join(", ", allowed)}.", allowed);

    private static Outcome<SearchCondition> Priorities(SearchClause clause)
    {
        var priorities = new SortedSet<Priority>();
        foreach (var value in clause.Values)
        {
            if (Wire.Find<Priority>(value.Text.ToLowerInvariant()) is not { } given) return Unknown(clause, value, Wire.All<Priority>());
            foreach (var priority in Enum.GetValues<Priority>())
                if (Fits(priority.CompareTo(given), clause.Comparison)) priorities.Add(priority);
        }

        return new PriorityCondition([.. priorities], clause.Negated);
    }

    private static bool Fits(int compared, SearchComparison comparison) => comparison switch
    {
        SearchComparison.Equal => compared == 0,
        SearchComparison.Less => compared < 0,
        SearchComparison.LessOrEqual => compared <= 0,
        SearchComparison.Greater => compared > 0,
        SearchComparison.GreaterOrEqual => compared >= 0,
    };

    private Outcome<SearchCondition> Times(SearchClause clause)
    {
        var spans = ImmutableArray.CreateBuilder<SearchSpan>();
        foreach (var value in clause.Values)
        {
            var span = SearchTime.Read(value, clause.Field, clause.Comparison, now, zone);
            if (span.Problem is { } problem) return problem;
            spans.Add(span.Value);
        }

        return new TimeCondition(clause.Field, spans.ToImmutable(), clause.Negated);
    }

    private static Outcome<SearchCondition> Traits(SearchClause clause, params ImmutableArray<SearchTrait> possible)
    {
        var traits = ImmutableArray.CreateBuilder<SearchTrait>();
        foreach (var value in clause.Values)
        {
            if (Wire.Find<SearchTrait>(value.Text.ToLowerInvariant()) is not { } trait || !possible.Contains(trait)) return Unknown(clause, value, [.. possible.Select(Wire.Name)]);
            traits.Add(trait);
        }

        return new TraitCondition(traits.ToImmutable(), clause.Negated);
    }

    private Outcome<SearchCondition> Custom(SearchClause clause)
    {
        if (rulebook.CustomFields.FirstOrDefault(f => string.Equals(f.Key, clause.Key, StringComparison.OrdinalIgnoreCase)) is not { } field)
            return SearchQuery.Wrong(clause.Position, rulebook.CustomFields.IsEmpty ? "There are no custom fields." : $"There is no such custom field; there are: {string.Join(", ", rulebook.CustomFields.Select(f => f.Key))}.",
                rulebook.CustomFields.Select(f => "cf." + f.Key));
        if (clause.Comparison != SearchComparison.Equal && field.Type is not (CustomFieldType.Number or CustomFieldType.Date))
            return SearchQuery.Wrong(clause.Position, $"cf.{field.Key} cannot be compared with < and >: it is no number and no date.");
        if (clause.Values is [{ Text: None }] && clause.Comparison == SearchComparison.Equal) return new CustomCondition(field.Key, field.Type, clause.Comparison, [], clause.Negated);
        var values = ImmutableArray.CreateBuilder<string>();
        foreach (var value in clause.Values)
        {
            if (Canonical(field, value.Text) is not { } canonical) return SearchQuery.Wrong(value.Position, $"This is no value of cf.{field.Key}, which is {Expected(field)}.", field.Options.IsDefault ? [] : field.Options);
            values.Add(canonical);
        }

        return new CustomCondition(field.Key, field.Type, clause.Comparison, values.ToImmutable(), clause.Negated);
    }

    private static string? Canonical(CustomFieldDefinition field, string text) => field.Type switch
    {
        CustomFieldType.Text => text,
        CustomFieldType.Number => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        CustomFieldType.Boolean => text.ToLowerInvariant() is "true" or "false" ? text.ToLowerInvariant() : null,
        CustomFieldType.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text : null,
        CustomFieldType.Select or CustomFieldType.MultiSelect => field.Options.FirstOrDefault(o => string.Equals(o, text, StringComparison.OrdinalIgnoreCase)),
    };

    private static string Expected(CustomFieldDefinition field) => field.Type switch
    {
        CustomFieldType.Text => "text",
        CustomFieldType.Number => "a number such as 4.5",
        CustomFieldType.Boolean => "true or false",
        CustomFieldType.Date => "a date such as 2026-11-30",
        CustomFieldType.Select or CustomFieldType.MultiSelect => $"one of: {string.Join(", ", field.Options)}",
    };
}
