using System.Collections.Immutable;
using System.Globalization;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;
using NpgsqlTypes;

namespace Deskhand.Tickets;

/// <summary>An order that GET /tickets offers. Each has an index named after it, and ends in the id, so that it is total.</summary>
/// <param name="Name">As in <c>sort=</c>.</param>
/// <param name="Columns">The columns, the id last.</param>
/// <param name="Descending">One direction for all columns, so that a row comparison can find a place in it.</param>
internal sealed record TicketOrder(string Name, ImmutableArray<string> Columns, bool Descending)
{
    public static ImmutableArray<TicketOrder> All { get; } =
    [
        new("-updatedAt", ["t.updated_at", "t.id"], true),
        new("updatedAt", ["t.updated_at", "t.id"], false),
        new("-createdAt", ["t.created_at", "t.id"], true),
        new("createdAt", ["t.created_at", "t.id"], false),
        new("-number", ["t.number"], true),
        new("number", ["t.number"], false),
        new("-priority", ["t.priority", "t.updated_at", "t.id"], true),
        new("priority", ["t.priority", "t.updated_at", "t.id"], false),
        new("dueAt", ["t.due_at", "t.id"], false),
        new("-dueAt", ["t.due_at", "t.id"], true),
        new("slaDueAt", ["s.next_due_at", "s.ticket_id"], false),
        new("-slaDueAt", ["s.next_due_at", "s.ticket_id"], true),
    ];

    /// <summary>What decides between those that are alike by the keys before it, as columns of a ticket that are never null.</summary>
    private static readonly ImmutableDictionary<string, string> Further = ImmutableDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
        .Add("updatedAt", "t.updated_at").Add("createdAt", "t.created_at").Add("number", "t.number").Add("priority", "t.priority");

    /// <summary>Newest change first.</summary>
    public static TicketOrder Default => All[0];

    public string OrderBy => string.Join(", ", Columns.Select(c => c + (Descending ? " DESC" : "")));

    /// <summary>Only tickets with a due date have a place in an order by it.</summary>
    public string? Condition => Columns[0] switch
    {
        "t.due_at" => "t.due_at IS NOT NULL",
        "s.next_due_at" => "s.tenant_id = $1 AND s.next_due_at IS NOT NULL",
        _ => null,
    };

    /// <summary>Where the rows are: the order of the clocks is in their own table.</summary>
    public string From => Columns[0] == "s.next_due_at" ? "ticket_sla s JOIN tickets t ON t.tenant_id = s.tenant_id AND t.id = s.ticket_id" : "tickets t";

    /// <summary>
    /// The order with a name. More keys, by commas, decide between tickets that are alike by those before them; the index of the first one is walked,
    /// so priority, which a quarter of all tickets share, is followed by the day of the change in its own direction, as in its index.
    /// </summary>
    public static Outcome<TicketOrder> Read(string? sort)
    {
        if (sort is null) return Default;
        var keys = sort.Split(',');
        if (All.FirstOrDefault(o => string.Equals(o.Name, keys[0], StringComparison.Ordinal)) is not { } order)
            return Problem.Malformed("sort", $"There is no such order; there are: {string.Join(", ", All.Select(o => o.Name))}.") with { Allowed = [.. All.Select(o => o.Name)] };
        var (columns, further) = (order.Columns, keys[1..]);
        if (keys[0].TrimStart('-') == "priority" && further is [var next, .. var rest])
        {
            if (next != (order.Descending ? "-updatedAt" : "updatedAt")) return Problem.Malformed("sort", "priority is followed by updatedAt in the same direction, as without it.");
            further = rest;
        }

        foreach (var key in further)
        {
            var (name, descending) = key.StartsWith('-') ? (key[1..], true) : (key, false);
            if (!Further.TryGetValue(name, out var column))
                return Problem.Malformed("sort", $"Behind the first key there may be: {string.Join(", ", Further.Keys.Order(StringComparer.Ordinal))}, each also with - before it.") with { Allowed = [.. Further.Keys.Order(StringComparer.Ordinal)] };
            if (columns.Any(c => c.Contains(column, StringComparison.Ordinal))) return Problem.Malformed("sort", $"{name} is named twice.");
            // the number is every ticket's own: nothing is left to decide
            if (columns[^1] == "t.number") continue;
            columns = columns.Insert(columns.Length - 1, descending == order.Descending ? column : Reversed(column));
        }

        return columns == order.Columns ? order : new(sort, columns, order.Descending);
    }

    /// <summary>A column that rises as another falls: all columns of an order have one direction.</summary>
    private static string Reversed(string column) => column.EndsWith("_at", StringComparison.Ordinal) ? $"-extract(epoch FROM {column})" : "-" + column;

    /// <summary>The place of a row, to go on after it.</summary>
    public string CursorAt(TicketResponse row) => Cursors.Write(Name, Values(row));

    /// <summary>The parameters of a place, or a problem when the cursor is not of this order.</summary>
    public Outcome<IReadOnlyList<NpgsqlParameter>> Place(string cursor)
    {
        var read = Cursors.Read(cursor, Name, Columns.Length);
        if (read.Problem is { } problem) return problem;
        var parameters = new List<NpgsqlParameter>();
        foreach (var (column, value) in Columns.Zip(read.Value))
        {
            NpgsqlParameter? parameter = column switch
            {
                "t.id" or "s.ticket_id" => Guid.TryParse(value, out var id) ? Rows.P(id) : null,
                "t.number" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Rows.P(number) : null,
                "t.priority" => short.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var priority) ? Rows.P(priority) : null,
                ['-', ..] => decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var reversed) ? Rows.P(reversed, NpgsqlDbType.Numeric) : null,
                _ => Cursors.Instant(value) is { } instant ? Rows.P(instant) : null,
            };
            if (parameter is null) return Problem.Malformed("cursor", "This is not a cursor of this list.");
            parameters.Add(parameter);
        }

        return parameters;
    }

    private string?[] Values(TicketResponse row) => [.. Columns.Select(column => column switch
    {
        "t.id" or "s.ticket_id" => row.Id.ToString(),
        "t.number" => row.Number.ToString(CultureInfo.InvariantCulture),
        "t.priority" => ((int)row.Priority).ToString(CultureInfo.InvariantCulture),
        "t.updated_at" => Cursors.Instant(row.UpdatedAt),
        "t.created_at" => Cursors.Instant(row.CreatedAt),
        "-t.number" => (-row.Number).ToString(CultureInfo.InvariantCulture),
        "-t.priority" => (-(int)row.Priority).ToString(CultureInfo.InvariantCulture),
        "-extract(epoch FROM t.updated_at)" => Reversed(row.UpdatedAt),
        "-extract(epoch FROM t.created_at)" => Reversed(row.CreatedAt),
        "s.next_due_at" => row.Sla?.NextDueAt is { } next ? Cursors.Instant(next) : null,
        _ => row.DueAt is { } due ? Cursors.Instant(due) : null,
    })];

    private static string Reversed(DateTimeOffset at) => (-((at - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond)).ToString(CultureInfo.InvariantCulture);
}
