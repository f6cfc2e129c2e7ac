using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>GET /views: those the caller sees, in the caller's own order.</summary>
internal static class ListViews
{
    public static async Task<Answer<Page<ViewResponse>>> Handle([AsParameters] PageQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var all = await ViewRow.All(caller, session, cancellationToken);
        return Answer.Ok(Definitions.Page(all, v => v.Id.ToString(), query, caller).Select(ViewResponse.From));
    }
}

/// <summary>GET /views/{id}</summary>
internal static class GetView
{
    public static async Task<Answer<ViewResponse>> Handle(string id, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<ViewResponse>(await ViewRow.Find(id, caller, session, locked: false, cancellationToken) is { } view ? ViewResponse.From(view) : Problem.NotFound("view"));
}

/// <summary>POST /views: one's own needs no permission, one for a group or everybody needs views:manage.</summary>
internal static class CreateView
{
    public static async Task<Created<ViewResponse>> Handle(ViewFields body, Caller caller, ViewDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var made = await desk.Create(caller, body, origin, cancellationToken);
        return Answer.Created<ViewResponse>(made.Problem is { } problem ? problem : ViewResponse.From(made.Value), v => $"/api/v1/views/{v.Id}");
    }
}

/// <summary>PUT /views/{id}: the editable fields become these.</summary>
internal static class ReplaceView
{
    public static Task<Answer<ViewResponse>> Handle(string id, ViewFields body, HttpRequest request, Caller caller, ViewDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Change(id, request, caller, desk, _ => body, origin, cancellationToken);

    public static Task<Answer<ViewResponse>> Change(
        string id, HttpRequest request, Caller caller, ViewDesk desk, Func<ViewFields, Outcome<ViewFields>> edit, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(caller, id, version, edit, origin, cancellationToken), ViewResponse.From);
}

/// <summary>PATCH /views/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchView
{
    public static Task<Answer<ViewResponse>> Handle(string id, MergePatch<ViewFields> body, HttpRequest request, Caller caller, ViewDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        ReplaceView.Change(id, request, caller, desk, body.ApplyTo, origin, cancellationToken);
}

/// <summary>DELETE /views/{id}</summary>
internal static class DeleteView
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, ViewDesk desk, RequestOrigin origin, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(caller, id, version, origin, cancellationToken));
}

/// <summary>PUT /views/order: the caller's own order of views; it changes nobody else's.</summary>
internal static class ArrangeViews
{
    internal sealed record OrderBody
    {
        /// <summary>The first ones, in order; those not named follow as they were.</summary>
        public ImmutableArray<Guid> ViewIds { get; init; } = [];
    }

    public static async Task<NoContent> Handle(OrderBody body, Caller caller, ViewDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(body.ViewIds.IsDefault || body.ViewIds.Length > 2 * ViewRules.Most
            ? Problem.Malformed("viewIds", $"This is a list of at most {2 * ViewRules.Most} ids.")
            : await desk.Arrange(caller, body.ViewIds, cancellationToken));
}
