using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Automation;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>A trigger or automation as it is stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Trigger or automation.</param>
/// <param name="Key">Of one that came with the desk: its name in the code.</param>
/// <param name="Fields">What it says.</param>
/// <param name="Position">Its place among those of its kind.</param>
/// <param name="Version">Rises by one with each change.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record RuleRow(Guid Id, RuleKind Kind, string? Key, RuleFields Fields, int Position, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    private const string Columns = "id, kind, key, name, description, active, conditions::text, actions::text, once_per_ticket, position, version, created_at, updated_at";

    /// <summary>Those of one kind, in order; of both kinds without one.</summary>
    public static Task<List<RuleRow>> All(TenantSession session, RuleKind? kind, CancellationToken cancellationToken) => session.Query(
        $"SELECT {Columns} FROM rules WHERE tenant_id = $1 AND ($2::text IS NULL OR kind = $2) AND deleted_at IS NULL ORDER BY kind, position, id",
        Read, cancellationToken, Rows.P(session.TenantId), Rows.P(kind is { } k ? Wire.Name(k) : null));

    public static async Task<RuleRow?> Find(TenantSession session, RuleKind kind, string address, bool locked, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(address, "D", out var id)) return null;
        var found = await session.Query($"SELECT {Columns} FROM rules WHERE tenant_id = $1 AND id = $2 AND kind = $3 AND deleted_at IS NULL{(locked ? " FOR UPDATE" : "")}",
            Read, cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(Wire.Name(kind)));
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>The active ones, ready to run. One whose words mean nothing any more (a status is gone) does nothing until it is mended.</summary>
    public static async Task<RuleSet> Load(TenantSession session, Rulebook rulebook, CancellationToken cancellationToken)
    {
        var ready = (await All(session, null, cancellationToken)).Where(r => r.Fields.Active)
            .Select(r => Rule.Compile(r.Id, r.Kind, r.Fields, r.Version, rulebook)).Where(r => r.Problem is null).Select(r => r.Value).ToList();
        var routing = await session.Query("SELECT group_id, mode FROM group_routing WHERE tenant_id = $1 AND mode <> 'none'",
            r => KeyValuePair.Create(r.GetGuid(0), Wire.Find<RoutingMode>(r.GetString(1))!.Value), cancellationToken, Rows.P(session.TenantId));
        return new RuleSet([.. ready.Where(r => r.Kind == RuleKind.Trigger)], [.. ready.Where(r => r.Kind == RuleKind.Automation)], routing.ToImmutableDictionary());
    }

    /// <summary>The rules that a new tenant starts with.</summary>
    public static IEnumerable<NpgsqlBatchCommand> Ready(Guid tenantId, string locale, Workflow workflow, DateTimeOffset now)
    {
        var solved = workflow.Statuses.FirstOrDefault(s => s.Category == StatusCategory.Solved);
        var closed = solved is null ? null : workflow.FirstReachable(solved.Key, StatusCategory.Closed);
        return ReadyRules.In(locale, closed?.Key).Select((r, i) => new RuleRow(Ids.New(now), r.Kind, r.Key, r.Fields, i + 1, 1, now, now).Save(tenantId));
    }

    public NpgsqlBatchCommand Save(Guid tenantId) => TenantSession.Batched("""
        INSERT INTO rules (tenant_id, id, kind, key, name, description, active, conditions, actions, once_per_ticket, position, version, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, description = excluded.description, active = excluded.active, conditions = excluded.conditions,
            actions = excluded.actions, once_per_ticket = excluded.once_per_ticket, position = excluded.position, version = excluded.version, updated_at = excluded.updated_at
        """,
        Rows.P(tenantId), Rows.P((Guid?)Id), Rows.P(Wire.Name(Kind)), Rows.P(Key), Rows.P(Fields.Name), Rows.P(Fields.Description), Rows.P(Fields.Active),
        Rows.Json(JsonSerializer.Serialize(Fields.Conditions, JsonFormat.Options)), Rows.Json(JsonSerializer.Serialize(Fields.Actions, JsonFormat.Options)), Rows.P(Fields.OncePerTicket),
        Rows.P(Position), Rows.P(Version), Rows.P((DateTimeOffset?)CreatedAt), Rows.P((DateTimeOffset?)UpdatedAt));

    private static RuleRow Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), Wire.Find<RuleKind>(r.GetString(1))!.Value, r.Text(2),
        new RuleFields
        {
            Name = r.GetString(3),
            Description = r.Text(4),
            Active = r.GetBoolean(5),
            Conditions = JsonSerializer.Deserialize<RuleConditions>(r.GetString(6), JsonFormat.Options)!,
            Actions = JsonSerializer.Deserialize<ImmutableArray<RuleAction>>(r.GetString(7), JsonFormat.Options),
            OncePerTicket = r.GetBoolean(8),
        },
        r.GetInt32(9), r.GetInt64(10), r.GetFieldValue<DateTimeOffset>(11), r.GetFieldValue<DateTimeOffset>(12));
}
