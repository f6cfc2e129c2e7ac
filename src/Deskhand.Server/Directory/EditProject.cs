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
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(ProjectKind.One, caller.Actor, id, version, cancellationToken));
}

internal static class ChangeProject
{
    public static Task<Answer<ProjectResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<ProjectFields, Outcome<ProjectFields>> edit, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(ProjectKind.One, caller.Actor, id, version, edit, cancellationToken), ProjectResponse.From);
}
