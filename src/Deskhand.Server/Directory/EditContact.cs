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
    public static async Task<NoContent> Handle(string id, HttpRequest request, Caller caller, DirectoryDesk desk, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        return expected.Problem is not null ? Answer.Done(expected) : Answer.Done(await desk.Delete(ContactKind.One, caller.Actor, id, expected.Value, cancellationToken));
    }
}

internal static class ChangeContact
{
    public static async Task<Answer<ContactResponse>> Answered(
        string id, HttpRequest request, Caller caller, DirectoryDesk desk, Func<ContactFields, Outcome<ContactFields>> edit, CancellationToken cancellationToken)
    {
        var expected = ETags.Expected(request);
        if (expected.Problem is { } malformed) return Answer.Ok<ContactResponse>(malformed);
        var changed = await desk.Change(ContactKind.One, caller.Actor, id, expected.Value, edit, cancellationToken);
        return Answer.Ok<ContactResponse>(changed.Problem is { } problem ? problem : ContactResponse.From(changed.Value));
    }
}
