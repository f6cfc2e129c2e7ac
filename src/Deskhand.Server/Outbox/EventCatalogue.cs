using System.Collections.Immutable;

namespace Deskhand.Outbox;

/// <summary>Every event that is published today; described in docs/events.md, which a test compares with this list.</summary>
internal static class EventCatalogue
{
    private static readonly (string Entity, string[] Happenings)[] ByEntity =
    [
        ("ticket", ["created", "updated", "deleted", "status_changed", "assigned", "commented", "escalated", "resolved", "closed", "reopened", "merged", "unmerged", "restored", "sla_warning", "sla_breached", "sla_achieved"]),
        ("customer", ["created", "updated", "deleted", "restored", "merged", "unmerged"]),
        ("contact", ["created", "updated", "deleted", "restored", "merged", "unmerged", "erased"]),
        ("location", ["created", "updated", "deleted"]),
        ("asset", ["created", "updated", "deleted"]),
        ("project", ["created", "updated", "deleted"]),
        ("view", ["created", "updated", "deleted"]),
        ("user", ["created", "updated", "deactivated", "deleted"]),
        ("satisfaction", ["rated"]),
        ("group", ["created", "updated", "deleted"]),
        ("webhook", ["created", "updated", "deleted", "tested"]),
    ];

    public static ImmutableSortedSet<string> Entities { get; } = [.. ByEntity.Select(e => e.Entity)];

    public static ImmutableSortedSet<string> Types { get; } = [.. ByEntity.SelectMany(e => e.Happenings.Select(h => $"{e.Entity}.{h}"))];
}
