using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;
using Deskhand.Tickets;

namespace Deskhand.Automation;

/// <summary>POST /tickets/{id}/macros/{macroId}: everything a macro does to a ticket, in one transaction and with the rights of who applies it.</summary>
internal static class ApplyMacro
{
    internal sealed record ApplyBody
    {
        /// <summary>The reply as the person has changed it after the preview; placeholders are filled in. Absent = the macro's own.</summary>
        public string? Reply { get; init; }
    }

    public static async Task<Answer<TicketResponse>> Handle(
        string id, string macroId, ApplyBody body, HttpRequest request, Caller caller, TenantSession session, Rulebooks rulebooks, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken) =>
        await Answer.Ok(request, version => session.Transact<TicketResponse>(async () =>
        {
            var macro = await MacroPlans.Find(macroId, body.Reply, caller, session, rulebooks, cancellationToken);
            if (macro.Problem is { } missing) return missing;
            if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } ticket) return Problem.NotFound("ticket");
            var present = ticket;
            var steps = await desk.ChangeTogether(caller.Actor, [ticket.Id], caller, async tickets =>
            {
                present = tickets[ticket.Id];
                if (version is { } expected && expected != present.Version) return Problem.Stale(expected, present.Version);
                var plan = await MacroPlans.Of(macro.Value, present, body.Reply, caller, session, rulebooks, clock, cancellationToken);
                return plan.Changes.Select(c => new TicketStep(ticket.Id, c)).ToImmutableArray();
            }, cancellationToken);
            return steps.Problem is { } refused ? refused : TicketResponse.From(steps.Value.IsEmpty ? present : steps.Value[^1].After);
        }, cancellationToken));
}

/// <summary>POST /macros/{id}/preview: what a macro would change in a ticket and say, for who asks. Nothing is written.</summary>
internal static class PreviewMacro
{
    internal sealed record PreviewMacroBody
    {
        public required Guid TicketId { get; init; }
    }

    public static async Task<Answer<MacroPreview>> Handle(string id, PreviewMacroBody body, Caller caller, TenantSession session, Rulebooks rulebooks, TimeProvider clock, CancellationToken cancellationToken) =>
        Answer.Ok(await session.Transact<MacroPreview>(async () =>
        {
            var macro = await MacroPlans.Find(id, null, caller, session, rulebooks, cancellationToken);
            if (macro.Problem is { } missing) return missing;
            if (await GetTicket.Find(body.TicketId.ToString(), caller, session, cancellationToken) is not { } ticket) return Problem.UnknownReference("ticketId", "ticket");
            var plan = await MacroPlans.Of(macro.Value, ticket, null, caller, session, rulebooks, clock, cancellationToken);
            var (changes, present, now) = (new List<TrialChange>(), ticket, Instants.Now(clock));
            // the changes alone, without the rules and clocks that would answer them
            var rulebook = (await rulebooks.Of(session, cancellationToken)) with { Rules = RuleSet.None };
            foreach (var change in plan.Changes)
            {
                var known = await TicketReferences.LookUp(session, present, change, caller.Actor, cancellationToken);
                var decided = TicketDecision.Decide(present, change, rulebook, new(caller.Actor, now, known));
                if (decided.Problem is { } problem) return new MacroPreview(ticket.Id, changes, plan.Reply, macro.Value.Fields.Format, macro.Value.Fields.Internal, new RuleFailure(problem.Code, problem.Message));
                present = decided.Value.After;
                changes.AddRange(decided.Value.History.Where(h => h.Field is not ("comments" or "sla")).Select(h => new TrialChange(h.Field, Element(h.From), Element(h.To))));
            }

            return new MacroPreview(ticket.Id, changes, plan.Reply, macro.Value.Fields.Format, macro.Value.Fields.Internal, null);
        }, cancellationToken));

    private static JsonElement? Element(string? json) => json is null ? null : JsonElement.Parse(json);
}

/// <summary>What a macro would do to a ticket.</summary>
/// <param name="TicketId">The ticket.</param>
/// <param name="Changes">Field by field, before and after.</param>
/// <param name="Reply">What it would say, with the names put in.</param>
/// <param name="Format">How that is written.</param>
/// <param name="Internal">Whether it is a note.</param>
/// <param name="Problem">Why it cannot be applied as the ticket is now.</param>
internal sealed record MacroPreview(
    Guid TicketId, IReadOnlyList<TrialChange> Changes, string? Reply, BodyFormat Format, bool Internal, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RuleFailure? Problem);

/// <summary>What a macro asks of a ticket, with all that must be known for it.</summary>
internal static class MacroPlans
{
    public static async Task<Outcome<Macro>> Find(string macroId, string? reply, Caller caller, TenantSession session, Rulebooks rulebooks, CancellationToken cancellationToken)
    {
        if (await MacroRow.Find(macroId, caller, session, locked: false, cancellationToken) is not { } row) return Problem.NotFound("macro");
        if (reply is not null && (TicketRules.CheckBody(reply, required: true) ?? (Placeholders.Refuse(reply) is { } unknown ? Problem.Invalid("reply", unknown) : null)) is { } wrong) return wrong with { Errors = Problem.Invalid("reply", wrong.Errors.First().Value[0]).Errors };
        var compiled = row.Fields.Compile(await rulebooks.Of(session, cancellationToken));
        // what was right when it was saved may not be any more: a status is gone
        return compiled.Problem is { } broken ? Problem.Conflict("macro_broken", "This macro does not fit any more: " + string.Join(' ', broken.Errors.Select(e => $"{e.Key}: {e.Value[0]}"))) : compiled.Value;
    }

    public static async Task<MacroPlan> Of(Macro macro, Ticket ticket, string? reply, Caller caller, TenantSession session, Rulebooks rulebooks, TimeProvider clock, CancellationToken cancellationToken)
    {
        var rulebook = await rulebooks.Of(session, cancellationToken);
        var (now, answers) = (Instants.Now(clock), ImmutableDictionary<Question, object?>.Empty);
        while (true)
        {
            var plan = macro.Plan(ticket, rulebook, new Circumstances(caller.Actor, now, Known.Nothing with { Answers = answers }), caller.Name, reply);
            if (plan.Asks.IsEmpty) return plan;
            answers = await RuleAnswers.LookUp(session, plan.Asks, answers, clock, cancellationToken);
        }
    }
}
