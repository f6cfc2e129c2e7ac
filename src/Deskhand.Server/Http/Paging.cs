using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deskhand.Http;

/// <summary>One page of a list.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Data, Pagination Pagination);

/// <summary>Where a page stands in its list.</summary>
/// <param name="Page">From 1; absent when the page was asked for by cursor.</param>
/// <param name="Limit">Rows a page.</param>
/// <param name="Total">How many rows there are in all; absent when the page was asked for by cursor.</param>
/// <param name="TotalIsEstimate">True when there are too many to count each time.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page; absent on the last.</param>
/// <param name="HasMore">Whether there is a next page.</param>
internal sealed record Pagination(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Page,
    int Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Total,
    bool TotalIsEstimate,
    string? NextCursor,
    bool HasMore);

/// <summary>What part of a list is asked for: <c>page</c> and <c>limit</c>, or <c>skip</c> and <c>take</c>, or <c>cursor</c>.</summary>
/// <param name="Skip">Rows to pass over; 0 with a cursor.</param>
/// <param name="Limit">1 to 100.</param>
/// <param name="Cursor">The values of the sort keys after which the page begins, or null.</param>
internal sealed record PageRequest(int Skip, int Limit, string? Cursor)
{
    public const int MostRows = 100;

    /// <summary>The deepest row that can be asked for by page number; a cursor goes to any depth.</summary>
    public const int DeepestSkip = 10_000_000;

    public int Page => (Skip / Limit) + 1;

    public static Outcome<PageRequest> Read(string? page, string? limit, string? skip, string? take, string? cursor, int defaultLimit)
    {
        if (Number("limit", limit, 1, MostRows) is { Problem: { } wrongLimit }) return wrongLimit;
        if (Number("take", take, 1, MostRows) is { Problem: { } wrongTake }) return wrongTake;
        if (Number("page", page, 1, DeepestSkip) is { Problem: { } wrongPage }) return wrongPage;
        if (Number("skip", skip, 0, DeepestSkip) is { Problem: { } wrongSkip }) return wrongSkip;
        var rows = Number("limit", limit ?? take, 1, MostRows).Value ?? defaultLimit;
        if (cursor is not null)
            return page is null && skip is null ? new PageRequest(0, rows, cursor) : Problem.Malformed("cursor", "Ask by cursor or by page, not by both.");
        var passed = Number("skip", skip, 0, DeepestSkip).Value ?? ((long)(Number("page", page, 1, DeepestSkip).Value ?? 1) - 1) * rows;
        return passed > DeepestSkip ? Problem.Malformed("page", "This page is too deep for a number; go on by cursor.") : new PageRequest((int)passed, rows, null);
    }

    private static Outcome<int?> Number(string name, string? text, int least, int most) =>
        text is null ? (int?)null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : Problem.Malformed(name, $"This is a whole number from {least} to {most}.");
}

/// <summary>A place in a list: the sort it belongs to and the sort values of the last row seen. Opaque to callers, and checked when it comes back.</summary>
internal static class Cursors
{
    public static string Write(string sort, params ReadOnlySpan<string?> values) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes<string?[]>([sort, .. values], JsonFormat.Options));

    /// <summary>The values, or a problem when this is no cursor of this list in this order.</summary>
    public static Outcome<string?[]> Read(string cursor, string sort, int count)
    {
        try
        {
            if (cursor.Length <= 2000 && JsonSerializer.Deserialize<string?[]>(Base64Url.DecodeFromChars(cursor), JsonFormat.Options) is { } parts
                && parts.Length == count + 1 && parts[0] == sort)
                return parts[1..];
        }
        catch (Exception e) when (e is FormatException or JsonException or DecoderFallbackException)
        {
            // answered below
        }

        return Problem.Malformed("cursor", "This cursor is not one of this list in this order; begin without it.");
    }

    public static string Instant(DateTimeOffset at) => at.UtcTicks.ToString(CultureInfo.InvariantCulture);

    public static DateTimeOffset? Instant(string? ticks) =>
        long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= DateTimeOffset.MaxValue.UtcTicks ? new DateTimeOffset(value, TimeSpan.Zero) : null;
}
