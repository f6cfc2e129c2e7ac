using System.Buffers;
using System.Globalization;
using System.Text;

namespace Deskhand.Http;

/// <summary>
/// Keeps a spreadsheet from calculating with what somebody wrote (security case 24). A value that Excel, LibreOffice or Google Sheets might take
/// for a formula gets an apostrophe in front, which makes it text there; <see cref="Read"/> takes it away again, so what was exported
/// can be imported.
/// </summary>
internal static class CsvText
{
    private const char Mark = '\'';

    /// <summary>What begins a formula or a command, and the full-width forms that some programs read as the same.</summary>
    private const string Beginnings = "=+-@|%＝＋－＠｜％﹢﹣﹦﹪﹫−";

    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789 ()./-");

    /// <summary>Where a spreadsheet that takes another sign for the end of a cell begins the next one.</summary>
    private static readonly SearchValues<char> Ends = SearchValues.Create(";\t\r\n");

    /// <summary>Without one of these a formula calls nothing: a dash before an entry of a list stays a dash.</summary>
    private static readonly SearchValues<char> OfCalls = SearchValues.Create("(|!");

    /// <summary>The value as it stands in a file. One that has such an apostrophe of its own gets another, so that both can be told apart.</summary>
    public static string Written(string? value) =>
        value is null ? "" : Within(Marked(value), Marked);

    /// <summary>The value that was written: without the apostrophes that <see cref="Written"/> put there, or people who know their spreadsheet.</summary>
    public static string Read(string value) => Unmarked(Within(value, Unmarked));

    private static string Marked(string value) => IsDangerous(value) || IsMarked(value) ? Mark + value : value;

    private static string Unmarked(string value) => IsMarked(value) ? value[1..] : value;

    /// <summary>Changes what may become cells of their own behind the first, where it calls something.</summary>
    private static string Within(string value, Func<string, string> change)
    {
        var end = value.AsSpan().IndexOfAny(Ends);
        if (end < 0 || !value.AsSpan(end).ContainsAny(OfCalls)) return value;
        var text = new StringBuilder(value, 0, end + 1, value.Length + 8);
        for (var from = end + 1; from < value.Length;)
        {
            var next = value.AsSpan(from).IndexOfAny(Ends);
            var part = next < 0 ? value[from..] : value[from..(from + next)];
            text.Append(part.AsSpan().ContainsAny(OfCalls) ? change(part) : part);
            if (next < 0) break;
            text.Append(value[from + next]);
            from += next + 1;
        }

        return text.ToString();
    }

    private static bool IsMarked(string value) =>
        value.Length > 1 && value[0] == Mark && value.TrimStart(Mark) is { Length: > 0 } rest && (IsDangerous(rest) || Beginnings.Contains(rest[0], StringComparison.Ordinal));

    /// <summary>
    /// A tab or a line break in front, or a beginning of a formula behind what is not seen. Telephone numbers and plain numbers are left alone:
    /// of digits, blanks and <c>( ) . / -</c> behind one sign no formula can be made that names a cell, a function or a program.
    /// </summary>
    public static bool IsDangerous(string value)
    {
        if (value.Length == 0) return false;
        if (value[0] is '\t' or '\r' or '\n') return true;
        var first = 0;
        while (first < value.Length && IsUnseen(value[first])) first++;
        if (first == value.Length || !Beginnings.Contains(value[first], StringComparison.Ordinal)) return false;
        return first > 0 || !IsNumber(value);
    }

    private static bool IsUnseen(char c) => char.IsWhiteSpace(c) || char.IsControl(c) || char.GetUnicodeCategory(c) is
        UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
        // letters by category, blanks by look: the Hangul fillers and the blank of Braille
        || c is '\u115F' or '\u1160' or '\u3164' or '\uFFA0' or '\u2800';

    private static bool IsNumber(string value) =>
        value.Length > 1 && value[0] is '+' or '-' && (char.IsAsciiDigit(value[1]) || value[1] is '(' or '.') && value.AsSpan(1).IndexOfAnyExcept(OfNumbers) < 0;
}
