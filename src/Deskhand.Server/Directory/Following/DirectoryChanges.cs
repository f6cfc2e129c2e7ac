using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;

namespace Deskhand.Directory;

/// <summary>
/// Makes what an outside directory tells so in a tenant, by the doors that everybody uses: the same rules, history and events. Each event once, and
/// none that is older than what is known already. What stands for an entity of the directory carries its id as <c>externalId</c>.
/// </summary>
internal sealed class DirectoryChanges(ChangeLog log, UserAccounts users, TimeProvider clock)
{
    private static readonly Actor By = Actor.System(Via.Import);

    /// <summary>The desk's own form, open for members that it does not know.</summary>
    private static readonly JsonSerializerOptions Open = new(JsonFormat.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>Takes an event over, in one transaction. Answers whether it changed anything, or why it cannot be taken over.</summary>
    public Task<Outcome<bool>> Take(TenantSession session, string publisher, OutsideEvent e, CancellationToken cancellationToken) =>
        session.Transact<bool>(async () =>
        {
            // events of one entity take turns, also when two instances hold one each
            await session.Execute("SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2 || $3, 7236020))", cancellationToken, Rows.P(session.TenantId), Rows.P(publisher), Rows.P(e.EntityId));
            var isNew = await session.Execute("""
                INSERT INTO directory_inbox (tenant_id, publisher, event_id, entity_id, sequence, received_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """, cancellationToken, Rows.P(session.TenantId), Rows.P(publisher), Rows.P(e.EventId), Rows.P(e.EntityId), Rows.P(e.Sequence, NpgsqlTypes.NpgsqlDbType.Bigint), Rows.P((DateTimeOffset?)clock.GetUtcNow())) == 1;
            if (!isNew) return false;
            var isOld = (await session.Query("SELECT EXISTS (SELECT 1 FROM directory_inbox WHERE tenant_id = $1 AND publisher = $2 AND entity_id = $3 AND sequence > $4)", r => r.GetBoolean(0), cancellationToken,
                Rows.P(session.TenantId), Rows.P(publisher), Rows.P(e.EntityId), Rows.P(e.Sequence, NpgsqlTypes.NpgsqlDbType.Bigint)))[0];
            if (isOld) return false;
            var desk = new DirectoryDesk(session, log, clock);
            var problem = e.Entity switch
            {
                "customer" => await Follow(desk, CustomerKind.One, e, (id, now, fields, _) => new Customer { Id = id, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken),
                "contact" => await Follow(desk, ContactKind.One, e, (id, now, fields, customer) => new Contact { Id = id, CustomerId = customer, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken),
                "location" => await Follow(desk, LocationKind.One, e, (id, now, fields, customer) => new Location { Id = id, CustomerId = customer, Fields = fields, CreatedAt = now, UpdatedAt = now }, cancellationToken),
                "user" when e.What == "deactivated" => await ShutOut(session, e, cancellationToken),
                _ => null,
            };
            return problem is null ? true : problem;
        }, cancellationToken);

    private static async Task<Problem?> Follow<TRow, TFields>(
        DirectoryDesk desk, Kind<TRow, TFields> kind, OutsideEvent e, Func<Guid, DateTimeOffset, TFields, Guid, TRow> make, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var present = await Find(desk.Session, kind.Table, e.EntityId, cancellationToken);
        if (e.What == "deleted") return present is { } gone ? (await desk.Delete(kind, By, gone.ToString(), null, cancellationToken)).Problem : null;
        if (e.What is not ("created" or "updated" or "restored")) return Problem.Conflict("not_followed", $"What {e.Entity}.{e.What} means here, a person has to decide: do the same here by hand.");
        var data = e.Data.DeepClone().AsObject();
        // ours: the desk's numbers go on without gaps
        data.Remove("number");
        data["externalId"] = e.EntityId;
        // who stands above it, in ids of ours; nobody when that one is not known here
        if (data["parentId"]?.ToString() is { } parent) data["parentId"] = (await Find(desk.Session, "customers", parent, cancellationToken))?.ToString();
        if (present is { } known) return (await desk.Change(kind, By, known.ToString(), null, fields => Apply(fields, data), cancellationToken)).Problem;
        var customer = Guid.Empty;
        if (kind.Name is "contact" or "location")
        {
            if (data["customerId"]?.ToString() is not { } owner || await Find(desk.Session, "customers", owner, cancellationToken) is not { } found) return Problem.UnknownReference("customerId", "customer");
            customer = found;
        }

        var made = Apply<TFields>(null, data);
        return made.Problem ?? (await desk.Create(kind, By, (id, now) => make(id, now, made.Value, customer), cancellationToken)).Problem;
    }

    /// <summary>The fields as the directory has them; what it does not speak of stays.</summary>
    private static Outcome<TFields> Apply<TFields>(TFields? fields, JsonObject data) where TFields : class
    {
        try
        {
            var merged = fields is null ? [] : JsonSerializer.SerializeToNode(fields, JsonFormat.Options)!.AsObject();
            foreach (var (name, value) in data)
                // without a value the type's own default or its "required" decides
                if (value is null) merged.Remove(name);
                else merged[name] = value.DeepClone();
            return merged.Deserialize<TFields>(Open)!;
        }
        catch (JsonException error)
        {
            return Problems.OfJson(error);
        }
    }

    /// <summary>By the identity that the directory's sign-in gives, or by the address. Open tickets go back to their groups, as for everybody who leaves.</summary>
    private async Task<Problem?> ShutOut(TenantSession session, OutsideEvent e, CancellationToken cancellationToken)
    {
        var found = await session.Query("""
            SELECT id FROM users WHERE tenant_id = $1 AND deleted_at IS NULL AND (external_subject = $2 OR lower(email) = lower($3)) ORDER BY external_subject = $2 DESC NULLS LAST LIMIT 1
            """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(e.EntityId), Rows.P(e.Data["email"]?.ToString()));
        return found is [var user] ? (await users.SetActive(session, By, user, active: false, null, cancellationToken)).Problem : null;
    }

    private static async Task<Guid?> Find(TenantSession session, string table, string externalId, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT id FROM {table} WHERE tenant_id = $1 AND external_id = $2 AND deleted_at IS NULL", r => (Guid?)r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(externalId))).SingleOrDefault();
}
