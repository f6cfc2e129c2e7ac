using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Directory;

/// <summary>GET /locations/{id}</summary>
internal static class GetLocation
{
    public static async Task<Answer<LocationResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(LocationKind.One, id, session, cancellationToken);
        return Answer.Ok<LocationResponse>(found.Problem is { } problem ? problem : LocationResponse.From(found.Value));
    }
}

/// <summary>GET /locations/{id}/history: every changed field, newest first.</summary>
internal static class ListLocationHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(LocationKind.One, id, session, cancellationToken);
        return Answer.Ok(found.Problem is { } problem ? problem : await HistoryOf.Read(found.Value.Id, null, null, page, caller, session, cancellationToken));
    }
}
