using Deskhand.Data;

namespace Deskhand.Access;

/// <summary>What only a person may do, and no API token in the person's name.</summary>
internal static class OwnAccount
{
    public static Problem? NeedsPerson(Caller caller) => caller.TokenId is null
        ? null
        : new Problem(ProblemKind.Forbidden, "session_required", "An API token cannot do this; sign in.");

    public static Problem WrongPassword(string field) => Problem.Invalid(field, "This is not the present password.") with { Code = "wrong_password" };

    /// <summary>Does something that takes the password beside the session. Wrong ones count as failed sign-ins.</summary>
    public static async Task<Outcome<Nothing>> Proven(
        Caller caller, string password, string field, RequestOrigin origin, TenantSession session, PasswordTries tries, Func<Attempt, Task<Outcome<Nothing>>> work, CancellationToken cancellationToken)
    {
        if (NeedsPerson(caller) is { } refused) return refused;
        using var slot = await tries.TakeSlot(cancellationToken);
        if (slot is null) return HashingSlots.Busy;
        var tried = await tries.Check(session, caller.UserId, password, cancellationToken);
        if (tried.Problem is { } locked) return locked;
        if (tried.Value.IsRight) return await work(tried.Value.Attempt);
        await tries.NoteFailure(session, caller.UserId, tried.Value.Attempt, "password", origin, cancellationToken);
        return WrongPassword(field);
    }
}
