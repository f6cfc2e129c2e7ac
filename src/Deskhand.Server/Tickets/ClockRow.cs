using System.Text.Json;
using System.Text.Json.Serialization;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Sla;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>
/// The clocks of a ticket in their own narrow table, guarded by the ticket's lock. They are read after the ticket is locked and never in the same
/// statement: that one would show them as they were before it waited.
/// </summary>
internal static class ClockRow
{
    /// <summary>Not the format of the API: instants keep all their digits.</summary>
    private static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The tickets with their clocks.</summary>
    public static async Task<List<Ticket>> Load(TenantSession session, List<Ticket> locked, CancellationToken cancellationToken)
    {
        if (locked.Count == 0) return locked;
        var rows = await session.Query("SELECT ticket_id, clocks::text FROM ticket_sla WHERE tenant_id = $1 AND ticket_id = ANY ($2)",
            r => (Id: r.GetGuid(0), Clocks: Read(r.GetString(1))), cancellationToken, Rows.P(session.TenantId), Rows.P(locked.Select(t => t.Id).ToArray()));
        if (rows.Count == 0) return locked;
        var clocks = rows.ToDictionary(r => r.Id, r => r.Clocks);
        return locked.ConvertAll(t => t with { Clocks = clocks.GetValueOrDefault(t.Id) });
    }

    public static SlaClocks Read(string json) => JsonSerializer.Deserialize<SlaClocks>(json, Stored)!;

    /// <summary>Writes what a change made of the clocks.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Save(Guid tenantId, Ticket? before, Ticket after, SlaRules rules, DateTimeOffset now) =>
        ReferenceEquals(before?.Clocks, after.Clocks) ? [] : Save(tenantId, [(before, after)], rules, now);

    /// <summary>
    /// Writes what became of the clocks of many tickets, each set of rows in one statement. Of those that nobody worked on (<see cref="Ticket.UpdatedAt"/>
    /// stands) it is noted that they ticked, so that automations find them.
    /// </summary>
    public static IEnumerable<NpgsqlBatchCommand> Save(Guid tenantId, IReadOnlyList<(Ticket? Before, Ticket After)> many, SlaRules rules, DateTimeOffset now)
    {
        var clocks = many.Select(m => m.After.Clocks!).ToArray();
        yield return TenantSession.Batched("""
            INSERT INTO ticket_sla AS s (tenant_id, ticket_id, policy_id, state, next_due_at, next_check_at, clocks, ticked_at)
            SELECT $1, n.* FROM unnest($2, $3, $4, $5, $6, $7, $8) AS n
            ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET policy_id = excluded.policy_id, state = excluded.state,
                next_due_at = excluded.next_due_at, next_check_at = excluded.next_check_at, clocks = excluded.clocks, ticked_at = coalesce(excluded.ticked_at, s.ticked_at)
            """,
            Rows.P(tenantId), Rows.P(many.Select(m => m.After.Id).ToArray()), Rows.P(clocks.Select(c => c.PolicyId).ToArray()), Rows.P(clocks.Select(c => Wire.Name(c.State)).ToArray()),
            Rows.P(clocks.Select(c => c.NextDueAt).ToArray()), Rows.P(clocks.Select(c => c.NextCheckAt).ToArray()),
            Rows.P(clocks.Select(c => JsonSerializer.Serialize(c, Stored)).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Jsonb),
            Rows.P(many.Select(m => m.Before?.UpdatedAt == m.After.UpdatedAt ? now : (DateTimeOffset?)null).ToArray()));

        var undone = many.SelectMany(m => Decided(m.Before).Select(d => (m.After.Id, d.Metric, d.Round)).Except(Decided(m.After).Select(d => (m.After.Id, d.Metric, d.Round)))
            .Where(d => m.After.Clocks!.Of(d.Metric)?.Round == d.Round)).ToArray();
        if (undone.Length > 0)
            yield return TenantSession.Batched("DELETE FROM sla_results WHERE tenant_id = $1 AND (ticket_id, metric, round) IN (SELECT * FROM unnest($2, $3, $4))",
                Rows.P(tenantId), Rows.P(undone.Select(u => u.Id).ToArray()), Rows.P(undone.Select(u => Wire.Name(u.Metric)).ToArray()), Rows.P(undone.Select(u => u.Round).ToArray()));

        var decided = many.SelectMany(m => Decided(m.After).Except(Decided(m.Before)).Select(c => (Of: m.After, Clock: c))).ToArray();
        if (decided.Length == 0) yield break;
        yield return TenantSession.Batched("""
            INSERT INTO sla_results (tenant_id, ticket_id, metric, round, at, policy_id, target_minutes, used_seconds, met_at, breached_at, priority, group_id, assignee_id, customer_id)
            SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS r
            ON CONFLICT (tenant_id, ticket_id, metric, round) DO UPDATE SET at = excluded.at, used_seconds = excluded.used_seconds, met_at = excluded.met_at, breached_at = excluded.breached_at
            """,
            Rows.P(tenantId), Rows.P(decided.Select(d => d.Of.Id).ToArray()), Rows.P(decided.Select(d => Wire.Name(d.Clock.Metric)).ToArray()), Rows.P(decided.Select(d => d.Clock.Round).ToArray()),
            Rows.P(decided.Select(d => (d.Clock.BreachedAt ?? d.Clock.MetAt)!.Value).ToArray()), Rows.P(decided.Select(d => d.Of.Clocks!.PolicyId!.Value).ToArray()),
            Rows.P(decided.Select(d => d.Clock.TargetMinutes!.Value).ToArray()),
            Rows.P(decided.Select(d => (long)d.Of.Clocks!.Used(d.Clock, (d.Clock.MetAt ?? d.Clock.BreachedAt)!.Value, rules).TotalSeconds).ToArray()),
            Rows.P(decided.Select(d => d.Clock.MetAt).ToArray()), Rows.P(decided.Select(d => d.Clock.BreachedAt).ToArray()),
            Rows.P(decided.Select(d => (short)d.Of.Fields.Priority).ToArray()), Rows.P(decided.Select(d => d.Of.Fields.GroupId).ToArray()),
            Rows.P(decided.Select(d => d.Of.Fields.AssigneeId).ToArray()), Rows.P(decided.Select(d => d.Of.Fields.CustomerId).ToArray()));
    }

    /// <summary>Until then every instance has heard of new rules.</summary>
    private static readonly TimeSpan Heard = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The promises or their calendars have changed: every clock that runs is looked at by the sweep, by the rules that stand then. Rows that
    /// somebody is changing at this moment are passed over rather than waited for; they follow at their next change or threshold.
    /// </summary>
    public static Task LookAgain(TenantSession session, DateTimeOffset now, CancellationToken cancellationToken) => session.Execute("""
        UPDATE ticket_sla SET next_check_at = $2 WHERE tenant_id = $1 AND ticket_id IN
            (SELECT ticket_id FROM ticket_sla WHERE tenant_id = $1 AND next_due_at IS NOT NULL FOR UPDATE SKIP LOCKED)
        """, cancellationToken, Rows.P(session.TenantId), Rows.P(now + Heard));

    /// <summary>The customer that a ticket has after a change.</summary>
    public static Guid? CustomerOf(Ticket? before, TicketChange change, Known known) =>
        change switch
        {
            TicketChange.Create create => create.Fields.CustomerId,
            TicketChange.Edit edit => edit.Fields.CustomerId,
            TicketChange.Revert revert => revert.What.Fields?.CustomerId,
            TicketChange.Redefine { What: Redefinition.Owner owner } when owner.From == before?.Fields.CustomerId => owner.To,
            _ => before?.Fields.CustomerId,
        } ?? known.CustomerOfContact ?? known.CustomerOfAsset;

    /// <summary>Also of a customer that is deleted by now; null when there is none.</summary>
    public static async Task<Tier?> TierOf(TenantSession session, Guid customerId, CancellationToken cancellationToken) =>
        (await session.Query("SELECT tier FROM customers WHERE tenant_id = $1 AND id = $2", r => Wire.Find<Tier>(r.GetString(0)), cancellationToken, Rows.P(session.TenantId), Rows.P(customerId))).SingleOrDefault();

    /// <summary>What stands in reports: kept or missed, and promised by a policy that applies.</summary>
    private static IEnumerable<SlaClock> Decided(Ticket? ticket) =>
        ticket?.Clocks is { PolicyId: not null } clocks ? clocks.Clocks.Where(c => c is { TargetMinutes: not null } && (c.MetAt ?? c.BreachedAt) is not null) : [];
}
