using System.Collections.Immutable;

namespace Deskhand.Outbox;

/// <summary>Which topics an event goes to (docs/events.md).</summary>
internal static class KafkaTopics
{
    /// <summary>Every event.</summary>
    public const string All = "deskhand.events";

    /// <summary>The types that have a topic of their own as well, <c>notifications.</c> and the type.</summary>
    public static ImmutableArray<string> Announced { get; } = ["ticket.created", "ticket.assigned", "ticket.status_changed", "ticket.commented", "ticket.sla_warning"];

    public static ImmutableArray<string> Of(string eventType) => Announced.Contains(eventType) ? [All, "notifications." + eventType] : [All];
}
