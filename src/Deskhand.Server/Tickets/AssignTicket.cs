using Deskhand.Access;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>PUT or PATCH /tickets/{id}/assign: to an agent, a group, or nobody. A member that is absent stays as it is.</summary>
internal static class AssignTicket
{
    /// <summary>Whom the ticket shall belong to.</summary>
    internal sealed record AssignBody
    {
        /// <summary>The agent; null = nobody.</summary>
        public Guid? AssigneeId { get; init; }

        /// <summary>The group; null = none.</summary>
        public Guid? GroupId { get; init; }

        /// <summary>Why; stands in the assignment history.</summary>
        public string? Reason { get; init; }

        /// <summary>The version of the ticket that was seen: refused with 409 <c>assigned_meanwhile</c>, which tells who has it, when somebody assigned it since.</summary>
        public long? BasedOnVersion { get; init; }
    }

    public static Task<Answer<TicketResponse>> Handle(string id, MergePatch<AssignBody> body, HttpRequest request, Caller caller, TicketDesk desk, CancellationToken cancellationToken) =>
        TicketAnswer.Of(id, request, caller, desk, ticket =>
        {
            var asked = body.ApplyTo(new AssignBody { AssigneeId = ticket.Fields.AssigneeId, GroupId = ticket.Fields.GroupId });
            return asked.Problem is { } problem ? problem : new TicketChange.Assign(asked.Value.AssigneeId, asked.Value.GroupId, asked.Value.Reason, asked.Value.BasedOnVersion);
        }, cancellationToken);
}
