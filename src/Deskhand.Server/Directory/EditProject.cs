using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>PUT /projects/{id}: the editable fields become these.</summary>
internal static class ReplaceProject
{
    public static Task<Answer<ProjectResponse>> Handle(string id, ProjectFields body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeProject.Answered(id, request, caller, desk, _ => body, cancellationToken);
}

/// <summary>PATCH /projects/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchProject
{
    public static Task<Answer<ProjectResponse>> Handle(string id, MergePatch<ProjectFields> body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeProject.Answered(id, request, caller, desk, body.ApplyTo, cancellationToken);
}

/// <summary>DELETE /projects/{id}: out of sight; the history stays.</summary>
internal static class DeleteProject
{
    public static async Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        return expected.Problem is not null ? Answer.Done(expected) : Answer.Done(await desk.Delete(ProjectKind.One, caller.Actor, id, expected.Value, cancellationToken));
    }
}

internal static class ChangeProject
{
    public static async Task<Answer<ProjectResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<ProjectFields, Outcome<ProjectFields>> edit, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<ProjectResponse>(malformed);
        var changed = await desk.Change(ProjectKind.One, caller.Actor, id, expected.Value, edit, cancellationToken);
        return Answer.Ok<ProjectResponse>(changed.Problem is { } problem ? problem : ProjectResponse.From(changed.Value));
    }
}
