using Deskhand.Access;
using Deskhand.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Deskhand.Server.Tests.Sla;

/// <summary>A clock that a test sets. It goes on by itself as well, from wherever it was set to.</summary>
internal sealed class SettableClock : TimeProvider
{
    private TimeSpan ahead;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + ahead;

    public void Pass(TimeSpan time) => ahead += time;
}

/// <summary>A desk whose time passes when a test says so.</summary>
public sealed class SlaDesks : Desk
{
    internal SettableClock Clock { get; } = new();

    protected override void Add(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));

    /// <summary>Lets time pass; nobody is signed out by it.</summary>
    internal Task Pass(TestTenant tenant, TimeSpan time)
    {
        Clock.Pass(time);
        return Renew(tenant);
    }

    /// <summary>New tokens for everybody, who would else be signed out when time has passed.</summary>
    internal async Task Renew(TestTenant tenant)
    {
        await using var session = Database.For(tenant.Id);
        var now = Clock.GetUtcNow();
        var renewed = await session.Transact<List<(Guid Session, Guid User)>>(async () => await session.Query(
            "UPDATE sessions SET expires_at = $2, last_used_at = $3 WHERE tenant_id = $1 RETURNING id, user_id", r => (r.GetGuid(0), r.GetGuid(1)), CancellationToken.None,
            Rows.P(tenant.Id), Rows.P(now.AddDays(1)), Rows.P(now)), CancellationToken.None);
        var tokens = Services.GetRequiredService<BearerTokens>();
        foreach (var (person, role) in new[] { (tenant.Admin, Role.Admin), (tenant.Manager, Role.Manager), (tenant.Agent, Role.Agent), (tenant.LightAgent, Role.LightAgent) })
        {
            var token = tokens.Sign(tenant.Id, person.UserId, renewed.Value.First(s => s.User == person.UserId).Session, person.Email, role);
            person.Client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
    }

    /// <summary>Switches the tenant's triggers off, which would else escalate tickets as well.</summary>
    internal static async Task WithoutTriggers(TestTenant tenant)
    {
        foreach (var trigger in (await tenant.Admin.Get("/triggers?limit=100")).Expect(200).At("data")!.AsArray())
            if (trigger!["active"]!.GetValue<bool>()) (await tenant.Admin.Patch($"/triggers/{trigger["id"]}", new { active = false })).Expect(200);
    }

    /// <summary>The names of a ticket's SLA events with metric and percent, in order.</summary>
    internal async Task<List<string>> Told(TestTenant tenant, Guid ticket)
    {
        await using var session = Database.For(tenant.Id);
        return await session.Query("""
            SELECT concat_ws(' ', type, body::jsonb #>> '{data,metric}', body::jsonb #>> '{data,percent}') FROM events
            WHERE tenant_id = $1 AND entity_id = $2 AND (type LIKE 'ticket.sla%' OR type = 'ticket.escalated') ORDER BY sequence
            """, r => r.GetString(0), CancellationToken.None, Rows.P(tenant.Id), Rows.P(ticket));
    }

    /// <summary>Waits until nothing is due any more, nor soon.</summary>
    internal Task Swept() => Outbox.Eventually.Holds(async () =>
        (await Database.AcrossTenants("SELECT at FROM next_clock()", r => r.GetFieldValue<DateTimeOffset>(0), CancellationToken.None)).TrueForAll(at => at > Clock.GetUtcNow().AddSeconds(5)), 30);
}
