using System.Collections.Immutable;
using System.Globalization;
using Deskhand.Data;
using Deskhand.Http;
using Npgsql;

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

    /// <summary>The order with a name; the second key of priority may be written out.</summary>
    public static Outcome<TicketOrder> Read(string? sort)
    {
        if (sort is null) return Default;
        var name = sort switch
        {
            "-priority,-updatedAt" => "-priority",
            "priority,updatedAt" => "priority",
            _ => sort,
        };
        return All.FirstOrDefault(o => string.Equals(o.Name, name, StringComparison.Ordinal)) is { } order
            ? order
            : Problem.Malformed("sort", $"There is no such order; there are: {string.Join(", ", All.Select(o => o.Name))}.") with { Allowed = [.. All.Select(o => o.Name)] };
    }

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
        "s.next_due_at" => row.Sla?.NextDueAt is { } next ? Cursors.Instant(next) : null,
        _ => row.DueAt is { } due ? Cursors.Instant(due) : null,
    })];
}
