using System.Collections.Concurrent;
using Deskhand.Data;

namespace Deskhand.Tickets;

/// <summary>
/// The rules of each tenant, kept in memory until <c>NOTIFY deskhand_rulebook</c> says that they changed; not kept while an instance cannot hear.
/// </summary>
internal sealed class Rulebooks(DatabaseListener? listener)
{
    private readonly ConcurrentDictionary<Guid, Rulebook> kept = new();
    private Rulebook? always;
    private long generation;

    /// <summary>For work that laid the rules down itself, in a transaction that nobody else sees yet.</summary>
    public static Rulebooks Always(Rulebook rulebook) => new(null) { always = rulebook };

    public async ValueTask<Rulebook> Of(TenantSession session, CancellationToken cancellationToken)
    {
        if (always is not null) return always;
        if (listener!.IsListening && kept.TryGetValue(session.TenantId, out var rulebook)) return rulebook;
        var asked = Interlocked.Read(ref generation);
        rulebook = await Load(session, cancellationToken);
        if (listener.IsListening && asked == Interlocked.Read(ref generation)) kept[session.TenantId] = rulebook;
        return rulebook;
    }

    /// <summary>Forgets one tenant's rules; null = all.</summary>
    public void Forget(Guid? tenantId)
    {
        Interlocked.Increment(ref generation);
        if (tenantId is { } id) kept.TryRemove(id, out _);
        else kept.Clear();
    }

    /// <summary>Says, inside the transaction that changes them, that a tenant's rules have changed.</summary>
    public static Task Changed(TenantSession session, CancellationToken cancellationToken) =>
        session.Notify("deskhand_rulebook", session.TenantId.ToString(), cancellationToken);

    /// <summary>Reads the rules as this session sees them now.</summary>
    public static async Task<Rulebook> Load(TenantSession session, CancellationToken cancellationToken)
    {
        var tenant = Rows.P(session.TenantId);
        var rules = await session.Query("""
            SELECT t.reference_scheme, t.time_zone, w.definition, t.sla_monitored
            FROM tenants t LEFT JOIN workflows w ON w.tenant_id = t.tenant_id AND w.is_default WHERE t.tenant_id = $1
            """, r => (Scheme: r.GetString(0), Zone: r.GetString(1), Workflow: r.Text(2), Monitored: r.GetBoolean(3)), cancellationToken, tenant);
        var categories = await session.Query(
            "SELECT key, name, subcategories, active FROM categories WHERE tenant_id = $1 ORDER BY position, key",
            r => new Category(r.GetString(0), r.GetString(1), [.. r.GetFieldValue<string[]>(2)], r.GetBoolean(3)), cancellationToken, Rows.P(session.TenantId));
        var fields = await session.Query(
            "SELECT key, label, type, options, required, active FROM custom_fields WHERE tenant_id = $1 ORDER BY position, key",
            r => new CustomFieldDefinition(r.GetString(0), r.GetString(1), Wire.Find<CustomFieldType>(r.GetString(2))!.Value, [.. r.GetFieldValue<string[]>(3)], r.GetBoolean(4), r.GetBoolean(5)),
            cancellationToken, Rows.P(session.TenantId));
        var sla = await SlaRulesRow.Load(session, rules[0].Monitored, cancellationToken);
        var webhooks = await session.Query("SELECT id FROM webhooks WHERE tenant_id = $1 AND deleted_at IS NULL", r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId));
        var rule = rules.Single();
        var rulebook = new Rulebook(
            rule.Workflow is { } json ? WorkflowJson.Read(json) : ReadyWorkflows.Support,
            [.. categories], [.. fields], Wire.Find<ReferenceScheme>(rule.Scheme)!.Value, rule.Zone)
        { Sla = sla, Webhooks = [.. webhooks] };
        rulebook = rulebook with { Rules = await RuleRow.Load(session, rulebook, cancellationToken) };
        return rulebook;
    }
}
