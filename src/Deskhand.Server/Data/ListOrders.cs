using System.Collections.Immutable;
using System.Globalization;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Data;

/// <summary>
/// The orders that a list offers, as a table: <c>new ListOrders&lt;Customer&gt;(c => c.Id).By("name", c => c.NameKey)</c>. Each name stands
/// for the rising order and, with a minus, for the falling one; the first is the default. A key is a mapped column that is never
/// null, and each has an index (tenant_id, key, id), so that any page of it costs the same.
/// </summary>
/// <param name="id">Makes every order total.</param>
internal sealed class ListOrders<TRow>(Expression<Func<TRow, Guid>> id) where TRow : class
{
    private readonly List<ListOrder<TRow>> orders = [];

    public ImmutableArray<string> Names => [.. orders.Select(o => o.Name)];

    public ListOrders<TRow> By<TKey>(string name, Expression<Func<TRow, TKey>> key) => Add(name, key, falling: false).Add("-" + name, key, falling: true);

    /// <summary>The same, with the falling order first: the newest on top.</summary>
    public ListOrders<TRow> ByNewest<TKey>(string name, Expression<Func<TRow, TKey>> key) => Add("-" + name, key, falling: true).Add(name, key, falling: false);

    /// <summary>The order with a name, or the default.</summary>
    public Outcome<ListOrder<TRow>> Read(string? sort) =>
        sort is null ? orders[0]
        : orders.Find(o => o.Name == sort) is { } order ? order
        : Problem.Malformed("sort", $"There is no such order; there are: {string.Join(", ", Names)}.") with { Allowed = Names };

    private ListOrders<TRow> Add<TKey>(string name, Expression<Func<TRow, TKey>> key, bool falling)
    {
        orders.Add(new ListOrder<TRow, TKey>(name, key, id, falling));
        return this;
    }
}

/// <summary>One order of a list.</summary>
internal abstract class ListOrder<TRow>(string name) where TRow : class
{
    /// <summary>As in <c>sort=</c>.</summary>
    public string Name { get; } = name;

    /// <summary>A part of the rows, in this order.</summary>
    public abstract IQueryable<TRow> Part(IQueryable<TRow> rows, int skip, int take);

    /// <summary>What is behind a place, or a problem when the cursor is not of this order.</summary>
    public abstract Outcome<Expression<Func<TRow, bool>>> After(string cursor);

    /// <summary>The place of a row, to go on after it.</summary>
    public abstract string CursorAt(TRow row);
}

internal sealed class ListOrder<TRow, TKey>(string name, Expression<Func<TRow, TKey>> key, Expression<Func<TRow, Guid>> id, bool falling) : ListOrder<TRow>(name)
    where TRow : class
{
    private readonly Func<TRow, TKey> keyOf = key.Compile();
    private readonly Func<TRow, Guid> idOf = id.Compile();

    public override IQueryable<TRow> Part(IQueryable<TRow> rows, int skip, int take) => Sort(rows).Skip(skip).Take(take);

    public override Outcome<Expression<Func<TRow, bool>>> After(string cursor)
    {
        var read = Cursors.Read(cursor, Name, 2);
        if (read.Problem is { } problem) return problem;
        if (Parse(read.Value[0]) is not TKey last || !Guid.TryParseExact(read.Value[1], "D", out var lastId))
            return Problem.Malformed("cursor", "This is not a cursor of this list.");

        // (key, id) > (last, lastId), a row comparison: the index finds it at any depth
        var row = Expression.Parameter(typeof(TRow), "row");
        var here = Pair(In(key, row), In(id, row));
        var place = Pair(Value(last), Value(lastId));
        var compare = falling ? nameof(NpgsqlDbFunctionsExtensions.LessThan) : nameof(NpgsqlDbFunctionsExtensions.GreaterThan);
        var behind = Expression.Call(typeof(NpgsqlDbFunctionsExtensions), compare, null, Expression.Constant(EF.Functions), here, place);
        return Expression.Lambda<Func<TRow, bool>>(behind, row);
    }

    public override string CursorAt(TRow row) => Cursors.Write(Name, Text(keyOf(row)), idOf(row).ToString());

    private IQueryable<TRow> Sort(IQueryable<TRow> rows) => falling ? rows.OrderByDescending(key).ThenByDescending(id) : rows.OrderBy(key).ThenBy(id);

    private static Expression In<T>(Expression<Func<TRow, T>> column, ParameterExpression row) =>
        new Replacing(column.Parameters[0], row).Visit(column.Body);

    /// <summary>A member access, which becomes a parameter of the statement; a constant would stand in its text.</summary>
    private static MemberExpression Value<T>(T value) => Expression.Field(Expression.Constant(new StrongBox<T>(value)), nameof(StrongBox<T>.Value));

    private static UnaryExpression Pair(Expression first, Expression second) =>
        Expression.Convert(Expression.Call(typeof(ValueTuple), nameof(ValueTuple.Create), [first.Type, second.Type], first, second), typeof(ITuple));

    private static string Text(TKey value) => value switch
    {
        DateTimeOffset instant => Cursors.Instant(instant),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value!.ToString()!,
    };

    private static object? Parse(string? text) =>
        text is null || text.Contains('\0', StringComparison.Ordinal) ? null
        : typeof(TKey) == typeof(string) ? text
        : typeof(TKey) == typeof(DateTimeOffset) ? Cursors.Instant(text)
        : typeof(TKey) == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? large
        : typeof(TKey) == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small) ? small
        : null;

    private sealed class Replacing(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
