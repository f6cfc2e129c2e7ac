using Deskhand.Outbox;
using Microsoft.Extensions.DependencyInjection;

namespace Deskhand.Server.Tests.Outbox;

/// <summary>Events of nothing in particular, by the way that every change takes.</summary>
internal static class Probes
{
    /// <summary>Commits one event for each entity, in one transaction.</summary>
    public static async Task Commit(Desk desk, Guid[] entities, long sequence, string text = "")
    {
        var log = desk.Services.GetRequiredService<ChangeLog>();
        var now = DateTimeOffset.UtcNow;
        await using var session = desk.Database.For(desk.Tenant.Id);
        await session.Transact<Nothing>(async () =>
        {
            var drafts = entities.Select(id => new EventDraft("probe.made", "probe", id, sequence, now, [("probe", new { id, text })], []));
            await log.Write(session, new Happened("probe", entities[0], now, Actor.System(Via.Timer), [], [.. drafts]), CancellationToken.None);
            return default(Nothing);
        }, CancellationToken.None);
    }
}
