using Deskhand.Automation;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>
/// Draws a ticket's number and reference from the tenant's counters. Gapless: a rolled-back transaction gives them back. The counters are locked
/// until the transaction ends, so the draw, what is written with it and the commit go to the database together: no create waits for another's way there and back.
/// </summary>
internal static class TicketNumbers
{
    /// <summary>Where a new ticket's event says its name before that is drawn. Text of a caller cannot hold it: a quote inside a JSON string is escaped.</summary>
    public const string Placeholder = "\"reference\":\"\",\"number\":0";

    /// <summary>What stands there once it is drawn; SQL.</summary>
    public const string Drawn = "'\"reference\":' || to_json(current_setting('app.ticket_reference'))::text || ',\"number\":' || current_setting('app.ticket_number')";

    /// <summary>The statement that draws; it answers with number and reference, and keeps both in the transaction's settings for those that follow.</summary>
    public static NpgsqlBatchCommand Draw(Guid tenantId, Ticket ticket, Rulebook rulebook, Known known)
    {
        var scheme = rulebook.ReferenceScheme;
        var given = TicketReference.Given(scheme, ticket.Fields.Channel, ticket.Fields.ExternalId);
        var counter = TicketReference.CounterFor(scheme, ticket.Fields.Channel, YearIn(rulebook.TimeZone, ticket.CreatedAt), known.AssetNumber);

        // in one order everywhere (the number's counter first), so that two creates cannot wait for each other
        string[] names = given is null ? [TicketReference.NumberCounter, counter] : [TicketReference.NumberCounter];
        return TenantSession.Batched("""
            WITH drawn AS (
                INSERT INTO counters AS c (tenant_id, name, n) SELECT $1, u.name, 1 FROM unnest($2) WITH ORDINALITY AS u (name, i) ORDER BY u.i
                ON CONFLICT (tenant_id, name) DO UPDATE SET n = c.n + 1 RETURNING c.name, c.n)
            SELECT set_config('app.ticket_number', (SELECT n FROM drawn WHERE name = $3)::text, true),
                   set_config('app.ticket_reference', coalesce($4, (SELECT $5 || '-' || lpad(n::text, greatest($6, length(n::text)), '0') FROM drawn WHERE name = $5)), true)
            """, Rows.P(tenantId), Rows.P(names), Rows.P(TicketReference.NumberCounter), Rows.P(given), Rows.P(counter), Rows.P(TicketReference.Digits(counter)));
    }

    /// <summary>
    /// Draws before the ticket is decided, because a rule says the name in a text. The turn at routing comes before the counters, as it does for those
    /// who are routed and draw last: so two of them cannot wait for each other.
    /// </summary>
    public static async Task<NewName> DrawNow(TenantSession session, Ticket ticket, Rulebook rulebook, Known known, CancellationToken cancellationToken)
    {
        await AgentRouting.TakeTurn(session, cancellationToken);
        await session.Execute([Draw(session.TenantId, ticket, rulebook, known)], cancellationToken);
        return (await session.Query(DrawnName, r => new NewName(long.Parse(r.GetString(0), System.Globalization.CultureInfo.InvariantCulture), r.GetString(1)), cancellationToken))[0];
    }

    /// <summary>The statement that answers with what was drawn before, in the same transaction.</summary>
    public static NpgsqlBatchCommand WasDrawn() => TenantSession.Batched(DrawnName);

    private const string DrawnName = "SELECT current_setting('app.ticket_number'), current_setting('app.ticket_reference')";

    private static int YearIn(string timeZone, DateTimeOffset instant) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? TimeZoneInfo.ConvertTime(instant, zone).Year : instant.UtcDateTime.Year;
}
