using System.Text.Json;
using Deskhand.Access;
using Deskhand.Data;
using Deskhand.Http;

namespace Deskhand.Tickets;

/// <summary>
/// What was learned of long lists, for a few seconds: where their deep pages begin, how far back words are found, and that they are too long to count.
/// So the thousandth page costs what the first does. Short pages and short lists are always read anew.
/// </summary>
internal sealed class ListMemory(Memory memory, TimeProvider clock)
{
    /// <summary>Pages before this row are found by counting from the start, which is exact and quick.</summary>
    private const int DeepFrom = 1000;

    private const int MostKept = 20_000;

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);
    private readonly Turns turns = new();
    private readonly Turns searching = new(atOnce: Math.Max(4, Environment.ProcessorCount * 2));

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>One list as one caller sees it.</summary>
    public static string Key(Caller caller, TicketQuery query, TicketOrder order, int limit) => $"{order.Name}|{limit}|{Seen(caller, query)}";

    /// <summary>The tickets that a caller sees through filters, as a name for them.</summary>
    public static string Seen(Caller caller, TicketFilters filters) =>
        string.Join('|', caller.TenantId, caller.Scope, caller.Scope == TicketScope.All ? Guid.Empty : caller.UserId, string.Join(',', caller.Scope == TicketScope.Groups ? caller.Groups : []),
            filters.Q is not null || filters.Assignee?.Contains("me", StringComparer.Ordinal) == true || filters.Follower?.Contains("me", StringComparer.Ordinal) == true ? caller.UserId : Guid.Empty,
            filters.Q is not null || filters.Search is not null ? caller.Permissions.Bits : 0,
            JsonSerializer.Serialize(filters, JsonFormat.Options));

    public static bool IsDeep(int skip) => skip >= DeepFrom;

    /// <summary>The place after which a deep page begins, or null.</summary>
    public string? Place(string list, int skip) => memory.TryFind(new PlaceOf(list, skip), out string? cursor) ? cursor : null;

    /// <summary>One at a time for one page; different pages hardly ever wait for each other.</summary>
    public Task<IDisposable> Turn(string list, int skip, CancellationToken cancellationToken) =>
        Place(list, skip) is null ? turns.Take(HashCode.Combine(list, skip), cancellationToken) : Turns.NoWait;

    /// <summary>
    /// So many look for words at once as keep the processors busy. More would slow each other (docs/measurements.md) and take every connection from
    /// those who read and write.
    /// </summary>
    public Task<IDisposable> Searching(CancellationToken cancellationToken) => searching.Take(0, cancellationToken);

    public void Remember(string list, int skip, string cursor)
    {
        if (IsDeep(skip)) memory.Keep(new PlaceOf(list, skip), cursor, KeptFor, MostKept);
    }

    public long? Total(string list) => memory.TryFind(new TotalOf(list), out long total) ? total : null;

    public void RememberTotal(string list, long total) => memory.Keep(new TotalOf(list), total, KeptFor, MostKept);

    /// <summary>Whether a list was long enough to be counted a moment ago, and short enough.</summary>
    public bool WasCounted(string list) => memory.TryFind(new CountOf(list), out bool _);

    public void RememberCounted(string list) => memory.Keep(new CountOf(list), true, KeptFor, MostKept);

    /// <summary>How many weeks the first page of a list of words reaches back, or null.</summary>
    public int? Weeks(string list) => memory.TryFind(new WeeksOf(list), out int weeks) ? weeks : null;

    public void RememberWeeks(string list, int weeks) => memory.Keep(new WeeksOf(list), weeks, KeptFor, MostKept);

    private sealed record PlaceOf(string List, int Skip);

    private sealed record TotalOf(string List);

    private sealed record CountOf(string List);

    private sealed record WeeksOf(string List);
}
