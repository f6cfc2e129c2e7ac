using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>
/// Runs automations as time passes, once a minute. Looks only at tickets for which the time of a condition has come, or that have changed or ticked, since
/// it looked last; at all whose wait is over when the rule is new, or a calendar says another thing than then. Any number of processes may: one works for
/// a tenant at a time, and <c>rule_runs</c> keeps that each ticket is met once in each state.
/// </summary>
internal sealed class AutomationSweep(Database database, Rulebooks rulebooks, RecentTickets recent, ChangeLog log, MailQueue mail, TimeProvider clock, ILogger<AutomationSweep> logger) : RelayWork
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>How far it looks back behind where it was: a transaction may commit later than the instant it wrote.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    /// <summary>Not shown to anybody: the ticket was met in this state before.</summary>
    private static readonly Problem MetBefore = Problem.Conflict("met_before", "This automation has met the ticket in this state.");

    public override string Name => "automations";

    /// <summary>Runs the automations of every tenant once; answers with for how many tickets something was done.</summary>
    public async Task<int> Run(CancellationToken cancellationToken)
    {
        var done = 0;
        var tenants = await database.AcrossTenants("SELECT tenant_id FROM list_tenants()", r => r.GetGuid(0), cancellationToken);
        await ForEach(tenants, async tenantId => done += await Run(tenantId, cancellationToken));
        return done;
    }

    /// <summary>Runs the automations of a tenant once; nothing when another process does at this moment.</summary>
    public async Task<int> Run(Guid tenantId, CancellationToken cancellationToken)
    {
        await using var guard = database.For(tenantId);
        var outcome = await guard.Transact<int>(async () =>
        {
            if (!(await guard.Query("SELECT pg_try_advisory_xact_lock(hashtextextended('automations ' || $1, 0))", r => r.GetBoolean(0), cancellationToken, Rows.P(tenantId.ToString())))[0]) return 0;
            await using var session = database.For(tenantId);
            var rulebook = await rulebooks.Of(session, cancellationToken);
            var done = 0;
            foreach (var rule in rulebook.Rules.Automations) done += await Sweep(session, rule, rulebook, cancellationToken);
            return done;
        }, cancellationToken);
        return outcome.Value;
    }

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        // what was not reached is reached next time: the place is noted when all of it was
        await Run(cancellationToken);
        return Every;
    }

    private async Task<int> Sweep(TenantSession session, Rule rule, Rulebook rulebook, CancellationToken cancellationToken)
    {
        var now = Instants.Now(clock);
        var progress = await session.Query("SELECT swept_until, hours FROM rule_progress WHERE tenant_id = $1 AND rule_id = $2 AND version = $3",
            r => (Until: r.GetFieldValue<DateTimeOffset>(0), Hours: r.Text(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(rule.Id), Rows.P(rule.Version));
        // a new rule looks at everything, and so does one for which an office has opened or closed
        var hours = rule.HoursAt(now);
        DateTimeOffset? since = progress.Count == 0 || progress[0].Hours != hours ? null : progress[0].Until - Overlap;
        var done = 0;
        foreach (var window in since is { } from ? Window.Since(rule, from, now) : [Window.Whole(rule, now)])
        {
            (DateTimeOffset At, Guid Id)? after = null;
            while (true)
            {
                var found = await Candidates(session, rule, window, after, cancellationToken);
                foreach (var (ticket, _) in found.Where(f => MayApply(rule, f.Ticket, rulebook, now)))
                    if (await Apply(session, rule, ticket.Id, cancellationToken)) done++;
                if (found.Count < AtOnce) break;
                after = (found[^1].At, found[^1].Ticket.Id);
            }
        }

        await session.Transact<int>(async () => await session.Execute("""
            INSERT INTO rule_progress (tenant_id, rule_id, version, swept_until, hours) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (tenant_id, rule_id) DO UPDATE SET version = excluded.version, swept_until = excluded.swept_until, hours = excluded.hours
            """, cancellationToken, Rows.P(session.TenantId), Rows.P(rule.Id), Rows.P(rule.Version), Rows.P(now), Rows.P(hours)), cancellationToken);
        return done;
    }

    /// <summary>The tickets of a window that the rule has not met in the state they are in.</summary>
    private static async Task<List<(Ticket Ticket, DateTimeOffset At)>> Candidates(TenantSession session, Rule rule, Window window, (DateTimeOffset At, Guid Id)? after, CancellationToken cancellationToken)
    {
        var found = await session.Query(Sql(rule, window), r => (Ticket: TicketRow.Read(r), At: r.GetFieldValue<DateTimeOffset>(r.FieldCount - 1)), cancellationToken,
            Rows.P(session.TenantId), Rows.P(after?.At ?? window.After), Rows.P(after?.Id ?? Guid.AllBitsSet), Rows.P(window.Until), Rows.P(window.Over?.Until ?? window.Until), Rows.P(rule.Id));
        if (!rule.LooksAtPromises) return found;
        var withClocks = await ClockRow.Load(session, found.ConvertAll(f => f.Ticket), cancellationToken);
        return [.. withClocks.Zip(found, (ticket, f) => (ticket, f.At))];
    }

    /// <summary>One lower bound and no more: beside a comparison of rows PostgreSQL starts at that one, and reads an index from its beginning whatever another bound says.</summary>
    private static string Sql(Rule rule, Window window) => $"""
        SELECT {TicketRow.Columns}, {window.Column} FROM {window.From}
        WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND {window.Only} AND ({window.Column}, {window.Id}) > ($2, $3) AND {window.Column} <= $4 AND {window.Over?.Column ?? window.Column} <= $5
          AND NOT {Window.Met(rule, "$6")}
        ORDER BY {window.Column}, {window.Id} LIMIT {AtOnce}
        """;

    /// <summary>A first look, without a lock; whether the rule applies is decided under it.</summary>
    private static bool MayApply(Rule rule, Ticket ticket, Rulebook rulebook, DateTimeOffset now)
    {
        var scene = new RuleScene(ticket, ticket, [], null, rulebook, new Circumstances(Actor.System(Via.Timer), now, Known.Nothing));
        return rule.Matches(scene) || scene.Asks.Count > 0;
    }

    private async Task<bool> Apply(TenantSession session, Rule rule, Guid ticketId, CancellationToken cancellationToken)
    {
        var desk = new TicketDesk(session, rulebooks, recent, log, mail, clock);
        var outcome = await session.Transact<TicketDecision>(async () =>
        {
            var decided = await desk.Change(Actor.System(Via.Timer), ticketId.ToString(), null, null, async ticket =>
            {
                var met = await session.Query("SELECT 1 FROM rule_runs WHERE tenant_id = $1 AND rule_id = $2 AND ticket_id = $3 AND entered_at = $4", r => r.GetInt32(0), cancellationToken,
                    Rows.P(session.TenantId), Rows.P(rule.Id), Rows.P(ticket.Id), Rows.P(rule.EntryOf(ticket)));
                return met.Count > 0 ? MetBefore : new TicketChange.Automate(rule);
            }, cancellationToken);
            // one that failed has changed nothing, so that nothing was written: the trace is, and that it has met the ticket
            if (decided.Problem is null && decided.Value.Rules is [{ Problem: not null }]) await session.Execute(RuleRunRow.Save(session.TenantId, decided.Value.After.Id, Instants.Now(clock), decided.Value.Rules), cancellationToken);
            return decided;
        }, cancellationToken);
        if (outcome.Problem is { Kind: not ProblemKind.NotFound } problem && !ReferenceEquals(problem, MetBefore)) logger.LogWarning("The automation {Rule} could not look at the ticket {Ticket}: {Code}", rule.Id, ticketId, problem.Code);
        return outcome.Problem is null && outcome.Value.Rules is [{ Problem: null }, ..];
    }
}
