using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>PUT /customers/{id}: the editable fields become these.</summary>
internal static class ReplaceCustomer
{
    public static Task<Answer<CustomerResponse>> Handle(string id, CustomerFields body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeCustomer.Answered(id, request, caller, desk, _ => body, cancellationToken);
}

/// <summary>PATCH /customers/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchCustomer
{
    public static Task<Answer<CustomerResponse>> Handle(string id, MergePatch<CustomerFields> body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeCustomer.Answered(id, request, caller, desk, body.ApplyTo, cancellationToken);
}

/// <summary>DELETE /customers/{id}: out of sight; the history stays.</summary>
internal static class DeleteCustomer
{
    public static async Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        return expected.Problem is not null ? Answer.Done(expected) : Answer.Done(await desk.Delete(CustomerKind.One, caller.Actor, id, expected.Value, cancellationToken));
    }
}

internal static class ChangeCustomer
{
    public static async Task<Answer<CustomerResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<CustomerFields, Outcome<CustomerFields>> edit, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<CustomerResponse>(malformed);
        var changed = await desk.Change(CustomerKind.One, caller.Actor, id, expected.Value, edit, cancellationToken);
        return Answer.Ok<CustomerResponse>(changed.Problem is { } problem ? problem : CustomerResponse.From(changed.Value));
    }
}
