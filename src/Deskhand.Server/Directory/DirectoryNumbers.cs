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

    /// <summary>Draws several numbers at once.</summary>
    public static async Task<List<string>> DrawMany(TenantSession session, string counter, string table, string prefix, int count, CancellationToken cancellationToken)
    {
        var drawn = new List<string>(count);
        while (drawn.Count < count)
        {
            var asked = count - drawn.Count;
            var last = (await session.Query("""
                INSERT INTO counters AS c (tenant_id, name, n) VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id, name) DO UPDATE SET n = c.n + $3 RETURNING c.n
                """, r => r.GetInt64(0), cancellationToken, Rows.P(session.TenantId), Rows.P(counter), Rows.P((long)asked)))[0];
            string[] numbers = [.. Enumerable.Range(0, asked).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{last - asked + 1 + i:D6}"))];
            var taken = await session.Query($"SELECT number FROM {table} WHERE tenant_id = $1 AND number = ANY ($2)", r => r.GetString(0), cancellationToken,
                Rows.P(session.TenantId), Rows.P(numbers));
            drawn.AddRange(numbers.Except(taken, StringComparer.Ordinal));
        }

        return drawn;
    }
}
