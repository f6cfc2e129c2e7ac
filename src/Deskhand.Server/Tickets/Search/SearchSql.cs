using System.Globalization;
using Deskhand.Data;
using Deskhand.Search;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>The conditions of a query as SQL on <c>t</c>. Columns and shapes are constants; what the caller wrote travels as parameters only.</summary>
/// <param name="add">Takes a parameter and answers with its name.</param>
/// <param name="notes">Whether the caller may know of internal notes.</param>
internal sealed class SearchSql(Func<NpgsqlParameter, string> add, bool notes)
{
    /// <summary>Every condition, to be joined by AND.</summary>
    public IEnumerable<string> All(SearchAsked asked)
    {
        var named = 0;
        foreach (var condition in asked.Conditions)
        {
            var sql = condition switch
            {
                ChoiceCondition { Field: SearchField.Tag } tags => $"t.id IN (SELECT g.ticket_id FROM ticket_tags g WHERE g.tenant_id = $1 AND g.tag = ANY ({add(Rows.P(tags.Values.ToArray()))}))",
                ChoiceCondition { Field: SearchField.Sla } sla => TicketFilter.OfSla(sla.Values),
                ChoiceCondition choice => AnyOf(Column(choice.Field), [.. choice.Values]),
                PriorityCondition { Priorities: [var one] } => $"t.priority = {add(Rows.P((short)one))}",
                PriorityCondition some => $"t.priority = ANY ({add(Rows.P(some.Priorities.Select(p => (short)p).ToArray()))})",
                NamedCondition who => Who(Column(who.Field), asked.Named[named++]),
                TimeCondition time => string.Join(" OR ", time.Spans.Select(s => Span(time.Field, s))),
                TraitCondition traits => string.Join(" OR ", traits.Traits.Select(Trait)),
                CustomCondition custom => Custom(custom),
                _ => throw new ArgumentOutOfRangeException(nameof(asked)),
            };
            // what is not known is not so
            yield return condition.Negated ? $"({sql}) IS NOT TRUE" : $"({sql})";
        }
    }

    private string AnyOf(string column, string[] values) =>
        values.Length == 1 ? $"{column} = {add(Rows.P(values[0]))}" : $"{column} = ANY ({add(Rows.P(values))})";

    private static string Column(SearchField field) => field switch
    {
        SearchField.Status => "t.status",
        SearchField.StatusCategory => "t.status_category",
        SearchField.Priority => "t.priority",
        SearchField.Type => "t.type",
        SearchField.Category => "t.category",
        SearchField.Subcategory => "t.subcategory",
        SearchField.Channel => "t.channel",
        SearchField.Assignee => "t.assignee_id",
        SearchField.Group => "t.group_id",
        SearchField.Customer => "t.customer_id",
        SearchField.Contact => "t.contact_id",
        SearchField.Reference => "t.reference",
        SearchField.ExternalId => "t.external_id",
        SearchField.Created => "t.created_at",
        SearchField.Updated => "t.updated_at",
        SearchField.Due => "t.due_at",
        SearchField.Solved => "t.solved_at",
        SearchField.Closed => "t.closed_at",
        SearchField.Tag or SearchField.Has or SearchField.Is or SearchField.Sla or SearchField.Custom => throw new ArgumentOutOfRangeException(nameof(field)),
    };

    private string Who(string column, NamedIds who) => (who.Ids.Length, who.OrNone) switch
    {
        (0, _) => $"{column} IS NULL",
        (1, false) => $"{column} = {add(Rows.P(who.Ids[0]))}",
        (_, false) => $"{column} = ANY ({add(Rows.P(who.Ids.ToArray()))})",
        (_, true) => $"{column} IS NULL OR {column} = ANY ({add(Rows.P(who.Ids.ToArray()))})",
    };

    /// <summary>What was solved or closed since then has been updated since then, which an index knows.</summary>
    private string Span(SearchField field, SearchSpan span) => field is SearchField.Solved or SearchField.Closed && span.From is { } since
        ? $"({Within(Column(field), span)} AND t.updated_at >= {add(Rows.P(since))})"
        : Within(Column(field), span);

    private string Within(string column, SearchSpan span) => (span.From, span.Until) switch
    {
        (null, null) => $"{column} IS NULL",
        ({ } from, null) => $"{column} >= {add(Rows.P(from))}",
        (null, { } until) => $"{column} < {add(Rows.P(until))}",
        ({ } from, { } until) => $"({column} >= {add(Rows.P(from))} AND {column} < {add(Rows.P(until))})",
    };

    private string Trait(SearchTrait trait) => trait switch
    {
        // a file that hangs on a note is as internal as the note
        SearchTrait.Attachment => notes
            ? "EXISTS (SELECT 1 FROM attachments a WHERE a.tenant_id = t.tenant_id AND a.ticket_id = t.id AND a.deleted_at IS NULL)"
            : "EXISTS (SELECT 1 FROM attachments a LEFT JOIN ticket_comments n ON n.tenant_id = a.tenant_id AND n.id = a.comment_id WHERE a.tenant_id = t.tenant_id AND a.ticket_id = t.id AND a.deleted_at IS NULL AND n.visibility IS DISTINCT FROM 'internal')",
        SearchTrait.Escalated => "t.escalation_level > 0",
        SearchTrait.Unsolved => "t.status_category IN ('new', 'open', 'pending', 'on_hold')",
        SearchTrait.Overdue => "(t.due_at < now() AND t.status_category IN ('new', 'open', 'pending', 'on_hold'))",
    };

    /// <summary>A value that is of another type than the field is today fits nothing, rather than failing.</summary>
    private string Custom(CustomCondition custom)
    {
        var key = add(Rows.P(custom.Key));
        if (custom.Values.IsEmpty) return $"NOT jsonb_exists(t.custom_fields, {key})";
        var sign = SearchFields.Sign(custom.Comparison) is ":" ? "=" : SearchFields.Sign(custom.Comparison);
        return custom.Type switch
        {
            CustomFieldType.Number => $"CASE WHEN jsonb_typeof(t.custom_fields -> {key}) = 'number' THEN (t.custom_fields ->> {key})::numeric {sign} ANY ({add(Rows.P(custom.Values.Select(v => decimal.Parse(v, CultureInfo.InvariantCulture)).ToArray()))}) END",
            // yyyy-MM-dd sorts as text in any collation
            CustomFieldType.Date => $"t.custom_fields ->> {key} {sign} ANY ({add(Rows.P(custom.Values.ToArray()))})",
            CustomFieldType.MultiSelect => $"jsonb_exists_any(t.custom_fields -> {key}, {add(Rows.P(custom.Values.ToArray()))})",
            CustomFieldType.Text => $"lower(t.custom_fields ->> {key}) = ANY ({add(Rows.P(custom.Values.Select(v => v.ToLowerInvariant()).ToArray()))})",
            CustomFieldType.Boolean or CustomFieldType.Select => $"t.custom_fields ->> {key} = ANY ({add(Rows.P(custom.Values.ToArray()))})",
        };
    }
}
