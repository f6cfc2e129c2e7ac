using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace Deskhand.Search;

/// <summary>A piece of plain text with the places of what was found in it. Places rather than markup: nothing in a text can be mistaken for a mark.</summary>
/// <param name="Text">Plain text; whoever shows it escapes it.</param>
/// <param name="Marks">Where it fits the query, from left to right, not overlapping.</param>
public sealed record SearchSnippet(string Text, ImmutableArray<SearchMark> Marks)
{
    private const int Before = 60;

    /// <summary>Finds the words of a query in a text.</summary>
    /// <param name="text">Plain text.</param>
    /// <param name="wanted">Which words fit.</param>
    /// <param name="most">How many characters to show; a longer text is cut around the first place.</param>
    public static SearchSnippet Of(string text, SearchWords wanted, int most)
    {
        var places = Places(text, wanted);
        if (text.Length <= most) return new SearchSnippet(text, [.. places]);

        var from = places.Count == 0 ? 0 : Math.Max(0, Math.Min(places[0].Start - Before, text.Length - most));
        while (from > 0 && from < text.Length && !char.IsWhiteSpace(text[from - 1]) && from < (places.Count == 0 ? 1 : places[0].Start)) from++;
        var until = Math.Min(text.Length, from + most);
        if (until < text.Length && char.IsLowSurrogate(text[until])) until--;
        if (from > 0 && char.IsLowSurrogate(text[from])) from--;
        var (lead, tail) = (from > 0 ? "… " : "", until < text.Length ? " …" : "");
        return new SearchSnippet(lead + text[from..until] + tail,
            [.. places.Where(p => p.Start >= from && p.Start + p.Length <= until).Select(p => p with { Start = p.Start - from + lead.Length })]);
    }

    /// <summary>The runs of letters and digits that fit.</summary>
    private static List<SearchMark> Places(string text, SearchWords wanted)
    {
        var places = new List<SearchMark>();
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsPart(text[i])) continue;
            var start = i;
            while (i < text.Length && IsPart(text[i])) i++;
            if (wanted.Fit(text.AsSpan(start, i - start))) places.Add(new SearchMark(start, i - start));
        }

        return places;
    }

    private static bool IsPart(char c) =>
        char.IsAscii(c) ? char.IsAsciiLetterOrDigit(c) : char.IsLetterOrDigit(c) || char.IsSurrogate(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark;
}

/// <summary>A place in a text.</summary>
/// <param name="Start">UTF-16 characters from 0.</param>
/// <param name="Length">UTF-16 characters.</param>
public sealed record SearchMark(int Start, int Length);

/// <summary>The words that a query looks for, to mark them where they are found.</summary>
public sealed class SearchWords
{
    /// <summary>Shorter stems begin too many words.</summary>
    private const int ShortestStem = 4;

    private readonly ImmutableHashSet<string> exact;
    private readonly ImmutableArray<string> beginnings;

    /// <summary>How those that fit begin: most words of a text are known by their first letter not to.</summary>
    private readonly SearchValues<char> firsts;

    /// <param name="query">What is looked for; what must not be there is not marked.</param>
    /// <param name="stems">What the search index makes of the words, for example <c>print</c> of printers.</param>
    public SearchWords(SearchQuery query, IEnumerable<string> stems)
    {
        var texts = query.Texts.Where(t => !t.Negated).ToList();
        exact = [.. texts.SelectMany(t => Parts(t.Text))];
        beginnings = [.. texts.Where(t => t.Kind == SearchTextKind.Beginning).Select(t => Parts(t.Text).LastOrDefault("")).Concat(stems.Select(Folding.Fold).Where(s => s.Length >= ShortestStem)).Where(b => b.Length > 1).Distinct(StringComparer.Ordinal)];
        firsts = SearchValues.Create([.. Beginnings.Select(w => w[0])]);
    }

    public bool IsEmpty => exact.IsEmpty && beginnings.IsEmpty;

    /// <summary>How words begin that fit, folded: a text that holds none of these when folded has no word that fits.</summary>
    public IEnumerable<string> Beginnings => exact.Concat(beginnings);

    public bool Fit(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty || (!firsts.Contains(Folding.Fold(word[0])) && !Folding.IsAccent(word[0]))) return false;
        var folded = Folding.Fold(word.ToString());
        return exact.Contains(folded) || beginnings.Any(b => folded.StartsWith(b, StringComparison.Ordinal));
    }

    private static string[] Parts(string text) =>
        Folding.Fold(text).Split([.. text.Where(c => !char.IsLetterOrDigit(c) && !char.IsSurrogate(c)).Distinct(), ' '], StringSplitOptions.RemoveEmptyEntries);
}
