using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Deskhand.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Deskhand.Tickets;

/// <summary>The proof that a person was erased; it says nothing of who it was.</summary>
/// <param name="Id">The certificate.</param>
/// <param name="ContactId">The contact, which stays as a name for nobody.</param>
/// <param name="At">When.</param>
/// <param name="ByUserId">By whom.</param>
/// <param name="Reason">Why, without what identifies the person.</param>
/// <param name="Places">How much was erased where.</param>
internal sealed record ErasureResponse(Guid Id, Guid ContactId, DateTimeOffset At, Guid ByUserId, string Reason, ImmutableSortedDictionary<string, long> Places);

/// <summary>
/// POST /contacts/{id}/erase: a person is made nobody, in every place: the contact and those merged into it, the tickets,
/// comments and drafts that name it, history, events, audit log, kept answers, the search index, its files. Tickets and their numbers stay. Twice answers the first certificate.
/// </summary>
/// <remarks>
/// The one change of tickets that does not go through <see cref="TicketDesk"/>: its history would keep what is to be erased. Each ticket gets
/// another version, so that nobody writes the old words back.
/// </remarks>
internal static class ErasePerson
{
    public static async Task<Answer<ErasureResponse>> Handle(
        string id, EraseBody body, Caller caller, TenantSession session, ChangeLog log, AttachmentStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Required("reason", body.Reason, TicketRules.ReasonLength);
        if (errors.ToProblem() is { } invalid) return Answer.Ok<ErasureResponse>(invalid);
        if (!Guid.TryParseExact(id, "D", out var contactId)) return Answer.Ok<ErasureResponse>(Problem.NotFound("contact"));
        return Answer.Ok(await session.Transact<ErasureResponse>(async () =>
        {
            await session.Execute("SELECT pg_advisory_xact_lock(7236006, hashtext($1))", cancellationToken, Rows.P(session.TenantId.ToString()));
            // with those merged into it, and those merged into them before; deleted ones too: taking somebody out of sight is not erasing.
            // UNION finds nobody twice, so it ends even if two were merged into each other
            var merged = await session.Query("""
                WITH RECURSIVE same (id) AS (
                    SELECT $2 UNION SELECT c.id FROM contacts c JOIN same s ON c.merged_into_id = s.id WHERE c.tenant_id = $1)
                SELECT id FROM contacts WHERE tenant_id = $1 AND id IN (SELECT id FROM same) ORDER BY id FOR NO KEY UPDATE
                """, r => r.GetGuid(0), cancellationToken, Rows.P(session.TenantId), Rows.P(contactId));
            var people = await session.Db.Set<Contact>().Where(c => merged.Contains(c.Id)).ToListAsync(cancellationToken);
            if (people.Find(p => p.Id == contactId) is not { } person) return Problem.NotFound("contact");
            if (await Find(contactId, session, cancellationToken) is { } done) return done;

            var now = Instants.Now(clock);
            var work = new PersonErasing(session, [.. people.Select(p => p.Id)], [.. people.SelectMany(p => PersonPatterns.Of(p.Fields)).Distinct(StringComparer.Ordinal)], [.. people.Select(p => p.CustomerId).Distinct()]);
            var places = await work.Everywhere(people, contactId, now, cancellationToken);
            foreach (var key in work.Files) session.OnCommitted(() => store.Remove(key));

            var reason = (await session.Query("SELECT erase_words($1, $2)", r => r.GetString(0), cancellationToken, Rows.P(body.Reason), Rows.P(work.Patterns)))[0];
            await session.Execute("INSERT INTO erasures (tenant_id, id, contact_id, at, by_user_id, reason, places) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancellationToken,
                Rows.P(session.TenantId), Rows.P(Ids.New(now)), Rows.P(contactId), Rows.P(now), Rows.P(caller.UserId), Rows.P(reason), Rows.Json(JsonSerializer.Serialize(places, JsonFormat.Options)));
            var erased = await session.Db.Set<Contact>().SingleAsync(c => c.Id == contactId, cancellationToken);
            var draft = new EventDraft("contact.erased", "contact", contactId, erased.Sequence, now, [("contact", ContactResponse.From(erased))], []);
            await log.Write(session, new Happened("contact", contactId, now, caller.Actor, [new FieldChange("erasedAt", null, Json.Of((DateTimeOffset?)now))], [draft], reason), cancellationToken);
            await Audit.Write(session, new AuditEntry("contact.erased", now, caller.Actor, "contact", contactId, new { Places = places }), cancellationToken);
            return (await Find(contactId, session, cancellationToken))!;
        }, cancellationToken));
    }

    private static async Task<ErasureResponse?> Find(Guid contactId, TenantSession session, CancellationToken cancellationToken) =>
        (await session.Query($"SELECT {ListErasures.Columns} FROM erasures e WHERE e.tenant_id = $1 AND e.contact_id = $2", ListErasures.Read, cancellationToken,
            Rows.P(session.TenantId), Rows.P(contactId))).SingleOrDefault();

    internal sealed record EraseBody
    {
        /// <summary>Why; kept in the certificate.</summary>
        public required string Reason { get; init; }
    }
}

/// <summary>GET /erasures: the certificates, the latest first.</summary>
internal static class ListErasures
{
    internal const string Columns = "e.id, e.contact_id, e.at, e.by_user_id, e.reason, e.places::text";

    public static async Task<Answer<Page<ErasureResponse>>> Handle(
        string[]? contactId, string? sort, [AsParameters] PageQuery page, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var request = page.ReadPage(caller.PageLimit);
        if (request.Problem is { } wrongPage) return Answer.Ok<Page<ErasureResponse>>(wrongPage);
        var order = ListOrder.Read(sort, [new("at", "e.at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<ErasureResponse>>(wrongOrder);
        var ids = new List<Guid>();
        foreach (var text in contactId ?? [])
        {
            if (!Guid.TryParseExact(text, "D", out var id)) return Answer.Ok<Page<ErasureResponse>>(Problem.Malformed("contactId", "This is an id."));
            ids.Add(id);
        }

        var list = new KeysetList(session, Columns, "erasures e", "e");
        if (ids.Count > 0) list.Where($"e.contact_id = ANY ({list.Value(Rows.P(ids.ToArray()))})");
        return Answer.Ok(await list.Read(request.Value, order.Value, Read, cancellationToken));
    }

    internal static ErasureResponse Read(Npgsql.NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetGuid(1), r.GetFieldValue<DateTimeOffset>(2), r.GetGuid(3), r.GetString(4),
        JsonSerializer.Deserialize<ImmutableSortedDictionary<string, long>>(r.GetString(5), JsonFormat.Options)!);
}
