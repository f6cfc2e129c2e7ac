using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Tickets;

/// <summary>The parameters of the lists of categories and custom fields.</summary>
internal sealed record DefinitionQuery : PageQuery
{
    /// <summary><c>true</c>: active ones, <c>false</c>: the others.</summary>
    public string? Active { get; init; }
}

/// <summary>Reading what a tenant has laid down: short lists, in the order that people gave them.</summary>
internal static class Definitions
{
    public static async Task<TRow?> Find<TRow, TFields>(DefinitionKind<TRow, TFields> kind, string address, TenantSession session, CancellationToken cancellationToken)
        where TRow : Definition<TFields> where TFields : class, IFields<TFields> =>
        Guid.TryParseExact(address, "D", out var id)
            ? await session.Read(db => db.Set<TRow>().SingleOrDefaultAsync(r => r.Id == id, cancellationToken), cancellationToken)
            : null;

    public static async Task<Outcome<Page<TRow>>> List<TRow, TFields>(
        DefinitionKind<TRow, TFields> kind, DefinitionQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
        where TRow : Definition<TFields> where TFields : class, IFields<TFields>
    {
        if (query.Active is not (null or "true" or "false")) return Problem.Malformed("active", "This is true or false.");
        var rows = await session.Read(db => db.Set<TRow>().ToListAsync(cancellationToken), cancellationToken);
        var asked = rows.Where(r => query.Active is null || kind.IsActive(r.Fields) == (query.Active == "true"))
            .OrderBy(r => kind.PositionOf(r.Fields)).ThenBy(r => kind.KeyOf(r.Fields), StringComparer.Ordinal);
        return Page([.. asked], r => r.Id.ToString(), query, caller);
    }

    /// <summary>A page of a list that is at hand as a whole. A cursor names the last row seen.</summary>
    public static Outcome<Page<T>> Page<T>(IReadOnlyList<T> rows, Func<T, string> nameOf, PageQuery query, Caller caller)
    {
        const string order = "position";
        var asked = query.ReadPage(caller.PageLimit);
        if (asked.Problem is { } malformed) return malformed;
        var request = asked.Value;
        var first = request.Skip;
        if (request.Cursor is { } place)
        {
            var read = Cursors.Read(place, order, 1);
            if (read.Problem is { } stale) return stale;
            first = rows.Select(nameOf).ToList().IndexOf(read.Value[0] ?? "") + 1;
            if (first == 0) return Problem.Malformed("cursor", "The row of this cursor is gone; begin without it.");
        }

        var shown = rows.Skip(first).Take(request.Limit).ToList();
        var more = first + shown.Count < rows.Count;
        return new Page<T>(shown, new(request.Cursor is null ? request.Page : null, request.Limit, request.Cursor is null ? rows.Count : null, false,
            more ? Cursors.Write(order, nameOf(shown[^1])) : null, more));
    }

    public static Outcome<Page<TOut>> Select<TIn, TOut>(this Outcome<Page<TIn>> page, Func<TIn, TOut> show) =>
        page.Problem is { } problem ? problem : new Page<TOut>([.. page.Value.Data.Select(show)], page.Value.Pagination);
}
