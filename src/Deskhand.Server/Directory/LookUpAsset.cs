using System.Diagnostics.CodeAnalysis;
using Deskhand.Data;
using Deskhand.Http;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Directory;

/// <summary>What stands behind an id, in words.</summary>
/// <param name="Id">The id.</param>
/// <param name="Number">Its number, where that kind of thing has one.</param>
/// <param name="Name">Its name.</param>
internal sealed record NamedEntry(Guid Id, string? Number, string Name);

/// <summary>An asset with what a ticket about it is filled with.</summary>
internal sealed record FoundAssetResponse : AssetResponse
{
    [SetsRequiredMembers]
    public FoundAssetResponse(AssetResponse asset) : base(asset)
    {
    }

    public NamedEntry? Customer { get; init; }

    public NamedEntry? Location { get; init; }

    public NamedEntry? Project { get; init; }
}

/// <summary>GET /assets/lookup?number=DR1734315: the one with a number, in upper or lower case, with what a ticket about it needs.</summary>
internal static class LookUpAsset
{
    public static async Task<Answer<FoundAssetResponse>> Handle(string? number, TenantSession session, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(number) || number.Length > 50 || number.Contains('\0', StringComparison.Ordinal))
            return Answer.Ok<FoundAssetResponse>(Problem.Malformed("number", "Say which: number=DR1734315."));
        var key = number.Trim().ToLowerInvariant();
        return Answer.Ok(await session.Transact<FoundAssetResponse>(async () =>
        {
            if (await session.Db.Set<Asset>().SingleOrDefaultAsync(a => a.NumberKey == key && a.DeletedAt == null, cancellationToken) is not { } asset) return Problem.NotFound("asset");
            var around = (await session.Query("""
                SELECT (SELECT ARRAY[number, name] FROM customers WHERE tenant_id = $1 AND id = $2),
                       (SELECT ARRAY[number, name] FROM projects WHERE tenant_id = $1 AND id = $3),
                       (SELECT ARRAY[NULL, name] FROM locations WHERE tenant_id = $1 AND id = $4)
                """, r => Enumerable.Range(0, 3).Select(i => r.IsDBNull(i) ? null : r.GetFieldValue<string?[]>(i)).ToArray(), cancellationToken,
                Rows.P(session.TenantId), Rows.P(asset.Fields.CustomerId), Rows.P(asset.Fields.ProjectId), Rows.P(asset.Fields.LocationId)))[0];
            return new FoundAssetResponse(AssetResponse.From(asset))
            {
                Customer = Named(asset.Fields.CustomerId, around[0]),
                Project = Named(asset.Fields.ProjectId, around[1]),
                Location = Named(asset.Fields.LocationId, around[2]),
            };
        }, cancellationToken));
    }

    private static NamedEntry? Named(Guid? id, string?[]? words) => id is { } known && words is not null ? new(known, words[0], words[1]!) : null;
}
