using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>One thing that happened with a customer.</summary>
/// <param name="Kind">ticket (one was made), comment (public) or change (of the customer's own fields).</param>
/// <param name="Id">The ticket, the comment or the entry of history.</param>
/// <param name="At">When.</param>
/// <param name="TicketId">The ticket it is about.</param>
/// <param name="Reference">The ticket's reference.</param>
/// <param name="Text">The ticket's subject, or how the comment begins.</param>
/// <param name="AuthorKind">Who wrote the comment: agent, contact, system, ai.</param>
/// <param name="Field">The field that changed.</param>
/// <param name="From">What it was.</param>
/// <param name="To">What it became.</param>
internal sealed record TimelineEntry(
    string Kind, Guid Id, DateTimeOffset At, Guid? TicketId, string? Reference, string? Text, string? AuthorKind, string? Field, JsonElement? From, JsonElement? To);

/// <summary>GET /customers/{id}/timeline: tickets, public comments and changes of the customer, newest first; tickets and comments as far as the caller may read them.</summary>
internal static class GetCustomerTimeline
{
    public static async Task<Answer<Page<TimelineEntry>>> Handle(string id, string? limit, string? cursor, Caller caller, TenantSession session, CancellationToken cancellationToken)
    {
        var page = PageRequest.Read(null, limit, null, null, cursor, caller.PageLimit);
        if (page.Problem is { } wrongPage) return Answer.Ok<Page<TimelineEntry>>(wrongPage);
        var customer = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        if (customer.Problem is { } unknown) return Answer.Ok<Page<TimelineEntry>>(unknown);
        var (at, last) = (DateTimeOffset.MaxValue, Guid.Empty);
        if (page.Value.Cursor is { } place)
        {
            var read = Cursors.Read(place, "-at", 2);
            if (read.Problem is { } stale) return Answer.Ok<Page<TimelineEntry>>(stale);
            if (Cursors.Instant(read.Value[0]) is not { } instant || !Guid.TryParseExact(read.Value[1], "D", out last)) return Answer.Ok<Page<TimelineEntry>>(Problem.Malformed("cursor", "This is not a cursor of this list."));
            at = instant;
        }

        var take = page.Value.Limit + 1;
        List<NpgsqlParameter> parameters = [Rows.P(session.TenantId), Rows.P(customer.Value.Id), Rows.P(page.Value.Cursor is null ? (DateTimeOffset?)null : at), Rows.P(last)];
        var changes = $"""
            (SELECT 'change' AS kind, h.id, h.at, NULL::uuid AS ticket_id, NULL::text AS reference, NULL::text AS words, NULL::text AS author_kind, h.field, h.from_value::text, h.to_value::text
             FROM history h WHERE h.tenant_id = $1 AND h.entity_id = $2 AND ($3 IS NULL OR (h.at, h.id) < ($3, $4)) ORDER BY h.at DESC, h.id DESC LIMIT {take})
            """;
        var sql = changes;
        if (caller.May(Permission.TicketsRead))
        {
            var scope = TicketScopes.Where(caller, parameters) is { } only ? " AND " + only : "";
            sql += $"""
                UNION ALL
                (SELECT 'ticket', t.id, t.created_at, t.id, t.reference, t.subject, NULL, NULL, NULL, NULL
                 FROM tickets t WHERE t.tenant_id = $1 AND t.customer_id = $2 AND t.deleted_at IS NULL{scope} AND ($3 IS NULL OR (t.created_at, t.id) < ($3, $4)) ORDER BY t.created_at DESC, t.id DESC LIMIT {take})
                UNION ALL
                (SELECT 'comment', c.id, c.created_at, t.id, t.reference, left(c.body, 200), c.author_kind, NULL, NULL, NULL
                 FROM tickets t JOIN ticket_comments c ON c.tenant_id = t.tenant_id AND c.ticket_id = t.id
                 WHERE t.tenant_id = $1 AND t.customer_id = $2 AND t.deleted_at IS NULL{scope} AND c.visibility = 'public' AND c.deleted_at IS NULL AND ($3 IS NULL OR (c.created_at, c.id) < ($3, $4))
                 ORDER BY c.created_at DESC, c.id DESC LIMIT {take})
                """;
        }

        var rows = await session.Query($"SELECT * FROM ({sql}) happened ORDER BY at DESC, id DESC LIMIT {take}", r => new TimelineEntry(
            r.GetString(0), r.GetGuid(1), r.GetFieldValue<DateTimeOffset>(2), r.Id(3), r.Text(4), r.Text(5), r.Text(6), r.Text(7), Element(r.Text(8)), Element(r.Text(9))), cancellationToken, [.. parameters]);
        var more = rows.Count > page.Value.Limit;
        if (more) rows.RemoveAt(page.Value.Limit);
        return Answer.Ok<Page<TimelineEntry>>(new Page<TimelineEntry>(rows, new(null, page.Value.Limit, null, false, more ? Cursors.Write("-at", Cursors.Instant(rows[^1].At), rows[^1].Id.ToString()) : null, more)));
    }

    private static JsonElement? Element(string? json) => json is null ? null : JsonElement.Parse(json);
}
