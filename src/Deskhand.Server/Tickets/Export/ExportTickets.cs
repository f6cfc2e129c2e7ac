using System.Globalization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>
/// GET /tickets/export.csv: every ticket that the filters leave and the caller sees, by number, streamed: no connection to the database is held
/// while a slow reader reads. Who exported what stands in the audit log.
/// </summary>
internal static class ExportTickets
{
    private const int Batch = 1000;

    private static readonly string[] Columns =
    [
        "reference", "number", "subject", "status", "statusCategory", "priority", "type", "category", "subcategory", "tags", "channel", "customer", "contact",
        "assignee", "group", "escalationLevel", "externalId", "createdAt", "updatedAt", "dueAt", "firstRespondedAt", "solvedAt", "closedAt",
    ];

    /// <param name="query">The filters of GET /tickets.</param>
    /// <param name="bom">true: the file begins with the mark by which Excel knows UTF-8.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="session">The tenant.</param>
    /// <param name="rulebooks">The tenant's rules.</param>
    /// <param name="search">Reads words and people in a query.</param>
    /// <param name="clock">For the audit log.</param>
    /// <param name="origin">For the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<CsvAnswer> Handle(
        [AsParameters] TicketFilters query, string? bom, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, TimeProvider clock, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var hasBom = CsvAnswer.ReadBom(bom);
        if (hasBom.Problem is { } wrongBom) return new(wrongBom);
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var asked = await TicketFilter.Ask(query, caller, search, cancellationToken);
        if (asked.Problem is { } unclear) return new(unclear);
        if (TicketFilter.Read(query, asked.Value, caller, rulebook).Problem is { } problem) return new(problem);
        await session.Transact<Nothing>(async () =>
        {
            await Audit.Write(session, new AuditEntry("tickets.exported", Instants.Now(clock), caller.Actor, "ticket", null, new { filters = query }, origin), cancellationToken);
            return default(Nothing);
        }, cancellationToken);

        var fields = rulebook.CustomFields.Select(f => f.Key).ToArray();
        return new(new CsvTable("tickets.csv", [.. Columns, .. fields], async (rows, ct) =>
        {
            long last = 0;
            for (var part = await Read(); ; part = await Read())
            {
                foreach (var row in part) await rows.Write(Values(row, fields));
                if (part.Count < Batch) return;
                last = part[^1].Ticket.Number;
            }

            Task<List<ExportRow>> Read() => Page(TicketFilter.Read(query, asked.Value, caller, rulebook).Value, last, session, ct);
        }, hasBom.Value));
    }

    private static Task<List<ExportRow>> Page(TicketFilter filter, long after, TenantSession session, CancellationToken cancellationToken)
    {
        filter.After(TicketOrder.All.Single(o => o.Name == "number"), [Rows.P(after)]);
        return session.Query($"""
            SELECT {TicketRow.Columns}, cu.name, concat_ws(' ', co.first_name, nullif(co.last_name, '')), u.name, g.name
            FROM (SELECT t.* FROM tickets t WHERE {filter.Where} ORDER BY t.number LIMIT {Batch}) t
            LEFT JOIN customers cu ON cu.tenant_id = t.tenant_id AND cu.id = t.customer_id
            LEFT JOIN contacts co ON co.tenant_id = t.tenant_id AND co.id = t.contact_id
            LEFT JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.assignee_id
            LEFT JOIN groups g ON g.tenant_id = t.tenant_id AND g.id = t.group_id
            ORDER BY t.number
            """, r => new ExportRow(TicketRow.Read(r), r.Text(r.FieldCount - 4), r.Text(r.FieldCount - 3), r.Text(r.FieldCount - 2), r.Text(r.FieldCount - 1)),
            cancellationToken, [.. filter.Parameters]);
    }

    private static IEnumerable<string?> Values(ExportRow row, string[] customFields)
    {
        var (t, f) = (row.Ticket, row.Ticket.Fields);
        return
        [
            t.Reference, t.Number.ToString(CultureInfo.InvariantCulture), f.Subject, t.Status, Wire.Name(t.StatusCategory), Wire.Name(f.Priority), Wire.Name(f.Type), f.Category,
            f.Subcategory, string.Join(", ", f.Tags), Wire.Name(f.Channel), row.Customer, row.Contact is "" ? null : row.Contact, row.Assignee, row.Group,
            t.EscalationLevel.ToString(CultureInfo.InvariantCulture), f.ExternalId, Written(t.CreatedAt), Written(t.UpdatedAt), Written(f.DueAt), Written(t.FirstRespondedAt),
            Written(t.SolvedAt), Written(t.ClosedAt), .. customFields.Select(k => f.CustomFields.Find(k) is { } value ? Redefinition.Field.TextOf(value) : null),
        ];
    }

    private static string? Written(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private sealed record ExportRow(Ticket Ticket, string? Customer, string? Contact, string? Assignee, string? Group);
}
