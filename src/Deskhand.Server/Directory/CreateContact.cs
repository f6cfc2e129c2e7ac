using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>POST /customers/{id}/contacts</summary>
internal static class CreateContact
{
    public static async Task<Created<ContactResponse>> Handle(string id, ContactFields body, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var made = Guid.TryParseExact(id, "D", out var customerId)
            ? await desk.Create(ContactKind.One, caller.Actor, (newId, now) => new Contact { Id = newId, CustomerId = customerId, Fields = body, CreatedAt = now, UpdatedAt = now }, cancellationToken)
            : Problem.NotFound("customer");
        return Answer.Created<ContactResponse>(made.Problem is { } problem ? problem : ContactResponse.From(made.Value), contact => $"/api/v1/contacts/{contact.Id}");
    }
}
