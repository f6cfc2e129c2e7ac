using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>POST /customers</summary>
internal static class CreateCustomer
{
    public static async Task<Created<CustomerResponse>> Handle(CustomerFields body, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var made = await desk.Create(CustomerKind.One, caller.Actor, (id, now) => new Customer { Id = id, Fields = body, CreatedAt = now, UpdatedAt = now }, cancellationToken);
        return Answer.Created<CustomerResponse>(made.Problem is { } problem ? problem : CustomerResponse.From(made.Value), customer => $"/api/v1/customers/{customer.Id}");
    }
}
