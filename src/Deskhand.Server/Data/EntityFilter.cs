using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Data;

/// <summary>
/// Narrows a list by its filters, one line each. The same parameter twice means OR, different ones AND; the first value that cannot be
/// understood becomes the <see cref="Problem"/>. Values reach the database as parameters only.
/// </summary>
internal sealed class EntityFilter<TRow>(IQueryable<TRow> rows) where TRow : class
{
    public IQueryable<TRow> Rows { get; private set; } = rows;

    public Problem? Problem { get; private set; }

    /// <summary>One of the names of an enum.</summary>
    public EntityFilter<TRow> OneOf<T>(string name, string[]? values, Expression<Func<TRow, T>> column) where T : struct, Enum
    {
        var wanted = new List<T>();
        foreach (var value in values ?? [])
        {
            if (Wire.Find<T>(value) is { } known) wanted.Add(known);
            else Refuse(Problem.Malformed(name, $"There is no such value; there are: {string.Join(", ", Wire.All<T>())}.") with { Allowed = Wire.All<T>() });
        }

        return In(column, wanted);
    }

    /// <summary>Exactly this text.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="values">What was asked for.</param>
    /// <param name="column">The column.</param>
    /// <param name="toKey">Brings a value into the form of the column, when that is not as typed.</param>
    public EntityFilter<TRow> Text(string name, string[]? values, Expression<Func<TRow, string?>> column, Func<string, string>? toKey = null)
    {
        foreach (var value in values ?? [])
            if (value.Length > 300 || value.Contains('\0', StringComparison.Ordinal)) Refuse(Problem.Malformed(name, "At most 300 characters."));
        return In(column, [.. (values ?? []).Select(v => toKey is null ? v : toKey(v))]);
    }

    /// <summary>An id; <c>none</c> for rows that have none, where that can be.</summary>
    public EntityFilter<TRow> Id(string name, string[]? values, Expression<Func<TRow, Guid?>> column, bool orNone = false)
    {
        if (values is null or []) return this;
        var ids = new List<Guid?>();
        foreach (var value in values)
        {
            if (orNone && value == "none") ids.Add(null);
            else if (Guid.TryParseExact(value, "D", out var id)) ids.Add(id);
            else Refuse(Problem.Malformed(name, orNone ? "This is an id or none." : "This is an id."));
        }

        return In(column, ids);
    }

    /// <summary>True or false.</summary>
    public EntityFilter<TRow> Flag(string name, string? value, Expression<Func<TRow, bool>> column)
    {
        if (value is null) return this;
        if (value is not ("true" or "false")) return Refuse(Problem.Malformed(name, "This is true or false.") with { Allowed = ["true", "false"] });
        // written out, not as a parameter, so that a partial index can be found
        return Where(value == "true" ? column : Expression.Lambda<Func<TRow, bool>>(Expression.Not(column.Body), column.Parameters));
    }

    /// <summary>Later than one instant and earlier than another.</summary>
    public EntityFilter<TRow> Between(string after, string? from, string before, string? to, Expression<Func<TRow, DateTimeOffset>> column)
    {
        if (from is not null && Instant(after, from) is { } earliest) Where(Compare(Expression.GreaterThan, column, earliest));
        if (to is not null && Instant(before, to) is { } latest) Where(Compare(Expression.LessThan, column, latest));
        return this;
    }

    /// <summary>Those whose ids a search answers with.</summary>
    public EntityFilter<TRow> Found(string name, string? text, Func<string, IQueryable<Guid>> search, Expression<Func<TRow, Guid>> id)
    {
        if (string.IsNullOrWhiteSpace(text)) return this;
        if (text.Length > 200 || text.Contains('\0', StringComparison.Ordinal)) return Refuse(Problem.Malformed(name, "At most 200 characters."));
        var contains = Expression.Call(typeof(Queryable), nameof(Queryable.Contains), [typeof(Guid)], search(text).Expression, id.Body);
        return Where(Expression.Lambda<Func<TRow, bool>>(contains, id.Parameters));
    }

    public EntityFilter<TRow> Where(Expression<Func<TRow, bool>> condition)
    {
        Rows = Rows.Where(condition);
        return this;
    }

    private EntityFilter<TRow> Refuse(Problem problem)
    {
        Problem ??= problem;
        return this;
    }

    private EntityFilter<TRow> In<T>(Expression<Func<TRow, T>> column, List<T> values) => values switch
    {
        [] => this,
        // equality, not a list of one: only then does an index keep its order
        [var one] => Where(Compare(Expression.Equal, column, one)),
        _ => Where(Expression.Lambda<Func<TRow, bool>>(Expression.Call(Value(values), nameof(values.Contains), null, column.Body), column.Parameters)),
    };

    private DateTimeOffset? Instant(string name, string text)
    {
        if (Instants.Parse(text) is { } instant) return instant;
        Refuse(Problem.Malformed(name, "This is an instant such as 2026-11-20T09:30:00Z."));
        return null;
    }

    private static Expression<Func<TRow, bool>> Compare<T>(Func<Expression, Expression, BinaryExpression> how, Expression<Func<TRow, T>> column, T value) =>
        Expression.Lambda<Func<TRow, bool>>(how(column.Body, Value(value)), column.Parameters);

    /// <summary>A member access, which becomes a parameter of the statement; a constant would stand in its text.</summary>
    private static MemberExpression Value<T>(T value) => Expression.Field(Expression.Constant(new StrongBox<T>(value)), nameof(StrongBox<T>.Value));
}
