using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Tickets;

/// <content>Time passing: a change like any other, for many tickets at once.</content>
internal sealed partial class TicketDesk
{
    /// <summary>
    /// Looks at tickets whose clocks are due, in one transaction: which thresholds have passed is decided ticket by ticket, and written set by set.
    /// Tickets that somebody else holds are passed over; they tell what is due themselves, before they change (<see cref="CatchUp"/>).
    /// </summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up; what is committed stays.</param>
    /// <returns>How many were looked at.</returns>
    public async Task<int> Tick(int most, CancellationToken cancellationToken) => (await session.Transact<int>(async () =>
    {
        var now = Instants.Now(clock);
        var ids = await session.Query($"""
            SELECT t.id FROM ticket_sla s JOIN tickets t ON t.tenant_id = s.tenant_id AND t.id = s.ticket_id
            WHERE s.tenant_id = $1 AND s.next_check_at <= $2 ORDER BY s.next_check_at LIMIT {most} FOR UPDATE OF t SKIP LOCKED
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(now));
        if (ids.Count == 0) return 0;
        // asked again under lock: another instance may have been there between the look and the lock
        var due = await session.Query($"""
            SELECT {TicketRow.Columns}, s.clocks::text, c.tier FROM tickets t JOIN ticket_sla s ON s.tenant_id = t.tenant_id AND s.ticket_id = t.id
                LEFT JOIN customers c ON c.tenant_id = t.tenant_id AND c.id = t.customer_id
            WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND s.next_check_at <= $3 ORDER BY s.next_check_at
            """, r => (Ticket: TicketRow.Read(r) with { Clocks = ClockRow.Read(r.GetString(r.FieldCount - 2)) }, Tier: r.Text(r.FieldCount - 1) is { } tier ? Wire.Find<Tier>(tier) : null),
            cancellationToken, Rows.P(session.TenantId), Rows.P(ids.ToArray()), Rows.P(now));
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var by = Actor.System(Via.Timer);
        var plain = new List<(Ticket Before, TicketDecision Decision)>();
        foreach (var (before, tier) in due)
        {
            var (decided, known) = await Decide(before, new TicketChange.ClockTicked(), rulebook, by, now, Known.Nothing with { Tier = tier }, cancellationToken);
            var decision = decided.Value;
            if (IsPlain(before, decision)) plain.Add((before, decision));
            else if (await Save(before, decision, rulebook, by, known, cancellationToken) is { Problem: { } problem }) return problem;
        }

        await SaveTicks(plain, rulebook, by, now, cancellationToken);
        return ids.Count;
    }, cancellationToken)).Value;

    /// <summary>What is due by now is told before anything else changes a ticket, so that an answer that comes late is late.</summary>
    private async Task<Ticket> CatchUp(Ticket before, Rulebook rulebook, CancellationToken cancellationToken)
    {
        var now = Instants.Now(clock);
        if (before.Clocks?.NextCheckAt is not { } next || next > now) return before;
        var (by, change) = (Actor.System(Via.Timer), new TicketChange.ClockTicked());
        var (decided, known) = await Decide(before, change, rulebook, by, now, cancellationToken);
        if (decided.Problem is not null || ReferenceEquals(decided.Value.After, before)) return before;
        var saved = await Save(before, decided.Value, rulebook, by, known, cancellationToken);
        return saved.Problem is null ? saved.Value : before;
    }

    /// <summary>Whether a tick did no more than what is written for many at once: anything else goes the way of every change.</summary>
    private static bool IsPlain(Ticket before, TicketDecision decision) =>
        new TicketDecision { After = before } == decision with { After = before, History = [], Events = [], Notices = [], At = null }
        && decision.After with
        {
            Clocks = before.Clocks,
            Sla = before.Sla,
            Version = before.Version,
            Sequence = before.Sequence,
            EscalationLevel = before.EscalationLevel,
            EscalationReason = before.EscalationReason,
            EscalatedAt = before.EscalatedAt,
        } == before;

    private async Task SaveTicks(List<(Ticket Before, TicketDecision Decision)> ticks, Rulebook rulebook, Actor by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (ticks.Count == 0) return;
        var told = ticks.Where(t => !ReferenceEquals(t.Decision.After, t.Before)).Select(t => t.Decision.After).ToArray();
        var batch = new List<NpgsqlBatchCommand>();
        if (told.Length > 0) batch.Add(TicketRow.UpdateTicked(session.TenantId, told));
        batch.AddRange(ClockRow.Save(session.TenantId, [.. ticks.Select(t => ((Ticket?)t.Before, t.Decision.After))], rulebook.Sla, now));
        await session.Execute(batch, cancellationToken);
        await log.Write(session, [.. ticks.Where(t => !t.Decision.Events.IsEmpty).Select(t =>
            new Happened("ticket", t.Before.Id, now, by, t.Decision.History, TicketEvents.Drafts(t.Before.Sequence + 1, t.Decision.After, t.Decision), t.Decision.Reason))], cancellationToken);
        await session.Execute(await TicketNotices.Statements(session, mail, [.. ticks.Select(t => t.Decision).Where(d => !d.Notices.IsEmpty)], by, cancellationToken), cancellationToken);
    }
}
