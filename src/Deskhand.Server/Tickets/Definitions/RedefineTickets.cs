using System.Collections.Immutable;
using Deskhand.Data;
using Deskhand.Jobs;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>What tickets shall follow: one of these. Several statuses may change with one workflow.</summary>
internal sealed record Redefining
{
    public Redefinition.Tag? Tag { get; init; }

    public Redefinition.Category? Category { get; init; }

    public Redefinition.Field? Field { get; init; }

    public ImmutableArray<Redefinition.Status> Statuses { get; init; } = [];

    /// <summary>What this means for one ticket; null when it has nothing of it (any more).</summary>
    public Redefinition? For(Ticket ticket) =>
        Tag ?? Category ?? Field ?? (Redefinition?)Statuses.FirstOrDefault(s => string.Equals(s.From, ticket.Status, StringComparison.Ordinal));

    /// <summary>The tickets it concerns, as a predicate on <c>t</c> with its parameters from $n on.</summary>
    public (string Where, NpgsqlParameter[] Parameters) Concerned(int n) => this switch
    {
        { Tag: { } tag } => ($"t.id IN (SELECT g.ticket_id FROM ticket_tags g WHERE g.tenant_id = $1 AND g.tag = ${n})", [Rows.P(tag.From)]),
        { Category: { } category } => ($"t.category = ${n}", [Rows.P(category.From)]),
        { Field: { } field } => ($"jsonb_exists(t.custom_fields, ${n})", [Rows.P(field.From)]),
        // those that stand in the new category already have nothing to follow
        _ => ($"EXISTS (SELECT 1 FROM unnest(${n}, ${n + 1}, ${n + 2}) AS s (was, becomes, category) WHERE s.was = t.status AND (s.becomes, s.category) <> (t.status, t.status_category))",
            [
                Rows.P(Statuses.Select(s => s.From).ToArray()), Rows.P(Statuses.Select(s => s.To.Key).ToArray()),
                Rows.P(Statuses.Select(s => Wire.Name(s.To.Category)).ToArray()),
            ]),
    };
}

/// <summary>
/// The job <c>tickets.redefine</c>: each ticket follows what its tenant has redefined, by way of <see cref="TicketDesk"/> like any other change. Deleted
/// ones follow too: they may come back, and until then would hold what nothing else has any more.
/// </summary>
internal sealed class RedefineTickets(TicketDesk desk) : JobKind
{
    public const string Name = "tickets.redefine";

    public override async Task<Outcome<int>> List(Job job, TenantSession session, CancellationToken cancellationToken)
    {
        var (where, parameters) = job.As<Redefining>().Concerned(3);
        return await JobItems.Add(session, job.Id, $"SELECT t.id FROM tickets t WHERE t.tenant_id = $1 AND {where} ORDER BY t.id", cancellationToken, parameters);
    }

    public override async Task<Outcome<ItemDone>> Do(Job job, JobItem item, TenantSession session, CancellationToken cancellationToken)
    {
        var (redefining, id) = (job.As<Redefining>(), item.TargetId!.Value);
        // whoever may manage the settings does so for every ticket of the tenant, seen or not
        var decided = await desk.ChangeTogether(job.Actor, [id], null, tickets => Task.FromResult<Outcome<ImmutableArray<TicketStep>>>(
            redefining.For(tickets[id]) is { } what ? ImmutableArray.Create(new TicketStep(id, new TicketChange.Redefine(what))) : Problem.NotFound("ticket")), cancellationToken, alsoDeleted: true);
        if (decided.Problem is { } problem) return problem.Kind == ProblemKind.NotFound ? new ItemDone(Skipped: true) : problem;
        return new ItemDone(new { decided.Value[0].After.Reference }, Skipped: decided.Value[0].History.IsEmpty);
    }

    /// <summary>How many are concerned.</summary>
    public static async Task<long> Count(Redefining redefining, TenantSession session, CancellationToken cancellationToken)
    {
        var (where, parameters) = redefining.Concerned(2);
        return (await session.Query($"SELECT count(*) FROM tickets t WHERE t.tenant_id = $1 AND {where}", r => r.GetInt64(0), cancellationToken,
            [Rows.P(session.TenantId), .. parameters]))[0];
    }
}
