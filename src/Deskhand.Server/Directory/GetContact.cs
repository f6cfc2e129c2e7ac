using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Directory;

/// <summary>GET /contacts/{id}</summary>
internal static class GetContact
{
    public static async Task<Answer<ContactResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(ContactKind.One, id, session, cancellationToken);
        return Answer.Ok<ContactResponse>(found.Problem is { } problem ? problem : ContactResponse.From(found.Value));
    }
}

/// <summary>GET /contacts/{id}/history: every changed field, newest first.</summary>
internal static class ListContactHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(ContactKind.One, id, session, cancellationToken);
        return Answer.Ok(found.Problem is { } problem ? problem : await HistoryOf.Read(found.Value.Id, null, null, page, caller, session, cancellationToken));
    }
}
