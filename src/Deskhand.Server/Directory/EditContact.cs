using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Directory;

/// <summary>PUT /contacts/{id}: the editable fields become these.</summary>
internal static class ReplaceContact
{
    public static Task<Answer<ContactResponse>> Handle(string id, ContactFields body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeContact.Answered(id, request, caller, desk, _ => body, cancellationToken);
}

/// <summary>PATCH /contacts/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchContact
{
    public static Task<Answer<ContactResponse>> Handle(string id, MergePatch<ContactFields> body, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        ChangeContact.Answered(id, request, caller, desk, body.ApplyTo, cancellationToken);
}

/// <summary>DELETE /contacts/{id}: out of sight; the history stays.</summary>
internal static class DeleteContact
{
    public static Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken) =>
        Answer.Done(request, version => desk.Delete(ContactKind.One, caller.Actor, id, version, cancellationToken));
}

internal static class ChangeContact
{
    public static Task<Answer<ContactResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<ContactFields, Outcome<ContactFields>> edit, CancellationToken cancellationToken) =>
        Answer.Ok(request, version => desk.Change(ContactKind.One, caller.Actor, id, version, edit, cancellationToken), ContactResponse.From);
}
