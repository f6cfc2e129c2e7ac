using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;
using Deskhand.Sla;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>The filters of tickets, in lists and statistics. The same parameter twice means OR, different ones AND.</summary>
internal record TicketFilters
{
    /// <summary>Status keys.</summary>
    public string[]? Status { get; init; }

    /// <summary>new, open, pending, on_hold, solved, closed.</summary>
    public string[]? StatusCategory { get; init; }

    /// <summary>low, normal, high, urgent.</summary>
    public string[]? Priority { get; init; }

    public string[]? Type { get; init; }

    public string[]? Category { get; init; }

    public string[]? Subcategory { get; init; }

    public string[]? Channel { get; init; }

    /// <summary>A tag; twice means either.</summary>
    public string[]? Tag { get; init; }

    /// <summary>An id, <c>me</c> or <c>none</c>.</summary>
    public string[]? Assignee { get; init; }

    /// <summary>An id or <c>none</c>.</summary>
    public string[]? Group { get; init; }

    /// <summary>An id or <c>none</c>.</summary>
    public string[]? CustomerId { get; init; }

    /// <summary>The incidents of a problem: its id, or <c>none</c>.</summary>
    public string[]? ProblemId { get; init; }

    public string[]? ContactId { get; init; }

    public string[]? LocationId { get; init; }

    public string[]? AssetId { get; init; }

    public string[]? ProjectId { get; init; }

    public string[]? ExternalId { get; init; }

    public string[]? Reference { get; init; }

    /// <summary><c>true</c>: escalated ones, <c>false</c>: the others.</summary>
    public string? Escalated { get; init; }

    /// <summary>breached, at_risk, paused, ok: how it stands with what was promised.</summary>
    public string[]? Sla { get; init; }

    /// <summary><c>true</c>: deleted ones, for those who may restore them; else they are left out.</summary>
    public string? Deleted { get; init; }

    /// <summary>Those that somebody follows: an id or <c>me</c>.</summary>
    public string[]? Follower { get; init; }

    public string? CreatedAfter { get; init; }

    public string? CreatedBefore { get; init; }

    public string? UpdatedAfter { get; init; }

    public string? UpdatedBefore { get; init; }

    public string? DueAfter { get; init; }

    public string? DueBefore { get; init; }

    /// <summary>Words that the ticket contains, all of them; or a reference.</summary>
    public string? Search { get; init; }

    /// <summary>The search language: words, "phrases", beginnings*, status:open, priority>=high, assignee:me, -tag:spam, updated&lt;4hours.</summary>
    public string? Q { get; init; }
}

/// <summary>The parameters of GET /tickets.</summary>
internal sealed record TicketQuery : TicketFilters
{
    /// <summary>-updatedAt (default), updatedAt, -createdAt, createdAt, -number, number, -priority, priority, dueAt, -dueAt, slaDueAt, -slaDueAt; by commas what decides between tickets that are alike by it: updatedAt, createdAt, number, priority, each also with - before it.</summary>
    public string? Sort { get; init; }

    /// <summary>From 1.</summary>
    public string? Page { get; init; }

    /// <summary>Rows a page, 1 to 100.</summary>
    public string? Limit { get; init; }

    public string? Skip { get; init; }

    public string? Take { get; init; }

    /// <summary>From <c>pagination.nextCursor</c> of the page before.</summary>
    public string? Cursor { get; init; }
}

/// <summary>The filters as a predicate on <c>t</c> with its parameters. Names and shapes are constants; only values come from the caller, and only as parameters.</summary>
internal sealed partial class TicketFilter
{
    /// <summary>All tickets that words are looked for in.</summary>
    public const string OfTenant = "t.tenant_id = $1 AND t.deleted_at IS NULL";

    private readonly List<string> conditions = ["t.tenant_id = $1"];

    private TicketFilter(List<NpgsqlParameter> parameters) => Parameters = parameters;

    public List<NpgsqlParameter> Parameters { get; }

    /// <summary>The whole predicate.</summary>
    public string Where => words is null ? WhereWithoutWords : $"{WhereWithoutWords} AND {Match}";

    private string WhereWithoutWords => string.Join(" AND ", conditions);

    /// <summary>Reads the filters, or says what is wrong with the first that is.</summary>
    public static async Task<Outcome<TicketFilter>> Read(TicketFilters q, Caller caller, Rulebook rulebook, TicketSearch search, CancellationToken cancellationToken)
    {
        var asked = await Ask(q, caller, search, cancellationToken);
        return asked.Problem is { } unknown ? unknown : Read(q, asked.Value, caller, rulebook);
    }

    /// <summary>Understands the query of the filters, for who reads with it more than once.</summary>
    public static async Task<Outcome<SearchAsked>> Ask(TicketFilters q, Caller caller, TicketSearch search, CancellationToken cancellationToken)
    {
        var query = Query(q);
        return query.Problem is { } unclear ? unclear : await search.Read(query.Value, caller, cancellationToken);
    }

    /// <summary>Reads the filters beside a query that is understood already.</summary>
    /// <param name="q">The filters.</param>
    /// <param name="asked">The query.</param>
    /// <param name="caller">Whose tickets.</param>
    /// <param name="rulebook">What values there are.</param>
    /// <param name="shared">The parameters of a statement that this filter is one part of; the first is the tenant.</param>
    public static Outcome<TicketFilter> Read(TicketFilters q, SearchAsked asked, Caller caller, Rulebook rulebook, List<NpgsqlParameter>? shared = null)
    {
        var filter = new TicketFilter(shared ?? [Rows.P(caller.TenantId)]);
        var problem =
            filter.OneOf("status", "t.status", q.Status, SearchField.Status, [.. rulebook.Workflow.Statuses.Select(s => s.Key)])
            ?? filter.OneOf("statusCategory", "t.status_category", q.StatusCategory, SearchField.StatusCategory, Wire.All<StatusCategory>())
            ?? filter.PriorityIn(q.Priority)
            ?? filter.OneOf("type", "t.type", q.Type, SearchField.Type, Wire.All<TicketType>())
            ?? filter.OneOf("category", "t.category", q.Category, SearchField.Category, [.. rulebook.Categories.Select(c => c.Key)])
            ?? filter.Texts("subcategory", "t.subcategory", q.Subcategory)
            ?? filter.OneOf("channel", "t.channel", q.Channel, SearchField.Channel, Wire.All<Channel>())
            ?? filter.Ids("assignee", "t.assignee_id", q.Assignee, caller.UserId, SearchField.Assignee)
            ?? filter.Ids("group", "t.group_id", q.Group, null, SearchField.Group)
            ?? filter.Ids("customerId", "t.customer_id", q.CustomerId, null)
            ?? filter.Ids("problemId", "t.problem_id", q.ProblemId, null)
            ?? filter.Ids("contactId", "t.contact_id", q.ContactId, null)
            ?? filter.Ids("locationId", "t.location_id", q.LocationId, null)
            ?? filter.Ids("assetId", "t.asset_id", q.AssetId, null)
            ?? filter.Ids("projectId", "t.project_id", q.ProjectId, null)
            ?? filter.Texts("externalId", "t.external_id", q.ExternalId)
            ?? filter.Texts("reference", "t.reference", q.Reference?.Select(r => r.ToUpperInvariant()).ToArray())
            ?? filter.Flag("escalated", "t.escalation_level > 0", q.Escalated)
            ?? filter.SlaIn(q.Sla)
            ?? filter.WhetherDeleted(q.Deleted, caller)
            ?? filter.Followers(q.Follower, caller.UserId)
            ?? filter.Instant("createdAfter", "t.created_at >", q.CreatedAfter)
            ?? filter.Instant("createdBefore", "t.created_at <", q.CreatedBefore)
            ?? filter.Instant("updatedAfter", "t.updated_at >", q.UpdatedAfter)
            ?? filter.Instant("updatedBefore", "t.updated_at <", q.UpdatedBefore)
            ?? filter.Instant("dueAfter", "t.due_at >", q.DueAfter)
            ?? filter.Instant("dueBefore", "t.due_at <", q.DueBefore)
            ?? filter.Tags(q.Tag);
        if (problem is not null) return problem;
        if (TicketScopes.Where(caller, filter.Parameters) is { } scope) filter.Also(scope, TicketScopes.Facets(caller));
        filter.Take(asked, caller);
        return filter.words is not null && q.Deleted == "true"
            ? Problem.Malformed("q", "Words are looked for in tickets that are not deleted; find deleted ones by filters, by reference too.")
            : filter;
    }

    /// <summary>Adds the place after which the page begins: a row comparison, which an index answers at any depth.</summary>
    public void After(TicketOrder order, IReadOnlyList<NpgsqlParameter> values)
    {
        if (values is [NpgsqlParameter<DateTimeOffset> { TypedValue: var at }, NpgsqlParameter<Guid> { TypedValue: var id }]) Until = (at, id);
        var places = values.Select(v =>
        {
            Parameters.Add(v);
            return "$" + Parameters.Count;
        }).ToArray();
        var comparison = order.Descending ? "<" : ">";
        conditions.Add($"({string.Join(", ", order.Columns)}) {comparison} ({string.Join(", ", places)})");
        // what is worked out of a column is not compared before row level security has let the row through, so the index is asked for the columns before it
        var plain = order.Columns.TakeWhile(c => !c.StartsWith('-')).Count();
        if (plain < order.Columns.Length) conditions.Add($"({string.Join(", ", order.Columns.Take(plain))}) {comparison}= ({string.Join(", ", places.Take(plain))})");
    }

    /// <summary>The parameters with two more, and the names of those.</summary>
    public NpgsqlParameter[] With(NpgsqlParameter first, NpgsqlParameter second, out string nameOfFirst, out string nameOfSecond)
    {
        (nameOfFirst, nameOfSecond) = ($"${Parameters.Count + 1}", $"${Parameters.Count + 2}");
        return [.. Parameters.Select(p => p.Clone()), first, second];
    }

    /// <summary>The name of one more parameter behind all others.</summary>
    public string Next => $"${Parameters.Count + 1}";

    public void Also(string condition) => conditions.Add(condition);

    private void Also(string condition, string[]? facetNames)
    {
        conditions.Add(condition);
        if (facetNames is not null) facets.Add(new(condition, facetNames));
    }

    private string Add(NpgsqlParameter parameter)
    {
        Parameters.Add(parameter);
        return "$" + Parameters.Count;
    }

    private Problem? OneOf(string name, string column, string[]? values, SearchField field, ImmutableArray<string> allowed)
    {
        if (values is null or []) return null;
        foreach (var value in values)
            if (!allowed.Contains(value, StringComparer.Ordinal))
                return Problem.Malformed(name, $"There is no such value; there are: {string.Join(", ", allowed)}.") with { Allowed = allowed };
        Also(values.Length == 1 ? $"{column} = {Add(Rows.P(values[0]))}" : $"{column} = ANY ({Add(Rows.P(values))})", SearchFacets.Names(field, values));
        return null;
    }

    private Problem? PriorityIn(string[]? values)
    {
        if (values is null or []) return null;
        var numbers = new List<short>();
        foreach (var value in values)
        {
            if (Wire.Find<Priority>(value) is not { } priority)
                return Problem.Malformed("priority", $"There is no such value; there are: {string.Join(", ", Wire.All<Priority>())}.") with { Allowed = Wire.All<Priority>() };
            numbers.Add((short)priority);
        }

        Also(numbers.Count == 1 ? $"t.priority = {Add(Rows.P(numbers[0]))}" : $"t.priority = ANY ({Add(Rows.P(numbers.ToArray()))})", SearchFacets.Names(numbers));
        return null;
    }

    private Problem? Texts(string name, string column, string[]? values)
    {
        if (values is null or []) return null;
        if (values.Any(v => v.Length > 200 || v.Contains('\0', StringComparison.Ordinal))) return Problem.Malformed(name, "This value is too long.");
        conditions.Add(values.Length == 1 ? $"{column} = {Add(Rows.P(values[0]))}" : $"{column} = ANY ({Add(Rows.P(values))})");
        return null;
    }

    private Problem? Ids(string name, string column, string[]? values, Guid? me, SearchField? field = null)
    {
        if (values is null or []) return null;
        var ids = new List<Guid>();
        var none = false;
        foreach (var value in values)
        {
            if (value == "none") none = true;
            else if (value == "me" && me is { } self) ids.Add(self);
            else if (Guid.TryParseExact(value, "D", out var id)) ids.Add(id);
            else return Problem.Malformed(name, me is null ? "This is an id or none." : "This is an id, me or none.");
        }

        var isOne = ids.Count switch
        {
            0 => null,
            1 => $"{column} = {Add(Rows.P(ids[0]))}",
            _ => $"{column} = ANY ({Add(Rows.P(ids.ToArray()))})",
        };
        Also((isOne, none) switch
        {
            (null, _) => $"{column} IS NULL",
            (_, false) => isOne,
            (_, true) => $"({column} IS NULL OR {isOne})",
        }, field is { } known ? SearchFacets.Names(known, ids, none) : null);
        return null;
    }

    /// <summary>The predicate of some states of the clocks. The states are written out, since the index leaves out <c>ok</c>, which most tickets are.</summary>
    public static string OfSla(IEnumerable<string> states)
    {
        var named = Wire.All<SlaState>().Intersect(states, StringComparer.Ordinal).Select(s => $"'{s}'").ToList();
        return named.Contains("'ok'", StringComparer.Ordinal)
            ? $"t.sla_state IN ({string.Join(", ", named)})"
            : $"t.id IN (SELECT w.ticket_id FROM ticket_sla w WHERE w.tenant_id = $1 AND w.policy_id IS NOT NULL AND w.state IN ({string.Join(", ", named)}))";
    }

    private Problem? SlaIn(string[]? values)
    {
        if (values is null or []) return null;
        var allowed = Wire.All<SlaState>();
        if (values.Except(allowed, StringComparer.Ordinal).Any()) return Problem.Malformed("sla", $"There is no such value; there are: {string.Join(", ", allowed)}.") with { Allowed = allowed };
        conditions.Add(OfSla(values));
        return null;
    }

    private Problem? Flag(string name, string condition, string? value)
    {
        if (value is null) return null;
        if (value is not ("true" or "false")) return Problem.Malformed(name, "This is true or false.");
        conditions.Add(value == "true" ? condition : $"NOT ({condition})");
        return null;
    }

    private Problem? WhetherDeleted(string? value, Caller caller)
    {
        if (value is not (null or "true" or "false")) return Problem.Malformed("deleted", "This is true or false.");
        if (value == "true" && !caller.May(Permission.TicketsDelete)) return Problem.Forbidden(Permissions.Name(Permission.TicketsDelete));
        conditions.Add(value == "true" ? "t.deleted_at IS NOT NULL" : "t.deleted_at IS NULL");
        return null;
    }

    private Problem? Followers(string[]? values, Guid me)
    {
        if (values is null or []) return null;
        var ids = new List<Guid>();
        foreach (var value in values)
        {
            if (value == "me") ids.Add(me);
            else if (Guid.TryParseExact(value, "D", out var id)) ids.Add(id);
            else return Problem.Malformed("follower", "This is an id or me.");
        }

        conditions.Add($"t.id IN (SELECT f.ticket_id FROM ticket_followers f WHERE f.tenant_id = $1 AND f.user_id = ANY ({Add(Rows.P(ids.ToArray()))}))");
        return null;
    }

    private Problem? Instant(string name, string comparison, string? value)
    {
        if (value is null) return null;
        if (Instants.Parse(value) is not { } instant) return Problem.Malformed(name, "This is an instant such as 2026-11-20T09:30:00Z.");
        conditions.Add($"{comparison} {Add(Rows.P(instant))}");
        return null;
    }

    private Problem? Tags(string[]? values)
    {
        if (values is null or []) return null;
        if (values.Any(v => v.Length > 200 || v.Contains('\0', StringComparison.Ordinal))) return Problem.Malformed("tag", "This value is too long.");
        var tags = values.Select(v => v.Trim().ToLowerInvariant()).ToArray();
        Also($"t.id IN (SELECT g.ticket_id FROM ticket_tags g WHERE g.tenant_id = $1 AND g.tag = ANY ({Add(Rows.P(tags))}))", SearchFacets.Names(SearchField.Tag, tags));
        return null;
    }
}
