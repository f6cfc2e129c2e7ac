using System.Collections.Immutable;
using Deskhand.Automation;
using Deskhand.Data;

namespace Deskhand.Tickets;

/// <summary>Looks up what rules ask (<see cref="TicketDecision.Asks"/>), in the transaction of the change.</summary>
internal static class RuleAnswers
{
    /// <summary>The answers so far with those to the new questions. Without <paramref name="routes"/> nobody is given a turn: a preview changes nothing.</summary>
    public static async Task<ImmutableDictionary<Question, object?>> LookUp(
        TenantSession session, ImmutableArray<Question> asks, ImmutableDictionary<Question, object?> answers, TimeProvider clock, CancellationToken cancellationToken, bool routes = true)
    {
        var found = answers.ToBuilder();
        foreach (var ask in asks) found[ask] = await Answer(session, ask, clock, routes, cancellationToken);
        return found.ToImmutable();
    }

    private static async Task<object?> Answer(TenantSession session, Question ask, TimeProvider clock, bool routes, CancellationToken cancellationToken) => ask switch
    {
        Question.NewId => Ids.New(clock.GetUtcNow()),
        Question.TierOf { CustomerId: var customer } => await ClockRow.TierOf(session, customer, cancellationToken),
        Question.Place { AssigneeId: var agent, GroupId: var group } => await TicketReferences.Place(session, agent, group, cancellationToken),
        Question.Router router => routes ? await AgentRouting.Next(session, router, cancellationToken) : null,
        Question.Recent recent => await RecentTickets.Read(session, recent, cancellationToken),
        Question.NamesOf { CustomerId: var customer, ContactId: var contact, AssigneeId: var assignee } => (await session.Query("""
            SELECT (SELECT name FROM customers WHERE tenant_id = $1 AND id = $2), c.first_name, c.last_name, (SELECT name FROM users WHERE tenant_id = $1 AND id = $4)
            FROM (SELECT) one LEFT JOIN contacts c ON c.tenant_id = $1 AND c.id = $3
            """, r => new Names(r.Text(0), r.Text(1), r.Text(2), r.Text(3)), cancellationToken, Rows.P(session.TenantId), Rows.P(customer), Rows.P(contact), Rows.P(assignee)))[0],
        _ => throw new System.Diagnostics.UnreachableException(ask.GetType().Name),
    };
}
