using Npgsql;

namespace Deskhand.Bench.Loading;

/// <summary>
/// Takes foreign keys, secondary indexes and triggers off the tables that are about to be filled and puts them back afterwards: each is then
/// built or checked once over the whole instead of row by row. Meant for one transaction, so that a failure leaves everything as it was.
/// </summary>
internal sealed class BulkTables(NpgsqlConnection connection, string[] tables)
{
    private readonly List<string> restore = [];

    public async Task Open()
    {
        await Collect(
            """
            SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                   format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint
            WHERE contype = 'f' AND conparentid = 0 AND conrelid = ANY (SELECT unnest($1)::regclass)
            """);
        await Collect(
            """
            SELECT format('DROP INDEX %s', indexrelid::regclass), replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
            FROM pg_index
            JOIN pg_class ON pg_class.oid = indexrelid
            WHERE NOT indisunique AND NOT relispartition AND indrelid = ANY (SELECT unnest($1)::regclass)
            """);
        await Collect(
            """
            SELECT format('ALTER TABLE %s DISABLE TRIGGER USER', name), format('ALTER TABLE %s ENABLE TRIGGER USER', name)
            FROM unnest($1) name
            """);
    }

    public async Task Close()
    {
        // indexes and triggers first: checking the foreign keys reads through them
        restore.Reverse();
        foreach (var statement in restore)
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task Collect(string query)
    {
        var drops = new List<string>();
        await using (var command = new NpgsqlCommand(query, connection) { Parameters = { new() { Value = tables } } })
        await using (var row = await command.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
            {
                drops.Add(row.GetString(0));
                restore.Add(row.GetString(1));
            }
        }
        foreach (var drop in drops)
        {
            await using var command = new NpgsqlCommand(drop, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync();
        }
    }
}
