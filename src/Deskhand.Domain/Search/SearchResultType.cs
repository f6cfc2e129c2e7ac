namespace Deskhand.Search;

/// <summary>What can be found.</summary>
public enum SearchResultType
{
    Ticket,
    Customer,
    Contact,
}
