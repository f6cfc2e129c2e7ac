using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>GET /automations: in their order.</summary>
internal static class ListAutomations
{
    public static Task<Answer<Page<RuleResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken) =>
        RuleRoutes.List(RuleKind.Automation, query, caller, session, rulebooks, cancellationToken);
}

/// <summary>GET /automations/{id}</summary>
internal static class GetAutomation
{
    public static Task<Answer<RuleResponse>> Handle(string id, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken) =>
        RuleRoutes.Get(RuleKind.Automation, id, session, rulebooks, cancellationToken);
}

/// <summary>POST /automations: it comes last in the order.</summary>
internal static class CreateAutomation
{
    public static Task<Created<RuleResponse>> Handle(RuleFields body, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Create(RuleKind.Automation, body, caller, desk, origin, cancellationToken);
}

/// <summary>PUT /automations/{id}: the editable fields become these.</summary>
internal static class ReplaceAutomation
{
    public static Task<Answer<RuleResponse>> Handle(string id, RuleFields body, HttpRequest request, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Change(RuleKind.Automation, id, request, caller, desk, _ => body, origin, cancellationToken);
}

/// <summary>PATCH /automations/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchAutomation
{
    public static Task<Answer<RuleResponse>> Handle(string id, MergePatch<RuleFields> body, HttpRequest request, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Change(RuleKind.Automation, id, request, caller, desk, body.ApplyTo, origin, cancellationToken);
}

/// <summary>DELETE /automations/{id}</summary>
internal static class DeleteAutomation
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Delete(RuleKind.Automation, id, request, caller, desk, origin, cancellationToken);
}

/// <summary>POST /automations/reorder</summary>
internal static class ReorderAutomations
{
    public static Task<NoContent> Handle(RuleOrder body, Caller caller, RuleDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        RuleRoutes.Arrange(RuleKind.Automation, body, caller, desk, origin, cancellationToken);
}
