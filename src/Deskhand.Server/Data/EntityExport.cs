using Microsoft.EntityFrameworkCore;

namespace Deskhand.Data;

/// <summary>All rows of a list, however many, in parts of a thousand: each part is read by itself, so that an export of hours holds no transaction open.</summary>
internal static class EntityExport
{
    private const int AtOnce = 1000;

    /// <summary>Reads every row in an order.</summary>
    /// <param name="session">Where.</param>
    /// <param name="rows">The rows that the filters leave, not sorted.</param>
    /// <param name="order">Out of the orders that the list offers.</param>
    /// <param name="write">Takes the rows of a part, inside its transaction.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task Read<TRow>(
        TenantSession session, Func<DeskDb, IQueryable<TRow>> rows, ListOrder<TRow> order, Func<IReadOnlyList<TRow>, Task> write, CancellationToken cancellationToken) where TRow : class
    {
        string? cursor = null;
        do
        {
            cursor = (await session.Transact<string?>(async () =>
            {
                var rest = cursor is null ? rows(session.Db) : rows(session.Db).Where(order.After(cursor).Value);
                var part = await order.Part(rest, 0, AtOnce).ToListAsync(cancellationToken);
                if (part.Count > 0) await write(part);
                return part.Count == AtOnce ? order.CursorAt(part[^1]) : null;
            }, cancellationToken)).Value;
        }
        while (cursor is not null);
    }
}
