using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Data;

/// <summary>Reading and binding by hand, for the statements that are written by hand.</summary>
internal static class Rows
{
    public static async Task<List<T>> Read<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(map(reader));
        return rows;
    }

    /// <summary>A typed positional parameter: no boxing, no type guessing.</summary>
    public static NpgsqlParameter P<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    /// <summary>A positional parameter that may be null and whose type the server must be told.</summary>
    public static NpgsqlParameter P(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    public static NpgsqlParameter P(string? value) => P(value, NpgsqlDbType.Text);

    public static NpgsqlParameter P(Guid? value) => P(value, NpgsqlDbType.Uuid);

    public static NpgsqlParameter P(DateTimeOffset? value) => P(value, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Json(string? value) => P(value, NpgsqlDbType.Jsonb);

    public static string? Text(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static Guid? Id(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);

    public static DateTimeOffset? Instant(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
