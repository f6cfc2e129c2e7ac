using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>POST /customers/{id}/locations</summary>
internal static class CreateLocation
{
    public static async Task<Created<LocationResponse>> Handle(string id, LocationFields body, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var made = Guid.TryParseExact(id, "D", out var customerId)
            ? await desk.Create(LocationKind.One, caller.Actor, (newId, now) => new Location { Id = newId, CustomerId = customerId, Fields = body, CreatedAt = now, UpdatedAt = now }, cancellationToken)
            : Problem.NotFound("customer");
        return Answer.Created<LocationResponse>(made.Problem is { } problem ? problem : LocationResponse.From(made.Value), location => $"/api/v1/locations/{location.Id}");
    }
}
