using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Realtime;

/// <summary>Who may hear of an event: who may read what it is about (security cases 6, 7, 10).</summary>
internal static class EventRights
{
    /// <summary>How old the place of a ticket may be that decides.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    public static bool MayHear(Caller caller, StreamEvent e) => e.EntityType switch
    {
        "ticket" => caller.May(Permission.TicketsRead) && (!e.IsNote || caller.May(Permission.NotesRead)) && MayRead(caller, e),
        "customer" or "contact" or "location" or "asset" or "project" => caller.May(Permission.CustomersRead),
        "user" or "group" => caller.May(Permission.UsersRead),
        // what this list has not heard of, only those hear who may read all events
        _ => caller.May(Permission.EventsRead),
    };

    /// <summary>The rule of scope as a predicate on an event <c>e</c> and its ticket <c>t</c>; null when the caller sees every ticket. Adds its parameters to the list.</summary>
    public static string? Where(Caller caller, List<NpgsqlParameter> parameters) =>
        TicketScopes.Where(caller, parameters) is { } scope
            ? $"(e.entity_type <> 'ticket' OR (t.id IS NOT NULL AND (t.deleted_at IS NULL OR e.type = 'ticket.deleted') AND {scope}))"
            : null;

    /// <summary>The events with the places of their tickets as they are now. Only what has waited for a slow reader is asked for again.</summary>
    public static ValueTask<IReadOnlyList<StreamEvent>> Current(
        IReadOnlyList<StreamEvent> events, Caller caller, Database database, TimeProvider clock, CancellationToken cancellationToken)
    {
        // those of one batch were read together
        if (caller.Scope == TicketScope.All || clock.GetElapsedTime(events[0].ReadAt) <= Fresh) return new(events);
        var tickets = events.Where(e => e.Ticket is not null).Select(e => e.EntityId).Distinct().ToArray();
        return tickets.Length == 0 ? new(events) : new(ReadAgain(events, tickets, caller, database, cancellationToken));
    }

    private static async Task<IReadOnlyList<StreamEvent>> ReadAgain(
        IReadOnlyList<StreamEvent> events, Guid[] tickets, Caller caller, Database database, CancellationToken cancellationToken)
    {
        await using var session = database.For(caller.TenantId);
        var rows = await session.Query("SELECT id, assignee_id, group_id, deleted_at IS NOT NULL FROM tickets WHERE tenant_id = $1 AND id = ANY ($2)",
            r => (Id: r.GetGuid(0), Place: new TicketPlace(r.Id(1), r.Id(2), r.GetBoolean(3))), cancellationToken, Rows.P(caller.TenantId), Rows.P(tickets));
        var places = rows.ToDictionary(r => r.Id, r => r.Place);
        return [.. events.Select(e => places.TryGetValue(e.EntityId, out var place) ? e with { Ticket = place } : e)];
    }

    /// <summary>Whether a caller may read a ticket that stands there, and so see who looks at it.</summary>
    public static bool MayRead(Caller caller, TicketPlace place) =>
        !place.Deleted && caller.May(Permission.TicketsRead) && TicketScopes.MayRead(caller, place.AssigneeId, place.GroupId);

    private static bool MayRead(Caller caller, StreamEvent e) =>
        caller.Scope == TicketScope.All
        || (e.Ticket is { } ticket && (!ticket.Deleted || e.Type == "ticket.deleted") && TicketScopes.MayRead(caller, ticket.AssigneeId, ticket.GroupId));
}
