using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>
/// The one door to a ticket: a click, a mail, an API call and a timer all end in <see cref="Change"/>. It loads and locks the ticket,
/// asks the pure <see cref="TicketDecision.Decide"/>, and writes everything that follows in one transaction.
/// </summary>
internal sealed class TicketDesk(TenantSession session, Rulebooks rulebooks, ChangeLog log, TimeProvider clock)
{
    /// <summary>Makes a ticket.</summary>
    public Task<Outcome<Ticket>> Create(Actor by, TicketFields fields, CancellationToken cancellationToken) =>
        session.Transact<Ticket>(async () =>
        {
            var now = Instants.Now(clock);
            var rulebook = await rulebooks.Of(session, cancellationToken);
            var change = new TicketChange.Create(Ids.New(now), fields);
            var known = await TicketReferences.LookUp(session, null, change, by, cancellationToken);
            var decided = TicketDecision.Decide(null, change, rulebook, new(by, now, known));
            return decided.Problem is { } problem ? problem : await Save(null, decided.Value, rulebook, by, known, cancellationToken);
        }, cancellationToken, shortLocks: true);

    /// <summary>Changes a ticket.</summary>
    /// <param name="by">Who.</param>
    /// <param name="address">The ticket's id, reference or number, as the caller gave it.</param>
    /// <param name="mayRead">Who may see it; a ticket out of scope answers like one that does not exist.</param>
    /// <param name="ifMatch">The version the caller holds, or null when it does not matter.</param>
    /// <param name="toChange">Makes the change out of the ticket as it is now, under lock.</param>
    /// <param name="cancellationToken">Gives up waiting; what is committed stays.</param>
    public Task<Outcome<TicketDecision>> Change(
        Actor by, string address, Caller? mayRead, long? ifMatch, Func<Ticket, Task<Outcome<TicketChange>>> toChange, CancellationToken cancellationToken) =>
        session.Transact<TicketDecision>(async () =>
        {
            if (await Find(address, mayRead, cancellationToken) is not { } before) return Problem.NotFound("ticket");
            if (ifMatch is { } version && version != before.Version) return Problem.Stale(version, before.Version);

            var asked = await toChange(before);
            if (asked.Problem is { } unclear) return unclear;
            var now = Instants.Now(clock);
            var rulebook = await rulebooks.Of(session, cancellationToken);
            var known = await TicketReferences.LookUp(session, before, asked.Value, by, cancellationToken);
            var decided = TicketDecision.Decide(before, asked.Value, rulebook, new(by, now, known));
            if (decided.Problem is { } refused) return refused;
            if (ReferenceEquals(decided.Value.After, before)) return decided;
            var saved = await Save(before, decided.Value, rulebook, by, known, cancellationToken);
            return saved.Problem is { } problem ? problem : decided.Value with { After = saved.Value };
        }, cancellationToken);

    /// <summary>The ticket, locked until the transaction ends: two changes of one ticket take turns, so neither is lost nor has to be repeated.</summary>
    private async Task<Ticket?> Find(string address, Caller? mayRead, CancellationToken cancellationToken)
    {
        var where = TicketAddress.Where(address, out var value);
        if (where is null) return null;
        var found = await session.Query($"SELECT {TicketRow.Columns} FROM tickets t WHERE t.tenant_id = $1 AND {where} AND t.deleted_at IS NULL FOR UPDATE",
            TicketRow.Read, cancellationToken, Rows.P(session.TenantId), value!);
        return found.Count == 1 && (mayRead is null || TicketScopes.MayRead(mayRead, found[0])) ? found[0] : null;
    }

    private async Task<Outcome<Ticket>> Save(Ticket? before, TicketDecision decision, Rulebook rulebook, Actor by, Known known, CancellationToken cancellationToken)
    {
        var after = decision.After;
        var events = TicketEvents.Drafts(before, after, decision);
        var batch = new List<NpgsqlBatchCommand> { before is null ? TicketRow.Insert(session.TenantId, after) : TicketRow.Update(session.TenantId, after) };
        batch.AddRange(TicketRow.Tags(session.TenantId, before, after));
        if (decision.Comment is { } comment) batch.AddRange(CommentRow.Save(session.TenantId, after.Id, comment));
        batch.AddRange(log.Statements(session, new Happened("ticket", after.Id, decision.At ?? after.UpdatedAt, by, decision.History, events, decision.Reason),
            before is null ? (TicketNumbers.Placeholder, TicketNumbers.Drawn) : null));
        try
        {
            if (before is not null)
            {
                await session.Execute(batch, cancellationToken);
                return after;
            }

            batch.Insert(0, TicketNumbers.Draw(session.TenantId, after, rulebook, known));
            var (number, reference) = await session.Finish(batch, r => (long.Parse(r.GetString(0), System.Globalization.CultureInfo.InvariantCulture), r.GetString(1)), cancellationToken);
            return after with { Number = number, Reference = reference };
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && e.ConstraintName == "tickets_external")
        {
            return Problem.Conflict("external_id_taken", "Another ticket has this externalId.") with { Errors = Problem.Invalid("externalId", "Another ticket has it.").Errors };
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && e.ConstraintName == "tickets_reference")
        {
            // only a number given from outside can meet one that is taken
            return Problem.Conflict("reference_taken", "Another ticket has this number already.");
        }
    }
}
