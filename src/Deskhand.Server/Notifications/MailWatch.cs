using Deskhand.Data;
using Deskhand.Outbox;

namespace Deskhand.Notifications;

/// <summary>Notices that mail waits for too long, and has the administrators told. Looks at the ledger, so it does not matter why nobody sends.</summary>
internal sealed class MailWatch(Database database, MailQueue mail, TimeProvider clock) : RelayWork
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    public override string Name => "mailWatch";

    public override async Task<TimeSpan> Step(CancellationToken cancellationToken)
    {
        if (!mail.IsOn) return Every;
        var now = clock.GetUtcNow();
        var late = await database.AcrossTenants("SELECT tenant_id, n FROM tenants_with_late_mail($1)", r => (TenantId: r.GetGuid(0), Waiting: r.GetInt64(1)), cancellationToken, Rows.P(now - MailAlarm.Late));
        await ForEach(late, async tenant =>
        {
            await using var session = database.For(tenant.TenantId);
            await MailAlarm.TellLate(session, tenant.Waiting, now, cancellationToken);
        });
        return Every;
    }
}
