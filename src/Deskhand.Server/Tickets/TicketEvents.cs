using System.Collections.Immutable;
using Deskhand.Outbox;

namespace Deskhand.Tickets;

/// <summary>The events of a decision in their public form.</summary>
internal static class TicketEvents
{
    /// <param name="first">The number of the first of them.</param>
    /// <param name="after">The ticket as all of the change leaves it.</param>
    /// <param name="decision">What was decided: the change itself, or one step of a rule.</param>
    /// <param name="rule">The rule whose step it is.</param>
    public static ImmutableArray<EventDraft> Drafts(long first, Ticket after, TicketDecision decision, HistoryRule? rule = null)
    {
        var ticket = TicketResponse.From(after);
        return
        [
            .. decision.Events.Select((e, i) => new EventDraft(
                e.Type, "ticket", after.Id, first + i, decision.At ?? after.UpdatedAt,
                e.Comment is { } comment ? [("ticket", ticket), ("comment", CommentEventBody.Of(comment))]
                    : e.Sla is { } sla ? [("ticket", ticket), ("metric", sla.Metric), .. Of(sla)]
                    : e.WebhookId is { } webhook ? [("ticket", ticket), ("rule", rule!), ("webhookId", webhook)]
                    : [("ticket", ticket)],
                e.Changes)),
        ];
    }

    /// <summary>What is known of the instant and the threshold.</summary>
    private static IEnumerable<(string Name, object Value)> Of(SlaNews news)
    {
        if (news.DueAt is { } due) yield return ("dueAt", due);
        if (news.Percent is { } percent) yield return ("percent", percent);
    }
}

/// <summary>A comment in an event: the words of a public one; of a note only that it is there.</summary>
internal sealed record CommentEventBody(
    Guid Id,
    Visibility Visibility,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] ActorKind? AuthorKind = null,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] Guid? AuthorId = null,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] BodyFormat? Format = null,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] string? Body = null)
{
    public static CommentEventBody Of(Comment comment) => comment.Visibility == Visibility.Public && comment.DeletedAt is null
        ? new(comment.Id, comment.Visibility, comment.AuthorKind, comment.AuthorId, comment.Format, comment.Body)
        : new(comment.Id, comment.Visibility);
}
