using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Deskhand.Data;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Directory;

/// <summary>Writes many entries at once: rows, history and events, each set in a few statements. What <see cref="DirectoryDesk"/> does for one.</summary>
internal static class DirectoryBulk
{
    /// <summary>So many a statement that its text stays below some megabytes.</summary>
    private const int AtOnce = 1000;

    /// <summary>The next state of a row.</summary>
    public static TRow Touch<TRow, TFields>(TRow row, DateTimeOffset now) where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        (TRow)((Entry<TFields>)row with { Version = row.Version + 1, Sequence = row.Sequence + 1, UpdatedAt = now });

    /// <summary>Writes new and changed entries, in this order. The changed ones must be locked, or nobody else may write them.</summary>
    /// <returns>A unique value that is taken, or what <paramref name="goOn"/> said; then everything is to be taken back.</returns>
    public static async Task<Problem?> Write<TRow, TFields>(
        TenantSession session, ChangeLog log, Kind<TRow, TFields> kind, Actor by, IReadOnlyList<(TRow? Before, TRow After, ImmutableArray<FieldChange> Changes)> entries,
        Func<int, Task<Problem?>> goOn, CancellationToken cancellationToken) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var done = 0;
        foreach (var part in entries.Chunk(AtOnce))
        {
            try
            {
                foreach (var (isNew, rows) in part.GroupBy(e => e.Before is null).OrderBy(g => g.Key).Select(g => (g.Key, g.Select(e => e.After).ToArray())))
                    if (await Save<TRow, TFields>(session, kind.Table, rows, isNew, cancellationToken) != rows.Length)
                        return Problem.Conflict("changed_meanwhile", "An entry was changed while the file was taken in; try again.");
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                return Problem.Conflict("value_taken", $"A number or external id in the file was taken by another {kind.Name} meanwhile; try again.");
            }

            await log.Write(session, [.. part.Select(e => Happening<TRow, TFields>(kind, by, e.Before is null ? "created" : "updated", e.After, e.Changes))], cancellationToken);
            done += part.Length;
            if (await goOn(done) is { } stopped) return stopped;
        }

        return null;
    }

    public static Happened Happening<TRow, TFields>(Kind<TRow, TFields> kind, Actor by, string what, TRow after, ImmutableArray<FieldChange> changes, string? reason = null)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields> =>
        new(kind.Name, after.Id, after.UpdatedAt, by, changes,
            [new EventDraft($"{kind.Name}.{what}", kind.Name, after.Id, after.Sequence, after.UpdatedAt, [(kind.Name, kind.Show(after))], what == "updated" ? changes : [])], reason);

    /// <summary>Writes the rows themselves; answers with how many were.</summary>
    public static Task<int> Save<TRow, TFields>(TenantSession session, string table, TRow[] rows, bool isNew, CancellationToken cancellationToken)
        where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        string[] columns = [.. rows[0].Fields.Values().Select(v => Column(v.Field)), .. Own(rows[0]).Select(v => v.Column), "version", "sequence", "updated_at"];
        var sql = isNew
            ? $"INSERT INTO {table} (tenant_id, id, created_at, {string.Join(", ", columns)}) SELECT $1, r.id, r.created_at, {string.Join(", ", columns.Select(c => "r." + c))} FROM jsonb_populate_recordset(NULL::{table}, $2) r"
            : $"UPDATE {table} t SET {string.Join(", ", columns.Select(c => $"{c} = r.{c}"))} FROM jsonb_populate_recordset(NULL::{table}, $2) r WHERE t.tenant_id = $1 AND t.id = r.id AND t.version = r.version - 1 AND t.deleted_at IS NULL";
        return session.Execute(sql, cancellationToken, Rows.P(session.TenantId), Rows.Json(Text<TRow, TFields>(rows)));
    }

    /// <summary>The rows as JSON, each column under its name. The fields come as they come into history.</summary>
    private static string Text<TRow, TFields>(TRow[] rows) where TRow : Entry<TFields> where TFields : class, IFields<TFields>
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(buffer, new() { SkipValidation = true }))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("id", row.Id);
                json.WriteNumber("version", row.Version);
                json.WriteNumber("sequence", row.Sequence);
                json.WriteString("created_at", row.CreatedAt);
                json.WriteString("updated_at", row.UpdatedAt);
                foreach (var (column, value) in Own(row)) json.WriteString(column, value);
                foreach (var (field, value) in row.Fields.Values())
                {
                    json.WritePropertyName(Column(field));
                    json.WriteRawValue(value ?? "null", skipInputValidation: true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What a row has beside the fields that clients write.</summary>
    private static IEnumerable<(string Column, string? Value)> Own(object row) => row switch
    {
        Contact contact => [("customer_id", contact.CustomerId.ToString())],
        Location location => [("customer_id", location.CustomerId.ToString())],
        Asset asset => [("project_name", asset.ProjectName)],
        _ => [],
    };

    private static string Column(string field) => Wire.SnakeCase(field).Replace('.', '_');
}
