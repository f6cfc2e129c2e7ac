using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>A workflow as the API shows it: its statuses in people's order, and the graph of steps between them.</summary>
/// <param name="Id">An id; of a ready one that the tenant has never used, its key.</param>
/// <param name="Key">As in the settings.</param>
/// <param name="IsCurrent">Whether the tenant works by it.</param>
/// <param name="Statuses">In order; the first is where a ticket starts.</param>
/// <param name="Transitions">The allowed steps, with the permission beyond <c>tickets:update</c> that some need.</param>
/// <param name="Version">Rises with each change; 0 for a ready one as it came.</param>
/// <param name="JobId">The job that moves the tickets which this change concerns; only in the answer to it.</param>
internal sealed record WorkflowResponse(
    string Id, string Key, bool IsCurrent, IReadOnlyList<WorkflowJson.WorkflowStatusBody> Statuses, IReadOnlyList<WorkflowJson.TransitionBody> Transitions, long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? JobId) : IVersioned
{
    public static WorkflowResponse From(Guid? id, Workflow workflow, bool isCurrent, long version, Guid? job = null)
    {
        var body = WorkflowJson.Body.Of(workflow);
        return new(id?.ToString() ?? workflow.Key, workflow.Key, isCurrent, body.Statuses, body.Transitions, version, job);
    }
}

/// <summary>GET /workflows: those the tenant has used, and the ready ones it may take (PATCH /settings).</summary>
internal static class ListWorkflows
{
    public static async Task<Answer<Page<WorkflowResponse>>> Handle(
        [AsParameters] PageQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok(Definitions.Page(await Read(session, cancellationToken), w => w.Key, query, caller));

    public static async Task<List<WorkflowResponse>> Read(TenantSession session, CancellationToken cancellationToken)
    {
        var own = await session.Query("SELECT id, definition, is_default, version FROM workflows WHERE tenant_id = $1 ORDER BY is_default DESC, key",
            r => WorkflowResponse.From(r.GetGuid(0), WorkflowJson.Read(r.GetString(1)), r.GetBoolean(2), r.GetInt64(3)), cancellationToken, Rows.P(session.TenantId));
        return [.. own, .. ReadyWorkflows.All.Where(w => own.TrueForAll(o => o.Key != w.Key)).Select(w => WorkflowResponse.From(null, w, isCurrent: false, 0))];
    }
}

/// <summary>GET /workflows/{id}: by id or key.</summary>
internal static class GetWorkflow
{
    public static async Task<Answer<WorkflowResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<WorkflowResponse>((await ListWorkflows.Read(session, cancellationToken)).Find(w => w.Id == id || w.Key == id) is { } found ? found : Problem.NotFound("workflow"));
}

/// <summary>A status of the tenant's workflow.</summary>
/// <param name="Key">As tickets carry it.</param>
/// <param name="Name">What people read.</param>
/// <param name="Category">The fixed category behind it.</param>
/// <param name="Next">Where a ticket may go from here.</param>
internal sealed record StatusResponse(string Key, string Name, StatusCategory Category, IReadOnlyList<string> Next);

/// <summary>GET /statuses: those of the tenant's workflow, in order.</summary>
internal static class ListStatuses
{
    public static async Task<Answer<Page<StatusResponse>>> Handle(
        [AsParameters] PageQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken)
    {
        var workflow = (await rulebooks.Of(session, cancellationToken)).Workflow;
        return Answer.Ok(Definitions.Page(
            [.. workflow.Statuses.Select(s => new StatusResponse(s.Key, s.Name, s.Category, workflow.NextOf(s.Key)))], s => s.Key, query, caller));
    }
}
