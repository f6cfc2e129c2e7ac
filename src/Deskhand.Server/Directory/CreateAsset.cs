using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>POST /assets</summary>
internal static class CreateAsset
{
    public static async Task<Created<AssetResponse>> Handle(AssetFields body, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var made = await desk.Create(AssetKind.One, caller.Actor, (id, now) => new Asset { Id = id, Fields = body, CreatedAt = now, UpdatedAt = now }, cancellationToken);
        return Answer.Created<AssetResponse>(made.Problem is { } problem ? problem : AssetResponse.From(made.Value), asset => $"/api/v1/assets/{asset.Id}");
    }
}
