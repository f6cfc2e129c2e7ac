using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>PUT /locations/{id}: the editable fields become these.</summary>
internal static class ReplaceLocation
{
    public static Task<Answer<LocationResponse>> Handle(string id, LocationFields body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeLocation.Answered(id, request, caller, desk, _ => body, cancellationToken);
}

/// <summary>PATCH /locations/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchLocation
{
    public static Task<Answer<LocationResponse>> Handle(string id, MergePatch<LocationFields> body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeLocation.Answered(id, request, caller, desk, body.ApplyTo, cancellationToken);
}

/// <summary>DELETE /locations/{id}: out of sight; the history stays.</summary>
internal static class DeleteLocation
{
    public static async Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        return expected.Problem is not null ? Answer.Done(expected) : Answer.Done(await desk.Delete(LocationKind.One, caller.Actor, id, expected.Value, cancellationToken));
    }
}

internal static class ChangeLocation
{
    public static async Task<Answer<LocationResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<LocationFields, Outcome<LocationFields>> edit, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<LocationResponse>(malformed);
        var changed = await desk.Change(LocationKind.One, caller.Actor, id, expected.Value, edit, cancellationToken);
        return Answer.Ok<LocationResponse>(changed.Problem is { } problem ? problem : LocationResponse.From(changed.Value));
    }
}
