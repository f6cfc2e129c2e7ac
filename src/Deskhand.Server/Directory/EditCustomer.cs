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
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(CustomerKind.One, caller.Actor, id, version, cancellationToken));
}

internal static class ChangeCustomer
{
    public static Task<Answer<CustomerResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<CustomerFields, Outcome<CustomerFields>> edit, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(CustomerKind.One, caller.Actor, id, version, edit, cancellationToken), CustomerResponse.From);
}
