using System.Text.Json.Serialization;
using Deskhand.Directory;
using Deskhand.Search;

namespace Deskhand.Tickets;

/// <summary>One thing that was found. Titles and snippets are plain text with the places of what fits, so nothing in them can pass for markup.</summary>
internal sealed record SearchResult
{
    public required SearchResultType Type { get; init; }

    public required Guid Id { get; init; }

    /// <summary>A ticket's subject, a customer's or contact's name.</summary>
    public required SearchSnippet Title { get; init; }

    /// <summary>Where in a ticket's texts it was found; only from texts that the caller may read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SearchSnippet? Snippet { get; init; }

    /// <summary>The comment that the snippet is from; absent when it is from the description.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? CommentId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TicketResponse? Ticket { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CustomerResponse? Customer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContactResponse? Contact { get; init; }

    public static SearchResult Of(CustomerResponse customer, SearchWords words) =>
        new() { Type = SearchResultType.Customer, Id = customer.Id, Title = SearchSnippet.Of(customer.Name, words, 200), Customer = customer };

    public static SearchResult Of(ContactResponse contact, SearchWords words) =>
        new() { Type = SearchResultType.Contact, Id = contact.Id, Title = SearchSnippet.Of($"{contact.FirstName} {contact.LastName}".Trim(), words, 200), Contact = contact };
}
