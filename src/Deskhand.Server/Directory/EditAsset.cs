using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>PUT /assets/{id}: the editable fields become these.</summary>
internal static class ReplaceAsset
{
    public static Task<Answer<AssetResponse>> Handle(string id, AssetFields body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeAsset.Answered(id, request, caller, desk, _ => body, cancellationToken);
}

/// <summary>PATCH /assets/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchAsset
{
    public static Task<Answer<AssetResponse>> Handle(string id, MergePatch<AssetFields> body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeAsset.Answered(id, request, caller, desk, body.ApplyTo, cancellationToken);
}

/// <summary>DELETE /assets/{id}: out of sight; the history stays.</summary>
internal static class DeleteAsset
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(AssetKind.One, caller.Actor, id, version, cancellationToken));
}

internal static class ChangeAsset
{
    public static Task<Answer<AssetResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<AssetFields, Outcome<AssetFields>> edit, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(AssetKind.One, caller.Actor, id, version, edit, cancellationToken), AssetResponse.From);
}
