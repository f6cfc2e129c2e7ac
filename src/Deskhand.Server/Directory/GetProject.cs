using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Directory;

/// <summary>GET /projects/{id}</summary>
internal static class GetProject
{
    public static async Task<Answer<ProjectResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(ProjectKind.One, id, session, cancellationToken);
        return Answer.Ok<ProjectResponse>(found.Problem is { } problem ? problem : ProjectResponse.From(found.Value));
    }
}

/// <summary>GET /projects/{id}/history: every changed field, newest first.</summary>
internal static class ListProjectHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(ProjectKind.One, id, session, cancellationToken);
        return Answer.Ok(found.Problem is { } problem ? problem : await HistoryOf.Read(found.Value.Id, null, null, page, caller, session, cancellationToken));
    }
}
