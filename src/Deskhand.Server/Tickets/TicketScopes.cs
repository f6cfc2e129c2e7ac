using Deskhand.Access;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>The rule of who sees which tickets (SPEC §1), for a ticket in hand, as SQL, and for the index of words.</summary>
internal static class TicketScopes
{
    public static bool MayRead(Caller caller, Ticket ticket) => MayRead(caller, ticket.Fields.AssigneeId, ticket.Fields.GroupId);

    public static bool MayRead(Caller caller, Guid? assigneeId, Guid? groupId) => MayRead(caller.Scope, caller.UserId, caller.Groups, assigneeId, groupId);

    public static bool MayRead(TicketScope scope, Guid userId, IEnumerable<Guid> groups, Guid? assigneeId, Guid? groupId) => scope switch
    {
        TicketScope.All => true,
        TicketScope.Groups => assigneeId == userId || (groupId is { } group && groups.Contains(group)),
        TicketScope.Assigned => assigneeId is null || assigneeId == userId,
    };

    /// <summary>The same rule as a predicate on <c>t</c>; null when every ticket may be read. Adds its parameters to the list.</summary>
    public static string? Where(Caller caller, List<NpgsqlParameter> parameters)
    {
        switch (caller.Scope)
        {
            case TicketScope.All:
                return null;
            case TicketScope.Groups:
                parameters.Add(Rows.P(caller.UserId));
                parameters.Add(Rows.P(caller.Groups.ToArray()));
                return $"(t.assignee_id = ${parameters.Count - 1} OR t.group_id = ANY (${parameters.Count}))";
            case TicketScope.Assigned:
                parameters.Add(Rows.P(caller.UserId));
                return $"(t.assignee_id IS NULL OR t.assignee_id = ${parameters.Count})";
            default:
                throw new ArgumentOutOfRangeException(nameof(caller));
        }
    }

    /// <summary>The same rule as facets of the index, of which a ticket has one; null when every ticket may be read.</summary>
    public static string[]? Facets(Caller caller) => caller.Scope switch
    {
        TicketScope.All => null,
        TicketScope.Groups => [.. SearchFacets.Assignees([caller.UserId], false), .. SearchFacets.Groups(caller.Groups, false)],
        TicketScope.Assigned => SearchFacets.Assignees([caller.UserId], true),
    };
}
