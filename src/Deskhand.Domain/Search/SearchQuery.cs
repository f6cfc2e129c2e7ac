using System.Collections.Immutable;
using System.Text;

namespace Deskhand.Search;

/// <summary>How a piece of text must appear.</summary>
public enum SearchTextKind
{
    /// <summary>As a word, in this form or another of the same word.</summary>
    Word,

    /// <summary>As these words in this order.</summary>
    Phrase,

    /// <summary>As the beginning of a word.</summary>
    Beginning,
}

/// <summary>One part of a query. All parts must hold.</summary>
/// <param name="Negated">Whether it must not hold.</param>
/// <param name="Position">Where it begins in what was typed: characters from 0.</param>
public abstract record SearchTerm(bool Negated, int Position);

/// <summary>Text to be found anywhere in a ticket.</summary>
public sealed record SearchText(string Text, SearchTextKind Kind, bool Negated, int Position) : SearchTerm(Negated, Position);

/// <summary>A condition on a field. With several values one of them must hold.</summary>
/// <param name="Field">The field.</param>
/// <param name="Key">The key of a custom field, otherwise null.</param>
/// <param name="Comparison">How; only <see cref="SearchComparison.Equal"/> takes several values.</param>
/// <param name="Values">At least one.</param>
/// <param name="Negated">Whether it must not hold.</param>
/// <param name="Position">Where it begins.</param>
public sealed record SearchClause(SearchField Field, string? Key, SearchComparison Comparison, ImmutableArray<SearchValue> Values, bool Negated, int Position)
    : SearchTerm(Negated, Position);

/// <summary>A value as it was typed, without quotation marks.</summary>
public sealed record SearchValue(string Text, int Position);

/// <summary>
/// A query of the search language (docs/guide/api.md): words, "phrases", beginnings*, field:value, comparisons, - for not; blanks mean and, commas and
/// repeated fields mean or.
/// </summary>
public sealed record SearchQuery(ImmutableArray<SearchTerm> Terms)
{
    /// <summary>The code of every problem with a query.</summary>
    public const string SyntaxCode = "query_syntax";

    public const int MostCharacters = 500;

    /// <summary>Words, phrases and values together.</summary>
    public const int MostTerms = 30;

    /// <summary>The query that everything fits.</summary>
    public static SearchQuery Everything { get; } = new(ImmutableArray<SearchTerm>.Empty);

    public IEnumerable<SearchText> Texts => Terms.OfType<SearchText>();

    public IEnumerable<SearchClause> Clauses => Terms.OfType<SearchClause>();

    /// <summary>Reads a query.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="typing">Whether a last word without a blank behind it is still being typed, hence only the beginning of one.</param>
    /// <returns>The query, or a problem <c>query_syntax</c> with the position of what cannot be read.</returns>
    public static Outcome<SearchQuery> Parse(string text, bool typing = false) => new SearchParser(text, typing).Read();

    /// <summary>A problem in a query.</summary>
    /// <param name="position">Where: characters from 0.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="allowed">What would be right, where that is a list.</param>
    public static Problem Wrong(int position, string message, params IEnumerable<string> allowed) =>
        Problem.Malformed("q", message) with { Code = SyntaxCode, Position = position, Allowed = [.. allowed] };

    /// <summary>The query in its one form; read again it is the same query.</summary>
    public override string ToString()
    {
        var written = new StringBuilder();
        foreach (var term in Terms)
        {
            if (written.Length > 0) written.Append(' ');
            if (term.Negated) written.Append('-');
            switch (term)
            {
                case SearchText { Kind: SearchTextKind.Phrase } phrase:
                    Quote(written, phrase.Text);
                    break;
                case SearchText words:
                    written.Append(words.Text).Append(words.Kind == SearchTextKind.Beginning ? "*" : "");
                    break;
                case SearchClause clause:
                    written.Append(SearchFields.Name(clause.Field, clause.Key)).Append(SearchFields.Sign(clause.Comparison));
                    for (var i = 0; i < clause.Values.Length; i++)
                    {
                        if (i > 0) written.Append(',');
                        var value = clause.Values[i].Text;
                        if (value.Length == 0 || value[0] is '"' or '<' or '>' or '=' || value.Any(c => c == ',' || SearchParser.Separates(c))) Quote(written, value);
                        else written.Append(value);
                    }

                    break;
            }
        }

        return written.ToString();
    }

    private static void Quote(StringBuilder written, string text) =>
        written.Append('"').Append(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
}
