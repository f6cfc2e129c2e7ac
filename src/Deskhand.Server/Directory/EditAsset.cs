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
    public static async Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        return expected.Problem is not null ? Answer.Done(expected) : Answer.Done(await desk.Delete(AssetKind.One, caller.Actor, id, expected.Value, cancellationToken));
    }
}

internal static class ChangeAsset
{
    public static async Task<Answer<AssetResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<AssetFields, Outcome<AssetFields>> edit, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<AssetResponse>(malformed);
        var changed = await desk.Change(AssetKind.One, caller.Actor, id, expected.Value, edit, cancellationToken);
        return Answer.Ok<AssetResponse>(changed.Problem is { } problem ? problem : AssetResponse.From(changed.Value));
    }
}
