using System.Collections.Immutable;
using Deskhand.Access;

namespace Deskhand.Tickets;

/// <content>Merging, its way back, and splitting. Each side tells it in a note of the desk.</content>
public sealed partial record TicketDecision
{
    /// <summary>The ticket goes into another with all its comments and attachments, by this merge.</summary>
    public Merge? Merged { get; init; }

    /// <summary>The ticket comes back with what went along.</summary>
    public Unmerge? Unmerged { get; init; }

    /// <summary>A comment with its attachments that goes to another ticket for good.</summary>
    public (Guid CommentId, Guid ToId)? Leaving { get; init; }

    private static Outcome<TicketDecision> TakenIn(Ticket before, TicketChange.TakeIn change, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        if (TicketRules.CheckReason(change.Comment) is { } invalid) return Renamed(invalid);
        var fields = before.Fields with { Tags = [.. before.Fields.Tags.Concat(change.Merges.SelectMany(m => m.AddedTags)).Order(StringComparer.Ordinal)] };
        if (fields.Tags.Length > TicketRules.TagCount) return Problem.Invalid("sourceIds", $"Together they would have more than {TicketRules.TagCount} tags.");
        var after = Touch(before, c) with { Fields = fields, FollowerIds = [.. before.FollowerIds.Concat(change.Merges.SelectMany(m => m.AddedFollowers)).Order()] };
        var changes = TicketDiff.Fields(before, after).AddRange(TicketDiff.Followers(before, after)).Add(new("mergedTicketIds", null, Json.Of([.. change.Merges.Select(m => m.SourceId)])));
        return WithNote(after, changes, null, [new("ticket.merged", changes)], change.NoteId, $"Merged into this ticket: {Names(change.Sources)}.{Said(change.Comment)}", c);
    }

    private static Outcome<TicketDecision> MergedInto(Ticket before, TicketChange.MergeInto change, Rulebook rulebook, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        if (before.MergedIntoId is not null) return Problem.Conflict("merged_already", $"{before.Reference} was merged already.");
        var closed = rulebook.Workflow.Find(before.Status) is { Category: StatusCategory.Closed } present ? present : rulebook.Workflow.Statuses.FirstOrDefault(s => s.Category == StatusCategory.Closed);
        if (closed is null) return Problem.Conflict("transition_not_allowed", "The workflow has no closed status.");
        var after = Enter(Touch(before, c), closed, c) with { MergedIntoId = change.Target.Id, ClosedAt = before.ClosedAt ?? c.Now };
        var history = ImmutableArray.Create(new FieldChange("mergedIntoId", null, Json.Of((Guid?)change.Target.Id)));
        var events = ImmutableArray.Create(new TicketEvent("ticket.merged", history));
        if (!string.Equals(before.Status, after.Status, StringComparison.Ordinal))
        {
            history = history.Add(TicketDiff.Status(before, after));
            events = events.AddRange(StatusEvents(before, after));
        }

        var reason = $"Merged into {change.Target.Reference}";
        return WithNote(after, history, reason, events, change.NoteId, $"{reason}.{Said(change.Comment)}", c) with { Merged = change.Merge };
    }

    private static Outcome<TicketDecision> GivenBack(Ticket before, TicketChange.GiveBack change, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        var after = Touch(before, c) with
        {
            Fields = before.Fields with { Tags = [.. before.Fields.Tags.Except(change.Tags, StringComparer.Ordinal)] },
            FollowerIds = [.. before.FollowerIds.Except(change.Followers)],
        };
        var changes = TicketDiff.Fields(before, after).AddRange(TicketDiff.Followers(before, after)).Add(new("mergedTicketIds", Json.Of([.. change.Sources.Select(s => s.Id)]), null));
        return WithNote(after, changes, null, [new("ticket.unmerged", changes)], change.NoteId, $"Taken out of this ticket again: {Names(change.Sources)}.", c);
    }

    private static Outcome<TicketDecision> CameBack(Ticket before, TicketChange.ComeBack change, Rulebook rulebook, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        var merge = change.Unmerge.Merge;
        if (before.MergedIntoId != merge.TargetId) return Problem.Conflict("not_merged", $"{before.Reference} is not merged.");
        // what lies in a deleted ticket comes to light by who may delete; at any time, for after 30 days nothing else would bring it back
        if (change.From.DeletedAt is not null && Lacks(c, Permission.TicketsDelete) is { } cannotRestore)
            return cannotRestore with { Message = $"{change.From.Reference} was deleted: to restore it, or to take a ticket out of it, needs the permission {Permissions.Name(Permission.TicketsDelete)}." };
        if (change.From.DeletedAt is null && c.Now - merge.At > TicketRules.UndoWithin) return Problem.Conflict("unmerge_ended", $"A merge can be taken back for {TicketRules.UndoWithin.TotalDays:0} days.");
        // a status that the workflow has lost meanwhile: the ticket begins again
        var status = rulebook.Workflow.Find(merge.StatusBefore) ?? rulebook.Workflow.Initial;
        var after = Enter(Touch(before, c), status, c) with { MergedIntoId = null };
        if (after.SolvedAt is not null) after = after with { SolvedAt = merge.SolvedAtBefore ?? after.SolvedAt };
        if (after.ClosedAt is not null) after = after with { ClosedAt = merge.ClosedAtBefore ?? after.ClosedAt };
        var history = ImmutableArray.Create(new FieldChange("mergedIntoId", Json.Of(before.MergedIntoId), null));
        var events = ImmutableArray.Create(new TicketEvent("ticket.unmerged", history));
        if (!string.Equals(before.Status, after.Status, StringComparison.Ordinal))
        {
            history = history.Add(TicketDiff.Status(before, after));
            events = events.AddRange(StatusEvents(before, after));
        }

        var reason = $"Taken out of {change.From.Reference} again";
        return WithNote(after, history, reason, events, change.NoteId, reason + ".", c) with { Unmerged = change.Unmerge };
    }

    private static Outcome<TicketDecision> SplitOff(Ticket before, TicketChange.SplitOff change, Circumstances c)
    {
        if (Lacks(c, Permission.TicketsUpdate) is { } lacking) return lacking;
        if (change.Comment.DeletedAt is not null) return Problem.NotFound("comment");
        var changes = ImmutableArray.Create(new FieldChange("comments", Json.OfComment(change.Comment), null));
        return WithNote(Touch(before, c), changes, $"Split into {change.Into.Reference}", [new("ticket.updated", changes, change.Comment with { DeletedAt = c.Now })], change.NoteId,
            $"Split into {change.Into.Reference}: “{change.Into.Fields.Subject}”.", c) with
        { Leaving = (change.Comment.Id, change.Into.Id) };
    }

    /// <summary>The decision with a note of the desk itself.</summary>
    private static TicketDecision WithNote(
        Ticket after, ImmutableArray<FieldChange> history, string? reason, ImmutableArray<TicketEvent> events, Guid noteId, string words, Circumstances c)
    {
        var note = new Comment
        {
            Id = noteId,
            AuthorKind = ActorKind.System,
            Visibility = Visibility.Internal,
            Format = BodyFormat.Plain,
            Body = words,
            Via = c.By.Via,
            CreatedAt = c.Now,
        };
        return Write(after, history.Add(new("comments", null, Json.OfComment(note))), reason, events.Add(new("ticket.commented", [], note))) with { Comment = note };
    }

    private static string Names(ImmutableArray<Ticket> tickets) => string.Join(", ", tickets.Select(t => $"{t.Reference} “{t.Fields.Subject}”"));

    private static string Said(string? comment) => string.IsNullOrWhiteSpace(comment) ? "" : "\n\n" + comment;

    private static Problem Renamed(Problem problem) => problem with { Errors = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add("comment", problem.Errors["reason"]) };
}
