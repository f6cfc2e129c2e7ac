using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>One row of a ticket's history.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Change">What.</param>
/// <param name="IsByRule">Whether a rule did it.</param>
public sealed record HistoryEntry(DateTimeOffset At, Actor By, FieldChange Change, bool IsByRule);

/// <summary>A change of a ticket as it was when it happened, made again out of the history.</summary>
/// <param name="Before">The ticket before it; null when it was new.</param>
/// <param name="After">The ticket after it, without what rules made of it.</param>
/// <param name="Events">What it was told as.</param>
/// <param name="CommentId">What was said with it, if anything.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record PastChange(Ticket? Before, Ticket After, ImmutableArray<TicketEvent> Events, Guid? CommentId, Actor By, DateTimeOffset At)
{
    /// <summary>
    /// The changes of a ticket, newest first. Fields that conditions seldom look at (external id, location, project) stand as they are now; so do
    /// the hours that have passed, the SLA states and the roles of people.
    /// </summary>
    /// <param name="present">The ticket as it is.</param>
    /// <param name="newestFirst">Its history; where it is cut off, so are the changes.</param>
    /// <param name="workflow">The tenant's.</param>
    public static IEnumerable<PastChange> Of(Ticket present, IEnumerable<HistoryEntry> newestFirst, Workflow workflow)
    {
        var state = present;
        foreach (var group in newestFirst.Chunked(e => e.At))
        {
            foreach (var entry in group.Where(e => e.IsByRule)) state = Undo(state, entry.Change, workflow);
            var asked = group.Where(e => !e.IsByRule).ToImmutableArray();
            if (asked.IsEmpty) continue;
            var after = state;
            foreach (var entry in asked) state = Undo(state, entry.Change, workflow);
            var isNew = asked.Any(e => e.Change is { Field: "status", From: null });
            yield return new PastChange(isNew ? null : state, after, ToldAs(asked, isNew, after), CommentOf(asked), asked[0].By, asked[0].At);
            if (isNew) yield break;
        }
    }

    private static ImmutableArray<TicketEvent> ToldAs(ImmutableArray<HistoryEntry> entries, bool isNew, Ticket after)
    {
        var types = entries.Select(e => e.Change.Field switch
        {
            "status" => "ticket.status_changed",
            "assigneeId" or "groupId" => "ticket.assigned",
            "escalationLevel" when e.Change.To is not "0" => "ticket.escalated",
            "comments" when e.Change.From is null => "ticket.commented",
            _ => "ticket.updated",
        }).Where(t => !isNew || t is "ticket.assigned").Distinct(StringComparer.Ordinal);
        var events = types.Select(t => new TicketEvent(t, [])).ToImmutableArray();
        if (isNew) return [new("ticket.created", []), .. events];
        if (!entries.Any(e => e.Change.Field is "status")) return events;
        return after.StatusCategory switch
        {
            StatusCategory.Solved => events.Add(new("ticket.resolved", [])),
            StatusCategory.Closed => events.Add(new("ticket.closed", [])),
            StatusCategory.New or StatusCategory.Open or StatusCategory.Pending or StatusCategory.OnHold => events,
        };
    }

    private static Guid? CommentOf(ImmutableArray<HistoryEntry> entries) =>
        entries.FirstOrDefault(e => e.Change is { Field: "comments", From: null, To: not null }) is { Change.To: { } json } && JsonElement.Parse(json).TryGetProperty("id", out var id) && id.TryGetGuid(out var comment) ? comment : null;

    /// <summary>The ticket as it was before one field changed.</summary>
    private static Ticket Undo(Ticket ticket, FieldChange change, Workflow workflow)
    {
        var f = ticket.Fields;
        return change.Field switch
        {
            "subject" => ticket with { Fields = f with { Subject = Text(change) ?? "" } },
            "description" => ticket with { Fields = f with { Description = Text(change) ?? "" } },
            "priority" when Text(change) is { } word && Wire.Find<Priority>(word) is { } priority => ticket with { Fields = f with { Priority = priority } },
            "type" when Text(change) is { } word && Wire.Find<TicketType>(word) is { } type => ticket with { Fields = f with { Type = type } },
            "category" when Text(change) is { } category => ticket with { Fields = f with { Category = category } },
            "subcategory" => ticket with { Fields = f with { Subcategory = Text(change) } },
            "tags" => ticket with { Fields = f with { Tags = change.From is { } tags ? [.. JsonElement.Parse(tags).EnumerateArray().Select(t => t.GetString()!)] : [] } },
            "customFields" => ticket with { Fields = f with { CustomFields = change.From is { } values ? CustomValues.Parse(values) : CustomValues.Empty } },
            "customerId" => ticket with { Fields = f with { CustomerId = Id(change) } },
            "contactId" => ticket with { Fields = f with { ContactId = Id(change) } },
            "assigneeId" => ticket with { Fields = f with { AssigneeId = Id(change) } },
            "groupId" => ticket with { Fields = f with { GroupId = Id(change) } },
            "escalationLevel" => ticket with { EscalationLevel = change.From is { } level ? JsonElement.Parse(level).GetInt32() : 0 },
            "status" when Text(change) is { } status => ticket with { Status = status, StatusCategory = workflow.Find(status)?.Category ?? ticket.StatusCategory },
            _ => ticket,
        };
    }

    private static string? Text(FieldChange change) => change.From is { } json && JsonElement.Parse(json) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static Guid? Id(FieldChange change) => Guid.TryParse(Text(change), out var id) ? id : null;
}

internal static class Chunks
{
    /// <summary>Neighbours with the same key, together.</summary>
    public static IEnumerable<List<T>> Chunked<T, TKey>(this IEnumerable<T> items, Func<T, TKey> key) where TKey : IEquatable<TKey>
    {
        List<T>? chunk = null;
        foreach (var item in items)
        {
            if (chunk is not null && key(chunk[0]).Equals(key(item))) chunk.Add(item);
            else
            {
                if (chunk is not null) yield return chunk;
                chunk = [item];
            }
        }

        if (chunk is not null) yield return chunk;
    }
}
