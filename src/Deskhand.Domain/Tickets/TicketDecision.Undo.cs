using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <content>What brings a ticket back to where it was.</content>
public sealed partial record TicketDecision
{
    private static Outcome<TicketDecision> Restored(Ticket before, string? reason, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsDelete) is { } lacking) return lacking;
        if (TicketRules.CheckReason(reason) is { } invalid) return invalid;
        if (before.DeletedAt is not { } deletedAt) return Unchanged(before);
        if (c.Now - deletedAt > TicketRules.UndoWithin) return Problem.Conflict("restore_ended", $"A ticket can be restored for {TicketRules.UndoWithin.TotalDays:0} days.");
        var after = Touch(before, c) with { DeletedAt = null };
        return Write(after, [new FieldChange("deletedAt", Json.Of(before.DeletedAt), null)], reason, [new("ticket.restored", [])]);
    }

    private static Outcome<TicketDecision> Reverted(Ticket before, TicketChange.Revert revert, Rulebook rulebook, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        var what = revert.What;
        if (what.IsEmpty(before)) return Unchanged(before);
        var after = Touch(before, c) with { Fields = what.Fields };
        if (what.Status is { } key)
        {
            if (rulebook.Workflow.Find(key) is not { } status) return Problem.Conflict("status_gone", $"The workflow has no status {key} any more.");
            after = Enter(after, status, c);
        }

        var changes = TicketDiff.Fields(before, after);
        var assignment = TicketDiff.Assignment(before, after);
        if (!changes.IsEmpty && TicketRules.Check(after.Fields, before, rulebook) is { } invalid) return invalid;
        if (!assignment.IsEmpty && Lacks(c, Permission.TicketsAssign) is { } cannotAssign) return cannotAssign;
        if (TicketRules.CheckReferences(after.Fields, before, c) is { } unknown) return unknown;
        if (!assignment.IsEmpty) after = after with { AssignedVersion = after.Version, AssignedAt = c.Now };
        if (what.Restores is not null && Lacks(c, Permission.TicketsDelete) is { } cannotDelete) return cannotDelete;

        var history = changes.AddRange(assignment);
        var events = ImmutableArray<TicketEvent>.Empty;
        if (!changes.IsEmpty) events = events.Add(new("ticket.updated", changes));
        if (!assignment.IsEmpty) events = events.Add(new("ticket.assigned", assignment));
        if (!string.Equals(before.Status, after.Status, StringComparison.Ordinal))
        {
            history = history.Add(TicketDiff.Status(before, after));
            events = events.AddRange(StatusEvents(before, after));
        }

        if (what.Restores is { } comesBack)
        {
            after = after with { DeletedAt = comesBack ? null : c.Now };
            history = history.Add(new FieldChange("deletedAt", Json.Of(before.DeletedAt), Json.Of(after.DeletedAt)));
            events = events.Add(new(comesBack ? "ticket.restored" : "ticket.deleted", []));
        }

        return Write(after, history, revert.Reason, events);
    }
}
