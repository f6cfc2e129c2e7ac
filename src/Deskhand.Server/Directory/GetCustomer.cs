using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Directory;

/// <summary>GET /customers/{id}</summary>
internal static class GetCustomer
{
    public static async Task<Answer<CustomerResponse>> Handle(string id, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        return Answer.Ok<CustomerResponse>(found.Problem is { } problem ? problem : CustomerResponse.From(found.Value));
    }
}

/// <summary>GET /customers/{id}/history: every changed field, newest first.</summary>
internal static class ListCustomerHistory
{
    public static async Task<Answer<Page<HistoryRow>>> Handle(string id, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var found = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        return Answer.Ok(found.Problem is { } problem ? problem : await HistoryOf.Read(found.Value.Id, null, null, page, caller, session, cancellationToken));
    }
}
