using System.Collections.Immutable;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>POST /tickets/{id}/merge: other tickets go into this one with their comments and attachments. They close, and this one answers for them.</summary>
internal static class MergeTickets
{
    internal sealed record MergeTicketsBody
    {
        /// <summary>The tickets that go, 1 to 20.</summary>
        public required ImmutableArray<Guid> SourceIds { get; init; }

        /// <summary>What is said about it; stands in a note of each ticket.</summary>
        public string? Comment { get; init; }
    }

    public static async Task<Answer<TicketResponse>> Handle(
        string id, MergeTicketsBody body, Caller caller, TenantSession session, TicketDesk desk, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await GetTicket.Find(id, caller, session, cancellationToken) is not { } target) return Answer.Ok<TicketResponse>(Problem.NotFound("ticket"));
        ImmutableArray<Guid> ids = body.SourceIds.IsDefault ? [] : [.. body.SourceIds.Distinct()];
        if (ids.Length is 0 or > Merge.MostSources) return Answer.Ok<TicketResponse>(Problem.Invalid("sourceIds", $"These are 1 to {Merge.MostSources} tickets."));
        if (ids.Contains(target.Id)) return Answer.Ok<TicketResponse>(Problem.Invalid("sourceIds", "A ticket does not go into itself."));

        var decided = await desk.ChangeTogether(caller.Actor, [target.Id, .. ids], caller, tickets =>
            Task.FromResult<Outcome<ImmutableArray<TicketStep>>>(Steps(tickets[target.Id], [.. ids.Select(s => tickets[s])], body.Comment, Instants.Now(clock))), cancellationToken);
        return Answer.Ok<TicketResponse>(decided.Problem is { } problem ? problem : TicketResponse.From(decided.Value[0].After));
    }

    /// <summary>The target takes them in, then each goes.</summary>
    public static ImmutableArray<TicketStep> Steps(Ticket target, ImmutableArray<Ticket> sources, string? comment, DateTimeOffset now)
    {
        var merges = Merge.Of(target, sources.Select(s => (s, Ids.New(now))), now);
        return
        [
            new(target.Id, new TicketChange.TakeIn(sources, merges, Ids.New(now), comment)),
            .. merges.Select(m => new TicketStep(m.SourceId, new TicketChange.MergeInto(m, target, Ids.New(now), comment))),
        ];
    }
}
