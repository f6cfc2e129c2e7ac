using System.Collections.Immutable;
using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>What somebody is writing: a comment of a ticket, or a ticket to be. Only its writer sees it.</summary>
internal sealed record DraftFields
{
    /// <summary>The ticket; null = a ticket to be.</summary>
    public Guid? TicketId { get; init; }

    /// <summary>Who shall read it: a reply and a note of one ticket are two drafts.</summary>
    public Visibility Visibility { get; init; } = Visibility.Public;

    public BodyFormat Format { get; init; } = BodyFormat.Markdown;

    /// <summary>The words so far; may be empty.</summary>
    public string Body { get; init; } = "";

    /// <summary>Uploads of the writer's; they are kept as long as the draft.</summary>
    public ImmutableArray<Guid> AttachmentIds { get; init; } = [];

    /// <summary>The ticket's version when the writing began.</summary>
    public long? BasedOnVersion { get; init; }

    /// <summary>The fields of a ticket to be, as far as they are filled in: any JSON object of at most 20,000 characters.</summary>
    public JsonElement? Ticket { get; init; }

    public Problem? Check()
    {
        var errors = new FieldErrors();
        errors.Text("body", Body, TicketRules.BodyLength);
        errors.Unless(AttachmentIds.IsDefault || AttachmentIds.Length <= TicketRules.AttachmentCount, "attachmentIds", $"At most {TicketRules.AttachmentCount} files.");
        // the fields of a ticket, and in one of them its custom fields
        errors.Unless(Ticket is not { } t || (t.ValueKind == JsonValueKind.Object && t.GetRawText().Length <= 20_000 && CustomValues.IsStorable(t, CustomValues.MostDepth + 2)),
            "ticket", "This is an object of at most 20000 characters, without U+0000 and with numbers of at most 28 digits, not deeper than a ticket.");
        errors.Unless(Ticket is null || TicketId is null, "ticket", "Fields of a ticket to be do not go with the id of one that is.");
        return errors.ToProblem();
    }
}

/// <summary>A draft as the API shows it.</summary>
internal sealed record DraftResponse(
    Guid Id, Guid? TicketId, Visibility Visibility, BodyFormat Format, string Body, IReadOnlyList<Guid> AttachmentIds, long? BasedOnVersion, JsonElement? Ticket,
    long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    internal const string Columns = "d.id, d.ticket_id, d.visibility, d.format, d.body, d.attachment_ids, d.based_on_version, d.ticket::text, d.version, d.created_at, d.updated_at";

    internal static DraftResponse Read(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.Id(1), Wire.Find<Visibility>(r.GetString(2))!.Value, Wire.Find<BodyFormat>(r.GetString(3))!.Value, r.GetString(4), r.GetFieldValue<Guid[]>(5),
        r.IsDBNull(6) ? null : r.GetInt64(6), r.Text(7) is { } ticket ? JsonElement.Parse(ticket) : null, r.GetInt64(8), r.GetFieldValue<DateTimeOffset>(9), r.GetFieldValue<DateTimeOffset>(10));

    internal DraftFields Fields() => new()
    {
        TicketId = TicketId,
        Visibility = Visibility,
        Format = Format,
        Body = Body,
        AttachmentIds = [.. AttachmentIds],
        BasedOnVersion = BasedOnVersion,
        Ticket = Ticket,
    };
}

/// <summary>The parameters of GET /drafts.</summary>
internal sealed record DraftQuery : PageQuery
{
    /// <summary>Those of one ticket.</summary>
    public string? TicketId { get; init; }

    /// <summary>-updatedAt (default) or updatedAt.</summary>
    public string? Sort { get; init; }
}

/// <summary>GET /drafts: one's own, the latest first.</summary>
internal static class ListDrafts
{
    public static async Task<Answer<Page<DraftResponse>>> Handle([AsParameters] DraftQuery query, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = query.ReadPage(caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<DraftResponse>>(wrongPage);
        var order = ListOrder.Read(query.Sort, [new("updatedAt", "d.updated_at", IsInstant: true, Descending: true)]);
        if (order.Problem is { } wrongOrder) return Answer.Ok<Page<DraftResponse>>(wrongOrder);
        var list = new KeysetList(session, DraftResponse.Columns, "drafts d", "d");
        list.Where($"d.user_id = {list.Value(Rows.P(caller.UserId))}");
        return list.Id("ticketId", "d.ticket_id = {0}", query.TicketId) is { } problem
            ? Answer.Ok<Page<DraftResponse>>(problem)
            : Answer.Ok(await list.Read(page.Value, order.Value, DraftResponse.Read, cancellationToken));
    }
}

/// <summary>GET /drafts/{id}: one's own.</summary>
internal static class GetDraft
{
    public static async Task<Answer<DraftResponse>> Handle(Guid id, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Ok<DraftResponse>(await Find(id, caller, session, cancellationToken) is { } draft ? draft : Problem.NotFound("draft"));

    public static async Task<DraftResponse?> Find(Guid id, Caller caller, TenantSession session, CancellationToken cancellationToken, bool locked = false) =>
        (await session.Query($"SELECT {DraftResponse.Columns} FROM drafts d WHERE d.tenant_id = $1 AND d.id = $2 AND d.user_id = $3{(locked ? " FOR UPDATE" : "")}", DraftResponse.Read,
            cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(caller.UserId))).SingleOrDefault();
}

/// <summary>POST /drafts: a ticket takes one reply and one note in the making from each person; a second answers 409 with the first's id.</summary>
internal static class CreateDraft
{
    public static async Task<Created<DraftResponse>> Handle(DraftFields body, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Created(await session.Transact<DraftResponse>(async () =>
        {
            if (body.Check() is { } invalid) return invalid;
            if (await DraftWork.Refuse(body, caller, session, cancellationToken) is { } refused) return refused;
            var now = Instants.Now(clock);
            var id = Ids.New(now);
            var made = await session.Execute("""
                INSERT INTO drafts (tenant_id, id, user_id, ticket_id, visibility, format, body, attachment_ids, based_on_version, ticket, created_at, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
                ON CONFLICT (tenant_id, user_id, ticket_id, visibility) WHERE ticket_id IS NOT NULL DO NOTHING
                """, cancellationToken, [Rows.P(session.TenantId), Rows.P(id), Rows.P(caller.UserId), .. DraftWork.Values(body), Rows.P(now)]);
            if (made == 1) return (await GetDraft.Find(id, caller, session, cancellationToken))!;
            var present = await session.Query("SELECT id FROM drafts WHERE tenant_id = $1 AND user_id = $2 AND ticket_id = $3 AND visibility = $4", r => r.GetGuid(0), cancellationToken,
                Rows.P(session.TenantId), Rows.P(caller.UserId), Rows.P(body.TicketId), Rows.P(Wire.Name(body.Visibility)));
            return Problem.Conflict("draft_exists", "You are writing on this ticket already; go on with that draft.") with { Allowed = [.. present.Select(p => p.ToString())] };
        }, cancellationToken), d => $"/api/v1/drafts/{d.Id}");
}

/// <summary>PUT /drafts/{id}: all fields become these; a draft stays with its ticket.</summary>
internal static class ReplaceDraft
{
    public static Task<Answer<DraftResponse>> Handle(Guid id, DraftFields body, HttpRequest request, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        DraftWork.Change(id, _ => body, request, caller, session, clock, cancellationToken);
}

/// <summary>PATCH /drafts/{id}: the fields that are present change, the others stay.</summary>
internal static class PatchDraft
{
    public static Task<Answer<DraftResponse>> Handle(Guid id, MergePatch<DraftFields> body, HttpRequest request, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        DraftWork.Change(id, body.ApplyTo, request, caller, session, clock, cancellationToken);
}

/// <summary>DELETE /drafts/{id}: sent, or thrown away.</summary>
internal static class DeleteDraft
{
    public static async Task<NoContent> Handle(Guid id, Caller caller, TenantSession session, CancellationToken cancellationToken) =>
        Answer.Done(await session.Transact<Nothing>(async () =>
            await session.Execute("DELETE FROM drafts WHERE tenant_id = $1 AND id = $2 AND user_id = $3", cancellationToken, Rows.P(session.TenantId), Rows.P(id), Rows.P(caller.UserId)) == 1
                ? default(Nothing) : Problem.NotFound("draft"), cancellationToken));
}

internal static class DraftWork
{
    public static Task<Answer<DraftResponse>> Change(
        Guid id, Func<DraftFields, Outcome<DraftFields>> edit, HttpRequest request, Caller caller, TenantSession session, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(request, ifMatch => session.Transact<DraftResponse>(async () =>
        {
            if (await GetDraft.Find(id, caller, session, cancellationToken, locked: true) is not { } before) return Problem.NotFound("draft");
            if (ifMatch is { } version && version != before.Version) return Problem.Stale(version, before.Version);
            var edited = edit(before.Fields());
            if (edited.Problem is { } unclear) return unclear;
            var fields = edited.Value;
            if (fields.Check() is { } invalid) return invalid;
            if (await Refuse(fields, caller, session, cancellationToken) is { } refused) return refused;
            if (fields.TicketId != before.TicketId) return Problem.Invalid("ticketId", "A draft stays with its ticket.");
            try
            {
                await session.Execute("""
                    UPDATE drafts SET ticket_id = $3, visibility = $4, format = $5, body = $6, attachment_ids = $7, based_on_version = $8, ticket = $9, updated_at = $10, version = version + 1
                    WHERE tenant_id = $1 AND id = $2
                    """, cancellationToken, [Rows.P(session.TenantId), Rows.P(id), .. Values(fields), Rows.P(Instants.Now(clock))]);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                return Problem.Conflict("draft_exists", "You have another draft of this visibility on this ticket.");
            }

            return (await GetDraft.Find(id, caller, session, cancellationToken))!;
        }, cancellationToken));

    /// <summary>The ticket and the files that a draft names must be there for its writer.</summary>
    public static async Task<Problem?> Refuse(DraftFields fields, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        if (fields.TicketId is { } ticket && await GetTicket.Find(ticket.ToString(), caller, session, cancellationToken) is null) return Problem.UnknownReference("ticketId", "ticket");
        if (fields.AttachmentIds.IsDefaultOrEmpty) return null;
        var ids = fields.AttachmentIds.Distinct().ToArray();
        var found = (await session.Query("SELECT count(*) FROM attachments WHERE tenant_id = $1 AND id = ANY ($2) AND created_by = $3 AND ticket_id IS NULL AND deleted_at IS NULL",
            r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(ids), Rows.P(caller.UserId)))[0];
        return found == ids.Length ? null : Problem.UnknownReference("attachmentIds", "upload");
    }

    public static NpgsqlParameter[] Values(DraftFields f) =>
    [
        Rows.P(f.TicketId), Rows.P(Wire.Name(f.Visibility)), Rows.P(Wire.Name(f.Format)), Rows.P(f.Body), Rows.P(f.AttachmentIds.IsDefault ? [] : f.AttachmentIds.Distinct().ToArray()),
        Rows.P(f.BasedOnVersion, NpgsqlTypes.NpgsqlDbType.Bigint), Rows.Json(f.Ticket?.GetRawText()),
    ];
}
