namespace Deskhand.Automation;

/// <summary>Where tickets are that an automation may apply to: a stretch of time on an index.</summary>
/// <param name="Column">The instant that is looked at; the order.</param>
/// <param name="Only">Of which tickets; as the index has it.</param>
/// <param name="After">From there, not included.</param>
/// <param name="Until">To there.</param>
internal sealed record Window(string Column, string Only, DateTimeOffset After, DateTimeOffset Until)
{
    private const string NotClosed = "t.status_category <> 'closed'";

    public string From { get; init; } = "tickets t";

    /// <summary>What tells tickets of the same instant apart, in the order of the index.</summary>
    public string Id { get; init; } = "t.id";

    /// <summary>The wait that must be over, where that is another column.</summary>
    public (string Column, DateTimeOffset Until)? Over { get; init; }

    /// <summary>
    /// Where tickets are that it may have come to apply to since an instant: those for whom the time of a condition came, those that have changed, and
    /// those whose clocks have ticked. Each is read by an index, however many tickets there are.
    /// </summary>
    public static IEnumerable<Window> Since(Rule rule, DateTimeOffset since, DateTimeOffset now)
    {
        foreach (var wait in rule.Waits.Where(w => w.AtLeast))
        {
            var (column, sign, only) = ColumnOf(wait);
            var hours = TimeSpan.FromHours((double)wait.Hours) * sign;
            yield return new Window("t." + column, only, since + hours, now + hours);
        }

        yield return new Window("t.updated_at", NotClosed, since, now);
        yield return new Window("s.ticked_at", NotClosed, since, now) { From = "ticket_sla s JOIN tickets t ON t.tenant_id = s.tenant_id AND t.id = s.ticket_id", Id = "s.ticket_id" };
    }

    /// <summary>All tickets whose wait is over: along an index that has those which are not closed and no others, so that the many of the years cost nothing.</summary>
    public static Window Whole(Rule rule, DateTimeOffset now)
    {
        var wait = rule.Waits.First(w => w.AtLeast);
        var (column, sign, only) = ColumnOf(wait);
        var until = now + (TimeSpan.FromHours((double)wait.Hours) * sign);
        return column is "solved_at" or "assigned_at" or "status_at"
            ? new Window("t." + column, only, DateTimeOffset.UnixEpoch, until)
            : new Window("t.status_at", only, DateTimeOffset.UnixEpoch, now) { Over = ("t." + column, until) };
    }

    /// <summary>In SQL, whether the rule has met ticket <c>t</c> in the state it is in (<see cref="Rule.EntryOf"/>).</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="id">The parameter that is its id.</param>
    public static string Met(Rule rule, string id) =>
        $"EXISTS (SELECT 1 FROM rule_runs r WHERE r.tenant_id = t.tenant_id AND r.rule_id = {id} AND r.ticket_id = t.id AND r.entered_at = {(rule.Fields.OncePerTicket ? "'epoch'" : $"coalesce(t.{ColumnOf(rule.Waits.First(w => w.AtLeast)).Column}, 'epoch')")})";

    /// <summary>The column that a wait counts from, whether it looks back or ahead, and which tickets its index has.</summary>
    private static (string Column, int Sign, string Only) ColumnOf(Waiting wait) => wait.Field switch
    {
        "hoursSinceCreated" => ("created_at", -1, NotClosed),
        "hoursSinceUpdated" => ("updated_at", -1, NotClosed),
        "hoursSinceAssigned" => ("assigned_at", -1, NotClosed + " AND t.assigned_at IS NOT NULL"),
        "hoursSinceStatus" => ("status_at", -1, NotClosed),
        "hoursSinceSolved" => ("solved_at", -1, "t.status_category = 'solved'"),
        "hoursUntilDue" => ("due_at", 1, NotClosed + " AND t.due_at IS NOT NULL"),
        _ => throw new System.Diagnostics.UnreachableException(wait.Field),
    };
}
