using System.Collections.Immutable;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>Gives a ticket to a member of its group.</summary>
internal static class Routing
{
    /// <summary>The assignment, or null when the ticket has no group, has an agent already, nobody can take it, or it is yet to be looked up who can.</summary>
    public static TicketChange? Assign(RuleScene scene, RoutingMode mode)
    {
        if (scene.After.Fields is not { GroupId: { } group, AssigneeId: null } fields) return null;
        // asked last: whoever is asked for has had a turn
        if (scene.Asks.Count > 0) return null;
        var skills = mode == RoutingMode.Skill ? fields.Tags : ImmutableArray<string>.Empty;
        return scene.Knows(new Question.Router(group, mode, new(skills)), out var agent) && agent is { } found ? new TicketChange.Assign(found, group, null) : null;
    }
}
