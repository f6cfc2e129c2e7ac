using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Jobs;
using Deskhand.Outbox;

namespace Deskhand.Tickets;

/// <summary>A workflow as it shall be.</summary>
internal sealed record WorkflowFields
{
    /// <summary>In people's order; the first is where a ticket starts.</summary>
    public required IReadOnlyList<WorkflowJson.WorkflowStatusBody> Statuses { get; init; }

    /// <summary>The allowed steps.</summary>
    public required IReadOnlyList<WorkflowJson.TransitionBody> Transitions { get; init; }

    /// <summary>Where the tickets of a status that goes shall be, by its key: needed for each that tickets have.</summary>
    public ImmutableSortedDictionary<string, string> Replace { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What a change of a workflow means for one status that tickets have.</summary>
/// <param name="Status">As tickets carry it.</param>
/// <param name="Tickets">How many.</param>
/// <param name="Becomes">Where they will be; null when nothing says it.</param>
/// <param name="Category">The category they will be in.</param>
internal sealed record StatusMove(string Status, long Tickets, string? Becomes, StatusCategory? Category);

/// <summary>What a change of a workflow would do.</summary>
/// <param name="Moves">The statuses whose tickets move, or change their category.</param>
/// <param name="Ambiguous">Whether something is left to say in <c>replace</c> before it can be done.</param>
internal sealed record WorkflowPreview(IReadOnlyList<StatusMove> Moves, bool Ambiguous);

/// <summary>POST /workflows: another one, to be taken by PATCH /settings.</summary>
internal static class CreateWorkflow
{
    /// <summary>A new workflow.</summary>
    internal sealed record WorkflowBody
    {
        /// <summary>snake_case, unique in the tenant.</summary>
        public required string Key { get; init; }

        public required IReadOnlyList<WorkflowJson.WorkflowStatusBody> Statuses { get; init; }

        public required IReadOnlyList<WorkflowJson.TransitionBody> Transitions { get; init; }
    }

    public static async Task<Created<WorkflowResponse>> Handle(WorkflowBody body, Caller caller, WorkflowDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Created(await desk.Create(body, caller, origin, cancellationToken), w => $"/api/v1/workflows/{w.Id}");
}

/// <summary>PUT /workflows/{id}: the statuses and steps become these; tickets whose status goes follow, as a job whose id is answered.</summary>
internal static class ReplaceWorkflow
{
    public static Task<Answer<WorkflowResponse>> Handle(
        string id, WorkflowFields body, HttpRequest request, Caller caller, WorkflowDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Replace(id, body, version, caller, origin, cancellationToken));
}

/// <summary>POST /workflows/{id}/preview: what PUT would do to the tickets there are. Nothing is changed.</summary>
internal static class PreviewWorkflow
{
    public static async Task<Answer<WorkflowPreview>> Handle(string id, WorkflowFields body, WorkflowDesk desk, CancellationToken cancellationToken) =>
        Answer.Ok(await desk.Preview(id, body, cancellationToken));
}

/// <summary>DELETE /workflows/{id}: not the one the tenant works by. A ready one that was edited becomes what it was.</summary>
internal static class DeleteWorkflow
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, WorkflowDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(id, version, caller, origin, cancellationToken));
}

/// <summary>The one way to change a tenant's workflows: checked, fitted to the tickets there are, saved, noted, and told to every instance, in one transaction.</summary>
internal sealed class WorkflowDesk(TenantSession session, JobDesk jobs, ChangeLog log, TimeProvider clock)
{
    public Task<Outcome<WorkflowResponse>> Create(CreateWorkflow.WorkflowBody body, Caller caller, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<WorkflowResponse>(async () =>
        {
            var made = WorkflowJson.Checked(body.Key.Trim(), body.Statuses, body.Transitions);
            if (made.Problem is { } invalid) return invalid;
            await DefinitionDesk.LockTenant(session, cancellationToken);
            if (ReadyWorkflows.Find(made.Value.Key) is not null || await Find(made.Value.Key, cancellationToken) is not null)
                return Problem.Conflict("key_taken", "There is another workflow with this key.") with { Errors = Problem.Invalid("key", "Another one has it.").Errors };
            var now = Instants.Now(clock);
            var id = Ids.New(now);
            await session.Execute("INSERT INTO workflows (tenant_id, id, key, definition, is_default, created_at, updated_at) VALUES ($1, $2, $3, $4, false, $5, $5)",
                cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(made.Value.Key), Rows.Json(WorkflowJson.Write(made.Value)), Rows.P(now));
            return await Note("created", new(id, made.Value, false, 1), null, made.Value, caller, now, origin, cancellationToken);
        }, cancellationToken);

    public Task<Outcome<WorkflowResponse>> Replace(string address, WorkflowFields fields, long? ifMatch, Caller caller, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<WorkflowResponse>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            if (await Find(address, cancellationToken) is not { } before) return Problem.NotFound("workflow");
            if (ifMatch is { } version && version != before.Version) return Problem.Stale(version, before.Version);
            var after = WorkflowJson.Checked(before.Workflow.Key, fields.Statuses, fields.Transitions);
            if (after.Problem is { } invalid) return invalid;
            if (WorkflowJson.Write(after.Value) == WorkflowJson.Write(before.Workflow)) return before.Response(null);
            var moves = await Moves(before, after.Value, fields.Replace, cancellationToken);
            if (moves.Problem is { } unclear) return unclear;
            var open = moves.Value.Where(m => m.Becomes is null).ToList();
            if (open.Count > 0)
                return Problem.Conflict("ambiguous", $"Tickets have statuses that would go; say in \"replace\" where they shall be: {string.Join(", ", open.Select(m => $"{m.Status} ({m.Tickets})"))}.")
                    with
                { Errors = Problem.Invalid("replace", $"Missing: {string.Join(", ", open.Select(m => m.Status))}.").Errors, Allowed = [.. after.Value.Statuses.Select(s => s.Key)] };

            var now = Instants.Now(clock);
            var row = before with { Id = before.Id ?? Ids.New(now), Workflow = after.Value, Version = before.Version + 1 };
            await session.Execute("""
                INSERT INTO workflows (tenant_id, id, key, definition, is_default, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
                ON CONFLICT (tenant_id, key) DO UPDATE SET definition = excluded.definition, version = excluded.version, updated_at = excluded.updated_at
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(row.Id!.Value), Rows.P(row.Workflow.Key), Rows.Json(WorkflowJson.Write(row.Workflow)), Rows.P(row.IsCurrent),
                Rows.P(row.Version), Rows.P(now));
            Guid? job = null;
            if (moves.Value.Count > 0)
            {
                var statuses = moves.Value.Select(m => new Redefinition.Status(m.Status, row.Workflow.Find(m.Becomes!)!));
                var started = await jobs.Start(RedefineTickets.Name, new Redefining { Statuses = [.. statuses] }, caller, cancellationToken);
                if (started.Problem is { } problem) return problem;
                job = started.Value.Id;
            }

            return await Note("updated", row, before.Workflow, row.Workflow, caller, now, origin, cancellationToken, job);
        }, cancellationToken);

    public async Task<Outcome<WorkflowPreview>> Preview(string address, WorkflowFields fields, CancellationToken cancellationToken)
    {
        if (await Find(address, cancellationToken) is not { } before) return Problem.NotFound("workflow");
        var after = WorkflowJson.Checked(before.Workflow.Key, fields.Statuses, fields.Transitions);
        if (after.Problem is { } invalid) return invalid;
        var moves = await Moves(before, after.Value, fields.Replace, cancellationToken);
        return moves.Problem is { } unclear ? unclear : new WorkflowPreview(moves.Value, moves.Value.Any(m => m.Becomes is null));
    }

    public Task<Outcome<Nothing>> Delete(string address, long? ifMatch, Caller caller, RequestOrigin origin, CancellationToken cancellationToken) =>
        session.Transact<Nothing>(async () =>
        {
            await DefinitionDesk.LockTenant(session, cancellationToken);
            if (await Find(address, cancellationToken) is not { Id: { } id } row) return Problem.NotFound("workflow");
            if (ifMatch is { } version && version != row.Version) return Problem.Stale(version, row.Version);
            if (row.IsCurrent) return Problem.Conflict("workflow_in_use", "The tenant works by this workflow. Take another one first (PATCH /settings).");
            await session.Execute("DELETE FROM workflows WHERE tenant_id = $1 AND id = $2", cancellationToken, Rows.P(session.TenantId), Rows.P(id));
            var noted = await Note("deleted", row, row.Workflow, null, caller, Instants.Now(clock), origin, cancellationToken);
            return noted.Problem is { } problem ? problem : default(Nothing);
        }, cancellationToken);

    /// <summary>The statuses of tickets that the workflow does not know any more, or puts into another category. Only the current one has tickets.</summary>
    private async Task<Outcome<List<StatusMove>>> Moves(WorkflowRow before, Workflow after, ImmutableSortedDictionary<string, string> replace, CancellationToken cancellationToken)
    {
        if (replace.FirstOrDefault(r => after.Find(r.Value) is null) is { Value: { } unknown })
            return Problem.Invalid("replace", $"The workflow would have no status {unknown}; it would have: {string.Join(", ", after.Statuses.Select(s => s.Key))}.");
        if (!before.IsCurrent) return new List<StatusMove>();
        var inUse = await session.Query("SELECT status, status_category, count(*) FROM tickets WHERE tenant_id = $1 AND deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2",
            r => (Status: r.GetString(0), Category: Wire.Find<StatusCategory>(r.GetString(1))!.Value, Count: r.GetInt64(2)), cancellationToken, Rows.P(session.TenantId));
        var targets = inUse
            .Select(s => (s.Status, s.Category, s.Count, Target: after.Find(s.Status) ?? (replace.TryGetValue(s.Status, out var to) ? after.Find(to) : null)))
            .ToList();
        if (targets.Find(s => s.Category == StatusCategory.Closed && s.Target is { Category: not StatusCategory.Closed }) is { Status: { } closed })
            return Problem.Invalid("replace", $"Closed is final: the tickets that are {closed} need a status of the category closed.");
        return targets
            .Where(s => s.Target is null || s.Target.Key != s.Status || s.Target.Category != s.Category)
            .GroupBy(s => s.Status, StringComparer.Ordinal)
            .Select(g => new StatusMove(g.Key, g.Sum(s => s.Count), g.First().Target?.Key, g.First().Target?.Category))
            .ToList();
    }

    private async Task<WorkflowRow?> Find(string address, CancellationToken cancellationToken)
    {
        var own = await session.Query("SELECT id, definition, is_default, version FROM workflows WHERE tenant_id = $1 AND (id::text = $2 OR key = $2)",
            r => new WorkflowRow(r.GetGuid(0), WorkflowJson.Read(r.GetString(1)), r.GetBoolean(2), r.GetInt64(3)), cancellationToken, Rows.P(session.TenantId), Rows.P(address.Replace("\0", "", StringComparison.Ordinal)));
        return own.Count > 0 ? own[0] : ReadyWorkflows.Find(address) is { } ready ? new WorkflowRow(null, ready, false, 0) : null;
    }

    private async Task<Outcome<WorkflowResponse>> Note(
        string what, WorkflowRow row, Workflow? before, Workflow? after, Caller caller, DateTimeOffset now, RequestOrigin origin, CancellationToken cancellationToken, Guid? job = null)
    {
        var change = new FieldChange("definition", before is null ? null : WorkflowJson.Write(before), after is null ? null : WorkflowJson.Write(after));
        await log.Write(session, new Happened("workflow", row.Id!.Value, now, caller.Actor, [change], []), cancellationToken);
        await Audit.Write(session, new AuditEntry($"workflow.{what}", now, caller.Actor, "workflow", row.Id, new { key = row.Workflow.Key, job }, origin), cancellationToken);
        await Rulebooks.Changed(session, cancellationToken);
        return row.Response(job);
    }

    private sealed record WorkflowRow(Guid? Id, Workflow Workflow, bool IsCurrent, long Version)
    {
        public WorkflowResponse Response(Guid? job) => WorkflowResponse.From(Id, Workflow, IsCurrent, Version, job);
    }
}
