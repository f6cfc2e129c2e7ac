using Deskhand.Data;
using Deskhand.Tickets;

namespace Deskhand.Tenants;

/// <summary>
/// Another workflow for a tenant. It must know the status of every ticket, and mean the same by it. A ticket that gets an old status at
/// this very moment is not lost: from a status its workflow does not know it may go to any (<see cref="Workflow.NextOf"/>).
/// </summary>
internal static class TakeWorkflow
{
    public static async Task<Problem?> Run(TenantSession session, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var own = await session.Query("SELECT key, definition FROM workflows WHERE tenant_id = $1 ORDER BY key", r => (Key: r.GetString(0), Workflow: WorkflowJson.Read(r.GetString(1))),
            cancellationToken, Rows.P(session.TenantId));
        if ((own.Find(w => w.Key == key).Workflow ?? ReadyWorkflows.Find(key)) is not { } workflow)
            return Problem.Invalid("workflow", $"There is no such workflow; there are: {string.Join(", ", own.Select(w => w.Key).Union(ReadyWorkflows.All.Select(w => w.Key), StringComparer.Ordinal))}.");
        var inUse = await session.Query("SELECT status, status_category, count(*) FROM tickets WHERE tenant_id = $1 AND deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1",
            r => (Status: r.GetString(0), Category: Wire.Find<StatusCategory>(r.GetString(1)), Count: r.GetInt64(2)), cancellationToken, Rows.P(session.TenantId));
        var unknown = inUse.Where(s => workflow.Find(s.Status)?.Category != s.Category).Select(s => $"{s.Status} ({s.Count})").ToList();
        if (unknown.Count > 0)
            return Problem.Conflict("workflow_misfit", $"Tickets have statuses that the workflow {key} does not know, or puts into another category: {string.Join(", ", unknown)}. Move them first.")
                with
            { Errors = Problem.Invalid("workflow", $"It does not fit: {string.Join(", ", unknown)}.").Errors };

        await session.Execute("UPDATE workflows SET is_default = false, updated_at = $2 WHERE tenant_id = $1 AND is_default", cancellationToken, Rows.P(session.TenantId), Rows.P(now));
        await session.Execute("""
            INSERT INTO workflows (tenant_id, id, key, definition, is_default, created_at, updated_at) VALUES ($1, $2, $3, $4, true, $5, $5)
            ON CONFLICT (tenant_id, key) DO UPDATE SET is_default = true, version = workflows.version + 1, updated_at = excluded.updated_at
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.P(key), Rows.Json(WorkflowJson.Write(workflow)), Rows.P(now));
        return null;
    }
}
