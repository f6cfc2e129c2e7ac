using System.Text.Json;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Sla;

namespace Deskhand.Tickets;

/// <summary>What a tenant promises, out of its tables.</summary>
internal static class SlaRulesRow
{
    public static async Task<SlaRules> Load(TenantSession session, bool monitored, CancellationToken cancellationToken)
    {
        var policies = await session.Query("SELECT id, fields::text FROM sla_policies WHERE tenant_id = $1 AND deleted_at IS NULL",
            r => new SlaPolicy(r.GetGuid(0), JsonSerializer.Deserialize<SlaPolicyFields>(r.GetString(1), JsonFormat.Options)!), cancellationToken, Rows.P(session.TenantId));
        // deleted ones too: time was counted by them
        var calendars = await session.Query("SELECT id, fields::text FROM sla_calendars WHERE tenant_id = $1",
            r => KeyValuePair.Create(r.GetGuid(0), BusinessCalendar.Of(JsonSerializer.Deserialize<CalendarFields>(r.GetString(1), JsonFormat.Options)!)), cancellationToken, Rows.P(session.TenantId));
        return new()
        {
            Monitored = monitored,
            Policies = [.. policies.Where(p => p.Fields.Active).OrderBy(p => p.Fields.Position).ThenBy(p => p.Id)],
            Calendars = System.Collections.Immutable.ImmutableDictionary.CreateRange(calendars),
        };
    }
}
