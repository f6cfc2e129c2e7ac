using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Data;

/// <summary>A list of mapped rows: filtered by the caller, sorted, by page or by cursor, counted while they are few.</summary>
internal static class EntityList
{
    /// <summary>Up to here a list is counted; beyond, the planner's estimate stands in.</summary>
    private const int CountedUpTo = 1000;

    /// <summary>One page.</summary>
    /// <param name="rows">The rows that the filters leave, not sorted.</param>
    /// <param name="order">Out of the orders that the list offers.</param>
    /// <param name="page">What part is asked for.</param>
    /// <param name="show">Makes the public representation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Outcome<Page<TShown>>> Read<TRow, TShown>(
        IQueryable<TRow> rows, ListOrder<TRow> order, PageRequest page, Func<TRow, TShown> show, CancellationToken cancellationToken) where TRow : class
    {
        var part = rows;
        if (page.Cursor is { } cursor)
        {
            var behind = order.After(cursor);
            if (behind.Problem is { } problem) return problem;
            part = rows.Where(behind.Value);
        }

        var found = await order.Part(part, page.Skip, page.Limit + 1).ToListAsync(cancellationToken);
        var more = found.Count > page.Limit;
        if (more) found.RemoveAt(page.Limit);
        var next = more ? order.CursorAt(found[^1]) : null;
        Page<TShown> Answer(int? number, long? total, bool isEstimate) =>
            new([.. found.Select(show)], new(number, page.Limit, total, isEstimate, next, more));

        if (page.Cursor is not null) return Answer(null, null, false);
        // a page that is not full tells how many there are
        if (!more && (found.Count > 0 || page.Skip == 0)) return Answer(page.Page, page.Skip + found.Count, false);
        var (total, isEstimate) = await Count(rows, cancellationToken);
        return Answer(page.Page, total, isEstimate);
    }

    private static async Task<(long Total, bool IsEstimate)> Count<TRow>(IQueryable<TRow> rows, CancellationToken cancellationToken) where TRow : class
    {
        var counted = await rows.Take(CountedUpTo + 1).CountAsync(cancellationToken);
        return counted <= CountedUpTo ? (counted, false) : (Math.Max(counted, await Estimate(rows, cancellationToken)), true);
    }

    [SuppressMessage("Security", "CA2100", Justification = "The text is EF's own; values travel as parameters.")]
    private static async Task<long> Estimate<TRow>(IQueryable<TRow> rows, CancellationToken cancellationToken) where TRow : class
    {
        await using var command = rows.CreateDbCommand();
        command.CommandText = "EXPLAIN (FORMAT JSON) " + command.CommandText;
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        return (long)plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }
}
