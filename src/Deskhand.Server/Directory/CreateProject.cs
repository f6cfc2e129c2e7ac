using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>POST /projects</summary>
internal static class CreateProject
{
    public static async Task<Created<ProjectResponse>> Handle(ProjectFields body, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var made = await desk.Create(ProjectKind.One, caller.Actor, (id, now) => new Project { Id = id, Fields = body, CreatedAt = now, UpdatedAt = now }, cancellationToken);
        return Answer.Created<ProjectResponse>(made.Problem is { } problem ? problem : ProjectResponse.From(made.Value), project => $"/api/v1/projects/{project.Id}");
    }
}
