using System.Collections.Immutable;
using System.Diagnostics;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <summary>What surrounds a change: who, when, and what is known of the rows it names.</summary>
/// <param name="By">The actor.</param>
/// <param name="Now">The instant of the change, UTC.</param>
/// <param name="Known">What was looked up.</param>
public sealed record Circumstances(Actor By, DateTimeOffset Now, Known Known);

/// <content>The one place that decides what a change does to a ticket.</content>
public sealed partial record TicketDecision
{
    /// <summary>
    /// Decides one change. Pure: the same arguments give the same answer, so it can be asked again after a conflict, or in advance.
    /// </summary>
    /// <param name="before">The ticket as it is; null only for <see cref="TicketChange.Create"/>.</param>
    /// <param name="change">What shall happen.</param>
    /// <param name="rulebook">The tenant's rules.</param>
    /// <param name="c">Who, when, and what is known.</param>
    /// <returns>What is to be written, or why not.</returns>
    public static Outcome<TicketDecision> Decide(Ticket? before, TicketChange change, Rulebook rulebook, Circumstances c)
    {
        var asked = Step(before, change, rulebook, c);
        if (asked.Problem is not null || ReferenceEquals(asked.Value.After, before)) return asked;
        // What follows from it, each once and in this order: rules, clocks, notices.
        var decision = asked.Value;
        // a look at the clocks that finds nothing to tell is no reason for a rule
        if (change is not TicketChange.ClockTicked || !decision.Events.IsEmpty) decision = React(before, change, decision, rulebook, c);
        decision = WithClocks(decision, rulebook, c);
        return decision with { Notices = [.. decision.Notices, .. decision.Rules.SelectMany(r => r.Notices), .. Notifications.Notices.Of(decision, c)] };
    }

    /// <summary>The change itself, without what follows from it.</summary>
    private static Outcome<TicketDecision> Step(Ticket? before, TicketChange change, Rulebook rulebook, Circumstances c)
    {
        if (change is TicketChange.Create create) return Created(create, rulebook, c);
        ArgumentNullException.ThrowIfNull(before);
        if (before.MergedIntoId is not null && !StandsMerged(before, change))
            return Problem.Conflict("ticket_merged", "This ticket was merged into another, which answers for it now.");
        if (before.StatusCategory == StatusCategory.Closed && !StandsClosed(before, change))
            return Problem.Conflict("ticket_closed", "A closed ticket stays as it is; open a follow-up instead.");

        return change switch
        {
            TicketChange.Edit edit => Edited(before, edit, rulebook, c),
            TicketChange.ChangeStatus step => Moved(before, step.Status, step.Reason, rulebook, c),
            TicketChange.Resolve resolve => Resolved(before, resolve, rulebook, c),
            TicketChange.Assign assign => Assigned(before, assign, c),
            TicketChange.Escalate escalate => Escalated(before, escalate, c),
            TicketChange.Deescalate calm => Deescalated(before, calm, c),
            TicketChange.AddComment comment => Commented(before, comment.Comment, rulebook, c),
            TicketChange.EditComment edit => CommentEdited(before, edit, c),
            TicketChange.DeleteComment delete => CommentDeleted(before, delete.Comment, c),
            TicketChange.Attach attach => Attached(before, attach, c),
            TicketChange.Detach detach => Detached(before, detach, c),
            TicketChange.Delete delete => Deleted(before, delete.Reason, c),
            TicketChange.TakeIn take => TakenIn(before, take, c),
            TicketChange.MergeInto merge => MergedInto(before, merge, rulebook, c),
            TicketChange.GiveBack give => GivenBack(before, give, c),
            TicketChange.ComeBack back => CameBack(before, back, rulebook, c),
            TicketChange.SplitOff split => SplitOff(before, split, c),
            TicketChange.Link link => LinkMade(before, link, c),
            TicketChange.Unlink unlink => LinkTaken(before, unlink, c),
            TicketChange.Follow follow => Followed(before, follow, c),
            TicketChange.Unfollow unfollow => Unfollowed(before, unfollow, c),
            TicketChange.Restore restore => Restored(before, restore.Reason, c),
            TicketChange.Revert revert => Reverted(before, revert, rulebook, c),
            TicketChange.Redefine redefine => Redefined(before, redefine.What, c),
            TicketChange.Automate automate => Automated(before, automate.Rule, rulebook, c),
            TicketChange.CallWebhook call => Called(before, call.WebhookId, rulebook, c),
            TicketChange.ClockTicked => Ticked(before, rulebook, c),
            _ => throw new UnreachableException(change.GetType().Name),
        };
    }

    /// <summary>What may happen to a ticket that answers by another.</summary>
    private static bool StandsMerged(Ticket before, TicketChange change) => change is TicketChange.Delete or TicketChange.Restore or TicketChange.Redefine
        or TicketChange.MergeInto or TicketChange.ComeBack or TicketChange.GiveBack or TicketChange.Unlink or TicketChange.Unfollow or TicketChange.ClockTicked
        || (change is TicketChange.Revert revert && revert.What.OnlyRestores(before));

    /// <summary>What may happen to a closed ticket.</summary>
    private static bool StandsClosed(Ticket before, TicketChange change) => StandsMerged(before, change) || change is TicketChange.Revert or TicketChange.Link or TicketChange.Follow or TicketChange.CallWebhook;

    private static Outcome<TicketDecision> Created(TicketChange.Create create, Rulebook rulebook, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsCreate) is { } lacking) return lacking;
        var (asked, taken) = TakenOver(create, c);
        var completed = Complete(TicketRules.Normalise(asked), taken, c);
        if (completed.Problem is { } incomplete) return incomplete;
        var fields = completed.Value;
        if (TicketRules.Check(fields, taken, rulebook) is { } invalid) return invalid;
        if ((fields.AssigneeId is not null || fields.GroupId != taken?.Fields.GroupId) && Lacks(c, Permission.TicketsAssign) is { } cannotAssign) return cannotAssign;
        if (TicketRules.CheckReferences(fields, taken, c) is { } unknown) return unknown;

        var status = rulebook.Workflow.Initial;
        var ticket = new Ticket
        {
            Id = create.Id,
            Fields = fields,
            Status = status.Key,
            StatusCategory = status.Category,
            CreatedBy = c.By.Id,
            CreatedAt = c.Now,
            UpdatedAt = c.Now,
            Version = 1,
            AssignedVersion = 1,
            StatusAt = c.Now,
            AssignedAt = fields.AssigneeId is null ? null : c.Now,
        };
        var events = ImmutableArray.Create(new TicketEvent("ticket.created", []));
        var assignment = TicketDiff.Assignment(null, ticket);
        if (!assignment.IsEmpty) events = events.Add(new("ticket.assigned", assignment));
        return Write(ticket, [new FieldChange("status", null, Json.Of(status.Key)), .. assignment], null, events);
    }

    /// <summary>
    /// What a new ticket has of the one it is split out of: as an edit, it keeps what was deleted or closed to others since. Not the agent, so one that is
    /// named is new; and not a group that is gone, where nobody would look for it: while a group has open tickets, it stays.
    /// </summary>
    private static (TicketFields Asked, Ticket? Taken) TakenOver(TicketChange.Create create, Circumstances c)
    {
        if (create.From is not { } other) return (create.Fields, null);
        var isGone = create.Fields.GroupId == other.Fields.GroupId && !c.Known.Group;
        return (isGone ? create.Fields with { GroupId = null } : create.Fields,
            other with { Fields = other.Fields with { AssigneeId = null, GroupId = isGone ? null : other.Fields.GroupId } });
    }

    private static Outcome<TicketDecision> Edited(Ticket before, TicketChange.Edit edit, Rulebook rulebook, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        if (TicketRules.CheckReason(edit.Reason) is { } unfit) return unfit;
        var completed = Complete(TicketRules.Normalise(edit.Fields), before, c);
        if (completed.Problem is { } incomplete) return incomplete;
        var fields = completed.Value;
        // 1 and 1.0 are the same value: the spelling that history knows is kept
        if (fields.CustomFields.Equals(before.Fields.CustomFields)) fields = fields with { CustomFields = before.Fields.CustomFields };
        var after = Touch(before, c) with { Fields = fields };
        var changes = TicketDiff.Fields(before, after);
        var assignment = TicketDiff.Assignment(before, after);
        if (changes.IsEmpty && assignment.IsEmpty) return Unchanged(before);
        if (!assignment.IsEmpty) after = after with { AssignedVersion = after.Version, AssignedAt = c.Now };
        if (TicketRules.Check(fields, before, rulebook) is { } invalid) return invalid;
        if (!assignment.IsEmpty && Lacks(c, Permission.TicketsAssign) is { } cannotAssign) return cannotAssign;
        if (TicketRules.CheckReferences(fields, before, c) is { } unknown) return unknown;

        var events = ImmutableArray<TicketEvent>.Empty;
        if (!changes.IsEmpty) events = events.Add(new("ticket.updated", changes));
        if (!assignment.IsEmpty) events = events.Add(new("ticket.assigned", assignment));
        return Write(after, [.. changes, .. assignment], edit.Reason, events);
    }

    /// <summary>Fills in what the contact and the asset bring along, and puts the asset in place of its number.</summary>
    private static Outcome<TicketFields> Complete(TicketFields fields, Ticket? before, Circumstances c)
    {
        if (fields.AssetNumber is not null)
        {
            if (c.Known.Asset is not { } asset) return Problem.UnknownReference("assetNumber", "asset");
            // an edit carries the asset that the ticket has so far along
            if (fields.AssetId is { } named && named != asset && named != before?.Fields.AssetId)
                return Problem.Invalid("assetNumber", "This is the number of another asset than the one that assetId names.");
            fields = fields with { AssetId = asset, AssetNumber = null };
        }

        return WithAsset(WithCustomer(fields, before, c), before, c);
    }

    /// <summary>
    /// An asset brings along where it stands: customer, location and project, each where none is given. What it brought stays as long as it would
    /// bring it; what the ticket was later told otherwise is not undone by an edit of something else.
    /// </summary>
    private static TicketFields WithAsset(TicketFields fields, Ticket? before, Circumstances c)
    {
        if (fields.AssetId is not { } asset || c.Known.Asset != asset) return fields;
        var isNew = asset != before?.Fields.AssetId;
        var customer = fields.CustomerId ?? Brought(c.Known.CustomerOfAsset, before?.Fields.CustomerId);
        return fields with
        {
            CustomerId = customer,
            LocationId = fields.LocationId ?? (customer == c.Known.CustomerOfAsset ? Brought(c.Known.LocationOfAsset, before?.Fields.LocationId) : null),
            ProjectId = fields.ProjectId ?? Brought(c.Known.ProjectOfAsset, before?.Fields.ProjectId),
        };

        Guid? Brought(Guid? ofAsset, Guid? ofTicket) => isNew || ofAsset == ofTicket ? ofAsset : null;
    }

    /// <summary>A contact brings its customer along; one that is gone by now leaves the ticket with the customer it has.</summary>
    private static TicketFields WithCustomer(TicketFields fields, Ticket? before, Circumstances c) =>
        fields is { ContactId: not null, CustomerId: null }
            ? fields with { CustomerId = c.Known.CustomerOfContact ?? (fields.ContactId == before?.Fields.ContactId ? before?.Fields.CustomerId : null) }
            : fields;

    private static Outcome<TicketDecision> Moved(Ticket before, string status, string? reason, Rulebook rulebook, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        if (TicketRules.CheckReason(reason) is { } invalid) return invalid;
        if (string.Equals(status, before.Status, StringComparison.Ordinal)) return Unchanged(before);
        var step = rulebook.Workflow.Step(before.Status, status, c.By.Permissions);
        if (step.Problem is { } problem) return problem;
        var after = Enter(Touch(before, c), step.Value, c);
        return Write(after, [TicketDiff.Status(before, after)], reason, StatusEvents(before, after));
    }

    private static Outcome<TicketDecision> Resolved(Ticket before, TicketChange.Resolve resolve, Rulebook rulebook, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        if (before.StatusCategory == StatusCategory.Solved) return Unchanged(before);
        var solved = rulebook.Workflow.FirstReachable(before.Status, StatusCategory.Solved)
            ?? rulebook.Workflow.Statuses.FirstOrDefault(s => s.Category == StatusCategory.Solved);
        return solved is null
            ? Problem.Conflict("transition_not_allowed", "The workflow has no solved status.") with { Allowed = rulebook.Workflow.NextOf(before.Status) }
            : Moved(before, solved.Key, resolve.Reason, rulebook, c);
    }

    private static Outcome<TicketDecision> Assigned(Ticket before, TicketChange.Assign assign, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsAssign) is { } lacking) return lacking;
        if (TicketRules.CheckReason(assign.Reason) is { } invalid) return invalid;
        var fields = before.Fields with { AssigneeId = assign.AssigneeId, GroupId = assign.GroupId };
        var after = Touch(before, c) with { Fields = fields, AssignedVersion = before.Version + 1, AssignedAt = c.Now };
        var changes = TicketDiff.Assignment(before, after);
        if (changes.IsEmpty) return Unchanged(before);
        if (assign.BasedOnVersion is { } seen)
        {
            if (seen < 1 || seen > before.Version) return Problem.Invalid("basedOnVersion", $"The ticket has no such version; the present one is {before.Version}.");
            if (seen < before.AssignedVersion) return AssignedMeanwhile(before);
        }

        if (TicketRules.CheckReferences(fields, before, c) is { } unknown) return unknown;
        return Write(after, changes, assign.Reason, [new("ticket.assigned", changes)]);
    }

    private static Outcome<TicketDecision> Escalated(Ticket before, TicketChange.Escalate escalate, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsEscalate) is { } lacking) return lacking;
        var errors = new FieldErrors();
        errors.Unless(escalate.Level is >= 1 and <= 3, "level", "The level is 1, 2 or 3.");
        errors.Unless(!string.IsNullOrWhiteSpace(escalate.Reason), "reason", "Say why.");
        errors.Text("reason", escalate.Reason, TicketRules.ReasonLength);
        if (errors.ToProblem() is { } invalid) return invalid;

        var fields = escalate.Reassign ? before.Fields with { AssigneeId = escalate.AssigneeId, GroupId = escalate.GroupId } : before.Fields;
        var after = Touch(before, c) with
        {
            Fields = fields,
            EscalationLevel = escalate.Level,
            EscalationReason = escalate.Reason,
            EscalatedAt = before.EscalationLevel == escalate.Level ? before.EscalatedAt : c.Now,
        };
        var changes = TicketDiff.Escalation(before, after);
        var assignment = TicketDiff.Assignment(before, after);
        if (changes.IsEmpty && assignment.IsEmpty) return Unchanged(before);
        if (!assignment.IsEmpty && Lacks(c, Permission.TicketsAssign) is { } cannotAssign) return cannotAssign;
        if (TicketRules.CheckReferences(fields, before, c) is { } unknown) return unknown;
        if (!assignment.IsEmpty) after = after with { AssignedVersion = after.Version, AssignedAt = c.Now };
        var events = ImmutableArray<TicketEvent>.Empty;
        if (!changes.IsEmpty) events = events.Add(new("ticket.escalated", changes));
        if (!assignment.IsEmpty) events = events.Add(new("ticket.assigned", assignment));
        return Write(after, [.. changes, .. assignment], escalate.Reason, events);
    }

    private static Outcome<TicketDecision> Deescalated(Ticket before, TicketChange.Deescalate calm, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsEscalate) is { } lacking) return lacking;
        if (TicketRules.CheckReason(calm.Reason) is { } invalid) return invalid;
        if (before.EscalationLevel == 0) return Unchanged(before);
        var after = Touch(before, c) with { EscalationLevel = 0, EscalationReason = null, EscalatedAt = null };
        var changes = TicketDiff.Escalation(before, after);
        return Write(after, changes, calm.Reason, [new("ticket.updated", changes)]);
    }

    private static TicketDecision Updated(Ticket before, FieldChange change, Circumstances c) =>
        Write(Touch(before, c), [change], null, [new("ticket.updated", [change])]);

    private static Outcome<TicketDecision> Deleted(Ticket before, string? reason, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsDelete) is { } lacking) return lacking;
        if (TicketRules.CheckReason(reason) is { } invalid) return invalid;
        if (before.DeletedAt is not null) return Unchanged(before);
        var after = Touch(before, c) with { DeletedAt = c.Now };
        return Write(after, [new FieldChange("deletedAt", null, Json.Of(c.Now))], reason, [new("ticket.deleted", [])]);
    }

    private static Problem AssignedMeanwhile(Ticket present) => Problem.Conflict("assigned_meanwhile", "Somebody assigned this ticket meanwhile.") with
    {
        Present = ImmutableSortedDictionary<string, string?>.Empty.WithComparers(StringComparer.Ordinal)
            .Add("assigneeId", present.Fields.AssigneeId?.ToString()).Add("groupId", present.Fields.GroupId?.ToString()),
    };

    private static Outcome<TicketDecision> Unchanged(Ticket before) => new TicketDecision { After = before };

    private static TicketDecision Write(Ticket after, ImmutableArray<FieldChange> history, string? reason, ImmutableArray<TicketEvent> events) => new()
    {
        After = after with { Sequence = after.Sequence + events.Length },
        History = history,
        Reason = reason,
        Events = events,
    };

    private static Ticket Touch(Ticket ticket, Circumstances c) => ticket with
    {
        Version = ticket.Version + 1,
        // two changes within the clock's grain, or a clock that was set back, must not put a ticket back in the list
        UpdatedAt = c.Now > ticket.UpdatedAt ? c.Now : ticket.UpdatedAt,
    };

    /// <summary>What entering a status does to the times that depend on it.</summary>
    private static Ticket Enter(Ticket ticket, WorkflowStatus status, Circumstances c) => ticket with
    {
        Status = status.Key,
        StatusCategory = status.Category,
        StatusAt = c.Now,
        SolvedAt = status.Category is StatusCategory.Solved or StatusCategory.Closed ? ticket.SolvedAt ?? c.Now : null,
        ClosedAt = status.Category == StatusCategory.Closed ? c.Now : null,
    };

    private static ImmutableArray<TicketEvent> StatusEvents(Ticket before, Ticket after)
    {
        var changes = ImmutableArray.Create(TicketDiff.Status(before, after));
        var moved = new TicketEvent("ticket.status_changed", changes);
        if (before.StatusCategory == after.StatusCategory) return [moved];
        return after.StatusCategory switch
        {
            StatusCategory.Solved => [moved, new("ticket.resolved", changes)],
            StatusCategory.Closed => [moved, new("ticket.closed", changes)],
            StatusCategory.New or StatusCategory.Open or StatusCategory.Pending or StatusCategory.OnHold =>
                before.StatusCategory == StatusCategory.Solved ? [moved, new("ticket.reopened", changes)] : [moved],
        };
    }

    private static Problem? Lacks(Circumstances c, Permission permission) =>
        c.By.Permissions.Has(permission) ? null : Problem.Forbidden(Permissions.Name(permission));
}
