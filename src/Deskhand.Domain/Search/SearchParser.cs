using System.Collections.Immutable;
using System.Text;

namespace Deskhand.Search;

/// <summary>Reads one query, from left to right. Made for one reading.</summary>
internal sealed class SearchParser
{
    private readonly string text;
    private readonly bool typing;
    private readonly List<SearchTerm> terms = [];
    private int at;
    private int count;

    // curly quotation marks are what telephones type
    public SearchParser(string text, bool typing) => (this.text, this.typing) = (text.Replace('\u201c', '"').Replace('\u201d', '"').Replace('\u201e', '"'), typing);

    /// <summary>Blanks, line breaks and control characters stand between terms.</summary>
    public static bool Separates(char c) => char.IsWhiteSpace(c) || char.IsControl(c);

    public Outcome<SearchQuery> Read()
    {
        if (text.Length > SearchQuery.MostCharacters)
            return SearchQuery.Wrong(SearchQuery.MostCharacters, $"A query may have at most {SearchQuery.MostCharacters} characters; this has {text.Length}.");
        if (Unwritable() is { } broken) return broken;
        while (true)
        {
            while (at < text.Length && Separates(text[at])) at++;
            if (at == text.Length) return new SearchQuery([.. terms]);
            if (Term() is { } problem) return problem;
            if (count > SearchQuery.MostTerms) return SearchQuery.Wrong(at, $"A query may have at most {SearchQuery.MostTerms} words, phrases and values.");
        }
    }

    /// <summary>U+0000 and half characters can be neither stored nor compared.</summary>
    private Problem? Unwritable()
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0') return SearchQuery.Wrong(i, "The character U+0000 is not allowed.");
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return SearchQuery.Wrong(i, "This is not valid Unicode text.");
            i++;
        }

        return null;
    }

    private Problem? Term()
    {
        var start = at;
        var negated = text[at] == '-' && at + 1 < text.Length && !Separates(text[at + 1]);
        if (negated) at++;
        if (text[at] == '"')
        {
            var phrase = Quoted();
            if (phrase.Problem is { } broken) return broken;
            if (HasLetters(phrase.Value)) Add(new SearchText(phrase.Value, SearchTextKind.Phrase, negated, start));
            return null;
        }

        if (Operator() is not var (name, comparison, after)) return Word(negated, start);
        var hasValue = after < text.Length && !Separates(text[after]);
        if (SearchFields.Find(name) is { } found) return Clause(found.Field, found.Key, comparison, after, negated, start);
        // "Re: printer" and "https://…" are no conditions
        if (!hasValue || text.AsSpan(after).StartsWith("//")) return Word(negated, start);
        return SearchQuery.Wrong(at, $"There is no field {name}; there are: {string.Join(", ", SearchFields.Names)}. Put it into quotation marks to find it as text.", SearchFields.Names);
    }

    /// <summary>The name and comparison that begin here, and where the value begins; null when this is no condition.</summary>
    private (string Name, SearchComparison Comparison, int After)? Operator()
    {
        var end = at;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '.')) end++;
        if (end == at || end == text.Length || !char.IsAsciiLetter(text[at])) return null;
        var name = text[at..end];
        // created:>2026-01-01 is written by some
        if (text[end] == ':' && end + 1 < text.Length && text[end + 1] is '<' or '>') end++;
        var orEqual = end + 1 < text.Length && text[end + 1] == '=';
        return text[end] switch
        {
            ':' or '=' => (name, SearchComparison.Equal, end + 1),
            '<' => (name, orEqual ? SearchComparison.LessOrEqual : SearchComparison.Less, orEqual ? end + 2 : end + 1),
            '>' => (name, orEqual ? SearchComparison.GreaterOrEqual : SearchComparison.Greater, orEqual ? end + 2 : end + 1),
            _ => null,
        };
    }

    private Problem? Clause(SearchField field, string? key, SearchComparison comparison, int after, bool negated, int start)
    {
        var name = SearchFields.Name(field, key);
        if (comparison != SearchComparison.Equal && !SearchFields.IsOrdered(field)) return SearchQuery.Wrong(start, $"{name} cannot be compared with < and >; write {name}:value.");
        var values = ImmutableArray.CreateBuilder<SearchValue>();
        at = after;
        do
        {
            if (values.Count > 0) at++;
            var valueStart = at;
            var value = at < text.Length && text[at] == '"' ? Quoted() : Bare();
            if (value.Problem is { } broken) return broken;
            if (string.IsNullOrWhiteSpace(value.Value)) return SearchQuery.Wrong(valueStart, $"A value is missing for {name}.");
            if (at < text.Length && text[at] != ',' && !Separates(text[at])) return SearchQuery.Wrong(at, "After a quotation mark comes a blank or a comma.");
            values.Add(new SearchValue(value.Value, valueStart));
        }
        while (at < text.Length && text[at] == ',');
        if (values.Count > 1 && comparison != SearchComparison.Equal) return SearchQuery.Wrong(values[1].Position, "A comparison takes one value.");
        count += values.Count;

        // repeated means or, as in the parameters of lists
        var same = negated || comparison != SearchComparison.Equal ? -1
            : terms.FindIndex(t => t is SearchClause { Negated: false, Comparison: SearchComparison.Equal } c && c.Field == field && c.Key == key && field is not (SearchField.Has or SearchField.Is));
        if (same < 0) terms.Add(new SearchClause(field, key, comparison, values.ToImmutable(), negated, start));
        else terms[same] = (SearchClause)terms[same] with { Values = [.. ((SearchClause)terms[same]).Values, .. values] };
        return null;
    }

    private Problem? Word(bool negated, int start)
    {
        var begin = at;
        while (at < text.Length && !Separates(text[at])) at++;
        var word = text[begin..at];
        var bare = word.TrimEnd('*');
        if (!HasLetters(bare)) return null;
        var isBeginning = bare.Length < word.Length || (typing && !negated && at == text.Length && char.IsLetterOrDigit(word[^1]));
        Add(new SearchText(bare, isBeginning ? SearchTextKind.Beginning : SearchTextKind.Word, negated, start));
        return null;
    }

    private Outcome<string> Bare()
    {
        var begin = at;
        while (at < text.Length && text[at] != ',' && !Separates(text[at])) at++;
        return text[begin..at];
    }

    /// <summary>What stands between quotation marks; a backslash takes its meaning from a quotation mark or backslash behind it.</summary>
    private Outcome<string> Quoted()
    {
        var (open, value) = (at, new StringBuilder());
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return value.ToString();
            }

            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\') at++;
            value.Append(text[at]);
        }

        return SearchQuery.Wrong(open, "This quotation mark is not closed.");
    }

    private void Add(SearchText words)
    {
        terms.Add(words);
        count++;
    }

    private static bool HasLetters(string text) => text.EnumerateRunes().Any(Rune.IsLetterOrDigit);
}
