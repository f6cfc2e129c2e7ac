using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>GET /triggers: in their order.</summary>
internal static class ListTriggers
{
    public static Task<Answer<Page<RuleResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken) =>
        RuleRoutes.List(RuleKind.Trigger, query, caller, session, rulebooks, cancellationToken);
}

/// <summary>GET /triggers/{id}</summary>
internal static class GetTrigger
{
    public static Task<Answer<RuleResponse>> Handle(string id, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken) =>
        RuleRoutes.Get(RuleKind.Trigger, id, session, rulebooks, cancellationToken);
}

/// <summary>POST /triggers: it comes last in the order.</summary>
internal static class CreateTrigger
{
    public static Task<Created<RuleResponse>> Handle(RuleFields body, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Create(RuleKind.Trigger, body, caller, desk, origin, cancellationToken);
}

/// <summary>PUT /triggers/{id}: the editable fields become these.</summary>
internal static class ReplaceTrigger
{
    public static Task<Answer<RuleResponse>> Handle(string id, RuleFields body, HttpRequest request, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Change(RuleKind.Trigger, id, request, caller, desk, _ => body, origin, cancellationToken);
}

/// <summary>PATCH /triggers/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchTrigger
{
    public static Task<Answer<RuleResponse>> Handle(string id, MergePatch<RuleFields> body, HttpRequest request, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Change(RuleKind.Trigger, id, request, caller, desk, body.ApplyTo, origin, cancellationToken);
}

/// <summary>DELETE /triggers/{id}</summary>
internal static class DeleteTrigger
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Delete(RuleKind.Trigger, id, request, caller, desk, origin, cancellationToken);
}

/// <summary>POST /triggers/reorder</summary>
internal static class ReorderTriggers
{
    public static Task<NoContent> Handle(RuleOrder body, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Arrange(RuleKind.Trigger, body, caller, desk, origin, cancellationToken);
}
