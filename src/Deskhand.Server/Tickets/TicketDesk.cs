using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Automation;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Outbox;
using Npgsql;

namespace Deskhand.Tickets;

/// <summary>
/// The one door to a ticket: a click, a mail, an API call and a timer all end in <see cref="Change"/>. It loads and locks the ticket,
/// asks the pure <see cref="TicketDecision.Decide"/>, and writes everything that follows in one transaction.
/// </summary>
internal sealed partial class TicketDesk(TenantSession session, Rulebooks rulebooks, RecentTickets recent, ChangeLog log, MailQueue mail, TimeProvider clock)
{
    private bool hasWritten;

    /// <summary>Makes a ticket.</summary>
    public Task<Outcome<Ticket>> Create(Actor by, TicketFields fields, CancellationToken cancellationToken) =>
        session.Transact<Ticket>(async () =>
        {
            var now = Instants.Now(clock);
            var rulebook = await rulebooks.Of(session, cancellationToken);
            var change = new TicketChange.Create(Ids.New(now), fields);
            var (decided, known) = await Decide(null, change, rulebook, by, now, cancellationToken);
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

            var rulebook = await rulebooks.Of(session, cancellationToken);
            before = await CatchUp(before, rulebook, cancellationToken);
            var asked = await toChange(before);
            if (asked.Problem is { } unclear) return unclear;
            var now = Instants.Now(clock);
            var (decided, known) = await Decide(before, asked.Value, rulebook, by, now, cancellationToken);
            if (decided.Problem is { } refused) return refused;
            if (ReferenceEquals(decided.Value.After, before)) return decided;
            var saved = await Save(before, decided.Value, rulebook, by, known, cancellationToken);
            return saved.Problem is { } problem ? problem : decided.Value with { After = saved.Value };
        }, cancellationToken);

    /// <summary>
    /// Changes several tickets together, or one in several steps: all of it in one transaction, or none. The tickets are locked in the order of their
    /// ids, so that those who ask for the same ones take turns.
    /// </summary>
    /// <param name="by">Who.</param>
    /// <param name="ids">The tickets to lock; all must be there and readable.</param>
    /// <param name="mayRead">Who may see them; null = the desk itself.</param>
    /// <param name="toSteps">Makes the steps out of the tickets as they are now, under lock. A step that creates has the id of no locked ticket.</param>
    /// <param name="cancellationToken">Gives up waiting; what is committed stays.</param>
    /// <param name="alsoDeleted">Whether a deleted ticket counts as there.</param>
    /// <returns>What was decided, step by step.</returns>
    public Task<Outcome<ImmutableArray<TicketDecision>>> ChangeTogether(
        Actor by, IEnumerable<Guid> ids, Caller? mayRead, Func<IReadOnlyDictionary<Guid, Ticket>, Task<Outcome<ImmutableArray<TicketStep>>>> toSteps,
        CancellationToken cancellationToken, bool alsoDeleted = false) =>
        session.Transact<ImmutableArray<TicketDecision>>(async () =>
        {
            var wanted = ids.Distinct().ToArray();
            var found = await session.Query($"""
                SELECT {TicketRow.Columns} FROM tickets t WHERE t.tenant_id = $1 AND t.id = ANY ($2){(alsoDeleted ? "" : " AND t.deleted_at IS NULL")} ORDER BY t.id FOR UPDATE
                """, TicketRow.Read, cancellationToken, Rows.P(session.TenantId), Rows.P(wanted));
            if (found.Count < wanted.Length || (mayRead is not null && found.Exists(t => !TicketScopes.MayRead(mayRead, t)))) return Problem.NotFound("ticket");

            var rulebook = await rulebooks.Of(session, cancellationToken);
            var present = new Dictionary<Guid, Ticket>();
            foreach (var ticket in await ClockRow.Load(session, found, cancellationToken)) present[ticket.Id] = await CatchUp(ticket, rulebook, cancellationToken);
            var steps = await toSteps(present);
            if (steps.Problem is { } unclear) return unclear;
            var decisions = ImmutableArray.CreateBuilder<TicketDecision>();
            foreach (var step in steps.Value)
            {
                var before = present.GetValueOrDefault(step.TicketId);
                var (decided, known) = await Decide(before, step.Change, rulebook, by, Instants.Now(clock), cancellationToken);
                if (decided.Problem is { } refused) return refused;
                var decision = decided.Value;
                if (!ReferenceEquals(decision.After, before))
                {
                    var saved = await Save(before, decision, rulebook, by, known, cancellationToken);
                    if (saved.Problem is { } problem) return problem;
                    decision = decision with { After = saved.Value };
                }

                present[step.TicketId] = decision.After;
                decisions.Add(decision);
            }

            return decisions.ToImmutable();
        }, cancellationToken);

    /// <summary>The ticket, locked until the transaction ends: two changes of one ticket take turns, so neither is lost nor has to be repeated.</summary>
    private async Task<Ticket?> Find(string address, Caller? mayRead, CancellationToken cancellationToken)
    {
        var where = TicketAddress.Where(address, out var value);
        if (where is null) return null;
        var found = await session.Query($"SELECT {TicketRow.Columns} FROM tickets t WHERE t.tenant_id = $1 AND {where} AND t.deleted_at IS NULL FOR UPDATE",
            TicketRow.Read, cancellationToken, Rows.P(session.TenantId), value!);
        return found.Count == 1 && (mayRead is null || TicketScopes.MayRead(mayRead, found[0])) ? (await ClockRow.Load(session, found, cancellationToken))[0] : null;
    }

    /// <summary>Decides, and again with the answers as long as rules ask for more: each round answers at least one question more.</summary>
    private async Task<(Outcome<TicketDecision> Decided, Known Known)> Decide(Ticket? before, TicketChange change, Rulebook rulebook, Actor by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await TicketReferences.LookUp(session, before, change, by, cancellationToken);
        if (ClockRow.CustomerOf(before, change, known) is { } customer)
        {
            if (rulebook.Sla.AsksForTier && known.Tier is null) known = known with { Tier = await ClockRow.TierOf(session, customer, cancellationToken) };
            // rules may ask for what is known by now
            if (known.Tier is { } tier) known = known with { Answers = known.Answers.Add(new Question.TierOf(customer), tier) };
        }

        return await Decide(before, change, rulebook, by, now, known, cancellationToken);
    }

    private async Task<(Outcome<TicketDecision> Decided, Known Known)> Decide(Ticket? before, TicketChange change, Rulebook rulebook, Actor by, DateTimeOffset now, Known known, CancellationToken cancellationToken)
    {
        while (true)
        {
            var decided = TicketDecision.Decide(before, change, rulebook, new(by, now, known));
            if (decided.Problem is not null || decided.Value.Asks.IsEmpty) return (decided, known);
            var answers = known.Answers;
            if (decided.Value.Asks.OfType<Question.NameOfNew>().FirstOrDefault() is { } asked)
                answers = answers.Add(asked, await TicketNumbers.DrawNow(session, decided.Value.After, rulebook, known, cancellationToken));
            foreach (var newest in decided.Value.Asks.OfType<Question.Recent>().Where(a => !answers.ContainsKey(a)))
                answers = answers.Add(newest, await recent.Of(session, newest, remembers: !hasWritten, cancellationToken));
            known = known with { Answers = await RuleAnswers.LookUp(session, [.. decided.Value.Asks.Where(a => !answers.ContainsKey(a))], answers, clock, cancellationToken) };
        }
    }

    private async Task<Outcome<Ticket>> Save(Ticket? before, TicketDecision decision, Rulebook rulebook, Actor by, Known known, CancellationToken cancellationToken)
    {
        hasWritten = true;
        var after = decision.After;
        var comments = new List<NpgsqlBatchCommand>();
        var first = (before?.Sequence ?? 0) + 1;
        var happened = new List<Happened>();
        foreach (var (part, actor, rule) in RuleRunRow.Parts(decision, by))
        {
            if (part.Comment is { } comment) comments.AddRange(CommentRow.Save(session.TenantId, part.After, comment));
            happened.Add(new Happened("ticket", after.Id, decision.At ?? after.UpdatedAt, actor, part.History, TicketEvents.Drafts(first, after, part, rule), part.Reason, rule));
            first += part.Events.Length;
        }

        // what waits for a number is written after it is drawn, and nothing else: others wait for the counters until the commit
        List<NpgsqlBatchCommand> batch = [.. ChangeLog.History(session, happened)];
        if (before is null)
            batch.AddRange(known.Answers.ContainsKey(new Question.NameOfNew()) ? TicketNumbers.WasDrawn() : TicketNumbers.Draw(session.TenantId, after, rulebook, known), TicketRow.Insert(session.TenantId, after));
        else
            batch.Add(TicketRow.Update(session.TenantId, after));
        batch.AddRange(TicketRow.Tags(session.TenantId, before, after));
        batch.AddRange(TicketRow.Followers(session.TenantId, before, after));
        if (decision.Merged is { } merge) batch.AddRange(MergeRow.Save(session.TenantId, merge, after, by.Id));
        if (decision.Unmerged is { } unmerge) batch.AddRange(MergeRow.End(session.TenantId, unmerge, after));
        if (decision.Leaving is { } leaving) batch.AddRange(MergeRow.Move(session.TenantId, leaving.CommentId, leaving.ToId));
        if (decision.Linked is { } link) batch.Add(LinkRow.Save(session.TenantId, link, by.Id, after.UpdatedAt));
        if (decision.Unlinked is { } unlink) batch.Add(LinkRow.Delete(session.TenantId, unlink));
        batch.AddRange(comments);
        batch.AddRange(log.Events(session, happened, before is null ? (TicketNumbers.Placeholder, TicketNumbers.Drawn) : null));
        batch.AddRange(RuleRunRow.Save(session.TenantId, after.Id, decision.At ?? after.UpdatedAt, decision.Rules));
        batch.AddRange(ClockRow.Save(session.TenantId, before, after, rulebook.Sla, decision.At ?? after.UpdatedAt));
        if (!decision.Notices.IsEmpty) batch.AddRange(await TicketNotices.Statements(session, mail, [decision], by, cancellationToken));
        try
        {
            if (before is not null)
            {
                await session.Execute(batch, cancellationToken);
                session.OnCommitted(() => recent.Saved(session.TenantId, before, after));
                return after;
            }

            var (number, reference) = await session.Finish(batch, r => (long.Parse(r.GetString(0), System.Globalization.CultureInfo.InvariantCulture), r.GetString(1)), cancellationToken);
            var created = after with { Number = number, Reference = reference };
            session.OnCommitted(() => recent.Saved(session.TenantId, null, created));
            return created;
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

/// <summary>One change of one of several tickets.</summary>
internal sealed record TicketStep(Guid TicketId, TicketChange Change);
