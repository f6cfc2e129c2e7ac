using System.Collections.Immutable;
using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>GET /views: those the caller sees, in the caller's own order.</summary>
internal static class ListViews
{
    public static async Task<Answer<Page<ViewResponse>>> Handle(string? page, string? limit, string? skip, string? take, string? cursor, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var asked = PageRequest.Read(page, limit, skip, take, cursor, caller.PageLimit);
        if (asked.Problem is { } wrongPage) return Answer.Ok<Page<ViewResponse>>(wrongPage);
        var from = asked.Value.Skip;
        if (asked.Value.Cursor is { } place)
        {
            var read = Cursors.Read(place, "views", 1);
            if (read.Problem is { } notOurs) return Answer.Ok<Page<ViewResponse>>(notOurs);
            if (!int.TryParse(read.Value[0], NumberStyles.None, CultureInfo.InvariantCulture, out from)) return Answer.Ok<Page<ViewResponse>>(Problem.Malformed("cursor", "This is not a cursor of this list."));
        }

        var all = await ViewRow.All(caller, session, cancellationToken);
        var more = (long)from + asked.Value.Limit < all.Count;
        var next = more ? Cursors.Write("views", (from + asked.Value.Limit).ToString(CultureInfo.InvariantCulture)) : null;
        return Answer.Ok<Page<ViewResponse>>(new Page<ViewResponse>([.. all.Skip(from).Take(asked.Value.Limit).Select(ViewResponse.From)],
            new(asked.Value.Cursor is null ? asked.Value.Page : null, asked.Value.Limit, all.Count, false, next, more)));
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

    public static async Task<Answer<ViewResponse>> Change(
        string id, HttpRequest request, Caller caller, ViewDesk desk, Func<ViewFields, Outcome<ViewFields>> edit, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<ViewResponse>(malformed);
        var changed = await desk.Change(caller, id, expected.Value, edit, origin, cancellationToken);
        return Answer.Ok<ViewResponse>(changed.Problem is { } problem ? problem : ViewResponse.From(changed.Value));
    }
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
    public static async Task<NoContent> Handle(string id, HttpRequest request, Caller caller, ViewDesk desk, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        return expected.Problem is not null ? Answer.Done(expected) : Answer.Done(await desk.Delete(caller, id, expected.Value, origin, cancellationToken));
    }
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
