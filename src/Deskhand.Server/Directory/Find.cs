using Deskhand.Data;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>Finds one entry to be read.</summary>
internal static class Find
{
    public static async Task<Outcome<TRow>> Row<TRow, TFields>(Kind<TRow, TFields> kind, string address, TenantSession session, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        if (!Guid.TryParseExact(address, "D", out var id)) return Problem.NotFound(kind.Name);
        return await session.Read(db => db.Set<TRow>().SingleOrDefaultAsync(r => r.Id == id && r.DeletedAt == null, cancellationToken), cancellationToken) is { } row
            ? row
            : Problem.NotFound(kind.Name);
    }
}
