using Deskhand.Data;
using Deskhand.Outbox;
using Deskhand.Tickets;
using Npgsql;

namespace Deskhand.Sla;

/// <summary>
/// Wakes when a threshold passes and has the tickets look at their clocks. Any number of instances may: each takes tickets that no other holds.
/// Nothing is kept in memory and nothing is scheduled: the table says what is due, so a restart, a clock that is set and a machine that slept
/// change only how late it is noticed. While nothing is due it costs one look at an index a second.
/// </summary>
internal sealed class ClockSweep(Database database, Rulebooks rulebooks, RecentTickets recent, ChangeLog log, MailQueue mail, TimeProvider clock, ILogger<ClockSweep> logger) : RelayWork
{
    /// <summary>Tickets in one transaction: enough to share its cost, few enough that nobody waits for their locks.</summary>
    private const int AtOnce = 100;

    /// <summary>The longest sleep. A promise that is made meanwhile is further away than this: targets are whole minutes.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    /// <summary>How long to leave tickets alone that somebody else holds.</summary>
    private static readonly TimeSpan Held = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a ticket whose clocks cannot be decided is left alone.</summary>
    private static readonly TimeSpan SetAsideFor = TimeSpan.FromMinutes(5);

    private int most = AtOnce;

    public override string Name => "clocks";

    /// <summary>Looks at what is due in the tenant that has waited longest; answers how long to sleep.</summary>
    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        var next = await database.AcrossTenants("SELECT tenant_id, at FROM next_clock()", r => (TenantId: r.GetGuid(0), At: r.GetFieldValue<DateTimeOffset>(1)), cancellationToken);
        if (next.Count == 0) return LongestSleep;
        var wait = next[0].At - clock.GetUtcNow();
        if (wait > TimeSpan.Zero) return wait < LongestSleep ? wait : LongestSleep;
        await using var session = database.For(next[0].TenantId);
        try
        {
            var seen = await new TicketDesk(session, rulebooks, recent, log, mail, clock).Tick(most, cancellationToken);
            most = AtOnce;
            return seen == 0 ? Held : TimeSpan.Zero;
        }
        catch (Exception e) when (e is not (OperationCanceledException or NpgsqlException { IsTransient: true } or IOException or TimeoutException))
        {
            // one ticket must not hold up the others: they are taken one by one, and the one that fails is set aside
            if (most == 1) await SetAside(session, e, cancellationToken);
            most = most == 1 ? AtOnce : 1;
            return TimeSpan.Zero;
        }
    }

    private async Task SetAside(TenantSession session, Exception why, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var aside = await session.Transact<List<Guid>>(async () => await session.Query("""
            UPDATE ticket_sla SET next_check_at = $3 WHERE tenant_id = $1 AND ticket_id =
                (SELECT ticket_id FROM ticket_sla WHERE tenant_id = $1 AND next_check_at <= $2 ORDER BY next_check_at LIMIT 1)
            RETURNING ticket_id
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(now), Rows.P(now + SetAsideFor)), cancellationToken);
        logger.LogError(why, "The clocks of the ticket {Ticket} cannot be decided; looking again in {Minutes} minutes", aside.Value.FirstOrDefault(), SetAsideFor.TotalMinutes);
    }
}
