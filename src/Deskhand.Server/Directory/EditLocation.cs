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
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(LocationKind.One, caller.Actor, id, version, cancellationToken));
}

internal static class ChangeLocation
{
    public static Task<Answer<LocationResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<LocationFields, Outcome<LocationFields>> edit, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(LocationKind.One, caller.Actor, id, version, edit, cancellationToken), LocationResponse.From);
}
