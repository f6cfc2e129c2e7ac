using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Directory;

/// <summary>GET /assets/{id}</summary>
internal static class GetAsset
{
    public static async Task<Answer<AssetResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(AssetKind.One, id, session, cancellationToken);
        return Answer.Ok<AssetResponse>(found.Problem is { } problem ? problem : AssetResponse.From(found.Value));
    }
}

/// <summary>GET /assets/{id}/history: every changed field, newest first.</summary>
internal static class ListAssetHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(AssetKind.One, id, session, cancellationToken);
        return Answer.Ok(found.Problem is { } problem ? problem : await HistoryOf.Read(found.Value.Id, null, null, page, caller, session, cancellationToken));
    }
}
