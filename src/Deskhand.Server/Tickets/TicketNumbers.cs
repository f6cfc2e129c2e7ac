using Deskhand.Data;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>Draws a ticket's number and reference from the tenant's counters. Gapless: a rolled-back transaction gives them back.</summary>
internal static class TicketNumbers
{
    /// <summary>The ticket with its number and reference. The counters stay locked until the transaction ends, so this comes last.</summary>
    public static async Task<Ticket> Draw(TenantSession session, Ticket ticket, Rulebook rulebook, Known known, CancellationToken cancellationToken)
    {
        var scheme = rulebook.ReferenceScheme;
        var given = TicketReference.Given(scheme, ticket.Fields.Channel, ticket.Fields.ExternalId);
        var counter = TicketReference.CounterFor(scheme, ticket.Fields.Channel, YearIn(rulebook.TimeZone, ticket.CreatedAt), known.AssetNumber);

        // in one order everywhere (the number's counter first), so that two creates cannot wait for each other
        string[] names = given is null ? [TicketReference.NumberCounter, counter] : [TicketReference.NumberCounter];
        var drawn = await session.Query("""
            INSERT INTO counters AS c (tenant_id, name, n) SELECT $1, u.name, 1 FROM unnest($2) WITH ORDINALITY AS u (name, i) ORDER BY u.i
            ON CONFLICT (tenant_id, name) DO UPDATE SET n = c.n + 1 RETURNING c.name, c.n
            """, r => (Name: r.GetString(0), N: r.GetInt64(1)), cancellationToken, Rows.P(session.TenantId), Rows.P(names, NpgsqlDbType.Array | NpgsqlDbType.Text));
        return ticket with
        {
            Number = drawn.Single(d => d.Name == TicketReference.NumberCounter).N,
            Reference = given ?? TicketReference.Format(counter, drawn.Single(d => d.Name == counter).N),
        };
    }

    private static int YearIn(string timeZone, DateTimeOffset instant) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? TimeZoneInfo.ConvertTime(instant, zone).Year : instant.UtcDateTime.Year;
}
