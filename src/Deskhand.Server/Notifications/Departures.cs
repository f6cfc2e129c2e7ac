using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Notifications;

/// <summary>
/// What follows when people leave. Looks at how things stand, not at events: whatever was missed is found
/// the next time, and what is done already is not found. A change of a user wakes it.
/// </summary>
internal sealed class Departures(Database database, Rulebooks rulebooks, RecentTickets recent, ChangeLog log, MailQueue mail, TimeProvider clock, ILogger<Departures> logger) : RelayWork
{
    /// <summary>The tag that open tickets of a deleted customer get.</summary>
    public const string Tag = "customer_deleted";

    private const int AtOnce = 200;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    public override string Name => "departures";

    public void ListenOn(DatabaseListener listener) => listener.On("deskhand_access", _ => Wake.Call());

    /// <summary>Does all that is to be done now.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        while (await GiveBack(cancellationToken)) { }
        while (await Flag(cancellationToken)) { }
    }

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        await Run(cancellationToken);
        return Every;
    }

    /// <summary>Open tickets of an agent who works here no more go back to their groups. True when there may be more.</summary>
    private async Task<bool> GiveBack(CancellationToken cancellationToken)
    {
        var found = await database.AcrossTenants("SELECT tenant_id, ticket_id FROM departed_assignees($1)", r => (TenantId: r.GetGuid(0), TicketId: r.GetGuid(1)), cancellationToken, Rows.P(AtOnce));
        var done = 0;
        await ForEach(found, async departed =>
        {
            var (tenantId, ticketId) = departed;
            await using var session = database.For(tenantId);
            var changed = await Desk(session).Change(Actor.System(Via.Timer), ticketId.ToString(), null, null, async ticket =>
            {
                // asked again under lock: somebody may have given the ticket to another meanwhile
                var isGone = ticket.Fields.AssigneeId is { } assignee && (await session.Query("SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 AND NOT active", r => r.GetInt32(0), cancellationToken,
                    Rows.P(tenantId), Rows.P(assignee))).Count > 0;
                return isGone ? new TicketChange.Assign(null, ticket.Fields.GroupId, "agent deactivated") : Problem.Conflict("not_needed", "The assignee is another by now.");
            }, cancellationToken);
            if (changed.Problem is null) done++;
            else if (changed.Problem.Code is not ("not_needed" or "not_found")) logger.LogWarning("The ticket {Ticket} stays with an agent who left: {Problem}", ticketId, changed.Problem.Message);
        });

        return found.Count == AtOnce && done > 0;
    }

    /// <summary>Open tickets of a deleted customer get a tag and a note, once for each deletion. True when there may be more.</summary>
    private async Task<bool> Flag(CancellationToken cancellationToken)
    {
        var found = await database.AcrossTenants("SELECT tenant_id, customer_id FROM departed_customers($1)", r => (TenantId: r.GetGuid(0), CustomerId: r.GetGuid(1)), cancellationToken, Rows.P(AtOnce));
        await ForEach(found, async departed =>
        {
            var (tenantId, customerId) = departed;
            await using var session = database.For(tenantId);
            var tickets = await session.Query("""
                SELECT id FROM tickets WHERE tenant_id = $1 AND customer_id = $2 AND deleted_at IS NULL AND status_category IN ('new', 'open', 'pending', 'on_hold') ORDER BY id
                """, r => r.GetGuid(0), cancellationToken, Rows.P(tenantId), Rows.P(customerId));
            foreach (var id in tickets)
            {
                var flagged = await Desk(session).ChangeTogether(Actor.System(Via.Timer), [id], null, present => Task.FromResult(Steps(present[id])), cancellationToken);
                if (flagged.Problem is { Code: not "not_found" } problem) logger.LogWarning("The ticket {Ticket} does not say that its customer was deleted: {Problem}", id, problem.Message);
            }

            await session.Transact<int>(async () => await session.Execute("""
                INSERT INTO customer_departures (tenant_id, customer_id, noticed_at) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, customer_id) DO UPDATE SET noticed_at = excluded.noticed_at
                """, cancellationToken, Rows.P(tenantId), Rows.P(customerId), Rows.P(Http.Instants.Now(clock))), cancellationToken);
        });

        return found.Count == AtOnce;
    }

    private Outcome<ImmutableArray<TicketStep>> Steps(Ticket ticket) =>
        ticket.Fields.Tags.Contains(Tag, StringComparer.Ordinal) || ticket.StatusCategory is StatusCategory.Solved or StatusCategory.Closed ? ImmutableArray<TicketStep>.Empty :
        [
            new(ticket.Id, new TicketChange.Edit(ticket.Fields with { Tags = ticket.Fields.Tags.Add(Tag) }, "customer deleted")),
            new(ticket.Id, new TicketChange.AddComment(new NewComment(Ids.New(clock.GetUtcNow()), "The customer of this ticket was deleted while the ticket was open.", BodyFormat.Plain, Visibility.Internal, []))),
        ];

    private TicketDesk Desk(TenantSession session) => new(session, rulebooks, recent, log, mail, clock);
}
