using System.Globalization;
using Deskhand.Data;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>How a caller may name a ticket wherever {id} stands: by id, by number, or by reference.</summary>
internal static class TicketAddress
{
    /// <summary>The predicate on <c>t</c> with its value as $2, or null for what can name no ticket.</summary>
    public static string? Where(string address, out NpgsqlParameter? value)
    {
        value = null;
        if (Guid.TryParseExact(address, "D", out var id))
        {
            value = Rows.P(id);
            return "t.id = $2";
        }

        if (long.TryParse(address, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            value = Rows.P(number);
            return "t.number = $2";
        }

        if (address.Length is 0 or > 100 || address.Contains('\0', StringComparison.Ordinal)) return null;
        value = Rows.P(address.ToUpperInvariant());
        return "t.reference = $2";
    }
}
