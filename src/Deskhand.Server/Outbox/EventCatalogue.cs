using System.Collections.Immutable;

namespace Deskhand.Outbox;

/// <summary>One kind of event.</summary>
/// <param name="Type">For example <c>ticket.created</c>.</param>
/// <param name="Entity">The member of <c>data</c> that holds what it is about, for example <c>ticket</c>.</param>
/// <param name="When">When it is published, in words.</param>
internal sealed record EventKind(string Type, string Entity, string When);

/// <summary>
/// Every event that is published today. Its form is described by a schema for each (Operations/EventSchemas), and kept in docs/events/; docs/events.md
/// says the same in words. Tests compare all of them with this list and with what is really sent.
/// </summary>
internal static class EventCatalogue
{
    public static ImmutableArray<EventKind> All { get; } =
    [
        new("ticket.created", "ticket", "a ticket was made, through any channel"),
        new("ticket.updated", "ticket", "fields changed that have no event of their own; also a comment's edit or deletion, then with `comment`"),
        new("ticket.deleted", "ticket", "a ticket was deleted (it keeps its history)"),
        new("ticket.status_changed", "ticket", "the status changed; followed by one of resolved, closed or reopened where it is"),
        new("ticket.assigned", "ticket", "assignee or group changed"),
        new("ticket.commented", "ticket", "a comment or a note was added"),
        new("ticket.escalated", "ticket", "it was escalated, or to another level"),
        new("ticket.resolved", "ticket", "it came into a solved status"),
        new("ticket.closed", "ticket", "it was closed"),
        new("ticket.reopened", "ticket", "it came back from a solved status"),
        new("ticket.merged", "ticket", "another ticket was merged into it, or it into another"),
        new("ticket.unmerged", "ticket", "a merge was taken back, on either side"),
        new("ticket.sla_warning", "ticket", "a part of the time for a promise is used: `metric`, `percent`, `dueAt`"),
        new("ticket.sla_breached", "ticket", "a promise was missed: `metric`, `percent` (100), `dueAt`"),
        new("ticket.sla_achieved", "ticket", "a promise was kept in time: `metric`, `dueAt`"),
        new("ticket.rule_fired", "ticket", "a rule called a webhook, `webhookId`, which gets this whatever events it asks for; with the `rule`"),
        new("ticket.restored", "ticket", "a deleted ticket came back"),
        new("customer.created", "customer", "a customer was made"),
        new("customer.updated", "customer", "fields of a customer changed"),
        new("customer.deleted", "customer", "a customer was deleted"),
        new("customer.restored", "customer", "a deleted customer is back, since a merge was undone"),
        new("customer.merged", "customer", "others, `mergedIds`, became part of this customer"),
        new("customer.unmerged", "customer", "others, `unmergedIds`, are by themselves again"),
        new("contact.created", "contact", "a contact was made"),
        new("contact.updated", "contact", "fields of a contact changed"),
        new("contact.deleted", "contact", "a contact was deleted"),
        new("contact.restored", "contact", "a deleted contact is back, since a merge was undone"),
        new("contact.merged", "contact", "others, `mergedIds`, became part of this contact"),
        new("contact.unmerged", "contact", "others, `unmergedIds`, are by themselves again"),
        new("contact.erased", "contact", "the person was erased: forget what you know of the contact, and its words in tickets"),
        new("location.created", "location", "a location was made"),
        new("location.updated", "location", "fields of a location changed"),
        new("location.deleted", "location", "a location was deleted"),
        new("asset.created", "asset", "an asset was made"),
        new("asset.updated", "asset", "fields of an asset changed"),
        new("asset.deleted", "asset", "an asset was deleted"),
        new("view.created", "view", "a view was made"),
        new("view.updated", "view", "fields of a view changed"),
        new("view.deleted", "view", "a view was deleted"),
        new("project.created", "project", "a project was made"),
        new("project.updated", "project", "fields of a project changed"),
        new("project.deleted", "project", "a project was deleted"),
        new("user.created", "user", "somebody was made a user of the desk"),
        new("user.updated", "user", "name, address, role or scope changed"),
        new("user.deactivated", "user", "somebody may no longer sign in"),
        new("user.deleted", "user", "a user was deleted"),
        new("satisfaction.rated", "satisfaction", "a customer answered how content they were with a solved ticket; their words are in the report only"),
        new("address.suppressed", "address", "mail servers say that an address does not exist: it is written to no more"),
        new("address.released", "address", "it is written to again: somebody lifted that, or a message was taken"),
        new("group.created", "group", "a group was made"),
        new("group.updated", "group", "a group or its members changed"),
        new("group.deleted", "group", "a group was deleted"),
        new("webhook.created", "webhook", "a webhook was made; of its address events tell the origin only"),
        new("webhook.updated", "webhook", "it was changed, got a new secret, or was switched off by the desk: `disabledReason`"),
        new("webhook.deleted", "webhook", "a webhook was deleted"),
        new("webhook.tested", "webhook", "somebody asked for a test of it"),
    ];

    public static ImmutableSortedSet<string> Entities { get; } = [.. All.Select(e => e.Entity)];

    public static ImmutableSortedSet<string> Types { get; } = [.. All.Select(e => e.Type)];
}
