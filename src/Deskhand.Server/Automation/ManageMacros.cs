using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>GET /macros: those the caller may apply, by name.</summary>
internal static class ListMacros
{
    public static async Task<Answer<Page<MacroResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var all = await MacroRow.All(caller, session, cancellationToken);
        return Answer.Ok(Definitions.Page(all, m => m.Id.ToString(), query, caller).Select(MacroResponse.From));
    }
}

/// <summary>GET /macros/{id}</summary>
internal static class GetMacro
{
    public static async Task<Answer<MacroResponse>> Handle(string id, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<MacroResponse>(await MacroRow.Find(id, caller, session, locked: false, cancellationToken) is { } row ? MacroResponse.From(row) : Problem.NotFound("macro"));
}

/// <summary>POST /macros: one's own needs no permission, one for a group or everybody needs settings:manage.</summary>
internal static class CreateMacro
{
    public static async Task<Created<MacroResponse>> Handle(MacroFields body, Caller caller, MacroDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = await desk.Create(caller, body, origin, cancellationToken);
        return Answer.Created<MacroResponse>(made.Problem is { } problem ? problem : MacroResponse.From(made.Value), m => $"/api/v1/macros/{m.Id}");
    }
}

/// <summary>PUT /macros/{id}: the editable fields become these.</summary>
internal static class ReplaceMacro
{
    public static Task<Answer<MacroResponse>> Handle(string id, MacroFields body, HttpRequest request, Caller caller, MacroDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(caller, id, version, _ => body, origin, cancellationToken), MacroResponse.From);
}

/// <summary>PATCH /macros/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchMacro
{
    public static Task<Answer<MacroResponse>> Handle(string id, MergePatch<MacroFields> body, HttpRequest request, Caller caller, MacroDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(caller, id, version, body.ApplyTo, origin, cancellationToken), MacroResponse.From);
}

/// <summary>DELETE /macros/{id}</summary>
internal static class DeleteMacro
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, MacroDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(caller, id, version, origin, cancellationToken));
}
