using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Access;

/// <summary>An order that a list offers.</summary>
/// <param name="Name">As <c>sort</c> names it.</param>
/// <param name="Column">An expression that is never null.</param>
/// <param name="IsInstant">An instant; otherwise text.</param>
/// <param name="Descending">Greatest first.</param>
internal sealed record ListOrder(string Name, string Column, bool IsInstant, bool Descending = false)
{
    public string Sort => Descending ? "-" + Name : Name;

    /// <summary>The offered order that <c>sort</c> asks for; the first when it asks for none.</summary>
    public static Outcome<ListOrder> Read(string? sort, ImmutableArray<ListOrder> offered)
    {
        if (sort is null) return offered[0];
        var descending = sort.StartsWith('-');
        var name = descending ? sort[1..] : sort;
        return offered.FirstOrDefault(o => o.Name == name) is { } order
            ? order with { Descending = descending }
            : Problem.Malformed("sort", $"There is no such order; there are: {string.Join(", ", offered.Select(o => o.Name))}, each also with - before it.")
                with
            { Allowed = [.. offered.Select(o => o.Name)] };
    }
}

/// <summary>A list that is small enough to be counted: its filters, and a page of it by number or by place. Only values come from the caller, as parameters.</summary>
/// <param name="session">The tenant.</param>
/// <param name="columns">What is read of each row.</param>
/// <param name="from">The table and its alias, with joins.</param>
/// <param name="alias">The alias whose <c>id</c> makes the order total.</param>
internal sealed class KeysetList(TenantSession session, string columns, string from, string alias)
{
    private const int CountedUpTo = 10_000;
    private readonly List<string> conditions = [$"{alias}.tenant_id = $1"];
    private readonly List<NpgsqlParameter> parameters = [Rows.P(session.TenantId)];

    /// <summary>Adds a value; answers with its place in the statement.</summary>
    public string Value(NpgsqlParameter parameter)
    {
        parameters.Add(parameter);
        return "$" + parameters.Count;
    }

    public void Where(string condition) => conditions.Add(condition);

    /// <summary>A filter by names out of a fixed set; any of several.</summary>
    public Problem? OneOf(string name, string column, string[]? values, ImmutableArray<string> allowed)
    {
        if (values is null or []) return null;
        if (values.Any(v => !allowed.Contains(v, StringComparer.Ordinal)))
            return Problem.Malformed(name, $"There is no such value; there are: {string.Join(", ", allowed)}.") with { Allowed = allowed };
        Where($"{column} = ANY ({Value(Rows.P(values))})");
        return null;
    }

    public Problem? Flag(string name, string condition, string? value)
    {
        if (value is null) return null;
        if (value is not ("true" or "false")) return Problem.Malformed(name, "This is true or false.");
        Where(value == "true" ? condition : $"NOT ({condition})");
        return null;
    }

    /// <summary>A filter by id; <paramref name="condition"/> holds {0} where it stands.</summary>
    public Problem? Id(string name, string condition, string? value)
    {
        if (value is null) return null;
        if (!Guid.TryParseExact(value, "D", out var id)) return Problem.Malformed(name, "This is an id.");
        Where(condition.Replace("{0}", Value(Rows.P(id)), StringComparison.Ordinal));
        return null;
    }

    public Problem? Instant(string name, string comparison, string? value)
    {
        if (value is null) return null;
        if (Instants.Parse(value) is not { } instant) return Problem.Malformed(name, "This is an instant such as 2026-11-20T09:30:00Z.");
        Where($"{comparison} {Value(Rows.P(instant))}");
        return null;
    }

    /// <summary>A filter by text; <paramref name="condition"/> holds {0} where it stands.</summary>
    public Problem? Text(string name, string condition, string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) return null;
        if (value.Length > 200 || value.Contains('\0', StringComparison.Ordinal)) return Problem.Malformed(name, "At most 200 characters.");
        Where(condition.Replace("{0}", Value(Rows.P(value.Trim())), StringComparison.Ordinal));
        return null;
    }

    /// <summary>The filters that every list of changing things takes.</summary>
    public Problem? Times(ListQuery query) =>
        Instant("createdAfter", $"{alias}.created_at >", query.CreatedAfter) ?? Instant("createdBefore", $"{alias}.created_at <", query.CreatedBefore)
        ?? Instant("updatedAfter", $"{alias}.updated_at >", query.UpdatedAfter) ?? Instant("updatedBefore", $"{alias}.updated_at <", query.UpdatedBefore);

    public async Task<Outcome<Page<T>>> Read<T>(PageRequest page, ListOrder order, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        long? total = null;
        if (page.Cursor is { } cursor)
        {
            if (Place(cursor, order) is { } wrong) return wrong;
        }
        else
        {
            total = (await session.Query($"SELECT count(*) FROM (SELECT 1 FROM {from} WHERE {string.Join(" AND ", conditions)} LIMIT {CountedUpTo + 1}) few",
                r => r.GetInt64(0), cancellationToken, [.. parameters.Select(p => p.Clone())]))[0];
        }

        var direction = order.Descending ? "DESC" : "ASC";
        var rows = await session.Query($"""
            SELECT {columns}, {order.Column}, {alias}.id FROM {from} WHERE {string.Join(" AND ", conditions)}
            ORDER BY {order.Column} {direction}, {alias}.id {direction} OFFSET {page.Skip} LIMIT {page.Limit + 1}
            """, r => (Row: map(r), Place: Cursors.Write(order.Sort,
                order.IsInstant ? Cursors.Instant(r.GetFieldValue<DateTimeOffset>(r.FieldCount - 2)) : r.GetString(r.FieldCount - 2), r.GetGuid(r.FieldCount - 1).ToString())),
            cancellationToken, [.. parameters]);
        var more = rows.Count > page.Limit;
        if (more) rows.RemoveAt(page.Limit);
        return new Page<T>([.. rows.Select(r => r.Row)],
            new(page.Cursor is null ? page.Page : null, page.Limit, total, total > CountedUpTo, more ? rows[^1].Place : null, more));
    }

    private Problem? Place(string cursor, ListOrder order)
    {
        var values = Cursors.Read(cursor, order.Sort, 2);
        if (values.Problem is { } problem) return problem;
        if (values.Value is not [{ } first, { } second] || !Guid.TryParse(second, out var id) || first.Contains('\0', StringComparison.Ordinal)
            || (order.IsInstant && Cursors.Instant(first) is null))
            return Problem.Malformed("cursor", "This cursor is not one of this list in this order; begin without it.");
        var place = order.IsInstant ? Rows.P(Cursors.Instant(first)!.Value) : Rows.P(first);
        Where($"({order.Column}, {alias}.id) {(order.Descending ? "<" : ">")} ({Value(place)}, {Value(Rows.P(id))})");
        return null;
    }
}
