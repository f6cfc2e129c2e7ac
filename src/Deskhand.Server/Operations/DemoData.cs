using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Operations.Demo;
using Deskhand.Outbox;
using Deskhand.Tickets;

namespace Deskhand.Operations;

/// <summary>
/// Demonstration data: four months in the life of a company that looks after fibre lines. Everything happens through the desks that real work goes
/// through, in the order of its time, with a clock that is set back; so history, events, references and ids are as they would be.
/// The same each time, but for the dates, which end now.
/// </summary>
internal static class DemoData
{
    private const int SetUpDaysAgo = 127;

    /// <summary>Fills the tenant of the session, in its transaction; answers with one line about what was made.</summary>
    public static async Task<Outcome<string>> Fill(TenantSession session, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (await Present(session, cancellationToken) is { } present)
            return Problem.Conflict("not_empty", $"Demonstration data is for a tenant that is still empty; this one has {present} already.");

        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var clock = new StageClock();
        clock.Set(WorkHours.AtWork(now.AddDays(-SetUpDaysAgo), 20));
        var log = services.GetRequiredService<ChangeLog>();
        var cast = new Cast();
        var opening = new Opening(session, new UserAccounts(log, services.GetRequiredService<Passwords>(), clock), new GroupDesk(session, log, clock),
            new DefinitionDesk(session, log, clock), log, clock, cancellationToken);
        if (await opening.Run(cast) is { } refused) return refused;
        await session.Execute(HouseRules.All(session.TenantId, clock.GetUtcNow()), cancellationToken);
        await HousePromises.Make(session, log, clock, cancellationToken);
        var arrivals = new Arrivals(new DirectoryDesk(session, log, clock), clock, cancellationToken);
        var rulebook = await Rulebooks.Load(session, cancellationToken);
        var stage = new Stage(
            session, new TicketDesk(session, Rulebooks.Always(rulebook), services.GetRequiredService<RecentTickets>(), log, MailQueue.OnPaper, clock), rulebook, log, services.GetRequiredService<AttachmentStore>(), cast, clock, cancellationToken);

        var timeline = new List<(DateTimeOffset At, Func<Task> Happens)>();
        for (var i = 0; i < Customers.All.Length; i++)
        {
            var (account, dice) = (Customers.All[i], new Dice(90210UL + (ulong)i));
            var at = account.Joined == 0 ? clock.GetUtcNow().AddMinutes(30 + (i * 3)) : WorkHours.AtWork(now.AddDays(-account.Joined), 45);
            timeline.Add((at, async () =>
            {
                clock.Set(at);
                cast.Clients[account.Name] = await arrivals.Join(account, dice);
                // what is saved need not be compared again with every save that follows
                session.Db.ChangeTracker.Clear();
            }
            ));
        }

        foreach (var plot in Plot.All(now))
            foreach (var scene in plot.Scenes)
                if (scene.At < now) timeline.Add((scene.At, () => stage.Play(plot, scene)));
        foreach (var (at, happens) in timeline.OrderBy(t => t.At))
        {
            await stage.Pass(at);
            await happens();
        }

        await stage.Encore(now.AddMinutes(-5));
        await stage.Pass(now);
        await PaperMail.Settle(session, services.GetRequiredService<DeskhandSettings>().PublicUrl.IdnHost, now, cancellationToken);
        // people have read what is a few days old
        await session.Execute("UPDATE notifications SET read_at = created_at + interval '1 hour' WHERE tenant_id = $1 AND created_at < $2", cancellationToken, Rows.P(session.TenantId), Rows.P(now.AddDays(-2)));
        return await Summary(session, cancellationToken);
    }

    private static async Task<string?> Present(TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query("""
            SELECT CASE WHEN EXISTS (SELECT 1 FROM customers WHERE tenant_id = $1) THEN 'customers' WHEN EXISTS (SELECT 1 FROM tickets WHERE tenant_id = $1) THEN 'tickets'
                        WHEN EXISTS (SELECT 1 FROM groups WHERE tenant_id = $1) THEN 'groups' WHEN EXISTS (SELECT 1 FROM custom_fields WHERE tenant_id = $1) THEN 'custom fields' END
            """, r => r.Text(0), cancellationToken, Rows.P(session.TenantId)))[0];

    private static async Task<string> Summary(TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query("""
            SELECT format('Made %s customers, %s contacts, %s locations, %s assets, %s agents, %s tickets with %s comments.',
                (SELECT count(*) FROM customers WHERE tenant_id = $1), (SELECT count(*) FROM contacts WHERE tenant_id = $1), (SELECT count(*) FROM locations WHERE tenant_id = $1),
                (SELECT count(*) FROM assets WHERE tenant_id = $1), (SELECT count(DISTINCT user_id) FROM group_members WHERE tenant_id = $1),
                (SELECT count(*) FROM tickets WHERE tenant_id = $1), (SELECT count(*) FROM ticket_comments WHERE tenant_id = $1))
            """, r => r.GetString(0), cancellationToken, Rows.P(session.TenantId)))[0];
}
