using System.Globalization;
using Deskhand.Data;

namespace Deskhand.Directory;

/// <summary>The numbers that the desk gives to what came without one: C-000001 and on, without gaps but for numbers that were given by hand.</summary>
internal static class DirectoryNumbers
{
    /// <summary>Draws the next number. The counter stays locked until the transaction ends.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="counter">The name of the counter.</param>
    /// <param name="table">Where the numbers are; one that was given by hand is passed over.</param>
    /// <param name="prefix">What the numbers begin with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string> Draw(TenantSession session, string counter, string table, string prefix, CancellationToken cancellationToken)
    {
        while (true)
        {
            var n = (await session.Query("""
                INSERT INTO counters AS c (tenant_id, name, n) VALUES ($1, $2, 1)
                ON CONFLICT (tenant_id, name) DO UPDATE SET n = c.n + 1 RETURNING c.n
                """, r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(counter)))[0];
            var number = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{n:D6}");
            var taken = await session.Query($"SELECT 1 FROM {table} WHERE tenant_id = $1 AND number = $2", r => r.GetInt32(0), cancellationToken, Rows.P(session.TenantId), Rows.P(number));
            if (taken.Count == 0) return number;
        }
    }
}
