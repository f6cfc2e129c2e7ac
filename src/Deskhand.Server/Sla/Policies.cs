using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Sla;

/// <summary>A policy as the API shows it.</summary>
internal sealed record PolicyResponse(
    Guid Id, string Name, bool Active, int Position, SlaConditions Conditions, bool None, ImmutableArray<SlaTarget> Targets, Guid? CalendarId, ImmutableArray<int> WarnAt, int? EscalateAt,
    ImmutableArray<string> PauseIn, ImmutableArray<string> RunIn, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static PolicyResponse From(SlaEntry<SlaPolicyFields> e) => new(
        e.Id, e.Fields.Name, e.Fields.Active, e.Fields.Position, e.Fields.Conditions, e.Fields.None, e.Fields.Targets, e.Fields.CalendarId, e.Fields.WarnAt, e.Fields.EscalateAt,
        e.Fields.PauseIn, e.Fields.RunIn, e.Version, e.CreatedAt, e.UpdatedAt);
}

/// <summary>What is particular to policies: what they name must be there.</summary>
internal sealed class PolicyKind() : SlaKind<SlaPolicyFields>("sla_policy", "sla_policies")
{
    public static PolicyKind One { get; } = new();

    public override string NameOf(SlaPolicyFields fields) => fields.Name;

    public override async Task<Problem?> Refuse(TenantSession session, Guid id, SlaPolicyFields? after, Rulebook rulebook, CancellationToken cancellationToken)
    {
        if (after is null) return null;
        if (after.CalendarId is { } calendar && (await SlaDesk.All(CalendarKind.One, session, cancellationToken, calendar)).Count == 0) return Problem.UnknownReference("calendarId", "calendar");
        var groups = after.Conditions.Groups.Distinct().ToArray();
        if (groups.Length > 0 && (await session.Query("SELECT count(*) FROM groups WHERE tenant_id = $1 AND id = ANY ($2) AND deleted_at IS NULL", r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(groups)))[0] < groups.Length)
            return Problem.UnknownReference("conditions", "group");
        var errors = new FieldErrors();
        Known("conditions", "category", after.Conditions.Categories, [.. rulebook.Categories.Select(c => c.Key)]);
        string[] statuses = [.. rulebook.Workflow.Statuses.Select(s => s.Key)];
        Known("pauseIn", "status", after.PauseIn, statuses);
        Known("runIn", "status", after.RunIn, statuses);
        return errors.ToProblem();

        void Known(string field, string what, ImmutableArray<string> named, string[] present)
        {
            if (named.Except(present, StringComparer.Ordinal).FirstOrDefault() is not null) errors.Add(field, $"There is no such {what}; there are: {string.Join(", ", present)}.");
        }
    }
}

/// <summary>GET /sla/policies: in the order in which they are asked.</summary>
internal static class ListPolicies
{
    public static async Task<Answer<Page<PolicyResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var rows = (await SlaDesk.All(PolicyKind.One, session, cancellationToken)).OrderBy(p => p.Fields.Position).ThenBy(p => p.Id).ToList();
        return Answer.Ok(Definitions.Page(rows, p => p.Id.ToString(), query, caller).Select(PolicyResponse.From));
    }
}

/// <summary>GET /sla/policies/{id}</summary>
internal static class GetPolicy
{
    public static async Task<Answer<PolicyResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<PolicyResponse>(await SlaDesk.Entry(PolicyKind.One, id, session, cancellationToken) is { } entry ? PolicyResponse.From(entry) : Problem.NotFound(PolicyKind.One.Name));
}

/// <summary>POST /sla/policies</summary>
internal static class CreatePolicy
{
    public static async Task<Created<PolicyResponse>> Handle(SlaPolicyFields body, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = await desk.Create(PolicyKind.One, caller.Actor, body, origin, cancellationToken);
        return Answer.Created<PolicyResponse>(made.Problem is { } problem ? problem : PolicyResponse.From(made.Value), p => $"/api/v1/sla/policies/{p.Id}");
    }
}

/// <summary>PUT /sla/policies/{id}: the editable fields become these; clocks that run follow at once, with the time that is used.</summary>
internal static class ReplacePolicy
{
    public static Task<Answer<PolicyResponse>> Handle(string id, SlaPolicyFields body, HttpRequest request, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Change(id, request, caller, desk, _ => body, origin, cancellationToken);

    public static Task<Answer<PolicyResponse>> Change(
        string id, HttpRequest request, Caller caller, SlaDesk desk, Func<SlaPolicyFields, Outcome<SlaPolicyFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(PolicyKind.One, caller.Actor, id, version, edit, origin, cancellationToken), PolicyResponse.From);
}

/// <summary>PATCH /sla/policies/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchPolicy
{
    public static Task<Answer<PolicyResponse>> Handle(string id, MergePatch<SlaPolicyFields> body, HttpRequest request, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        ReplacePolicy.Change(id, request, caller, desk, body.ApplyTo, origin, cancellationToken);
}

/// <summary>DELETE /sla/policies/{id}: its tickets go to the next policy that fits.</summary>
internal static class DeletePolicy
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(PolicyKind.One, caller.Actor, id, version, origin, cancellationToken));
}

/// <summary>POST /sla/policies/reorder: the first policy that fits a ticket counts, so their order matters.</summary>
internal static class ReorderPolicies
{
    internal sealed record ReorderBody
    {
        /// <summary>The first ones, in order; those not named follow as they were.</summary>
        public ImmutableArray<Guid> PolicyIds { get; init; } = [];
    }

    public static async Task<NoContent> Handle(ReorderBody body, Caller caller, SlaDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(body.PolicyIds.IsDefault || body.PolicyIds.Length > 1000
            ? Problem.Malformed("policyIds", "This is a list of at most 1000 ids.")
            : await desk.Reorder(caller.Actor, body.PolicyIds, origin, cancellationToken));
}
