using Deskhand.Data;
using Deskhand.Tickets;

namespace Deskhand.Notifications;

/// <summary>Tells people in the desk that mail does not go out: of one message its assignee, or the administrators; of a standstill the administrators.</summary>
internal static class MailAlarm
{
    /// <summary>Mail that has waited so long is late.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromMinutes(10);

    /// <summary>The same standstill is told again after so long.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);

    private const string Whom = """
        SELECT u.id FROM users u WHERE u.tenant_id = $1 AND u.active AND u.deleted_at IS NULL AND CASE WHEN
            EXISTS (SELECT 1 FROM tickets t JOIN users a ON a.tenant_id = t.tenant_id AND a.id = t.assignee_id AND a.active WHERE t.tenant_id = $1 AND t.id = $2)
            THEN u.id = (SELECT t.assignee_id FROM tickets t WHERE t.tenant_id = $1 AND t.id = $2) ELSE u.role = 'admin' END
        """;

    /// <summary>A message did not arrive, in the transaction that notes it. The address is in the ledger and not repeated here.</summary>
    public static async Task Tell(TenantSession session, DeliveryRow row, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var people = await session.Query(Whom, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(row.TicketId));
        await session.Execute(people.Select(p => TicketNotices.InApp(session.TenantId, p, new Notice(NoticeKind.MailFailed, NoticeTo.User), row.TicketId, Actor.System(Via.Timer), now)), cancellationToken);
    }

    /// <summary>Mail of the tenant waits: its administrators are told, once an hour.</summary>
    public static Task TellLate(TenantSession session, long waiting, DateTimeOffset now, CancellationToken cancellationToken) => session.Transact<Nothing>(async () =>
    {
        var people = await session.Query("""
            SELECT u.id FROM users u WHERE u.tenant_id = $1 AND u.active AND u.deleted_at IS NULL AND u.role = 'admin'
              AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.tenant_id = $1 AND n.user_id = u.id AND n.kind = 'mail_failed' AND n.ticket_id IS NULL AND n.created_at > $2)
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(now - Again));
        var notice = new Notice(NoticeKind.MailFailed, NoticeTo.User) { Text = $"{waiting} message(s) have waited for more than {Late.TotalMinutes:0} minutes. The mail server does not take them; see /deliveries." };
        await session.Execute(people.Select(p => TicketNotices.InApp(session.TenantId, p, notice, null, Actor.System(Via.Timer), now)), cancellationToken);
        return default(Nothing);
    }, cancellationToken);
}
