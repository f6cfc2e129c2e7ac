using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Directory;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>GET /customers/{id}/tickets: those that the caller may read.</summary>
internal static class ListTicketsOfCustomer
{
    public static async Task<Answer<Page<TicketResponse>>> Handle(
        string id, [AsParameters] TicketQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        if (query.CustomerId is { Length: > 0 }) return Answer.Ok<Page<TicketResponse>>(Problem.Malformed("customerId", "The address names the customer already."));
        var customer = await Find.Row(CustomerKind.One, id, session, cancellationToken);
        return Answer.Ok(customer.Problem is { } problem ? problem
            : await ListTickets.Read(query with { CustomerId = [id] }, caller, session, rulebooks, search, memory, cancellationToken));
    }
}

/// <summary>GET /contacts/{id}/tickets: those that the caller may read.</summary>
internal static class ListTicketsOfContact
{
    public static async Task<Answer<Page<TicketResponse>>> Handle(
        string id, [AsParameters] TicketQuery query, Caller caller, TenantSession session, Rulebooks rulebooks, TicketSearch search, ListMemory memory, CancellationToken cancellationToken)
    {
        if (query.ContactId is { Length: > 0 }) return Answer.Ok<Page<TicketResponse>>(Problem.Malformed("contactId", "The address names the contact already."));
        var contact = await Find.Row(ContactKind.One, id, session, cancellationToken);
        return Answer.Ok(contact.Problem is { } problem ? problem
            : await ListTickets.Read(query with { ContactId = [id] }, caller, session, rulebooks, search, memory, cancellationToken));
    }
}
