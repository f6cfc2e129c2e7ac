using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>Who has a hand in what people make for themselves, a group or everybody: views and macros.</summary>
internal static class Sharers
{
    /// <summary>Whose it is; null for what others see too.</summary>
    public static Guid? Owner(ViewVisibility visibility, Caller caller) => visibility == ViewVisibility.Personal ? caller.UserId : null;

    /// <summary>Why a caller may not make it, or change it from one visibility to another; null when it is allowed.</summary>
    public static async Task<Problem?> Refuse(
        TenantSession session, Caller caller, ViewVisibility? before, ViewVisibility after, Guid? group, Permission manage, CancellationToken cancellationToken)
    {
        if (before is { } was && Sharing.Refuse(was, caller.Permissions, manage) is { } fixedForThem) return fixedForThem;
        if (Sharing.Refuse(after, caller.Permissions, manage) is { } refused) return refused;
        return group is { } id && !(await TicketReferences.Place(session, null, id, cancellationToken)).Group ? Problem.UnknownReference("groupId", "group") : null;
    }
}
